"""Checks at the boundary: each says what was wrong, where, and what to do about it."""

import sys
from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np

from ._convert import as_floats, at, check_in_memory, shown
from ._typing import Array, Labels

# Room for the rounding of a float64 sum, and for nothing else: a float32 distribution is refused.
SUM_TOLERANCE = 1e-9
# Beyond it a sum of squares leaves the range of float64.
LARGEST = 1e140


def check_finite(name: str, array: Array, remedy: str) -> None:
    """Raise ValueError at the first entry that is NaN or infinite."""
    if not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(f"{at(name, place)} is {array[tuple(place)]}. {remedy}")


def check_data(x: object) -> Array:
    """Return `x` as finite float64 (N, D), or say what is wrong and how to mend it."""
    x = as_floats("x", x)
    if x.ndim != 2:
        raise ValueError(f"x must have shape (N, D), got {x.shape}. For N scalars pass x[:, np.newaxis].")
    if not x.size:
        raise ValueError(f"x must hold at least one point and one feature, got shape {x.shape}. Load some data.")
    check_finite("x", x, "Drop the row or fill it in.")
    check_size("x", x)
    return x


def check_size(name: str, array: Array) -> None:
    """Raise ValueError at the first entry whose square, summed over points, could overflow."""
    if np.abs(array).max() > LARGEST:
        place = np.argwhere(np.abs(array) > LARGEST)[0]
        raise ValueError(f"{at(name, place)} is {array[tuple(place)]:g}, whose square overflows. Take a larger unit.")


def check_varies(x: Array) -> Array:
    """Return `x` (N, D), or raise ValueError at the first constant column."""
    constant = (x == x[0]).all(axis=0)
    if constant.any():
        raise ValueError(f"x[:, {constant.argmax()}] is constant. Drop the column: it tells no points apart.")
    check_spread(x)
    return x


def check_spread(x: Array) -> None:
    """Raise ValueError at the first column of `x` (N, D) whose differences vanish when they are squared."""
    spread = np.ptp(x, axis=0)
    lost = (spread > 0) & (spread < 1 / LARGEST)
    if lost.any():
        d = lost.argmax()
        raise ValueError(f"x[:, {d}] spreads over {spread[d]:g} only, whose square underflows. Take a smaller unit.")


def check_places(x: Array, n_components: int, name: str = "n_components", where: str = "x") -> Array:
    """Return the different points of `x` (N, D); ValueError if there are fewer than K = `n_components`."""
    places = np.unique(x, axis=0)
    if len(places) < n_components:
        raise ValueError(
            f"{name} is {n_components}, but {where} has only {len(places)} different points. Ask for fewer."
        )
    check_spread(x)
    return places


def check_resp(resp: object, n_points: int | None = None, name: str = "resp") -> Array:
    """Return `resp` as float64 (N, K) whose rows are distributions; N = `n_points` where x gives it."""
    resp = as_floats(name, resp)
    if resp.ndim != 2 or not resp.size:
        raise ValueError(
            f"{name} must have shape (N, K), got {resp.shape}. From labels z make it with np.eye(n_components)[z]."
        )
    if n_points not in (None, len(resp)):
        raise ValueError(f"{name} has N = {len(resp)} rows, but x has N = {n_points}. Give each point one row.")
    check_finite(name, resp, "Normalise in the log domain, as e_step does.")
    if resp.min() < 0:
        n, k = np.argwhere(resp < 0)[0]
        raise ValueError(f"{name}[{n}, {k}] is {resp[n, k]}. Responsibilities are probabilities: none may be negative.")
    sums = resp.sum(axis=1)
    if np.abs(sums - 1).max() > SUM_TOLERANCE:
        n = np.abs(sums - 1).argmax()
        raise ValueError(f"{name}[{n}] sums to {shown(sums[n])}, not 1. Divide each row by its sum, in float64.")
    return resp


def check_sample_weight(sample_weight: object, n_points: int) -> Array:
    """Return `sample_weight` as N = `n_points` finite, non-negative float64 numbers that are not all 0."""
    weight = as_floats("sample_weight", sample_weight)
    if weight.shape != (n_points,):
        raise ValueError(f"sample_weight must have shape (N,) = ({n_points},), one a point, got {weight.shape}.")
    check_finite("sample_weight", weight, "Give each point how often it counts.")
    if weight.min() < 0 or not weight.any():
        raise ValueError(
            f"sample_weight must be non-negative and not all 0, got {weight.min():g} at [{weight.argmin()}]. "
            "Give each point how often it counts."
        )
    return weight


def check_labels(z: object, n_points: int, n_components: int) -> Labels:
    """Return `z` as N = `n_points` integer labels among 0 to K - 1, for K = `n_components`."""
    labels = as_floats("z", z)
    if labels.shape != (n_points,):
        raise ValueError(f"z must have shape (N,) = ({n_points},), one label a point, got {labels.shape}.")
    wrong = (labels != np.floor(labels)) | (labels < 0) | (labels >= n_components)
    if wrong.any():
        n = wrong.argmax()
        raise ValueError(
            f"z[{n}] is {labels[n]:g}, but labels are whole numbers from 0 to {n_components - 1}. Renumber them."
        )
    return labels.astype(np.intp)


