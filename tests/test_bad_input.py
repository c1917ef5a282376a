"""Every public function, every argument, every kind of wrong or odd input: the right answer, or an error that helps.

A row of CALLS is one function with good arguments; SAME, REFUSED and DEGENERATE say what is done to them one by one.
"""

import dataclasses
import inspect
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import gmm_lab as lab
from gmm_lab import ComponentCollapsed, MixtureParams, datasets, plots, selection, trace

# Dyadic numbers, so that float32 and text hold them exactly.
X = np.round(np.random.default_rng(0).normal(size=(12, 2)) * 64) / 64
RESP = np.array([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]] * 4)
Z = np.array([0.0, 1.0, 1.0] * 4)
PARAMS = MixtureParams([0.25, 0.75], [[0.0, 1.0], [1.0, -1.0]], [[[1.0, 0.5], [0.5, 2.0]], [[1.0, 0.0], [0.0, 0.5]]])
HALVES = list(islice(lab.em_half_steps(X, PARAMS), 3))


def rng():
    return np.random.default_rng(0)


def axes(function):
    """A drawing function with an Axes of its own."""
    return lambda **arguments: function(Figure().subplots(), **arguments)


THETA = {"weights": PARAMS.weights, "means": PARAMS.means, "covariances": PARAMS.covariances}
CALLS = {
    "BestFit": None,  # results, and the event: made by the functions below
    "ComponentCollapsed": None,
    "EMState": None,
    "Fit": None,
    "HardEMState": None,
    "KMeansFit": None,
    "KMeansState": None,
    "datasets": None,  # modules, whose functions have rows of their own
    "selection": None,
    "trace": None,
    "trace.Difference": None,
    "trace.HalfStep": None,
    "MixtureParams": (MixtureParams, THETA),
    "aic": (lab.aic, {"x": X, "params": PARAMS, "structure": "full"}),
    "assign": (lab.assign, {"x": X, "params": PARAMS}),
    "best_of": (lab.best_of, {"x": X, "starts": [PARAMS], "tol": 1e-3, "max_steps": 3, "m_step": lab.m_step}),
    "bic": (lab.bic, {"x": X, "params": PARAMS, "structure": "full"}),
    "complete_log_likelihood": (lab.complete_log_likelihood, {"x": X, "z": Z, "params": PARAMS}),
    "complete_mle": (lab.complete_mle, {"x": X, "z": Z, "n_components": 2}),
    "convergence_rate": (lab.convergence_rate, {"log_likelihoods": np.array([1.0, 2.0, 2.5])}),
    "cross_validate": (
        lab.cross_validate,
        {"x": X, "candidates": [1], "n_folds": 3, "rng": rng, "n_starts": 1, "m_step": lab.m_step},
    ),
    "diagonal": (lab.diagonal, {"x": X, "resp": RESP}),
    "e_step": (lab.e_step, {"x": X, "params": PARAMS}),
    "elbo": (lab.elbo, {"x": X, "resp": RESP, "params": PARAMS}),
    "em_half_steps": (lab.em_half_steps, {"x": X, "start": PARAMS, "resp": RESP, "m_step": lab.m_step}),
    "em_states": (lab.em_states, {"x": X, "start": PARAMS, "m_step": lab.m_step}),
    "entropy": (lab.entropy, {"resp": RESP}),
    "equal_spheres": (lab.equal_spheres, {"sd": 0.5}),
    "expected_complete_log_likelihood": (
        lab.expected_complete_log_likelihood,
        {"x": X, "resp": RESP, "params": PARAMS},
    ),
    "trace.first_difference": (trace.first_difference, {"a": HALVES, "b": HALVES, "rtol": 1e-6}),
    "fit": (lab.fit, {"x": X, "start": PARAMS, "tol": 1e-3, "max_steps": 3, "m_step": lab.m_step}),
    "fit_accelerated": (
        lab.fit_accelerated,
        {"x": X, "start": PARAMS, "tol": 1e-3, "max_steps": 2, "m_step": lab.m_step},
    ),
    "fit_direct": (lab.fit_direct, {"x": X, "start": PARAMS, "max_steps": 3}),
    "selection.folds": (selection.folds, {"n": 7, "n_folds": 2, "rng": rng}),
    "trace.from_json": (trace.from_json, {"text": trace.to_json(HALVES)}),
    "trace.half_steps": (trace.half_steps, {"x": X, "iterates": [(PARAMS, RESP)], "resp": RESP}),
    "hard_em": (lab.hard_em, {"x": X, "start": PARAMS, "max_steps": 3, "m_step": lab.complete_mle}),
    "hard_em_half_steps": (lab.hard_em_half_steps, {"x": X, "start": PARAMS, "resp": RESP}),
    "hard_em_states": (lab.hard_em_states, {"x": X, "start": PARAMS, "m_step": lab.complete_mle}),
    "icl": (lab.icl, {"x": X, "params": PARAMS, "structure": "full"}),
    "is_anomaly": (lab.is_anomaly, {"x": X, "params": PARAMS, "threshold": -2.0}),
    "kl_gap": (lab.kl_gap, {"x": X, "resp": RESP, "params": PARAMS}),
    "kmeans": (lab.kmeans, {"x": X, "centres": X[:2], "max_steps": 3}),
    "kmeans_half_steps": (lab.kmeans_half_steps, {"x": X, "centres": X[:2], "sd": 0.5, "resp": RESP}),
    "kmeans_plus_plus": (lab.kmeans_plus_plus, {"x": X, "n_components": 2, "rng": rng}),
    "kmeans_start": (lab.kmeans_start, {"x": X, "n_components": 2, "rng": rng}),
    "kmeans_states": (lab.kmeans_states, {"x": X, "centres": X[:2]}),
    "log_density": (lab.log_density, {"x": X, "params": PARAMS}),
    "log_gaussian": (lab.log_gaussian, {"x": X, "mean": X[0], "covariance": PARAMS.covariances[0]}),
    "log_joint": (lab.log_joint, {"x": X, "params": PARAMS}),
    "log_likelihood": (lab.log_likelihood, {"x": X, "params": PARAMS}),
    "log_threshold": (lab.log_threshold, {"x": X, "params": PARAMS, "fraction": 0.25}),
    "m_step": (lab.m_step, {"x": X, "resp": RESP}),
    "n_free_parameters": (lab.n_free_parameters, {"n_components": 2, "n_features": 2, "structure": "full"}),
    "random_start": (lab.random_start, {"x": X, "n_components": 2, "rng": rng}),
    "sample": (lab.sample, {"params": PARAMS, "n": 5, "rng": rng}),
    "spherical": (lab.spherical, {"x": X, "resp": RESP}),
    "tied": (lab.tied, {"x": X, "resp": RESP}),
    "trace.to_json": (trace.to_json, {"trace": HALVES}),
    "datasets.old_faithful": (datasets.old_faithful, {}),
    "datasets.anisotropic": (datasets.anisotropic, {"rng": rng, "n": 5}),
    "datasets.line": (datasets.line, {"rng": rng, "n": 5}),
    "datasets.unequal_variances": (datasets.unequal_variances, {"rng": rng, "n": 5}),
    "datasets.uneven_sizes": (datasets.uneven_sizes, {"rng": rng, "n": 5}),
    "plots.points": (axes(plots.points), {"x": X, "resp": RESP}),
    "plots.ellipses": (axes(plots.ellipses), {"params": PARAMS}),
    "plots.density": (axes(plots.density), {"params": PARAMS}),
    "plots.voronoi": (axes(plots.voronoi), {"centres": X[:2]}),
    "plots.log_likelihood_curve": (axes(plots.log_likelihood_curve), {"log_likelihoods": np.array([1.0, 2.0, 2.5])}),
    "plots.selection_curve": (axes(plots.selection_curve), {"candidates": [1, 2], "scores": np.array([1.0, 2.0])}),
    "plots.ledger": (axes(plots.ledger), {"half_steps": HALVES}),
}
ROWS = {name: row for name, row in CALLS.items() if row}

