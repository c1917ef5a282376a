"""The view's pure modules in Node: states as links, contours, and numbers as a reader writes them."""

import json
from itertools import pairwise

import numpy as np
import pytest
from contourpy import contour_generator
from node import evaluate


def js(value):
    return json.dumps(value, ensure_ascii=False)


AWKWARD = [0.0, 0.1, -1 / 3, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1e-9, 1.7e9 + 1e-6]


def test_numbers_in_a_link_come_back_bit_for_bit():
    numbers = [*AWKWARD, *np.random.default_rng(0).normal(0, 1e3, 40).tolist()]
    text = evaluate("codec", f"packed({js(numbers)})")
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert evaluate("codec", f"[...unpacked({js(text)})]") == numbers
    assert evaluate("codec", "[Object.is(unpacked(packed([-0]))[0], -0), unpacked(packed([])).length]") == [True, 0]


def test_a_link_that_was_cut_or_changed_is_refused():
    words = ["1", "own", "full", "AAAAAAAA8D8-_", ""]
    hash_ = evaluate("codec", f"hashOf('soft_em', {js(words)})")
    assert hash_.startswith("#soft_em=")
    damaged = [hash_[:end] for end in range(len("#soft_em="), len(hash_))]
    damaged += [
        hash_[:i] + ("B" if hash_[i] != "B" else "C") + hash_[i + 1 :] for i in range(len("#soft_em="), len(hash_))
    ]
    read = "((hash) => { try { return wordsIn(hash, 'soft_em'); } catch (error) { return error.message; } })"
    assert evaluate("codec", f"[{js(hash_)}].map({read})") == [words]
    answers = evaluate("codec", f"{js(damaged)}.map({read})")
    assert all(isinstance(answer, str) and "link" in answer for answer in answers)
    assert evaluate("codec", f"['', '#', '#section', '#kmeans=1.a'].map({read})") == [None] * 4


@pytest.mark.parametrize("seed", range(3))
def test_contours_cross_the_grid_where_contourpy_says(seed):
    rng = np.random.default_rng(seed)
    rows, columns = 9, 13
    values = rng.normal(0, 1, (rows, columns))
    segments = np.array(evaluate("field", f"contour({js(values.ravel().tolist())}, {columns}, {rows}, 0.3)"))
    lines = contour_generator(z=values).lines(0.3)
    want = np.unique(np.concatenate(lines).round(9), axis=0)
    ends, times = np.unique(segments.reshape(-1, 2).round(9), axis=0, return_counts=True)
    np.testing.assert_allclose(ends, want, atol=1e-8)
    inner = (ends > 0).all(axis=1) & (ends < [columns - 1, rows - 1]).all(axis=1)
    assert (times[inner] == 2).all()  # a line does not end inside
    # Each segment stays within one cell of the grid.
    cell = np.floor(segments.reshape(-1, 2, 2).mean(axis=1))
    assert (np.abs(segments.reshape(-1, 2, 2) - cell[:, np.newaxis] - 0.5) <= 0.5 + 1e-12).all()


def test_a_contour_of_a_gaussian_is_its_ellipse():
    theta = "mixtureParams([1], [[0, 0]], [[[1, 0.6], [0.6, 1]]])"
    xs = np.linspace(-4, 4, 161)
    assert evaluate("field", "[...gridLine([-4, 4], 161)]") == pytest.approx(xs.tolist(), abs=1e-12)
    values = evaluate("kernel", f"[...densityGrid({theta}, {js(xs.tolist())}, {js(xs.tolist())})]")
    level = np.exp(-2) / (2 * np.pi * 0.8)  # two standard deviations
    segments = np.array(evaluate("field", f"contour({js(values)}, 161, 161, {level})"))
    places = segments.reshape(-1, 2) * 0.05 - 4
    distance = np.einsum("ni,ij,nj->n", places, np.linalg.inv([[1, 0.6], [0.6, 1]]), places)
    np.testing.assert_allclose(distance, 4, rtol=2e-3)


SPANS = [
    (0.0, 10.0), (43.0, 96.0), (-3.2, 4.1), (0.0, 1e-9), (-2e-9, 3e-9), (1.7e9, 1.7e9 + 86400), (1.7e12, 1.7e12 + 9e7),
    (1e6 - 1e-3, 1e6 + 1e-3), (-1e-7, 1e-7), (-1e15, 3e15), (0.0, 12345678.0), (1e-300, 2e-300), (99.99, 100.01),
]  # fmt: skip


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("pixels", [300, 700])
def test_ticks_are_round_distinct_and_do_not_run_into_each_other(span, pixels):
    ticks = evaluate("base", f"axisTicks({js(span)}, 6, {pixels})")
    low, high = span
    marks = ticks["marks"]
    assert 1 <= len(marks) <= 8
    values, labels = [mark["value"] for mark in marks], [mark["label"] for mark in marks]
    assert len(set(labels)) == len(labels)
    slack = 1e-6 * (high - low)
    assert all(low - slack <= value <= high + slack for value in values)
    assert not any("-" in label or label == "\u22120" for label in labels)
    room = [(b - a) / (high - low) * pixels for a, b in pairwise(values)]
    widths = [7.2 * (len(a) + len(b)) / 2 for a, b in pairwise(labels)]
    assert all(width < gap for width, gap in zip(widths, room, strict=True)), (labels, room)
    # The label says the value: its power of ten is named once, beside the axis.
    power = ticks["unit"].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")).strip(" ()").removeprefix("×10") or "0"
    said = [float(label.replace("\u2212", "-")) * 10.0 ** int(power) for label in labels]
    np.testing.assert_allclose(said, values, atol=1e-3 * (high - low) / len(marks), rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("fixed(-0.001, 2)", "0.00"),
        ("fixed(-1.005, 1)", "\u22121.0"),
        ("fixed(-0, 0)", "0"),
        ("spoken(0)", "0.000"),
        ("spoken(-12.3456)", "\u221212.35"),
        ("spoken(1e-9)", "1.00·10⁻⁹"),
        ("spoken(-1.7e9)", "\u22121.70·10⁹"),
        ("spoken(123456)", "123456"),
        ("snapped(0.1 + 0.2, 3)", 0.3),
        ("snapped(snapped(12.34567, 3), 3)", 12.346),
        ("parsed('\u22121,5')", -1.5),
        ("parsed(' 2e3 ')", 2000),
        ("parsed('')", None),
        ("parsed('a')", None),
    ],
)
def test_numbers_are_written_and_read_as_people_do(call, text):
    assert evaluate("base", call) == text
