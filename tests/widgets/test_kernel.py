"""The kernel that computes on the page, held against `gmm_lab` through Node; and wrong versions of it, each caught."""

import json
import shutil
import subprocess
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from kernel_reference import SKIP, TOLERANCE, reference
from kernel_states import KINDS, make_states
from node import NODE, VIEW, evaluate
from scipy.stats import kstest

HERE = Path(__file__).parent
MODULES = ("kernel", "moments", "kmeans", "criteria", "random")
N_STATES, EVERY = 3000, 7  # one state in seven, still of every kind, also meets the wrong versions

# Module, what it says, and what a wrong version says there.
WRONG = {
    "no maximum taken out of log p": ("kernel", "const top = joint[argmax(joint, row, K)];", "const top = 0;"),
    "no maximum taken out of the shares": ("kernel", "const top = resp[argmax(resp, row, K)];", "const top = 0;"),
    "shares by log p, not by their sum": (
        "kernel",
        "resp[i] /= sum;",
        "resp[i] = Math.exp(Math.log(resp[i]) + top - (top + Math.log(sum)));",
    ),
    "tie to the highest index": ("kernel", "if (joint[i] > joint[at]) at = i;", "if (joint[i] >= joint[at]) at = i;"),
    "determinant as ac - b²": (
        "kernel",
        "Math.sqrt(c - slope * b - productError(slope, b, slope * b) + lost * slope)",
        "Math.sqrt((variance * c - b * b) / variance)",
    ),
    "no Dekker": ("kernel", " - productError(slope, b, slope * b) + lost * slope", ""),
    "half of Dekker": ("kernel", " + lost * slope);", ");"),
    "axes swapped": ("kernel", "const [variance, , b, c] =", "const [c, , b, variance] ="),
    "Σ for its factor": ("kernel", "const sd = Math.sqrt(variance);", "const sd = variance;"),
    "weights forgotten": ("kernel", "Math.log(params.weights[k]) - Math.log(sd)", "-Math.log(sd)"),
    "a power of 2π lost": ("kernel", "(D * LOG_2PI) / 2", "LOG_2PI / 2"),
    "0 log 0": ("kernel", "(q > 0 ? sum - q * Math.log(q) : sum)", "sum - q * Math.log(q)"),
    "0 times infinity": ("kernel", "(q > 0 ? sum + q * joint[i] : sum)", "sum + q * joint[i]"),
    "KL the wrong way round": ("kernel", "(Math.log(q) - (joint[i]", "(-Math.log(q) + (joint[i]"),
    "ELBO without entropy": ("kernel", " + entropy(resp);", ";"),
    "grid by columns": ("kernel", "xs[n % xs.length]", "xs[Math.floor(n / ys.length)]"),
    "not centred": (
        "moments",
        "part * (x[n * D + j] - means[k * D + j]);",
        "resp[n * K + k] * (x[n * D + i] * x[n * D + j] - means[k * D + i] * means[k * D + j]);",
    ),
    "divisor N - 1": (
        "moments",
        "value / counts[Math.floor(i / (D * D))]));",
        "value / (counts[Math.floor(i / (D * D))] - 1)));",
    ),
    "tied divided by K": ("moments", "return sum / N;", "return sum / counts.length;"),
    "diagonal keeps a correlation": ("moments", "i % (D * D) % (D + 1) ? 0 : value", "false ? 0 : value"),
    "spherical sums its variances": ("moments", "/ (counts[k] * D);", "/ counts[k];"),
    "absolute collapse threshold": ("moments", "sd > 8 * Number.EPSILON * largest[d]", "sd > 1e-6"),
    "collapse threshold without the largest magnitude": ("moments", "8 * Number.EPSILON * largest[d]", "0"),
    "collapse by variance, not correlation": ("moments", "at(1, 0) / sds[0] / sds[1]", "at(1, 0)"),
    "lines are no collapse": ("moments", "!isWide || !isFull", "!isWide"),
    "no collapse without points": ("moments", "if (empty >= 0)", "if (false)"),
    "the last empty component": ("moments", "counts.indexOf(0)", "counts.lastIndexOf(0)"),
    "K-means: tie to the highest index": ("kmeans", "squaredDistance < least", "squaredDistance <= least"),
    "K-means: a centre without points goes to 0": ("kmeans", ": centres[i]));", ": 0));"),
    "K-means: distance without the square": (
        "kmeans",
        "(x[n * D + d] - centres[k * D + d]) ** 2",
        "Math.abs(x[n * D + d] - centres[k * D + d])",
    ),
    "K-means: centres of the next step": (
        "kmeans",
        "const converged = before !== null &&",
        "const converged = step > 1 &&",
    ),
    "a mean too few": ("criteria", "K - 1 + K * D", "K - 1 + K"),
    "AIC with log N": ("criteria", "+ 2 * parametersOf(params, structure)", "+ logPenalty(x, params, structure)"),
    "ICL by the likelihood": (
        "criteria",
        "-2 * completeLogLikelihood(x, assign(x, params), params)",
        "-2 * logLikelihood(x, params)",
    ),
    "K-means++ by distance": ("random", "(distance / farthest) ** 2", "distance / farthest"),
    "K-means++ from the last centre only": (
        "random",
        "Math.min(distances[n], Math.sqrt(dx * dx + dy * dy))",
        "Math.sqrt(dx * dx + dy * dy)",
    ),
    "a start with replacement": ("random", "[rows[k], rows[at]] = [rows[at], rows[k]];", "rows[k] = rows[at];"),
    "places as they come": ("random", "rows.sort(compare).filter", "rows.filter"),
    "a sample without correlation": ("random", "factors[k].slope * step", "0"),
    "weights ignored in a sample": (
        "random",
        "choose(params.weights, random)",
        "Math.floor(random() * params.weights.length)",
    ),
}