ARRAYS = {
    "x",
    "resp",
    "z",
    "centres",
    "weights",
    "means",
    "covariances",
    "mean",
    "covariance",
    "log_likelihoods",
    "scores",
}
SAME = {
    "a list": lambda a: a.tolist(),
    "a tuple": lambda a: tuple(a.tolist()),
    "Fortran order": lambda a: np.asfortranarray(a),
    "every other row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "float32": lambda a: a.astype(np.float32),
    "float16": lambda a: a.astype(np.float16),
    "big-endian": lambda a: a.astype(">f8"),
    "objects": lambda a: a.astype(object),
    "a mask of nothing": lambda a: np.ma.masked_invalid(a),
    "read-only": lambda a: frozen(a),
    "a DataFrame or Series": lambda a: {1: pd.Series, 2: pd.DataFrame}.get(a.ndim, np.array)(a),
}
NO_ARRAY = {
    "None": lambda a: None,
    "text": lambda a: "data",
    "strings": lambda a: a.astype(str),
    "complex": lambda a: a + 0j,
    "dates": lambda a: a.astype("datetime64[s]"),
    "ragged": lambda a: [[1.0, 2.0], [1.0]],
    "a huge int": lambda a: replaced(a.astype(object), 10**400),
    "an iterator": lambda a: iter(a),
    "a generator": lambda a: (row for row in a),
    "lazy": lambda a: Lazy(a),
    "a list of lazy rows": lambda a: [Lazy(a), Lazy(a)],
    "empty": lambda a: a[:0],
    "a number": lambda a: 3.0,
    "a dict": lambda a: {"a": 1},
    "an axis more": lambda a: a[np.newaxis],
    "NaN": lambda a: replaced(a, np.nan),
    "infinity": lambda a: replaced(a, np.inf),
    "a hole": lambda a: replaced(a.astype(object), None),
    "a masked entry": lambda a: np.ma.masked_array(a, mask=np.arange(a.size).reshape(a.shape) == 1),
}


