"""What `gmm_lab` says about a state: its numbers in a fixed order, each with its natural scale.

Rounding does not know relative errors: a share is as right as its log-joint is precise, a mean as the largest
coordinate is, an entry Σ_ij as √(Σ_ii Σ_jj) is. The kernel must agree to TOLERANCE times these scales.
"""

import re

import numpy as np

from gmm_lab.covariance import diagonal, spherical, tied
from gmm_lab.elbo import elbo, entropy, expected_complete_log_likelihood, kl_gap
from gmm_lab.hard_em import assign
from gmm_lab.initialization import kmeans_plus_plus, kmeans_start, random_start
from gmm_lab.kmeans import kmeans, kmeans_states, sphere_mixture
from gmm_lab.likelihood import complete_log_likelihood, complete_mle, log_likelihood
from gmm_lab.mixture import log_density, log_joint, sample
from gmm_lab.moments import ComponentCollapsed
from gmm_lab.selection import aic, bic, icl, n_free_parameters
from gmm_lab.soft_em import e_step, m_step

STRUCTURES = {"full": m_step, "tied": tied, "diagonal": diagonal, "spherical": spherical}
EVENTS = {"no points": 1, "no spread": 2, "too few places": 3, "constant feature": 4}
EPS = np.finfo(float).eps
EXACT, SKIP, TOLERANCE = 0.0, np.inf, 1e-9
ROUNDING = (
    16 * EPS
) ** 2 / TOLERANCE  # the square of what rounding of the largest coordinate leaves, whatever the spread
N_DRAWN = 5  # points of a sample


class Listed(np.random.Generator):
    """A generator that hands out listed uniforms, by the rules that the kernel has for its own."""

    def __init__(self, uniforms):
        super().__init__(np.random.PCG64(0))
        self.left, self.rows = iter(uniforms), np.asarray(uniforms)[: 3 * N_DRAWN].reshape(N_DRAWN, 3)

    def integers(self, n):
        return int(next(self.left) * n)

    def choice(self, a, size=None, replace=True, p=None):
        if size is None:
            return self._where(p, next(self.left))
        if p is not None:  # the components of `sample`: the first of each point's three uniforms
            return np.array([self._where(p, u) for u in self.rows[:, 0]])
        deck = list(a)
        for k in range(size):
            at = k + int(next(self.left) * (len(deck) - k))
            deck[k], deck[at] = deck[at], deck[k]
        return np.array(deck[:size])

    def standard_normal(self, size):
        radius, angle = np.sqrt(-2 * np.log(1 - self.rows[:, 1])), 2 * np.pi * self.rows[:, 2]
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)[:, : size[1]]

    @staticmethod
    def _where(p, uniform):
        return int((np.cumsum(p) / np.sum(p)).searchsorted(uniform, side="right"))


class Record:
    """Numbers of one state in a fixed order: a name, what is right, and the natural scale; see EXACT and SKIP."""

    def __init__(self):
        self.names, self.wants, self.scales = [], [], []

    def add(self, name, want, scale):
        want = np.ravel(np.asarray(want, dtype=np.float64))
        self.names += [name] * want.size
        self.wants.append(want)
        self.scales.append(np.broadcast_to(np.ravel(scale), want.shape))

    def add_outcome(self, name, outcome, x, sizes, skip):
        """An event's number and place, then weights, means and covariances, zeros where there are none."""
        event, params = outcome
        (k, d), largest = sizes, np.abs(x).max(axis=0)
        values = (
            (params.weights, params.means, params.covariances) if params else map(np.zeros, ((k,), (k, d), (k, d, d)))
        )
        weights, means, covariances = values
        sds = np.sqrt(np.einsum("kii->ki", covariances))
        spread = sds[:, :, np.newaxis] * sds[:, np.newaxis] + np.outer(largest, largest) * ROUNDING
        self.add(f"{name}: event", event, SKIP if skip else EXACT)
        self.add(f"{name}: weights", weights, SKIP if skip else 1.0)
        self.add(f"{name}: means", means, SKIP if skip else np.tile(largest, k))
        self.add(f"{name}: covariances", covariances, SKIP if skip else spread)


