import numpy as np
import pytest
from cases import FAITHFUL_MAXIMUM, awkward_case, faithful_split

from gmm_lab import (
    ComponentCollapsed,
    Fit,
    MixtureParams,
    best_of,
    convergence_rate,
    datasets,
    e_step,
    fit,
    fit_accelerated,
    log_likelihood,
    m_step,
    random_start,
    tied,
)


def test_best_of_keeps_the_best_and_reports_all():
    x = datasets.old_faithful()
    starts = [random_start(x, 3, np.random.default_rng(seed)) for seed in range(7, 12)]
    best = best_of(x, starts)
    assert len(best.outcomes) == 5
    values = [outcome.log_likelihood for outcome in best.outcomes]
    np.testing.assert_array_equal(values, [fit(x, start).log_likelihood for start in starts])
    assert best.log_likelihood == max(values) > min(values) + 1
    assert best.log_likelihood == log_likelihood(x, best.params)
    assert best.params is best.outcomes[int(np.argmax(values))].params


def test_best_of_outlives_a_collapse_and_tells_of_it():
    x, start = awkward_case()
    doomed = MixtureParams([0.5, 0.5], [x[0], x.mean(axis=0)], [1e-8 * np.eye(2), np.cov(x.T)])
    best = best_of(x, iter([doomed, start]))
    assert isinstance(best.outcomes[0], ComponentCollapsed)
    assert isinstance(best.outcomes[1], Fit)
    with pytest.raises(ComponentCollapsed, match="all 2 starts ended in a collapse; the first: component 0"):
        best_of(x, [doomed, doomed])


def test_best_of_passes_the_m_step_on():
    x, start = awkward_case()
    best = best_of(x, [start], m_step=tied, max_steps=3)
    np.testing.assert_array_equal(best.params.covariances[0], best.params.covariances[1])
    assert best.n_steps == 3


def test_best_of_names_what_is_no_start():
    x, start = awkward_case()
    with pytest.raises(ValueError, match="starts is empty"):
        best_of(x, [])
    with pytest.raises(ValueError, match=r"starts\[1\] must be a MixtureParams, got None"):
        best_of(x, [start, None])


def test_rate_of_a_geometric_sequence_is_its_ratio():
    assert convergence_rate(-(0.7 ** np.arange(20))) == pytest.approx(0.7, rel=1e-9)
    assert convergence_rate([0, 2, 1]) == -0.5  # a fall, told as it is


def test_rate_is_the_square_of_the_iterates_own():
    """Where both can be measured: the distance of the means from their limit shrinks by the root of it."""
    x, _ = datasets.line(np.random.default_rng(0), 500)
    start = random_start(x, 2, np.random.default_rng(1))
    limit = fit(x, start, tol=0, max_steps=4000).params
    run = fit(x, start, tol=0, max_steps=120)
    distances = [np.abs(fit(x, start, tol=0, max_steps=steps).params.means - limit.means).max() for steps in (119, 120)]
    assert convergence_rate(run.log_likelihoods) == pytest.approx((distances[1] / distances[0]) ** 2, rel=1e-2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, 2.0], "log_likelihoods has 2 entries; two gains need at least 3"),
        ([1.0, 1.0, 2.0], "log_likelihoods rests: the gain before the last is 0"),
        ([1.0, np.nan, 2.0], r"log_likelihoods\[1\] is nan"),
        ([[1.0, 2.0, 3.0]], r"log_likelihoods must be a vector with at least one entry, got shape \(1, 3\)"),
        ([], "log_likelihoods must be a vector"),
    ],
)
def test_rate_of_nothing_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        convergence_rate(values)


@pytest.mark.parametrize("seed", range(4))
def test_acceleration_ascends_to_the_same_optimum_in_fewer_steps(seed):
    x, _ = datasets.line(np.random.default_rng(seed), 400)
    start = random_start(x, 2, np.random.default_rng(seed))
    plain, fast = fit(x, start, tol=1e-12, max_steps=20_000), fit_accelerated(x, start, tol=1e-12)
    assert fast.converged
    assert np.diff(fast.log_likelihoods).min() >= -1e-12 * np.abs(fast.log_likelihoods).max()
    assert fast.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-8)
    assert fast.log_likelihood == log_likelihood(x, fast.params)
    assert 3 * fast.n_steps < plain.n_steps


def test_acceleration_finds_the_published_maximum_and_rests_there():
    x, start, _ = faithful_split()
    fast = fit_accelerated(x, start)
    assert fast.log_likelihood == pytest.approx(FAITHFUL_MAXIMUM, abs=5e-6)
    again = fit_accelerated(x, fast.params, tol=0, max_steps=50)
    assert again.log_likelihood == pytest.approx(fast.log_likelihood, rel=1e-12)


def test_no_accelerated_cycle_lowers_the_log_likelihood():
    for seed in range(5):
        x, start = awkward_case(seed)
        values = fit_accelerated(x, start, tol=0, max_steps=40).log_likelihoods
        assert np.diff(values).min() >= -1e-12 * np.abs(values).max()


@pytest.mark.parametrize("seed", [14, 60, 72, 116, 117])
def test_acceleration_falls_back_where_the_extrapolation_collapses_a_component(seed):
    """Three components on ten points: a long extrapolation now and then empties one, two plain steps do not."""
    events = []

    def watched(x, resp):
        try:
            return m_step(x, resp)
        except ComponentCollapsed as collapse:
            events.append(collapse)
            raise

    rng = np.random.default_rng(seed)
    x = rng.normal(size=(10, 2))
    result = fit_accelerated(x, random_start(x, 3, rng), m_step=watched, tol=0, max_steps=40)
    assert events
    assert np.diff(result.log_likelihoods).min() >= -1e-12 * np.abs(result.log_likelihoods).max()


def test_acceleration_stops_when_told_and_takes_variants():
    x, start = awkward_case()
    assert fit_accelerated(x, start, max_steps=0).params is start
    short = fit_accelerated(x, tied(x, e_step(x, start)[0]), m_step=tied, max_steps=2, tol=0)
    assert (short.converged, short.n_steps) == (False, 2)
    np.testing.assert_array_equal(short.params.covariances[0], short.params.covariances[2])


def test_without_tolerance_it_runs_to_rest_and_says_so():
    x, start, _ = faithful_split()
    fast = fit_accelerated(x, start, tol=0)
    assert fast.converged
    assert fast.log_likelihoods[-1] == fast.log_likelihoods[-2]
    assert best_of(x, [start], tol=0).converged


def test_acceleration_names_what_it_cannot_start_from():
    x, _ = awkward_case()
    empty = MixtureParams([1.0, 0.0], x[:2], [np.eye(2)] * 2)
    with pytest.raises(ValueError, match="start has the weight 0 for component 1"):
        fit_accelerated(x, empty)
    with pytest.raises(ValueError, match="tol must be a non-negative number"):
        fit_accelerated(x, empty, tol=-1)
