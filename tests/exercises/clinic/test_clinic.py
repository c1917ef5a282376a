"""The clinic: the symptom is there, an honest fit lacks it, and cause and evidence are judged from outside."""

import json
import re
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.special import logsumexp
from scipy.stats import chi2, chisquare, multivariate_normal
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

from gmm_lab import ComponentCollapsed, MixtureParams, fit, kmeans_start, random_start, sample
from gmm_lab.exercises.clinic import CAUSES, diagnose, grade_diagnosis, patient
from gmm_lab.exercises.clinic.cases import CASES

NAMES = tuple(CASES)
EACH = pytest.mark.parametrize("name", NAMES)
NOBODYS = {"saddle", "local", "correlation"}
# Once more, by hand: which fault each run was made with.
FAULTS = {
    "dip": "bug",
    "sag": "floor",
    "record": "collapse",
    "ready": "tolerance",
    "average": "switching",
    "stripes": "scale",
    "shares": "sampler",
    "missing": "underflow",
    "newcomers": "components",
    "alarm": "threshold",
}


def joint(x, params):
    """log p(x_n, z_n = k), by SciPy."""
    parts = zip(params.weights, params.means, params.covariances, strict=True)
    return np.stack([np.log(w) + multivariate_normal(m, c).logpdf(x) for w, m, c in parts], axis=1)


def log_likelihood(x, params):
    return logsumexp(joint(x, params), axis=1).sum()


def em_step(x, params):
    """Weights, means and covariances after one step of EM, written out."""
    resp = np.exp(joint(x, params) - logsumexp(joint(x, params), axis=1, keepdims=True))
    counts = resp.sum(axis=0)
    means = np.array([np.average(x, axis=0, weights=share) for share in resp.T])
    covariances = np.array([np.cov(x.T, aweights=share, ddof=0) for share in resp.T])
    return counts / len(x), means, covariances


def judge(x, k, start=None, **options):
    """Scikit-learn's fit, with no floor worth the name."""
    if start is not None:
        precisions = np.linalg.inv(start.covariances)
        options |= {"weights_init": start.weights, "means_init": start.means, "precisions_init": precisions}
    return GaussianMixture(
        k, **({"tol": 1e-10, "max_iter": 5000, "reg_covar": 1e-12, "random_state": 0} | options)
    ).fit(x)


def dip(run):
    gains = [after - before for before, after in pairwise(log_likelihood(run["x"], p) for p in run["params"])]
    step = next(t for t, gain in enumerate(gains, 1) if gain < 0)
    return [step, -gains[step - 1]]


def sag(run):
    return run["params"][1].covariances[0] - em_step(run["x"], run["params"][0])[2][0]


def record(run):
    variances = [min(np.linalg.svd(c, compute_uv=False)) for c in run["params"][-1].covariances]
    return [variances.index(min(variances)), min(variances)]


def ready(run):
    rest = judge(run["x"], 2, run["first"])
    return rest.score(run["x"]) * len(run["x"]) - log_likelihood(run["x"], run["first"])


def average(run):
    costs = ((run["first"].means[:, None] - run["second"].means) ** 2).sum(axis=2)
    return linear_sum_assignment(costs)[1]


def stripes(run):
    inertia = sum((run["x"][run["labels"] == k].var(axis=0) * (run["labels"] == k).sum()) for k in (0, 1))
    return [inertia.argmax(), inertia.max() / inertia.sum()]


def shares(run):
    counts = np.bincount(run["z"])
    return chisquare(counts, counts.sum() * run["params"].weights).statistic


def missing(run):
    orphans = [row for row in run["resp"] if not np.isclose(row.sum(), 1)]
    return [len(orphans), logsumexp(joint(run["x"], run["params"][-1]), axis=1).min()]


def newcomers(run):
    values = [-2 * log_likelihood(run["x"], p) + (6 * k - 1) * np.log(150) for k, p in enumerate(run["fits"], 1)]
    return [np.argmin(values) + 1, values[-1] - min(values)]


def alarm(run):
    return run["threshold"] - 2 * np.log(60)


PROOFS = {proof.__name__: proof for proof in (dip, sag, record, ready, average, stripes)}
PROOFS |= {proof.__name__: proof for proof in (shares, missing, newcomers, alarm)}


