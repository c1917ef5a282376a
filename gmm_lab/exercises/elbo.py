"""Exercises of chapter 6."""

import numpy as np
from scipy.special import log_softmax, softmax, xlogy

from .._typing import Array
from .common import DENSITY_SLIPS, SMALL, floats, log_joint, near
from .engine.exercise import Exercise, Probe, Property, Slip

ZERO = "It is right in general. What is the limit of q log q as q goes to 0, and what does your computer make of it?"


def _total(per_entry: Array, over: str) -> Array:
    """Per-entry terms (N, K) added up as asked for, or not."""
    return {
        "all": per_entry.sum(),
        "points": per_entry.sum(axis=1).mean(),
        "entries": per_entry.mean(),
        "rows": per_entry.sum(axis=1),
        "columns": per_entry.sum(axis=0),
    }[over]


def entropy(
    resp: Array, *, sign: int = -1, log: object = np.e, over: str = "all", of: str = "q log q", pooled: bool = False
) -> float:
    """-Σ_n Σ_k q log q; each keyword, off its default, is a slip."""
    (resp,) = floats(resp)
    if pooled:
        resp = resp.mean(axis=0, keepdims=True)
    terms = {
        "q log q": xlogy(resp, resp),
        "log q": np.log(np.maximum(resp, 1e-300)),
        "q": resp,
        "q log(1 - q)": xlogy(resp, 1 - resp),
    }[of]
    return sign * _total(terms, over) / np.log(log)


def elbo(
    x: Array,
    resp: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    entropy_sign: int = 1,
    over: str = "all",
    expected: bool = True,
    by: str = "resp",
    **density: object,
) -> float:
    """Σ_n Σ_k q (log p(x, z=k) - log q); each keyword, off its default or passed on, is a slip."""
    x, resp, *mixture = floats(x, resp, weights, means, covariances)
    joint = log_joint(x, *mixture, **density)
    posterior = softmax(joint, axis=1)
    shares = {"resp": resp, "posterior": posterior, "labels": np.eye(len(weights))[resp.argmax(axis=1)]}[by]
    terms = (shares * joint if expected else joint) - entropy_sign * xlogy(shares, shares)
    return _total(terms, over)


def kl_gap(
    x: Array,
    resp: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    direction: str = "q to p",
    over: str = "all",
    sign: int = 1,
    by: str = "posterior",
    **density: object,
) -> float:
    """Σ_n Σ_k q (log q - log p(z=k | x)); each keyword, off its default or passed on, is a slip."""
    x, resp, *mixture = floats(x, resp, weights, means, covariances)
    joint = log_joint(x, *mixture, **density)
    log_posterior = log_softmax(joint, axis=1)
    other = {"posterior": log_posterior, "joint": joint, "weights": np.log(mixture[0]) + np.zeros_like(joint)}[by]
    terms = {
        "q to p": xlogy(resp, resp) - resp * other,
        "p to q": np.exp(other) * (other - np.log(np.maximum(resp, 1e-300))),
        "unweighted": np.log(np.maximum(resp, 1e-300)) - other,
        "squares": (resp - np.exp(other)) ** 2,
    }[direction]
    return sign * _total(terms, over)


def _beliefs(rng: np.random.Generator, n: int, n_components: int) -> Array:
    return rng.dirichlet(np.arange(1, n_components + 1) / n_components + 0.5, n)


