"""Chapter 8: choosing the number of components."""

from collections.abc import Sequence

import numpy as np

from ._convert import shown
from ._typing import Array, Labels
from ._validate import check_count, check_data, check_iterable, check_places, check_rng
from .convergence import best_of
from .hard_em import assign
from .initialization import kmeans_start
from .likelihood import complete_log_likelihood, log_likelihood
from .mixture import MixtureParams, check_pair
from .moments import ComponentCollapsed
from .soft_em import MStep, m_step

# Free entries of all K covariances together, by the name of the M-step that fits them.
COVARIANCE_PARAMETERS = {
    "full": lambda k, d: k * d * (d + 1) // 2,
    "tied": lambda k, d: d * (d + 1) // 2,
    "diagonal": lambda k, d: k * d,
    "spherical": lambda k, d: k,
}


def n_free_parameters(n_components: int, n_features: int, structure: str = "full") -> int:
    """Free parameters: K - 1 weights (they sum to 1), K·D means, and the covariances of a `structure`.

    Parameters
    ----------
    n_components, n_features : int
        K and D.
    structure : {"full", "tied", "diagonal", "spherical"}
        Which M-step fitted the covariances.

    Raises
    ------
    ValueError
        If K or D is not a whole number of at least 1, or the structure is none of the four.

    References
    ----------
    Fraley and Raftery (2002), table 1; book section 8.4.
    """
    k, d = check_count("n_components", n_components), check_count("n_features", n_features)
    if structure not in tuple(COVARIANCE_PARAMETERS):  # a tuple also asks what has no hash
        raise ValueError(f"structure must be one of {', '.join(COVARIANCE_PARAMETERS)}, got {shown(structure)}.")
    return k - 1 + k * d + COVARIANCE_PARAMETERS[structure](k, d)


def bic(x: object, params: MixtureParams, structure: str = "full") -> float:
    """-2 log-likelihood + (free parameters) log N, on the scale of -2 log-likelihood; lower is better.

    Parameters
    ----------
    x : (N, D) array
        The points that `params` were fitted to, in data units.
    params : MixtureParams
        A maximum of the likelihood.
    structure : {"full", "tied", "diagonal", "spherical"}
        Which M-step fitted the covariances.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), its D is not that of `params`, or the structure is none of the four.

    References
    ----------
    Schwarz (1978); book section 8.3.
    """
    x, params = check_pair(x, "params", params)
    n_parameters = n_free_parameters(params.n_components, params.n_features, structure)
    return float(-2 * log_likelihood(x, params) + n_parameters * np.log(len(x)))


def aic(x: object, params: MixtureParams, structure: str = "full") -> float:
    """-2 log-likelihood + 2 (free parameters), on the scale of -2 log-likelihood; lower is better.

    Parameters and errors are those of `bic`.

    References
    ----------
    Akaike (1974); book section 8.3.
    """
    x, params = check_pair(x, "params", params)
    n_parameters = n_free_parameters(params.n_components, params.n_features, structure)
    return float(-2 * log_likelihood(x, params) + 2 * n_parameters)


def icl(x: object, params: MixtureParams, structure: str = "full") -> float:
    """-2 complete log-likelihood at the most likely labels + (free parameters) log N; lower is better.

    BIC for clusterings: it is BIC plus a penalty for points that no component owns. Parameters and errors are those
    of `bic`.

    References
    ----------
    Biernacki, Celeux and Govaert (2000); book section 8.3.
    """
    x, params = check_pair(x, "params", params)
    n_parameters = n_free_parameters(params.n_components, params.n_features, structure)
    return float(-2 * complete_log_likelihood(x, assign(x, params), params) + n_parameters * np.log(len(x)))


def folds(n: int, n_folds: int, rng: np.random.Generator) -> list[Labels]:
    """Held-out indices: `n_folds` arrays that share out 0 to n - 1 at random, of sizes that differ by at most one.

    Raises ValueError if `n` or `n_folds` is not a whole number, `n_folds` is not 2 to n, or `rng` is no Generator.
    """
    n, n_folds, rng = check_count("n", n), check_count("n_folds", n_folds, minimum=2), check_rng(rng)
    if n_folds > n:
        raise ValueError(f"n_folds is {n_folds}, but there are only {n} points. Leave out one at a time at most.")
    # Generators count in 64 bits on every machine; an index may have 32.
    return np.array_split(rng.permutation(n).astype(np.intp, copy=False), n_folds)


def cross_validate(
    x: object,
    candidates: Sequence[int],
    *,
    n_folds: int,
    rng: np.random.Generator,
    n_starts: int = 5,
    m_step: MStep = m_step,
) -> Array:
    """Mean log-likelihood of held-out points, fold by fold, for each number of components.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    candidates : sequence of int
        The numbers of components K to try.
    n_folds : int
        2 to N. All candidates see the same folds.
    rng : numpy.random.Generator
        Source of randomness, for the folds and the starts; it advances.
    n_starts : int
        Runs of EM for each fold and K, from `kmeans_start`; the best on the training points is scored.
    m_step : callable (x, resp) -> MixtureParams
        The M-step.

    Returns
    -------
    (n_folds, n_candidates) array
        Nats per held-out point. The spread over the folds belongs to the result; a mean alone hides it.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), there is no candidate, a count is out of range, or what a fold leaves to train on
        has fewer than K different points.
    ComponentCollapsed
        If every start of a fold and a K ended so; both are named.

    References
    ----------
    Smyth (2000); book section 8.2.
    """
    x, rng, n_starts = check_data(x), check_rng(rng), check_count("n_starts", n_starts)
    candidates = check_iterable("candidates", candidates, "the numbers of components to try, such as range(1, 7)")
    candidates = [check_count(f"candidates[{i}]", k) for i, k in enumerate(candidates)]
    if not candidates:
        raise ValueError("candidates is empty. Give the numbers of components to try, such as range(1, 7).")
    held_out = folds(len(x), n_folds, rng)
    scores = np.empty((len(held_out), len(candidates)))
    for i, fold in enumerate(held_out):
        train = np.delete(x, fold, axis=0)
        for j, k in enumerate(candidates):
            check_places(train, k, f"candidates[{j}]", f"x without fold {i}")
            try:
                best = best_of(train, _starts(train, k, rng, n_starts), m_step=m_step)
            except ComponentCollapsed as collapse:
                raise ComponentCollapsed(f"fold {i}, {k} components: {collapse}") from collapse
            scores[i, j] = log_likelihood(x[fold], best.params) / len(fold)
    return scores


def _starts(x: Array, n_components: int, rng: np.random.Generator, n_starts: int) -> list[MixtureParams]:
    """As many of `n_starts` starts by K-means as did not collapse; ComponentCollapsed if none is left."""
    starts, lost = [], None
    for _ in range(n_starts):
        try:
            starts.append(kmeans_start(x, n_components, rng))
        except ComponentCollapsed as collapse:
            lost = lost or collapse
    if not starts:
        raise ComponentCollapsed(f"all {n_starts} starts ended in a collapse; the first: {lost}")
    return starts
