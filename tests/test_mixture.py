import tracemalloc

import numpy as np
import pytest
from cases import awkward_case
from scipy.stats import chi2, multivariate_normal

from gmm_lab import MixtureParams, log_density, log_joint, sample


def test_joint_and_density_are_scipys():
    x, params = awkward_case()
    parts = zip(params.weights, params.means, params.covariances, strict=True)
    joint = np.stack([np.log(w) + multivariate_normal(mean, cov).logpdf(x) for w, mean, cov in parts], axis=1)
    np.testing.assert_allclose(log_joint(x, params), joint, rtol=1e-11)
    np.testing.assert_allclose(log_density(x, params), np.log(np.exp(joint).sum(axis=1)), rtol=1e-9)


def test_density_far_from_every_mean_is_finite():
    x, params = awkward_case()
    far = log_density(x[:1] + 1e4, params)
    assert np.isfinite(far).all()
    assert far < -1e6


def test_density_integrates_to_one():
    params = MixtureParams([0.3, 0.7], [[-1.0], [2.0]], [[[0.5]], [[2.0]]])
    grid = np.linspace(-15, 15, 20001)
    assert np.trapezoid(np.exp(log_density(grid[:, np.newaxis], params)), grid) == pytest.approx(1, abs=1e-10)


def test_an_empty_component_has_log_joint_minus_infinity_and_no_warning():
    params = MixtureParams([1.0, 0.0], [[0.0], [1.0]], [[[1.0]], [[1.0]]])
    joint = log_joint([[0.5]], params)
    assert joint[0, 1] == -np.inf
    assert log_density([[0.5]], params) == pytest.approx(joint[0, 0])


def test_sample_counts_follow_the_weights_and_points_their_component():
    params = MixtureParams([0.6, 0.1, 0.3], [[0, 0], [5, 5], [-5, 5]], [[[4, 1.8], [1.8, 1]]] * 3)
    n = 20_000
    x, z = sample(params, n, np.random.default_rng(0))
    expected = n * params.weights
    statistic = ((np.bincount(z, minlength=3) - expected) ** 2 / expected).sum()
    assert statistic < chi2(2).ppf(0.999)
    for k in range(3):
        own = x[z == k]
        np.testing.assert_allclose(own.mean(axis=0), params.means[k], atol=5 * 2 / np.sqrt(len(own)))
        np.testing.assert_allclose(np.cov(own.T), params.covariances[k], atol=5 * 4 * np.sqrt(2 / len(own)))


@pytest.mark.parametrize("n_features", [1, 2, 3, 8, 17])
def test_points_of_a_seed_are_the_same_for_ever(n_features):
    """Bit by bit those of the first version, which multiplied each noise by a factor of its own."""
    rng = np.random.default_rng(n_features)
    factors = rng.normal(size=(3, n_features, n_features))
    covariances = factors @ factors.transpose(0, 2, 1) + np.eye(n_features)
    params = MixtureParams([0.5, 0.4, 0.1], rng.normal(size=(3, n_features)), covariances)
    for seed, n in ((0, 1), (1, 2), (2, 500)):
        x, z = sample(params, n, np.random.default_rng(seed))
        again = np.random.default_rng(seed)
        labels = again.choice(3, size=n, p=params.weights)
        noise = again.standard_normal((n, n_features))
        np.testing.assert_array_equal(z, labels)
        lower = np.linalg.cholesky(params.covariances)
        np.testing.assert_array_equal(x, params.means[labels] + np.einsum("nij,nj->ni", lower[labels], noise))


def test_sampling_takes_memory_for_the_points_and_not_for_a_matrix_each():
    params = MixtureParams([0.5, 0.5], np.zeros((2, 40)), [np.eye(40)] * 2)
    tracemalloc.start()
    x, _ = sample(params, 4000, np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * x.nbytes


def test_labels_index_whatever_the_generator_draws():
    class Wide(np.random.Generator):
        def choice(self, *args, **kwargs):
            return super().choice(*args, **kwargs).astype(np.int16)  # as int64 is where an index has 32 bits

    _, z = sample(awkward_case()[1], 9, Wide(np.random.PCG64(0)))
    assert z.dtype == np.intp


def test_params_are_values():
    weights = np.array([0.5, 0.5])
    params = MixtureParams(weights, [[0.0], [1.0]], [[[1.0]], [[1.0]]])
    weights[0] = 9
    assert params.weights[0] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        params.means[0] = 1
    assert (params.n_components, params.n_features) == (2, 1)


GOOD = {"weights": [0.5, 0.5], "means": [[0.0, 0.0], [1.0, 1.0]], "covariances": [np.eye(2), np.eye(2)]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [0.5, 0.6]}, r"weights must be non-negative and sum to 1, got .* Divide them by their sum"),
        ({"weights": [1.5, -0.5]}, "weights must be non-negative"),
        ({"weights": [1.0]}, r"weights must have shape \(K,\) = \(2,\) as in means, got \(1,\)"),
        ({"weights": [np.nan, 1.0]}, r"weights\[0\] is nan"),
        ({"means": [0.0, 1.0]}, r"means must have shape \(K, D\), got \(2,\)"),
        ({"means": [[0.0, np.inf], [1, 1]]}, r"means\[0, 1\] is inf"),
        ({"means": [["a", "b"], ["c", "d"]]}, "means must hold real numbers, got dtype"),
        (
            {"covariances": np.eye(2)},
            r"covariances must have shape \(K, D, D\) = \(2, 2, 2\) as in means, got \(2, 2\)",
        ),
        ({"covariances": [np.eye(2), [[1, 2], [0, 1]]]}, r"covariances\[1\] is not symmetric: \[0, 1\] is 2.0"),
        ({"covariances": [np.eye(2), [[1, 2], [2, 1]]]}, r"covariances\[1\] is not positive definite.* eigenvalue -1"),
        ({"covariances": [np.eye(2), [[1, 0], [0, 0]]]}, r"covariances\[1\]\[1, 1\] is 0.0, but a variance"),
        ({"covariances": [np.eye(2), [[1, np.nan], [0, 1]]]}, r"covariances\[1, 0, 1\] is nan"),
    ],
)
def test_bad_parameters_are_located_and_a_remedy_offered(change, message):
    with pytest.raises(ValueError, match=message):
        MixtureParams(**(GOOD | change))


def test_bad_arguments_are_named():
    params, rng = MixtureParams(**GOOD), np.random.default_rng(0)
    with pytest.raises(ValueError, match="x has D = 1 features, but the parameters have D = 2"):
        log_joint([[0.0]], params)
    with pytest.raises(ValueError, match="params must be a MixtureParams, got"):
        log_joint([[0.0, 0.0]], tuple(GOOD.values()))
    with pytest.raises(ValueError, match="n must be a whole number of at least 1, got 0"):
        sample(params, 0, rng)
    with pytest.raises(ValueError, match=r"rng must be a numpy.random.Generator, got 0.*default_rng"):
        sample(params, 1, 0)
