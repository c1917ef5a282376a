"""Chapter 6: the lower bound L(q, θ), and the gap between it and the log-likelihood."""

import numpy as np
from scipy.special import entr, log_softmax

from ._typing import Array
from ._validate import check_resp
from .mixture import MixtureParams, _log_joint, check_pair


def entropy(resp: object) -> float:
    """H(q) = -Σ_n Σ_k q_k(x_n) log q_k(x_n), in nats, summed over n; 0 log 0 counts as 0.

    Parameters
    ----------
    resp : (N, K) array
        q, one distribution a row.

    Raises
    ------
    ValueError
        If a row of `resp` is not a distribution.

    References
    ----------
    Cover and Thomas (2006), eq. 2.1; book section 6.3.
    """
    return float(entr(check_resp(resp)).sum())


def expected_complete_log_likelihood(x: object, resp: object, params: MixtureParams) -> float:
    """E_q[log p(X, Z | θ)] = Σ_n Σ_k q_k(x_n) log p(x_n, z_n = k | θ), in nats, summed over n.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    resp : (N, K) array
        q, one distribution a row.
    params : MixtureParams
        θ: K components in D dimensions.

    Returns
    -------
    float
        Minus infinity where q gives weight to a component with π_k = 0.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), a row of `resp` is not a distribution, or N, K or D disagree.

    References
    ----------
    Bishop (2006), eq. 9.40; book section 6.3.
    """
    _, resp, joint = _checked(x, resp, params)
    return float(_weighted(resp, joint).sum())


def elbo(x: object, resp: object, params: MixtureParams) -> float:
    """L(q, θ) = Σ_n Σ_k q_k(x_n) log[p(x_n, z_n = k | θ) / q_k(x_n)], in nats, summed over n.

    Parameters and errors are those of `expected_complete_log_likelihood`. Never above the log-likelihood, and
    equal to it where q is the posterior.

    References
    ----------
    Bishop (2006), eq. 9.71; Neal and Hinton (1998); book section 6.1.
    """
    return expected_complete_log_likelihood(x, resp, params) + entropy(resp)


def kl_gap(x: object, resp: object, params: MixtureParams) -> float:
    """KL(q || p(Z | X, θ)) = log-likelihood - ELBO, in nats, summed over n, computed on its own.

    Parameters and errors are those of `expected_complete_log_likelihood`. Never negative but for rounding;
    infinite where q gives weight to a component with π_k = 0.

    References
    ----------
    Bishop (2006), eq. 9.72; book section 6.1.
    """
    _, resp, joint = _checked(x, resp, params)
    log_posterior = log_softmax(joint, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # q = 0 gives log 0; _weighted drops those terms
        log_ratio = np.log(resp) - log_posterior
    return float(_weighted(resp, log_ratio).sum())


def _checked(x: object, resp: object, params: MixtureParams) -> tuple[Array, Array, Array]:
    """`x`, `resp` and the log-joint (N, K), all of one N and one K."""
    x, params = check_pair(x, "params", params)
    resp, joint = check_resp(resp, len(x)), _log_joint(x, params)
    if resp.shape != joint.shape:
        raise ValueError(f"resp has K = {resp.shape[1]} columns, but params has K = {joint.shape[1]} components.")
    return x, resp, joint


def _weighted(resp: Array, values: Array) -> Array:
    """resp * values with 0 times anything as 0, since 0 * inf would be NaN."""
    return np.multiply(resp, values, out=np.zeros_like(resp), where=resp > 0)