def right(name):
    return np.asarray(PROOFS[name](patient(name)), dtype=float)


@EACH
def test_the_right_diagnosis_earns_all(name):
    report = diagnose(name, FAULTS[name], right(name))
    assert (report.score, report.max_score, report.hints) == (10, 10, ())
    report.require()
    points = grade_diagnosis(name, FAULTS[name], right(name).tolist(), points=4)
    assert type(points) is float
    assert points == 4.0


@EACH
def test_every_other_cause_earns_nothing(name):
    for cause in CAUSES.keys() - {FAULTS[name]}:
        report = diagnose(name, cause, right(name))
        assert report.score == 0
        assert report.slip == cause
        assert report.findings[1].held, "the evidence is right all the same, and the report says so"
        assert len(report.hints) == 2


@EACH
def test_wrong_evidence_earns_half(name):
    for wrong in (1.05 * right(name) + 0.05, -right(name) - 1, np.full_like(right(name), np.nan), right(name) * 1e300):
        report = diagnose(name, FAULTS[name], wrong)
        assert report.score == 5
        assert report.hints[0] == CASES[name].advice
        assert grade_diagnosis(name, FAULTS[name], wrong) == 5.0


@EACH
def test_no_array_of_noughts_and_ones_is_evidence(name):
    want = right(name)
    for entries in product((0.0, 1.0), repeat=want.size):
        assert diagnose(name, FAULTS[name], np.reshape(entries, want.shape)).score == 5
    for constant in (0, 1, 0.0, 1.0, True, False):
        assert diagnose(name, FAULTS[name], constant).score == 5


@EACH
def test_one_per_cent_is_the_tolerance(name):
    want = right(name)
    assert diagnose(name, FAULTS[name], 1.009 * want).score == 10
    for place in np.argwhere(np.abs(want) > 1e-13):
        place = tuple(place)
        off = want.copy()
        off[place] *= 1.011
        assert diagnose(name, FAULTS[name], off).score == 5, "each entry is looked at by itself"


@EACH
def test_hints_keep_the_answer(name):
    case = CASES[name]
    numbers = {f"{number:.3g}" for number in right(name).flat if number not in range(10)}
    texts = [case.pointer, case.advice, *case.near.values(), CAUSES[FAULTS[name]]]
    assert len(set(texts)) == len(texts)
    assert not [text for text in texts if any(number in text for number in numbers)]
    assert FAULTS[name] not in case.near
    assert case.near.keys() <= CAUSES.keys()
    for cause in CAUSES.keys() - {FAULTS[name]}:
        first = diagnose(name, cause, 0.5).hints[0]
        assert first == case.near.get(cause, case.pointer)
        assert CAUSES[FAULTS[name]] not in str(diagnose(name, cause, 0.5))


def test_each_cause_is_somebodys_but_for_three():
    assert sorted(FAULTS.values()) == sorted(CAUSES.keys() - NOBODYS)
    assert {name: case.cause for name, case in CASES.items()} == FAULTS


NOT_NUMBERS = [None, "0.3", {"a": 1}, {1, 2}, [1, [2, 3]], len, object(), 1j, [10**400], np.ma.masked_all(2), [None, 1]]


@pytest.mark.parametrize("evidence", NOT_NUMBERS, ids=lambda evidence: type(evidence).__name__)
@EACH
def test_evidence_that_is_no_number_is_told_so(name, evidence):
    report = diagnose(name, FAULTS[name], evidence)
    assert report.score == 5
    assert report.findings[1].note.startswith("Numbers are asked for. ")


@EACH
def test_evidence_of_another_shape_is_told_so(name):
    report = diagnose(name, FAULTS[name], [1.0, 2.0, 3.0, 4.0, 5.0])
    assert report.score == 5
    assert "got shape (5,)" in report.findings[1].note
    form = str(right(name).shape) if right(name).ndim else "a single number"
    assert form in report.findings[1].note
    assert diagnose(name, FAULTS[name], right(name)[np.newaxis]).score == 10, "an axis of length 1 is forgiven"