def check_centres(centres: object, n_features: int | None = None) -> Array:
    """Return `centres` as finite float64 (K, D); D = `n_features` where x gives it."""
    centres = as_floats("centres", centres)
    if centres.ndim != 2 or not centres.size:
        raise ValueError(f"centres must have shape (K, D), got {centres.shape}. One row per centre.")
    check_finite("centres", centres, "Start each centre at a finite place.")
    check_size("centres", centres)
    if n_features not in (None, centres.shape[1]):
        raise ValueError(f"centres have D = {centres.shape[1]}, but x has D = {n_features}. Give both the same.")
    return centres


def check_mixture(weights: Array, means: Array, covariances: Array) -> None:
    """Raise ValueError unless the three describe K Gaussians in D dimensions."""
    if means.ndim != 2 or not means.size:
        raise ValueError(f"means must have shape (K, D), got {means.shape}. One row per component.")
    n_components, n_features = means.shape
    if weights.shape != (n_components,):
        raise ValueError(f"weights must have shape (K,) = ({n_components},) as in means, got {weights.shape}.")
    if covariances.shape != (n_components, n_features, n_features):
        raise ValueError(
            f"covariances must have shape (K, D, D) = {(n_components, n_features, n_features)} as in means, "
            f"got {covariances.shape}. One D x D matrix per component."
        )
    check_finite("weights", weights, "Give each component a share between 0 and 1.")
    check_finite("means", means, "Start each component at a finite place.")
    check_size("means", means)
    check_finite("covariances", covariances, "Start each component with a finite spread.")
    if weights.min() < 0 or abs(weights.sum() - 1) > SUM_TOLERANCE:
        raise ValueError(
            f"weights must be non-negative and sum to 1, got {weights} with sum {weights.sum():.17g}. "
            "Divide them by their sum, in float64."
        )
    for k, covariance in enumerate(covariances):
        check_covariance(f"covariances[{k}]", covariance)


def check_covariance(name: str, covariance: Array) -> None:
    """Raise ValueError unless `covariance` (D, D) is symmetric and positive definite."""
    variances = np.diag(covariance)
    if variances.min() <= 0:
        d = variances.argmin()
        raise ValueError(f"{name}[{d}, {d}] is {variances[d]}, but a variance must be positive. {SPREAD}")
    sds = np.sqrt(variances)
    # On the scale of the coordinates' own sds, so that the unit of a feature does not decide.
    correlation = covariance / sds / sds[:, np.newaxis]
    asymmetry = np.abs(correlation - correlation.T)
    if asymmetry.max() > SUM_TOLERANCE:
        i, j = np.unravel_index(asymmetry.argmax(), asymmetry.shape)
        raise ValueError(
            f"{name} is not symmetric: [{i}, {j}] is {covariance[i, j]}, [{j}, {i}] is {covariance[j, i]}. "
            "Average it with its transpose."
        )
    try:
        np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        smallest = np.linalg.eigvalsh(correlation)[0]
        raise ValueError(
            f"{name} is not positive definite: its correlation matrix has the eigenvalue {smallest:.3g}. {SPREAD}"
        ) from None


SPREAD = "Start each component with a spread in every direction, such as np.diag(x.var(axis=0))."


def check_same_features(x: Array, n_features: int) -> None:
    """Raise ValueError unless `x` (N, D) has the D = `n_features` of the parameters."""
    if x.shape[1] != n_features:
        raise ValueError(
            f"x has D = {x.shape[1]} features, but the parameters have D = {n_features} (shape of x: {x.shape}). "
            "Pass the features that the mixture was made for."
        )


def check_iterable(name: str, values: object, advice: str) -> Iterable:
    """Return `values` if one can go through them."""
    check_in_memory(name, values)
    if not isinstance(values, Iterable):
        raise ValueError(f"{name} must be {advice}, got {shown(values)}.")
    return values


def check_function(name: str, value: object, signature: str) -> None:
    """Raise ValueError unless `value` can be called."""
    if not callable(value):
        raise ValueError(f"{name} must be a function {signature}, got {shown(value)}.")


def check_count(name: str, value: object, minimum: int = 1) -> int:
    """Return `value` as an int of at least `minimum` that can count."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < minimum:
        raise ValueError(f"{name} must be a whole number of at least {minimum}, got {shown(value)}.")
    if value >= sys.maxsize:
        raise ValueError(f"{name} must be a whole number below {sys.maxsize}, got {shown(value)}.")
    return int(value)


def check_number(name: str, value: object, advice: str, *, low: float, high: float = np.inf) -> float:
    """Return `value` as a float from `low` to `high`, both included and finite, or say what to give instead."""
    if not isinstance(value, Real) or isinstance(value, bool) or not (low <= value <= min(high, sys.float_info.max)):
        raise ValueError(f"{name} must be a {advice}, got {shown(value)}.")
    return float(value)


def check_vector(name: str, values: object) -> Array:
    """Return `values` as a finite, non-empty float64 vector."""
    values = as_floats(name, values)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{name} must be a vector with at least one entry, got shape {values.shape}.")
    check_finite(name, values, "Find out where it comes from.")
    return values


def check_rng(rng: object) -> np.random.Generator:
    """Return `rng` if it is a Generator; a bare seed is refused, so that no stream is restarted by accident."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng must be a numpy.random.Generator, got {shown(rng)}. Pass np.random.default_rng(seed).")
    return rng