class Lazy:
    """What a Dask array is to NumPy: something that computes itself when it is asked for numbers."""

    def __init__(self, array):
        self.array = array

    def __dask_graph__(self):
        return {}

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("computed in silence")


POSITIVE_COUNT = [0, -1, 1.5, "2", None, True, np.nan, [2], 10**400, np.int64(-1)]
COUNT = [-1, 1.5, "2", None, True, np.nan, [2], 10**400, np.float64(2.0)]
NO_MIXTURE = [None, 3, "mixture", (PARAMS.weights, PARAMS.means, PARAMS.covariances), THETA]
WRONG = {
    "params": NO_MIXTURE,
    "start": NO_MIXTURE,
    "starts": [None, 3, [], [None], PARAMS],
    "m_step": [None, 3, "tied"],
    "iterates": [None, 3, [], [PARAMS], [(None, RESP)], [(PARAMS, None)]],
    "trace": [None, 3, [None], [PARAMS]],
    "a": [None, 3, [None]],
    "b": [None, 3, [None]],
    "half_steps": [None, 3, [], [None]],
    "n_components": POSITIVE_COUNT,
    "n_features": POSITIVE_COUNT,
    "n_starts": POSITIVE_COUNT,
    "n": POSITIVE_COUNT,
    "n_folds": [*POSITIVE_COUNT, 1, 1000],
    "max_steps": COUNT,
    "candidates": [None, 3, [], ["2"]],
    "rng": [0, None, np.random.RandomState(0), "seed"],
    "tol": [-1.0, np.nan, np.inf, "small", None, [1e-3], True, 10**400, np.float64(-2.0)],
    "rtol": [-1.0, np.nan, np.inf, "small", None, [1e-3], 10**400],
    "sd": [0.0, -1.0, np.nan, np.inf, "wide", None, [1.0], 1e-300, 10**400],
    "fraction": [-0.1, 1.1, np.nan, "few", None, [0.1], 10**400],
    "threshold": [np.nan, "low", None, [0.0, 1.0], 1j, 10**400],
    "structure": ["round", None, 3, []],
    "text": [None, 3, "", "{}", "[1]"],
}
WRONG_ARRAYS = {
    "weights": {
        "sum 1.5": lambda a: a * 1.5,
        "negative": lambda a: np.array([1.5, -0.5]),
        "too many": lambda a: np.full(3, 1 / 3),
    },
    "covariances": {
        "not symmetric": lambda a: a + np.array([[0, 0.1], [0, 0]]),
        "indefinite": lambda a: np.stack([a[0], [[1, 2], [2, 1]]]),
        "singular": lambda a: np.stack([a[0], [[1, 1], [1, 1]]]),
        "zero": lambda a: 0 * a,
    },
    "covariance": {"not symmetric": lambda a: a + np.array([[0, 0.1], [0, 0]]), "negative": lambda a: -a},
    "resp": {"sum 2": lambda a: 2 * a, "negative": lambda a: a - [[1, -1]], "a row short": lambda a: a[1:]},
    "z": {
        "too large": lambda a: a + 5,
        "negative": lambda a: a - 1,
        "halves": lambda a: a + 0.5,
        "one short": lambda a: a[1:],
    },
    "x": {"huge": lambda a: a * 1e200},
    "centres": {"huge": lambda a: a * 1e200, "a column more": lambda a: np.column_stack([a, a])},
    "means": {"huge": lambda a: a * 1e200, "a row more": lambda a: np.vstack([a, a[:1]])},
}
DEGENERATE = {
    "duplicates only": lambda a: np.ones_like(a),
    "a constant column": lambda a: a * [1, 0],
    "nearly a constant column": lambda a: a * [1, 1e-15] + [0, 1],
    "collinear columns": lambda a: a[:, :1] * [1, 3],
    "one point": lambda a: a[:1],
    "two points": lambda a: a[:2],
    "tiny": lambda a: a * 1e-200,
    "small": lambda a: a * 1e-100,
    "large": lambda a: a * 1e100,
    "far": lambda a: a + 1e12,
    "one feature": lambda a: a[:, :1],
    "three features": lambda a: np.column_stack([a, a[:, 0]]),
    "K > N": lambda a: a[:1],
}


def frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def replaced(array, value):
    array = array.copy()
    array.flat[array.size - 1] = value
    return array


def arguments_of(name, **changes):
    """Good arguments but for the changes; a Generator is made anew for each call."""
    _, arguments = ROWS[name]
    return {key: changes.get(key, value() if value is rng else value) for key, value in arguments.items()}


def run(name, arguments):
    """Call, check that no input was changed, and return every number of the result."""
    before = {key: snapshot(value) for key, value in arguments.items()}
    try:
        result = ROWS[name][0](**arguments)
        if isinstance(result, Iterator):
            result = list(islice(result, 3))
    finally:
        for key, value in arguments.items():
            assert snapshot(value) == before[key], f"{name} changed its argument {key}"
    numbers = list(numbers_in(result))
    assert not any(np.isnan(number).any() for number in numbers), f"{name} returned NaN"
    return numbers


def snapshot(value):
    if isinstance(value, np.ma.MaskedArray):
        return value.data.tobytes(), value.mask.tobytes()
    if isinstance(value, np.ndarray):
        return value.tobytes(), value.dtype, value.shape, value.flags.writeable
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.to_numpy().tobytes()
    return None if isinstance(value, np.random.Generator) else repr(value)


def numbers_in(result):
    if isinstance(result, np.ndarray | float | int):
        yield np.asarray(result, dtype=float)
    elif dataclasses.is_dataclass(result):
        for field in dataclasses.fields(result):
            yield from numbers_in(getattr(result, field.name))
    elif isinstance(result, list | tuple):
        for entry in result:
            yield from numbers_in(entry)