@pytest.mark.parametrize("cause", ["", "Bug", 3, ["bug"], {"bug"}, np.array(["bug"])], ids=repr)
def test_unknown_cause_is_named_with_those_there_are(cause):
    report = diagnose("dip", cause, right("dip"))
    assert report.score == 0
    assert repr(cause) in report.findings[0].note
    assert all(key in report.findings[0].note for key in CAUSES)


@pytest.mark.parametrize("name", ["", "Dip", None, 1, ["dip"]], ids=repr)
def test_unknown_patient_is_an_error_that_names_those_there_are(name):
    message = f"name must be one of {', '.join(NAMES)}, got {name!r}."
    for call in (patient, lambda name: diagnose(name, "bug", 1), lambda name: grade_diagnosis(name, "bug", 1)):
        with pytest.raises(ValueError, match=re.escape(message)):
            call(name)


def test_unknown_entry_is_an_error_that_names_those_there_are():
    with pytest.raises(ValueError, match=r"entry must be one of x, params, log_likelihoods, got 'y'\."):
        patient("dip")["y"]


@EACH
def test_no_answer_is_no_mistake(name):
    for evidence in (None, right(name)):
        report = diagnose(name, None, evidence)
        assert str(report) == f"clinic.{name}: not answered yet"
        assert report.score == 0
        assert grade_diagnosis(name, None, evidence) == 0.0


@EACH
def test_a_patient_shows_all_and_stays_as_it_is(name):
    run = patient(name)
    for text in (str(run), repr(run), run._repr_html_().replace("&#x27;", "'").replace("&lt;", "<")):
        assert run.symptom in text
        assert run.question in text
        assert all(entry in text and run.meanings[entry] in text for entry in run.entries)
    assert run.entries.keys() == run.meanings.keys()
    with pytest.raises(TypeError):
        run.entries["x"] = 0
    for value in run.entries.values():
        assert not isinstance(value, np.ndarray) or not value.flags.writeable
        assert isinstance(value, np.ndarray | MixtureParams | tuple | int | float)
    again = CASES[name].make()
    for entry, (_, value) in again.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, run[entry])
    data = json.loads(json.dumps(diagnose(name, "saddle", 1).to_dict()))
    assert data["slip"] == "saddle"


def test_a_patient_is_html():
    assert "<script" not in patient("ready")._repr_html_()
    assert patient("ready")._repr_html_().count("<tr>") == 1 + len(patient("ready").entries)


# The symptoms, and the honest fits that lack them.


def test_dip_falls_at_a_wrong_step_and_em_does_not():
    run = patient("dip")
    gains = np.diff(run["log_likelihoods"])
    assert gains[0] > 0
    assert gains[1:].max() < 0
    for params, value in zip(run["params"], run["log_likelihoods"], strict=True):
        assert log_likelihood(run["x"], params) == pytest.approx(value, rel=1e-12)
    weights, means, _ = em_step(run["x"], run["params"][0])
    assert np.abs(weights - run["params"][1].weights).max() > 0.01
    assert np.abs(means - run["params"][1].means).max() > 0.01
    assert np.diff(fit(run["x"], run["params"][0]).log_likelihoods).min() > -1e-9


