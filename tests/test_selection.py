import numpy as np
import pytest
from cases import awkward_case
from sklearn.mixture import GaussianMixture

import gmm_lab
from gmm_lab import (
    ComponentCollapsed,
    MixtureParams,
    aic,
    best_of,
    bic,
    cross_validate,
    datasets,
    diagonal,
    e_step,
    icl,
    kmeans_start,
    log_density,
    n_free_parameters,
    spherical,
    tied,
)
from gmm_lab.selection import folds

STRUCTURES = {"full": "full", "tied": "tied", "diagonal": "diag", "spherical": "spherical"}


@pytest.mark.parametrize("structure", STRUCTURES)
def test_parameters_and_criteria_are_scikit_learns(structure):
    x, start = awkward_case()
    m_step = {"tied": tied, "diagonal": diagonal, "spherical": spherical}.get(structure)
    params = m_step(x, e_step(x, start)[0]) if m_step else start
    other = GaussianMixture(3, covariance_type=STRUCTURES[structure])
    factors = np.linalg.cholesky(np.linalg.inv(params.covariances))
    other.weights_, other.means_ = params.weights, params.means
    other.precisions_cholesky_ = {
        "full": factors,
        "tied": factors[0],
        "diagonal": np.diagonal(factors, axis1=1, axis2=2),
        "spherical": factors[:, 0, 0],
    }[structure]
    other.covariances_ = params.covariances
    assert n_free_parameters(3, 2, structure) == other._n_parameters()
    assert bic(x, params, structure) == pytest.approx(other.bic(x), rel=1e-10)
    assert aic(x, params, structure) == pytest.approx(other.aic(x), rel=1e-10)


def test_parameters_by_hand():
    assert n_free_parameters(2, 2) == 1 + 4 + 6
    assert n_free_parameters(3, 4, "tied") == 2 + 12 + 10
    assert n_free_parameters(3, 4, "diagonal") == 2 + 12 + 12
    assert n_free_parameters(3, 4, "spherical") == 2 + 12 + 3
    assert n_free_parameters(1, 1) == 2


@pytest.mark.parametrize(
    ("structure", "n_components", "published"),
    [
        ("full", 1, 2607.623),
        ("full", 2, 2322.192),
        ("tied", 2, 2325.220),
        ("tied", 3, 2314.316),
        ("diagonal", 1, 3055.835),
        ("diagonal", 2, 2346.065),
        ("spherical", 2, 3458.305),
    ],
)
def test_bic_of_old_faithful_is_the_published_one(structure, n_components, published):
    """mclustBIC(faithful) in R prints these, with the opposite sign, for VVV, EEE, VVI and VII.

    It stops earlier, so ours may lie a little lower, never higher.
    """
    x = datasets.old_faithful()
    m_step = {"full": gmm_lab.m_step, "tied": tied, "diagonal": diagonal, "spherical": spherical}[structure]
    starts = [kmeans_start(x, n_components, np.random.default_rng(seed)) for seed in range(3)]
    ours = bic(x, best_of(x, starts, m_step=m_step).params, structure)
    assert published - 0.025 < ours < published + 6e-4


def test_icl_is_bic_and_a_price_for_doubt():
    x, params = awkward_case()
    resp, _ = e_step(x, params)
    assert icl(x, params) == pytest.approx(bic(x, params) - 2 * np.log(resp.max(axis=1)).sum(), rel=1e-10)
    assert icl(x, params) > bic(x, params)


def test_folds_share_out_every_point_once():
    for n, n_folds in ((10, 3), (7, 7), (100, 8)):
        parts = folds(n, n_folds, np.random.default_rng(0))
        np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(n))
        sizes = [len(part) for part in parts]
        assert len(parts) == n_folds
        assert max(sizes) - min(sizes) <= 1
    assert not np.array_equal(np.concatenate(parts), np.arange(n))


def test_scores_are_those_of_points_the_fit_has_not_seen():
    x = datasets.old_faithful()
    scores = cross_validate(x, [1], n_folds=4, rng=np.random.default_rng(0))
    held_out = folds(len(x), 4, np.random.default_rng(0))
    for score, fold in zip(scores[:, 0], held_out, strict=True):
        train = np.delete(x, fold, axis=0)
        one = MixtureParams([1.0], [train.mean(axis=0)], [np.cov(train.T, ddof=0)])
        assert score == pytest.approx(log_density(x[fold], one).mean(), rel=1e-10)


def test_cross_validation_prefers_two_components_for_old_faithful_to_one():
    scores = cross_validate(datasets.old_faithful(), [1, 2], n_folds=5, rng=np.random.default_rng(1))
    assert scores.shape == (5, 2)
    assert (scores[:, 1] > scores[:, 0]).all()


def test_same_seed_same_scores_and_the_m_step_is_passed_on():
    x, _ = awkward_case()
    runs = [cross_validate(x, [2], n_folds=3, rng=np.random.default_rng(5)) for _ in range(2)]
    np.testing.assert_array_equal(*runs)
    other = cross_validate(x, [2], n_folds=3, rng=np.random.default_rng(5), m_step=spherical)
    assert (other != runs[0]).all()


def test_one_lost_start_is_one_lost_start():
    """Two columns that each split the points, one of them without any spread within its halves."""
    rng = np.random.default_rng(0)
    x = np.column_stack([np.repeat([0.0, 3.0], 30), np.tile([-1.5, 1.5], 30) + rng.normal(0, 0.3, 60)])
    with pytest.raises(ComponentCollapsed):  # a start by K-means that splits the first column
        [kmeans_start(x, 2, np.random.default_rng(seed)) for seed in range(10)]
    for seed in range(5):
        scores = cross_validate(x, [1, 2], n_folds=3, rng=np.random.default_rng(seed))
        assert (scores[:, 1] > scores[:, 0]).all()


def test_too_few_different_points_in_a_fold_are_told_with_the_fold():
    x = np.repeat([[0.0, 1.0], [1.0, 0.0], [4.0, 2.0], [0.0, 5.0]], 3, axis=0)
    with pytest.raises(ValueError, match=r"candidates\[1\] is 5, but x without fold 0 has only 4 different points"):
        cross_validate(x, [1, 5], n_folds=3, rng=np.random.default_rng(0))


def test_a_collapse_names_fold_and_candidate():
    x = np.repeat([[0.0, 0.0], [1.0, 0.5], [4.0, 1.0]], 6, axis=0) + np.array([0, 1e-13])
    with pytest.raises(ComponentCollapsed, match=r"fold 0, 3 components: .*chapter 8"):
        cross_validate(x, [3], n_folds=3, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, rng: n_free_parameters(0, 2), "n_components must be a whole number of at least 1, got 0"),
        (lambda x, rng: n_free_parameters(2, 2, "round"), "structure must be one of full, tied, diagonal, spherical"),
        (lambda x, rng: folds(5, 6, rng), "n_folds is 6, but there are only 5 points"),
        (lambda x, rng: folds(5, 1, rng), "n_folds must be a whole number of at least 2, got 1"),
        (lambda x, rng: cross_validate(x, [], n_folds=2, rng=rng), "candidates is empty"),
        (lambda x, rng: cross_validate(x, [1, 0], n_folds=2, rng=rng), r"candidates\[1\] must be a whole number"),
        (lambda x, rng: cross_validate(x, [1], n_folds=2, rng=0), r"rng must be a numpy\.random\.Generator"),
        (lambda x, rng: bic(x, None), "params must be a MixtureParams"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(awkward_case()[0], np.random.default_rng(0))