def outcome_of(make):
    """The event as (number, component or feature), (0, 0) if there is none; and the parameters, or None."""
    try:
        return (0, 0), make()
    except ComponentCollapsed as collapse:
        component, how = re.search(r"component (\d+) has (no responsibility|collapsed)", str(collapse)).groups()
        return (EVENTS["no spread" if how == "collapsed" else "no points"], int(component)), None
    except ValueError as error:
        constant = re.search(r"x\[:, (\d)\] is constant", str(error))
        if constant:
            return (EVENTS["constant feature"], int(constant[1])), None
        if "different points" in str(error):
            return (EVENTS["too few places"], 0), None
        raise


def near_collapse(x, resp):
    """The structures for which rounding decides about a collapse.

    A spread is within a factor of four of its threshold, or a count is so small that its sums are lost.
    """
    counts, d = resp.sum(axis=0), x.shape[1]
    if counts.min() < 1e-280:
        return set(STRUCTURES) if counts.all() else set()
    centred = x[:, np.newaxis] - (resp.T @ x) / counts[:, np.newaxis]
    scatters = np.einsum("nk,nki,nkj->kij", resp, centred, centred)
    full = scatters / counts[:, np.newaxis, np.newaxis]
    variances = np.einsum("kii->ki", full)
    fitted = {
        "full": (np.sqrt(variances), full[:, 0, -1]),
        "tied": (
            np.sqrt(np.diag(scatters.sum(axis=0)) / len(x))[np.newaxis],
            scatters[:, 0, -1].sum(keepdims=True) / len(x),
        ),
        "diagonal": (np.sqrt(variances), np.zeros(len(counts))),
        "spherical": (np.sqrt(variances.mean(axis=1, keepdims=True)), np.zeros(len(counts))),
    }
    resolution = np.maximum(8 * EPS * np.abs(x).max(axis=0), 1e-300)
    return {name for name, (sds, mixed) in fitted.items() if _is_near(sds / resolution, sds, mixed, d)}


def _is_near(widths, sds, mixed, d):
    ratios = [widths]
    if d == 2 and sds.all():
        ratios.append((1 - np.abs(mixed / sds[:, 0] / sds[:, -1])) / 2e-14)
    return any(((ratio > 0.25) & (ratio < 4)).any() for ratio in ratios)


def reference(state):
    """The record of a state; `widgets/kernel.mjs` writes the same numbers in the same order."""
    record = Record()
    joint = log_joint(state.x, state.params)
    sizes = np.abs(np.where(np.isfinite(joint), joint, 0)), np.abs(np.logaddexp.reduce(joint, axis=1, keepdims=True))
    record.add("log-joint", joint, 1 + sizes[0])
    for part in (_mixture, _bounds, _criteria):
        part(record, state, joint, *sizes)
    for part in (_m_steps, _kmeans, _draws):
        part(record, state)
    return record


def _mixture(record, state, joint, size, evidence):
    """`size` (N, K) is |log-joint|, `evidence` (N, 1) is |log p|; both give the scales."""
    x, params = state.x, state.params
    resp, log_p = e_step(x, params)
    record.add("log-density", log_density(x, params), 1 + evidence)
    record.add("log-likelihood", log_likelihood(x, params), 1 + evidence.sum())
    record.add("E-step: shares", resp, resp * (1 + size + evidence) + 1e-300)
    record.add("E-step: row sums", np.ones(len(x)), 1e-12 / TOLERANCE)
    record.add("E-step: log-likelihood", log_p, 1 + evidence.sum())
    top = joint.max(axis=1, keepdims=True)
    close = ((joint < top) & (joint > top - TOLERANCE * (1 + np.abs(top)))).any(axis=1)
    record.add("labels", assign(x, params), np.where(close, SKIP, EXACT))
    xs, ys = x[:3, 0], x[:2, -1]
    nodes = np.array([[a, b] for b in ys for a in xs]) if x.shape[1] == 2 else xs[:, np.newaxis]
    log_p = log_density(nodes, params)
    record.add("density on a grid", np.exp(log_p), np.exp(log_p) * (1 + np.abs(log_p)) + 1e-300)