def cases(table):
    """(function, argument, kind) for each argument that a table of distortions knows."""
    return [(name, key, kind) for name, (_, arguments) in ROWS.items() for key in arguments for kind in table(key)]


def test_every_public_name_has_its_row():
    public = set(lab.__all__)
    public |= {f"trace.{name}" for name in trace.__all__ if name not in public} | {"selection.folds"}
    for module in (datasets, plots):
        functions = inspect.getmembers(module, inspect.isfunction)
        short = module.__name__.removeprefix("gmm_lab.")
        public |= {f"{short}.{name}" for name, f in functions if f.__module__ == module.__name__ and name[0] != "_"}
    assert public == set(CALLS)


def test_every_argument_is_walked():
    for name, (function, arguments) in ROWS.items():
        assert set(arguments) <= ARRAYS | set(WRONG), name
        if not name.startswith("plots."):  # there the Axes and the look are left out
            assert set(arguments) == set(inspect.signature(function).parameters), name


@pytest.mark.parametrize(("name", "key", "kind"), cases(lambda key: SAME if key in ARRAYS else ()))
def test_the_same_numbers_in_another_guise_give_the_same_answer(name, key, kind):
    plain = run(name, arguments_of(name))
    other = run(name, arguments_of(name, **{key: SAME[kind](ROWS[name][1][key])}))
    for one, two in zip(plain, other, strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "key", "kind"), cases(lambda key: NO_ARRAY | WRONG_ARRAYS.get(key, {}) if key in ARRAYS else ())
)
def test_a_wrong_array_is_refused_by_name(name, key, kind):
    if (key, kind) == ("resp", "None") and name.endswith("half_steps"):
        pytest.skip("no belief at the start is the uniform one")
    if (name, kind) == ("entropy", "a row short"):
        pytest.skip("without points any number of rows will do")
    if (name, key, kind) == ("plots.selection_curve", "scores", "an axis more"):
        pytest.skip("scores of one run")
    wrong = (NO_ARRAY | WRONG_ARRAYS.get(key, {}))[kind](ROWS[name][1][key])
    with pytest.raises(ValueError, match=rf"{key}\b") as caught:
        run(name, arguments_of(name, **{key: wrong}))
    helps(caught.value)


@pytest.mark.parametrize(("name", "key", "kind"), cases(lambda key: range(len(WRONG.get(key, ())))))
def test_a_wrong_value_is_refused_by_name(name, key, kind):
    with pytest.raises(ValueError, match=rf"{key}\b") as caught:
        run(name, arguments_of(name, **{key: WRONG[key][kind]}))
    helps(caught.value)


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, _, kind in cases(lambda key: DEGENERATE if key == "x" else ())]
)
def test_degenerate_data_give_a_finite_answer_or_an_error_that_helps(name, kind):
    x = DEGENERATE[kind](X)
    changes = {key: ROWS[name][1][key][: len(x)] for key in ("resp", "z") if key in ROWS[name][1]}
    if "iterates" in ROWS[name][1]:
        changes["iterates"] = [(PARAMS, RESP[: len(x)])]
    try:
        run(name, arguments_of(name, x=x, **changes))
    except (ValueError, ComponentCollapsed) as error:
        helps(error)


def helps(error):
    """What it got and what to do: at least two clauses, and the traceback ends in our own words."""
    text = str(error)
    assert text[-1] == "."
    assert "np.float" not in text
    assert "np.int" not in text
    assert len(text) < 500
    assert not isinstance(error, ComponentCollapsed) or ("component" in text and "chapter 8" in text)
    assert ". " in text or "got" in text, text
