"""Mixtures in 60-digit arithmetic, the outside judge of rounding: the float64 inputs count as exact."""

import mpmath

DIGITS = 60


def log_likelihood(x, params):
    """Σ_n log p(x_n | θ) as an mpf."""
    with mpmath.workdps(DIGITS):
        x = _exact(x)
        parts = zip(_exact(params.weights), _exact(params.means), _exact(params.covariances), strict=True)
        joint = [[mpmath.log(weight) + value for value in _log_gaussian(x, *rest)] for weight, *rest in parts]
        return sum(mpmath.log(sum(map(mpmath.exp, row))) for row in zip(*joint, strict=True))


def responsibilities(x, params):
    """p(z_n = k | x_n, θ) of each point, rounded once to float64."""
    with mpmath.workdps(DIGITS):
        x = _exact(x)
        parts = zip(_exact(params.weights), _exact(params.means), _exact(params.covariances), strict=True)
        joint = [[mpmath.log(weight) + value for value in _log_gaussian(x, *rest)] for weight, *rest in parts]
        rows = [[mpmath.exp(value - max(row)) for value in row] for row in zip(*joint, strict=True)]
        return [[float(value / sum(row)) for value in row] for row in rows]


def _exact(values):
    return [_exact(value) for value in values] if getattr(values, "ndim", 0) else mpmath.mpf(float(values))


def _log_gaussian(x, mean, covariance):
    lower = _cholesky(covariance)
    constant = len(mean) * mpmath.log(2 * mpmath.pi) + 2 * sum(mpmath.log(row[i]) for i, row in enumerate(lower))
    for point in x:
        whitened = []
        for i, row in enumerate(lower):
            whitened.append((point[i] - mean[i] - mpmath.fdot(row[:i], whitened)) / row[i])
        yield -(mpmath.fdot(whitened, whitened) + constant) / 2


def _cholesky(matrix):
    lower = [[mpmath.mpf(0)] * len(matrix) for _ in matrix]
    for i, row in enumerate(lower):
        for j in range(i + 1):
            rest = matrix[i][j] - mpmath.fdot(row[:j], lower[j][:j])
            row[j] = mpmath.sqrt(rest) if i == j else rest / lower[j][j]
    return lower