def _bounds(record, state, joint, size, evidence):
    x, params, q = state.x, state.params, state.resp
    entropies = q * np.abs(np.log(np.where(q > 0, q, 1)))
    expected = 1 + (q * size).sum()
    record.add("entropy", entropy(q), 1 + entropies.sum())
    record.add("expected complete log-likelihood", expected_complete_log_likelihood(x, q, params), expected)
    record.add("ELBO", elbo(x, q, params), expected + entropies.sum())
    record.add("KL", kl_gap(x, q, params), expected + entropies.sum() + (q * evidence).sum())
    z = q.argmax(axis=1)
    complete = np.take_along_axis(size, z[:, np.newaxis], axis=1).sum()
    record.add("complete log-likelihood", complete_log_likelihood(x, z, params), 1 + complete)


def _criteria(record, state, joint, size, evidence):
    x, params = state.x, state.params
    record.add("free parameters", n_free_parameters(*params.means.shape, state.structure), EXACT)
    # Each state has one of them, for time.
    score = {"BIC": bic, "AIC": aic, "ICL": icl}[state.criterion]
    record.add(state.criterion, score(x, params, state.structure), 100 + 2 * np.abs(joint.max(axis=1)).sum())


def _m_steps(record, state):
    x, q, sizes = state.x, state.resp, state.params.means.shape
    near = near_collapse(x, q)
    for structure, step in STRUCTURES.items():
        outcome = outcome_of(lambda step=step: step(x, q))
        record.add_outcome(f"{structure} M-step", outcome, x, sizes, structure in near)
    z = q.argmax(axis=1)
    skip = "full" in near_collapse(x, np.eye(sizes[0])[z])
    record.add_outcome("hard M-step", outcome_of(lambda: complete_mle(x, z, sizes[0])), x, sizes, skip)


def _kmeans(record, state):
    x, centres = state.x, state.params.means
    largest, area = np.tile(np.abs(x).max(axis=0), len(centres)), x.size * np.abs(x).max() ** 2 * ROUNDING
    states = kmeans_states(x, centres)
    first, second = next(states), next(states)
    record.add("nearest centre", first.labels, EXACT)
    record.add("inertia", first.inertia, first.inertia)
    record.add("moved centres", second.centres, largest + np.ravel(np.abs(centres)))
    end = kmeans(x, centres)
    record.add("K-means: centres", end.centres, largest + np.ravel(np.abs(centres)))
    record.add("K-means: labels", end.labels, EXACT)
    record.add("K-means: inertia", end.inertia, end.inertia + area)
    record.add("K-means: sum of inertias", end.inertias.sum(), end.inertias.sum() + area)
    record.add("K-means: steps", [len(end.inertias), end.converged], EXACT)
    spheres = sphere_mixture(centres, 0.3)
    record.add("sphere mixture", np.concatenate([spheres.weights, spheres.covariances.ravel()]), 1.0)


def _draws(record, state):
    x, params, sizes = state.x, state.params, state.params.means.shape
    points, z = sample(params, N_DRAWN, Listed(state.uniforms))
    sds = np.sqrt(np.einsum("kii->ki", params.covariances))[z]
    record.add("sample: labels", z, EXACT)
    record.add("sample: points", points, np.ravel(np.abs(points) + np.abs(params.means[z]) + 8 * sds))
    k = sizes[0]
    record.add_outcome("random start", outcome_of(lambda: random_start(x, k, Listed(state.uniforms))), x, sizes, False)
    event, centres = outcome_of(lambda: kmeans_plus_plus(x, k, Listed(state.uniforms)))
    record.add("K-means++: event", event, EXACT)
    record.add("K-means++: centres", np.zeros(sizes) if centres is None else centres, EXACT)
    skip = centres is not None and "tied" in near_collapse(x, np.eye(k)[kmeans(x, centres).labels])
    record.add_outcome("K-means start", outcome_of(lambda: kmeans_start(x, k, Listed(state.uniforms))), x, sizes, skip)