def _believed(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """Points, beliefs about them that are not the posterior, and the parameters."""
    x, *mixture = near(rng, n, n_components, n_features)
    return x, _beliefs(rng, n, n_components), *mixture


def _ordinary(rng: np.random.Generator) -> list[Probe]:
    return [_believed(rng, 12, 3, 2), _believed(rng, 9, 2, 3), _believed(rng, 15, 4, 2)]


def _small(rng: np.random.Generator) -> list[Probe]:
    return [_believed(rng, 8, 3, 1), _believed(rng, 1, 2, 2)]


def _sure(rng: np.random.Generator) -> list[Probe]:
    """Labels: every belief is 0 or 1."""
    x, resp, *mixture = _believed(rng, 12, 3, 2)
    return [(x, np.eye(3)[resp.argmax(axis=1)], *mixture)]


ENTROPY = Exercise(
    name="elbo.entropy",
    reference=entropy,
    properties=(
        Property(
            "the value is the entropy of all rows",
            6,
            lambda rng: [(_beliefs(rng, n, k),) for n, k in ((12, 3), (9, 2), (15, 4))],
            "Work one row by hand: q log q for each entry, the sum, the sign. Then add up the rows.",
        ),
        Property(
            "a belief of 0 adds 0",
            2,
            lambda rng: [(np.vstack([np.eye(3), _beliefs(rng, 4, 3)]),)],
            ZERO,
        ),
        Property("two components and one point work", 2, lambda rng: [(_beliefs(rng, 1, k),) for k in (2, 5)], SMALL),
    ),
    slips=(
        Slip("sign", {"sign": 1}, "Can an entropy of labels be negative?"),
        Slip("logarithm to base 2", {"log": 2.0}, "In which unit does the book measure information?"),
        Slip("mean over points", {"over": "points"}, "Do twice as many points hold twice the uncertainty?"),
        Slip("mean over entries", {"over": "entries"}, "How many rows, and how many entries, has the sum?"),
        Slip("one value for each point", {"over": "rows"}, "One number is asked for. What joins the points?"),
        Slip("summed over points only", {"over": "columns"}, "Over which two indices goes the sum?"),
        Slip("logarithms without weights", {"of": "log q"}, "How often does each surprise, -log q, occur?"),
        Slip("logarithm forgotten", {"of": "q"}, "Each row of resp sums to 1. Where is the surprise?"),
        Slip("log of 1 - q", {"of": "q log(1 - q)"}, "The surprise of which event, that of k or that of not k?"),
        Slip("entropy of the mean row", {"pooled": True}, "Is each point's doubt the doubt about all of them mixed?"),
    ),
    section='section 6.3, "Expected complete log-likelihood plus entropy"',
    unseen="Not looked at: rows that do not sum to 1, and speed.",
)

ELBO = Exercise(
    name="elbo.elbo",
    reference=elbo,
    properties=(
        Property(
            "the value is the expected complete log-likelihood plus the entropy",
            6,
            _ordinary,
            "Work one point by hand: q times (log-joint minus log q), for each component, and the sum.",
        ),
        Property("a belief of 0 adds 0", 2, _sure, ZERO),
        Property("one feature and one point work", 2, _small, SMALL),
    ),
    slips=(
        *DENSITY_SLIPS,
        Slip("entropy forgotten", {"entropy_sign": 0}, "Two terms make the bound. Which have you?"),
        Slip("entropy subtracted", {"entropy_sign": -1}, "Does the bound rise or fall as the beliefs become vaguer?"),
        Slip("expectation forgotten", {"expected": False}, "By what is each log-joint weighed?"),
        Slip(
            "posterior for resp", {"by": "posterior"}, "The bound depends on the beliefs given. At which is it tight?"
        ),
        Slip("hard labels", {"by": "labels"}, "What has become of the doubt in resp?"),
        Slip("mean over points", {"over": "points"}, "Do twice as many points leave the log-likelihood as it is?"),
        Slip("one value for each point", {"over": "rows"}, "One number is asked for. What joins the points?"),
    ),
    section='section 6.3, "Expected complete log-likelihood plus entropy"',
    unseen="Not looked at: beliefs of 0 for points far away, and speed.",
)

KL_GAP = Exercise(
    name="elbo.kl_gap",
    reference=kl_gap,
    properties=(
        Property(
            "the value is the divergence of the beliefs from the posterior",
            6,
            _ordinary,
            "Work one point by hand: its posterior, then q times (log q minus log posterior), and the sum.",
        ),
        Property("a belief of 0 adds 0", 2, _sure, ZERO),
        Property("one feature and one point work", 2, _small, SMALL),
    ),
    slips=(
        *DENSITY_SLIPS,
        Slip("the other direction", {"direction": "p to q"}, "Under which distribution is the expectation taken?"),
        Slip("expectation forgotten", {"direction": "unweighted"}, "By what is each difference of logarithms weighed?"),
        Slip("squared differences", {"direction": "squares"}, "How does KL measure the distance of two distributions?"),
        Slip("sign", {"sign": -1}, "Can the gap between the log-likelihood and a lower bound be negative?"),
        Slip("minus the ELBO", {"by": "joint"}, "Is it p(x, z) or p(z | x) that the beliefs are compared with?"),
        Slip("weights for the posterior", {"by": "weights"}, "Does the posterior know x?"),
        Slip("mean over points", {"over": "points"}, "Do twice as many points double the gap?"),
        Slip("one value for each point", {"over": "rows"}, "One number is asked for. What joins the points?"),
    ),
    section='section 6.1, "Log-likelihood = ELBO + KL"',
    unseen="Not looked at: beliefs that equal the posterior, and speed.",
)