def test_sag_falls_by_its_covariances_alone():
    run = patient("sag")
    gains = np.diff(run["log_likelihoods"])
    assert gains[:2].min() > 0
    assert gains[2:].max() < 0
    for before, after in pairwise(run["params"]):
        weights, means, covariances = em_step(run["x"], before)
        np.testing.assert_allclose(after.weights, weights, rtol=1e-9)
        np.testing.assert_allclose(after.means, means, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(after.covariances - covariances, [0.2 * np.eye(2)] * 3, atol=1e-9)
    assert np.diff(fit(run["x"], run["params"][0]).log_likelihoods).min() > -1e-9


def test_record_runs_away_and_others_do_not():
    run = patient("record")
    gains = np.diff(run["log_likelihoods"])
    assert (np.diff(gains[1:]) > 0).all()
    for before, after in pairwise(run["params"]):
        for got, want in zip((after.weights, after.means, after.covariances), em_step(run["x"], before), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-12)
    k, variance = right("record")
    assert run["params"][-1].weights[int(k)] == pytest.approx(1 / 80, rel=1e-3), "one point"
    assert variance < 1e-10
    with pytest.raises(ComponentCollapsed, match=f"component {k:.0f} has collapsed"):
        fit(run["x"], run["params"][0])
    honest = judge(run["x"], 3, n_init=20, init_params="random_from_data", reg_covar=1e-3)
    assert honest.score(run["x"]) * 80 < run["log_likelihoods"][-1] - 10
    survivors = []
    for seed in range(20):
        try:
            survivors.append(fit(run["x"], random_start(run["x"], 3, np.random.default_rng(seed))))
        except ComponentCollapsed:
            continue
    assert len(survivors) > 10
    assert max(each.log_likelihood for each in survivors) < run["log_likelihoods"][-1] - 10
    assert min(np.linalg.eigvalsh(each.params.covariances).min() for each in survivors) > 1e-8


def test_ready_had_far_to_go_and_to_one_place():
    run = patient("ready")
    assert run["second"].means.min() - run["first"].means.min() == pytest.approx(-0.5, abs=0.05)
    for which in ("first", "second"):
        gains = np.diff(run[f"{which}_log_likelihoods"])
        assert gains.min() > 1e-4 * len(run["x"])
        assert gains[-1] < 1e-3 * len(run["x"]), "that is what stopped it"
    ends = [judge(run["x"], 2, run[which]).means_ for which in ("first", "second")]
    np.testing.assert_allclose(np.sort(ends[0], axis=0), np.sort(ends[1], axis=0), atol=1e-3)
    honest = fit(run["x"], run["first"])
    assert judge(run["x"], 2, honest.params).score(run["x"]) * 500 - honest.log_likelihood < 0.01
    for tol in (1e-8, 1e-10):
        gain = fit(run["x"], run["first"], tol=tol, max_steps=5000).log_likelihood - log_likelihood(
            run["x"], run["first"]
        )
        assert diagnose("ready", "tolerance", gain).score == 10


def test_average_ruins_two_equal_fits_and_matched_it_does_not():
    run = patient("average")
    first, second, mean = (log_likelihood(run["x"], run[which]) for which in ("first", "second", "mean"))
    assert first == pytest.approx(second, abs=0.01)
    assert mean < first - 1000
    np.testing.assert_allclose(run["mean"].means, (run["first"].means + run["second"].means) / 2)
    order = average(run)
    parts = [
        (getattr(run["first"], part) + getattr(run["second"], part)[order]) / 2
        for part in ("weights", "means", "covariances")
    ]
    assert log_likelihood(run["x"], MixtureParams(*parts)) == pytest.approx(first, abs=0.01)
    assert diagnose("average", "switching", np.argsort(order)).score == 5, "the way back is another one"


def test_stripes_ignore_the_species_and_standardised_data_do_not():
    run = patient("stripes")
    x, species, labels = run["x"], run["species"], run["labels"]
    for k in (0, 1):
        assert 0.45 < species[labels == k].mean() < 0.55
    inertias = [KMeans(2, n_init=1, random_state=seed).fit(x).inertia_ for seed in range(10)]
    here = ((x - run["centres"][labels]) ** 2).sum()
    np.testing.assert_allclose(inertias, here, rtol=1e-6, err_msg="every seeding ends in these two")
    honest = KMeans(2, n_init=5, random_state=0).fit(x / x.std(axis=0)).labels_
    assert max((honest == species).mean(), (honest != species).mean()) > 0.98
    within = [np.corrcoef(x[species == k].T) - np.eye(3) for k in (0, 1)]
    assert np.abs(within).max() < 0.25


def test_shares_have_equal_numbers_and_a_sample_does_not():
    run = patient("shares")
    assert set(np.bincount(run["z"])) == {120}
    np.testing.assert_allclose(run["fitted"].means, run["params"].means, atol=0.15)
    np.testing.assert_allclose(run["fitted"].covariances, run["params"].covariances, atol=0.15)
    assert np.abs(run["fitted"].weights - run["params"].weights).max() > 0.2
    starts = [kmeans_start(run["x"], 3, np.random.default_rng(seed)) for seed in range(3)]
    for start in starts:
        np.testing.assert_allclose(judge(run["x"], 3, start).weights_, 1 / 3, atol=0.02)
    for seed in range(5):
        x, z = sample(run["params"], 360, np.random.default_rng(seed))
        assert chisquare(np.bincount(z), 360 * run["params"].weights).statistic < chi2.ppf(0.999, 2) < right("shares")
        np.testing.assert_allclose(fit(x, run["params"]).params.weights, run["params"].weights, atol=0.1)


def test_missing_points_have_densities_of_zero_and_logarithms_have_not():
    run = patient("missing")
    params = run["params"][-1]
    orphans = ~np.isclose(run["resp"].sum(axis=1), 1)
    densities = np.exp(joint(run["x"], params))
    assert (densities[orphans] == 0).all()
    assert (densities[~orphans].sum(axis=1) > 0).all()
    assert run["resp"].sum() < len(run["x"]) - 10
    assert log_likelihood(run["x"], params) < -20_000
    shift = joint(run["x"], params) - logsumexp(joint(run["x"], params), axis=1, keepdims=True)
    np.testing.assert_allclose(run["resp"][~orphans], np.exp(shift)[~orphans], rtol=1e-9, atol=1e-300)
    honest = fit(run["x"], run["params"][0]).params
    assert logsumexp(joint(run["x"], honest), axis=1).min() > -745
    np.testing.assert_allclose(honest.weights.sum(), 1)


def test_newcomers_prefer_fewer_components():
    run = patient("newcomers")
    assert run["chosen"] == np.argmax(run["log_likelihoods"]) + 1 == 5
    scores = [log_likelihood(run["new"], params) for params in run["fits"]]
    k, _ = right("newcomers")
    assert np.argmax(scores) + 1 == k == 3
    assert scores[2] > scores[4] + 10
    honest = [judge(run["x"], k, n_init=3, tol=1e-5).bic(run["x"]) for k in range(1, 6)]
    assert np.argmin(honest) + 1 == k, "scikit-learn's BIC has its minimum there, too"
    chosen = run["fits"][4]
    assert np.linalg.eigvalsh(chosen.covariances).min() > 0.05
    assert chosen.weights.min() * 150 > 5, "no component has collapsed"


def test_alarm_never_stops_and_at_the_moved_threshold_it_does():
    run = patient("alarm")
    old, new = (logsumexp(joint(run[x], run[p]), axis=1) for x, p in (("old", "params"), ("new", "refitted")))
    np.testing.assert_allclose(run["new"], 60 * run["old"])
    assert run["threshold"] == pytest.approx(np.quantile(old, 0.05), rel=1e-12)
    assert run["alarms"].all()
    assert (new <= run["threshold"]).all()
    assert (new <= right("alarm")).sum() == (old <= run["threshold"]).sum() == 7
    assert new.min() > -745
    assert diagnose("alarm", "threshold", np.quantile(new, 0.05)).score == 10
    assert diagnose("alarm", "threshold", run["threshold"] - np.log(60)).score == 5


def test_covariances_about_the_old_means_would_not_have_been_a_patient():
    """They never lower the log-likelihood: best for the old mean, and then the new mean is best for any covariance."""
    for seed in range(5):
        x, _ = sample(patient("dip")["params"][0], 100, np.random.default_rng(seed))
        params = random_start(x, 2, np.random.default_rng(seed))
        values = [log_likelihood(x, params)]
        for _ in range(30):
            weights, means, covariances = em_step(x, params)
            moves = means - params.means
            params = MixtureParams(weights, means, covariances + moves[:, :, None] * moves[:, None])
            values.append(log_likelihood(x, params))
        assert np.diff(values).min() > -1e-9


NOTEBOOK = Path(__file__).parents[3] / "book" / "exercises" / "clinic.ipynb"


def test_the_notebook_tells_each_patient_as_the_package_does():
    cells = ["".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]]
    text = " ".join(" ".join(cells).split())
    tasks = re.split(r"## \d+\. ", text)[1:]
    assert len(tasks) == len(NAMES)
    for name, task in zip(NAMES, tasks, strict=True):
        run = patient(name)
        assert run.symptom.replace("`", "") in task.replace("`", "")
        assert run.question.replace("`", "") in task.replace("`", "")
        assert all(f"`{entry}`" in task for entry in run.entries), name
        assert f'diagnose("{name}"' in task
        assert f'grade_diagnosis("{name}"' in task
        assert f"section {CASES[name].section}]" in task
