"""Chapter 2: the likelihood with and without labels, and its maximisation by a general optimiser."""

from dataclasses import dataclass

import numpy as np

from ._typing import Array
from ._validate import check_count, check_data, check_labels
from ._value import Value
from .mixture import MixtureParams, check_pair, log_density, log_joint
from .moments import Moments, carries, check_alive, full, one_hot
from .unconstrained import Coordinates, value_and_gradient


def log_likelihood(x: object, params: MixtureParams) -> float:
    """Σ_n log p(x_n | θ), in nats, summed over n, not averaged.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    params : MixtureParams
        K components in the same D.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or its D is not that of `params`.

    References
    ----------
    Bishop (2006), eq. 9.14; book section 2.1.
    """
    return float(log_density(x, params).sum())


def complete_log_likelihood(x: object, z: object, params: MixtureParams) -> float:
    """Σ_n log p(x_n, z_n | θ), in nats, summed over n: the likelihood of points with their labels.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    z : (N,) integer array
        Labels, 0 to K - 1.
    params : MixtureParams
        K components in the same D.

    Returns
    -------
    float
        Minus infinity where a label has a component with π_k = 0.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), a label is not among 0 to K - 1, or N or D disagree.

    References
    ----------
    Bishop (2006), eq. 9.36 for known labels; book section 2.4.
    """
    joint = log_joint(x, params)
    labels = check_labels(z, len(joint), params.n_components)
    return float(joint[np.arange(len(joint)), labels].sum())


@carries(full)
def complete_mle(x: object, z: object, n_components: int) -> MixtureParams:
    """The θ that maximises the complete log-likelihood, in closed form: share, mean and covariance of each class.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    z : (N,) integer array
        Labels, 0 to K - 1.
    n_components : int
        K.

    Returns
    -------
    MixtureParams
        Covariances have the divisor N_k, as maximum likelihood asks, not N_k - 1.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), a label is not among 0 to K - 1, or there is not one for each point.
    ComponentCollapsed
        If a class has no points, or no spread in some direction.

    References
    ----------
    Book section 2.4.
    """
    x, n_components = check_data(x), check_count("n_components", n_components)
    labels = check_labels(z, len(x), n_components)
    return full(Moments.of_checked(x, one_hot(labels, n_components)))


@dataclass(frozen=True, eq=False)
class Fit(Value):
    """The end of an iterative fit, and the way there.

    Attributes
    ----------
    params : MixtureParams
        The last θ.
    log_likelihoods : (n_steps + 1,) array
        Σ_n log p(x_n | θ) in nats at each step, the start included; read-only.
    converged : bool
        Whether the method's own rule of stopping was met, rather than the limit of steps.
    """

    params: MixtureParams
    log_likelihoods: Array
    converged: bool

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood at `params`, in nats, summed over n."""
        return float(self.log_likelihoods[-1])

    @property
    def n_steps(self) -> int:
        """Number of steps done."""
        return len(self.log_likelihoods) - 1


def fit_direct(x: object, start: MixtureParams, *, max_steps: int = 1000) -> Fit:
    """Maximise the log-likelihood by BFGS on unconstrained coordinates, with its exact gradient.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units; every column must vary.
    start : MixtureParams
        θ at step 0; no weight may be 0.
    max_steps : int
        Give up after so many steps of the optimiser; `converged` is then False.

    Returns
    -------
    Fit

    Raises
    ------
    ValueError
        If `x` is not finite (N, D) or has a constant column, its D is not that of `start`, or a weight is 0.
    ComponentCollapsed
        If the optimiser ran to a place where a component has no spread left.

    References
    ----------
    Nocedal and Wright (2006), algorithm 6.1; book section 2.5.
    """
    from scipy.optimize import minimize  # here, because it doubles the time that `import gmm_lab` takes

    x, start = check_pair(x, "start", start)
    max_steps = check_count("max_steps", max_steps, minimum=0)
    coordinates = Coordinates.of(x)
    theta, y = coordinates.pack("start", start), coordinates.standardise(x)

    def loss(theta: Array) -> tuple[float, Array]:
        value, gradient = value_and_gradient(y, theta)
        return -value / len(y), -gradient / len(y)

    losses = [loss(theta)[0]]
    with np.errstate(over="ignore", invalid="ignore"):  # a step too far has the value -inf, and is taken back
        result = minimize(
            loss,
            theta,
            jac=True,
            method="BFGS",
            callback=lambda intermediate_result: losses.append(intermediate_result.fun),
            options={"maxiter": max_steps, "gtol": 1e-8},
        )
    params = coordinates.unpack(result.x)
    check_alive(len(x), len(x) * params.weights, np.abs(x).max(axis=0), params.covariances)
    return Fit(
        params,
        # The density of x is that of the standardised points divided by the product of the units.
        -len(x) * (np.array(losses) + np.log(coordinates.unit).sum()),
        # BFGS reports a loss of precision where rounding hides all further gain: that is rest as well.
        converged=bool(result.success or np.abs(result.jac).max() < 1e-5),
    )
