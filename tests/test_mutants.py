"""Wrong versions of the reference, each of which a named test must catch; a test that cannot fail proves nothing."""

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import Phase, settings

import gmm_lab

TESTS = Path(__file__).parent
PACKAGE = Path(gmm_lab.__file__).parent
# That a test fails is all that counts here: a search for the simplest input that makes it fail takes most of the time.
settings.register_profile("first failure", settings.get_profile("repeatable"), phases=[Phase.explicit, Phase.generate])


class Mutant(NamedTuple):
    """One line of `module` changed from `right` to `wrong`; `test` is file::function, to be called with `args`."""

    name: str
    module: str
    right: str
    wrong: str
    test: str
    args: tuple = ()


BAYES = "soft_em::test_responsibilities_are_bayes_rule_written_out"
ASCENT = "soft_em::test_no_step_lowers_the_log_likelihood"
AVERAGE = "soft_em::test_m_step_is_a_weighted_average"
FAITHFUL = "soft_em::test_old_faithful_from_the_split_at_three_minutes"
LEDGER = "elbo::test_log_likelihood_is_elbo_plus_kl"
DENSITY = "gaussian::test_density_is_scipys"

MUTANTS = [
    Mutant("Σ for its inverse", "gaussian", "solve(lower, whitened)", "lower.T @ whitened", DENSITY),
    Mutant("ascent breaks, too", "gaussian", "solve(lower, whitened)", "lower.T @ whitened", ASCENT),
    Mutant("missing half", "gaussian", "return -0.5 *", "return -1.0 *", DENSITY),
    Mutant("missing determinant", "gaussian", "sum(2 * np.log", "sum(0 * np.log", DENSITY),
    Mutant("determinant's sign", "gaussian", "sum(2 * np.log", "sum(-2 * np.log", DENSITY),
    Mutant("determinant without root", "gaussian", "sum(2 * np.log", "sum(4 * np.log", DENSITY),
    Mutant("missing 2π", "gaussian", "mean.size * np.log(2 * np.pi)", "0", DENSITY),
    Mutant(
        "ill-conditioned Σ not repaired",
        "_factors",
        "NARROW = 1e-3",
        "NARROW = 0.0",
        "hard_cases::test_log_likelihood_is_right_to_ten_digits",
        ("condition 1e10, turned",),
    ),
    Mutant("shares squared in the scatter", "gaussian", "np.sqrt(share)", "share", AVERAGE),
    Mutant("moments about the origin", "gaussian", "* (x - mean)\n    return half", "* x\n    return half", AVERAGE),
    Mutant("forgotten weights", "mixture", "return log_weights + np.stack", "return 0 * log_weights + np.stack", BAYES),
    Mutant("weights again", "mixture", "return log_weights + np.stack", "return 2 * log_weights + np.stack", BAYES),
    Mutant(
        "scatter about the grand mean",
        "moments",
        "scatter(x, share, mean) for",
        "scatter(x, share, x.mean(0)) for",
        ASCENT,
    ),
    Mutant("1/N for 1/N_k", "moments", "moments.scatters / counts", "moments.scatters / moments.n", AVERAGE),
    Mutant(
        "unbiased divisor",
        "moments",
        "moments.scatters / counts",
        "moments.scatters / (counts - 1)",
        FAITHFUL,
    ),
    Mutant(
        "equal weights",
        "moments",
        "MixtureParams(moments.counts / moments.n,",
        "MixtureParams(0 * moments.counts + 1 / len(moments.counts),",
        AVERAGE,
    ),
    Mutant("mean by N", "moments", "np.divide(sums, counts[:, np.newaxis],", "np.divide(sums, len(x),", AVERAGE),
    Mutant(
        "sampled with equal weights",
        "mixture",
        "p=params.weights",
        "p=None",
        "mixture::test_sample_counts_follow_the_weights_and_points_their_component",
    ),
    Mutant(
        "sampled with Σ for its root",
        "mixture",
        "lower = np.linalg.cholesky(params.covariances)",
        "lower = params.covariances",
        "mixture::test_sample_counts_follow_the_weights_and_points_their_component",
    ),
    Mutant("normalised over points", "soft_em", "softmax(joint, axis=1)", "softmax(joint, axis=0)", BAYES),
    Mutant("mean for sum", "soft_em", "logsumexp(joint, axis=1).sum()", "logsumexp(joint, axis=1).mean()", BAYES),
    Mutant(
        "hard labels for responsibilities",
        "soft_em",
        "return softmax(joint, axis=1), float",
        "return (joint == joint.max(axis=1, keepdims=True)) * 1.0, float",
        BAYES,
    ),
    Mutant(
        "the log-likelihood of the step before",
        "soft_em",
        "            params = maximise(x, state.resp)\n",
        "            params = maximise(x, _e_step(x, maximise(x, state.resp))[0])\n",
        "soft_em::test_runs_as_scikit_learn_does_from_the_same_start",
    ),
    Mutant(
        "a fall is convergence",
        "soft_em",
        "abs(state.log_likelihood - before.log_likelihood)",
        "(state.log_likelihood - before.log_likelihood)",
        "soft_em::test_a_fall_is_not_taken_for_convergence",
    ),
    Mutant(
        "tolerance not per point",
        "soft_em",
        "<= tol * len(state.resp)",
        "<= tol",
        "soft_em::test_fit_stops_at_the_tolerance_and_says_whether_it_did",
    ),
    Mutant(
        "shares by the log of the sum",
        "soft_em",
        "return softmax(joint, axis=1), float",
        "return np.exp(joint - logsumexp(joint, axis=1, keepdims=True)), float",
        "soft_em::test_shares_are_as_right_as_the_squared_distances",
        (1e6,),
    ),
    Mutant(
        "no rest at a gain of 0",
        "soft_em",
        "<= tol * len(state.resp)",
        "< tol * len(state.resp)",
        "soft_em::test_without_tolerance_it_runs_to_rest_and_says_so",
    ),
    Mutant(
        "accelerated: no rest at a gain of 0",
        "soft_em",
        "<= tol * len(state.resp)",
        "< tol * len(state.resp)",
        "convergence::test_without_tolerance_it_runs_to_rest_and_says_so",
    ),
    Mutant(
        "blocks added without what is between their means",
        "moments",
        "(self.counts * share)",
        "(0 * share)",
        "moments::test_blocks_add_up_to_the_whole",
    ),
    Mutant(
        "a component that is empty in one block",
        "moments",
        "where=counts > 0)\n        shift",
        "where=counts >= 0)\n        shift",
        "moments::test_a_component_may_be_empty_in_a_block",
    ),
    Mutant(
        "data checked at each step",
        "soft_em",
        "*_e_step(x, params)",
        "*e_step(x, params)",
        "soft_em::test_data_are_checked_once_a_fit",
    ),
    Mutant(
        "one lost start loses the fold",
        "selection",
        "lost = lost or collapse",
        "raise",
        "selection::test_one_lost_start_is_one_lost_start",
    ),
    Mutant(
        "pickle thaws",
        "_value",
        "if isinstance(value, np.ndarray) else value",
        "if False else value",
        "value::test_arrays_stay_read_only_whatever_is_made_of_them",
        ("pickle 5",),
    ),
    Mutant("entropy's sign", "elbo", "+ entropy(resp)", "- entropy(resp)", LEDGER),
    Mutant(
        "KL the other way", "elbo", "_weighted(resp, log_ratio)", "_weighted(np.exp(log_posterior), -log_ratio)", LEDGER
    ),
    Mutant(
        "0 log 0 is NaN",
        "elbo",
        "where=resp > 0",
        "where=resp >= 0",
        "elbo::test_zero_times_infinity_is_zero_and_a_real_infinity_is_told",
    ),
    Mutant(
        "labels of the wrong row",
        "likelihood",
        "joint[np.arange(len(joint)), labels]",
        "joint[np.arange(len(joint)), labels[::-1]]",
        "likelihood::test_both_likelihoods_are_scipys",
    ),
    Mutant(
        "unbiased divisor with labels",
        "moments",
        "moments.scatters / counts",
        "moments.scatters / (counts - 1)",
        "likelihood::test_with_labels_the_maximum_is_share_mean_and_covariance_by_class",
    ),
    Mutant(
        "gradient of the weights",
        "unconstrained",
        "- len(y) * weights",
        "- len(y) / len(weights)",
        "unconstrained::test_value_and_gradient_are_those_of_the_log_likelihood",
        (0,),
    ),
    Mutant(
        "gradient of the factors",
        "unconstrained",
        "np.diag(slope) * np.diag(factor)",
        "np.diag(slope)",
        "unconstrained::test_value_and_gradient_are_those_of_the_log_likelihood",
        (0,),
    ),
    Mutant(
        "pooled without weights",
        "covariance",
        "moments.scatters.sum(axis=0) / moments.n",
        "(moments.scatters / moments.counts[:, np.newaxis, np.newaxis]).mean(axis=0)",
        "covariance::test_runs_as_scikit_learn_does_from_the_same_start",
        ("tied",),
    ),
    Mutant(
        "sum of variances for their mean",
        "covariance",
        "(counts * n_features)",
        "counts",
        "covariance::test_runs_as_scikit_learn_does_from_the_same_start",
        ("spherical",),
    ),
    Mutant(
        "the least likely label",
        "hard_em",
        "params, joint.argmax",
        "params, joint.argmin",
        "hard_em::test_states_alternate_labels_and_maximum_likelihood",
    ),
    Mutant(
        "weights ignored by labels",
        "hard_em",
        "return log_joint(x, params).argmax",
        "return (log_joint(x, params) - np.log(params.weights)).argmax",
        "hard_em::test_labels_are_the_most_likely_of_all_labellings",
    ),
    Mutant(
        "city blocks for squared distance",
        "kmeans",
        "(x - centre) ** 2",
        "abs(x - centre)",
        "kmeans::test_ends_as_scikit_learn_does_from_the_same_centres",
        (0,),
    ),
    Mutant(
        "median for mean",
        "kmeans",
        "x[labels == k].mean(axis=0)",
        "np.median(x[labels == k], axis=0)",
        "kmeans::test_ends_as_scikit_learn_does_from_the_same_centres",
        (0,),
    ),
    Mutant(
        "K-means++ weights not squared",
        "initialization",
        "(distances / distances.max()) ** 2",
        "distances / distances.max()",
        "initialization::test_second_centre_is_drawn_by_squared_distance",
    ),
    Mutant(
        "K-means++ looks at the last centre",
        "initialization",
        "np.minimum(distances, np.linalg.norm(x - centres[-1], axis=1))",
        "np.linalg.norm(x - centres[-1], axis=1)",
        "initialization::test_third_centre_heeds_the_nearest_of_two",
    ),
    Mutant(
        "the worst of many",
        "convergence",
        "best = max(fits",
        "best = min(fits",
        "convergence::test_best_of_keeps_the_best_and_reports_all",
    ),
    Mutant(
        "rate upside down",
        "convergence",
        "float(last / before)",
        "float(before / last)",
        "convergence::test_rate_of_a_geometric_sequence_is_its_ratio",
    ),
    Mutant(
        "extrapolation always kept",
        "convergence",
        "if there.log_likelihood > state.log_likelihood:",
        "if True:",
        "convergence::test_no_accelerated_cycle_lowers_the_log_likelihood",
    ),
    Mutant(
        "no extrapolation",
        "convergence",
        "length = max(1.0, ",
        "length = 0 * max(1.0, ",
        "convergence::test_acceleration_ascends_to_the_same_optimum_in_fewer_steps",
        (0,),
    ),
    Mutant(
        "K weights free", "selection", "return k - 1 + k * d", "return k + k * d", "selection::test_parameters_by_hand"
    ),
    Mutant(
        "BIC higher is better",
        "selection",
        "-2 * log_likelihood(x, params) + n_parameters * np.log",
        "2 * log_likelihood(x, params) - n_parameters * np.log",
        "selection::test_bic_of_old_faithful_is_the_published_one",
        ("full", 1, 2607.623),
    ),
    Mutant(
        "BIC of the mean",
        "selection",
        "-2 * log_likelihood(x, params) + n_parameters * np.log(len(x))",
        "-2 * log_likelihood(x, params) / len(x) + n_parameters * np.log(len(x))",
        "selection::test_bic_of_old_faithful_is_the_published_one",
        ("full", 1, 2607.623),
    ),
    Mutant(
        "scored on the training points",
        "selection",
        "log_likelihood(x[fold], best.params) / len(fold)",
        "log_likelihood(train, best.params) / len(train)",
        "selection::test_scores_are_those_of_points_the_fit_has_not_seen",
    ),
    Mutant(
        "folds not shuffled",
        "selection",
        "rng.permutation(n)",
        "np.arange(n)",
        "selection::test_folds_share_out_every_point_once",
    ),
    Mutant(
        "threshold on the density",
        "anomaly",
        "np.quantile(log_density(x, params), fraction)",
        "np.log(np.quantile(np.exp(log_density(x, params)), fraction))",
        "anomaly::test_threshold_is_the_quantile_with_linear_interpolation",
    ),
    Mutant(
        "below, not at, the threshold",
        "anomaly",
        "log_density(x, params) <= ",
        "log_density(x, params) < ",
        "anomaly::test_a_point_on_the_threshold_is_flagged",
    ),
    Mutant(
        "old belief after an E-step",
        "trace",
        '_half_step("E", step + 1, x, params_then, resp_then)',
        '_half_step("E", step + 1, x, params_then, half.resp)',
        "trace::test_ledger_adds_up_and_each_half_step_moves_its_own_part",
    ),
    Mutant(
        "old parameters after an M-step",
        "trace",
        '_half_step("M", step, x, params_then, half.resp)',
        '_half_step("M", step, x, params, half.resp)',
        "trace::test_half_steps_are_the_states_of_em_in_two_parts",
    ),
]


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package that is imported in place of the real one while the test runs."""
    copy = tmp_path / "gmm_lab"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name in [name for name in sys.modules if name.split(".")[0] in ("gmm_lab", "cases", "exact")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    settings.load_profile("first failure")  # a test keeps the profile that is loaded when its file is
    yield copy
    settings.load_profile("repeatable")
    for name in [name for name in sys.modules if name.split(".")[0] in ("gmm_lab", "cases", "exact")]:
        del sys.modules[name]


def run(test, args):
    file, function = test.split("::")
    getattr(load(TESTS / f"test_{file}.py", f"mutated_{file}"), function)(*args)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_is_caught(mutant, package):
    path = package / f"{mutant.module}.py"
    source = path.read_text("utf-8")
    assert source.count(mutant.right) == 1, "the line to be broken is no longer there"
    path.write_text(source.replace(mutant.right, mutant.wrong), "utf-8")
    with pytest.raises((Exception, pytest.fail.Exception)):
        run(mutant.test, mutant.args)


@pytest.mark.parametrize(("test", "args"), sorted({(mutant.test, mutant.args) for mutant in MUTANTS}))
def test_passes_unbroken_in_the_same_way(test, args, package):
    run(test, args)
    assert Path(sys.modules["gmm_lab"].__file__).parent == package
