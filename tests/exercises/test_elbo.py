"""The exercises of chapter 6: the reference is the book's, and what single properties are there for."""

import numpy as np
import pytest
from answers.blocks import joint_by_einsum, posterior
from cases import awkward_case

import gmm_lab
from gmm_lab.exercises import check
from gmm_lab.exercises.elbo import ELBO, ENTROPY, KL_GAP


def test_references_are_the_books_ledger():
    x, params = awkward_case()
    mixture = params.weights, params.means, params.covariances
    resp = np.random.default_rng(0).dirichlet([1, 2, 3], len(x))
    assert ENTROPY.reference(resp) == pytest.approx(gmm_lab.entropy(resp), rel=1e-12)
    assert ELBO.reference(x, resp, *mixture) == pytest.approx(gmm_lab.elbo(x, resp, params), rel=1e-12)
    assert KL_GAP.reference(x, resp, *mixture) == pytest.approx(gmm_lab.kl_gap(x, resp, params), rel=1e-12)
    both = ELBO.reference(x, resp, *mixture) + KL_GAP.reference(x, resp, *mixture)
    assert both == pytest.approx(gmm_lab.log_likelihood(x, params), rel=1e-12)


NAIVE = {
    "elbo.entropy": lambda resp: -(resp * np.log(resp)).sum(),
    "elbo.elbo": lambda x, r, *m: (r * (joint_by_einsum(x, *m) - np.log(r))).sum(),
    "elbo.kl_gap": lambda x, r, *m: (r * np.log(r / posterior(joint_by_einsum(x, *m)))).sum(),
}


@pytest.mark.parametrize("name", NAIVE)
def test_zero_log_zero_is_a_property_of_its_own(name):
    report = check(name, NAIVE[name])
    assert report.score == 8
    assert report.findings[1].note == "The result holds NaN, first at the only entry."
    assert "limit of q log q" in report.hints[0]


def test_a_small_number_added_under_the_logarithm_is_noticed():
    assert check("elbo.entropy", lambda resp: -(resp * np.log(resp + 1e-6)).sum()).score == 0