@pytest.fixture(scope="module")
def judged():
    """The states, and what is right for each."""
    states = list(make_states(N_STATES))
    return states, [reference(state) for state in states]


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """A folder with the kernel, and one with each of its wrong versions."""
    root = tmp_path_factory.mktemp("kernel")
    (root / "package.json").write_text('{"type": "module"}')
    folders = {"right": root / "right"} | {name: root / f"wrong{i}" for i, name in enumerate(WRONG)}
    for folder in folders.values():
        folder.mkdir()
        for name in MODULES:
            shutil.copy(VIEW / f"{name}.js", folder)
    for name, (module, right, wrong) in WRONG.items():
        path = folders[name] / f"{module}.js"
        text = path.read_text(encoding="utf-8")
        assert text.count(right) == 1, f"{name}: {right!r} stands {text.count(right)} times in {module}.js"
        path.write_text(text.replace(right, wrong), encoding="utf-8")
    return folders


def run(states, records, folders, root):
    """Errors of each folder's kernel in natural scales, over all numbers of all states; infinite for a NaN."""
    path = root / f"states{len(states)}.json"
    lengths = [len(record.names) for record in records]
    path.write_text(json.dumps({"all": [state.as_json() for state in states], "lengths": lengths}))
    done = subprocess.run([NODE, HERE / "kernel.mjs", path, *folders], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    want = np.concatenate([values for record in records for values in record.wants])
    scale = np.concatenate([values for record in records for values in record.scales])
    for folder in folders:
        got = np.fromfile(folder / "numbers.f64")
        with np.errstate(all="ignore"):  # a wrong version may say anything
            error = np.where((got == want) | (scale == SKIP), 0, np.abs(got - want) / scale)
        yield np.where(np.isnan(error), np.inf, error), got, want


def test_every_number_is_that_of_gmm_lab(judged, copies, tmp_path):
    states, records = judged
    [(error, got, want)] = run(states, records, [copies["right"]], tmp_path)
    names = [
        (i, state.kind, name)
        for i, (state, record) in enumerate(zip(states, records, strict=True))
        for name in record.names
    ]
    wrong = [f"{names[j]}: {got[j]!r}, not {want[j]!r}" for j in np.flatnonzero(error > TOLERANCE)]
    assert not wrong, f"{len(wrong)} numbers: " + "; ".join(wrong[:5])


def test_the_states_are_hard_and_little_is_left_out(judged):
    states, records = judged
    kinds = [state.kind for state in states]
    assert len(states) >= 3000
    assert min(kinds.count(kind.__name__) for kind in KINDS) >= 250
    left_out = np.concatenate([values == SKIP for record in records for values in record.scales])
    assert left_out.mean() < 0.01  # the band around the collapse thresholds, and labels that rounding decides
    events = {
        want[0]
        for record in records
        for name, want in zip(_heads(record), record.wants, strict=True)
        if "event" in name
    }
    assert events == {0, 1, 2, 3, 4}
    assert sum(state.x.shape[1] == 1 for state in states) > 1000
    assert sum(len(state.x) == state.params.n_components for state in states) > 300
    assert sum(state.params.n_components == 1 for state in states) > 300


def _heads(record):
    """The name of each entry of `record.wants`."""
    at = np.cumsum([0, *(len(values) for values in record.wants[:-1])])
    return [record.names[i] for i in at]


def test_wrong_versions_are_caught(judged, copies, tmp_path):
    states, records = (values[::EVERY] for values in judged)
    kinds = {state.kind for state in states}
    assert len(kinds) == len(KINDS)
    folders = [copies[name] for name in WRONG]
    errors = run(states, records, folders, tmp_path)
    passed = [name for name, (error, _, _) in zip(WRONG, errors, strict=True) if error.max() <= TOLERANCE]
    assert not passed


def sfc32(seed):
    """The outputs of sfc32 (Doty-Humphrey, PractRand) as whole numbers below 2^32, after 15 rounds from the seed."""
    a, b, c, counter = 0, seed, 0, 1
    for i in count():
        output = (a + b + counter) % 2**32
        a, b, c = b ^ (b >> 9), (c + 8 * c) % 2**32, ((c << 21 | c >> 11) % 2**32 + output) % 2**32
        counter = (counter + 1) % 2**32
        if i >= 15:
            yield output


@pytest.mark.parametrize("seed", [0, 1, 20, 2**31, 2**32 - 1])
def test_the_generator_is_sfc32_with_53_bits(seed):
    outputs = sfc32(seed)
    want = [((next(outputs) >> 5) * 2**26 + (next(outputs) >> 6)) / 2**53 for _ in range(50)]
    assert evaluate("random", f"((random) => Array.from({{ length: 50 }}, random))(seededRandom({seed}))") == want


def test_its_numbers_are_uniform_and_a_longer_sample_begins_with_the_shorter():
    numbers = evaluate("random", "((random) => Array.from({ length: 20000 }, random))(seededRandom(7))")
    assert kstest(numbers, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.03
    arrays = {"weights": [0.3, 0.7], "means": [0, 0, 5, 1], "covariances": [1, 0.5, 0.5, 1, 2, 0, 0, 1]}
    theta = f"{{ {', '.join(f'{name}: Float64Array.of(...{values})' for name, values in arrays.items())} }}"
    short, long = evaluate("random", f"[50, 500].map((n) => [...sample({theta}, n, seededRandom(3)).x])")
    assert long[:100] == short


@pytest.mark.parametrize(
    ("mixture", "words"),
    [
        ("[0.5, 0.6], [[0], [1]], [[[1]], [[1]]]", "sum to 1"),
        ("[1.5, -0.5], [[0], [1]], [[[1]], [[1]]]", "non-negative"),
        ("[NaN, 1], [[0], [1]], [[[1]], [[1]]]", "weights"),
        ("[0.5, 0.5], [[0], [1]], [[[1]]]", "disagree"),
        ("[], [], []", "disagree"),
        ("[1], [[0, 0, 0]], [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]", "disagree"),
        ("[1], [[Infinity]], [[[1]]]", "mean"),
        ("[1], [[0]], [[[0]]]", "component 1 is not positive definite"),
        ("[1], [[null]], [[[1]]]", "mean"),
        ("[1], [[0]], [[[null]]]", "component 1 is not positive definite"),
        ("[0.5, 0.5], [[0, 0], [0, 0]], [[[1, 0], [0, 1]], [[1, 2], [2, 1]]]", "component 2 is not positive definite"),
        ("[1], [[0, 0]], [[[1, 1], [1, 1]]]", "component 1 is not positive definite"),
    ],
)
def test_what_is_no_mixture_is_refused_with_a_reason(mixture, words):
    refused = f"(() => {{ try {{ return mixtureParams({mixture}); }} catch (error) {{ return `${{error}}`; }} }})()"
    message = evaluate("kernel", refused)
    assert isinstance(message, str), message
    assert message.startswith("RangeError")
    assert words in message


def test_a_distance_that_overflows_is_refused_not_nan():
    theta = "mixtureParams([1], [[0, 0]], [[[1e-40, 0], [0, 1]]])"
    call = (
        f"(() => {{ try {{ return eStep([3, 4, 1e139, 0], {theta}); }} catch (error) {{ return `${{error}}`; }} }})()"
    )
    assert evaluate("kernel", call) == "RangeError: Point 2 is too far from component 1."
