"""The widgets in a real JupyterLab and a real Notebook 7, each notebook with a kernel of its own."""

import json
import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

import nbformat
import pytest

PATIENCE = 180_000  # ms: a loaded machine starts a kernel slowly, and nothing else ends these waits
# A workspace for each notebook: JupyterLab would open those of the last test as well.
CLIENTS = {"lab": "lab/workspaces/{0}/tree/{0}.ipynb", "notebook": "notebooks/{0}.ipynb"}
SOFT_EM = """\
from gmm_lab.widgets import SoftEM

w = SoftEM()
seen = []
w.observe(lambda change: seen.append(change.new), names="params")
w
"""
RUN = """async (code) => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const future = kernel.requestExecute({ code });
    let printed = "";
    future.onIOPub = ({ header, content }) => {
        if (header.msg_type === "stream") printed += content.text;
        if (header.msg_type === "error") printed += content.traceback.join("\\n");
    };
    await future.done;
    return printed;
}"""


@dataclass
class Server:
    url: str
    token: str
    folder: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Jupyter server that knows nothing of the machine's settings, with one kernel for each hash seed."""
    pytest.importorskip("jupyterlab")
    home = tmp_path_factory.mktemp("jupyter")
    folder, token = home / "notebooks", "t" * 32
    folder.mkdir()
    for seed in (0, 2):
        spec = home / "data" / "kernels" / f"seed-{seed}"
        spec.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        env = {"PYTHONHASHSEED": str(seed)}
        (spec / "kernel.json").write_text(json.dumps({"argv": argv, "language": "python", "env": env}))
    news = home / "settings" / "@jupyterlab" / "apputils-extension"
    news.mkdir(parents=True)
    (news / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"]
    env = {f"JUPYTER_{kind.upper()}_DIR": str(home / kind) for kind in ("config", "data", "runtime")}
    env |= {f"JUPYTERLAB_{kind.upper()}_DIR": str(home / kind) for kind in ("settings", "workspaces")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | env, cwd=folder)
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"(http://127\.0\.0\.1:\d+/)lab\?token", line):
            break
    else:
        pytest.fail(f"the Jupyter server ended before it could be reached:\n{''.join(said)}")
    drain = threading.Thread(target=process.stderr.read, daemon=True)  # a full pipe would stop the server
    drain.start()
    yield Server(found[1], token, folder)
    process.terminate()
    process.wait()
    drain.join()
    process.stderr.close()


@dataclass
class Opened:
    """A notebook in the browser, after its one cell has run."""

    page: object
    errors: list[str]

    def python(self, code: str) -> str:
        """What `code` prints in the notebook's kernel."""
        return self.page.evaluate(RUN, code)

    def notebook(self) -> list:
        """The cells as the client holds them: kinds and sources."""
        return self.page.evaluate(
            "jupyterapp.shell.currentWidget.content.widgets.map(({ model }) => [model.type, model.sharedModel.source])"
        )


@pytest.fixture
def open_notebook(server, browser):
    contexts = []

    def open_notebook(code: str, shown: str, *, client: str = "lab", seed: int = 0) -> Opened:
        name = f"{client}{seed}{len(list(server.folder.iterdir()))}"
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        notebook.metadata.kernelspec = {"name": f"seed-{seed}", "display_name": f"seed-{seed}"}
        nbformat.write(notebook, server.folder / f"{name}.ipynb")
        context = browser.new_context()
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{server.url}{CLIENTS[client].format(name)}?token={server.token}")
        ready = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        page.wait_for_function(ready)
        errors.clear()  # those of the client's own start
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        page.locator(shown).wait_for()
        return Opened(page, errors)

    yield open_notebook
    for context in contexts:
        context.close()


def ledger(shown):
    return [float(text.replace("\u2212", "-")) for text in shown.locator(".gmm-x-sums b").all_inner_texts()]


def wait_until(opened, code, value):
    """Until the kernel prints `value` for `code`; its answer comes when what was sent before has arrived."""
    for _ in range(200):
        if opened.python(f"print({code})").strip() == value:
            return
    pytest.fail(f"{code} is {opened.python(f'print({code})')}, not {value}")


@pytest.mark.parametrize("client", CLIENTS)
def test_keys_belong_to_the_control_that_has_the_focus(open_notebook, client):
    opened = open_notebook(SOFT_EM, ".gmm-explorable", client=client)
    page, shown = opened.page, opened.page.locator(".gmm-explorable")
    before = opened.notebook()
    slider = shown.locator("input[type=range]")
    at = int(slider.input_value())
    slider.focus()
    for key, by in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("ArrowUp", 2)):
        page.keyboard.press(key)
        assert int(slider.input_value()) == at + by
    select = shown.get_by_role("combobox", name="K", exact=True)
    select.focus()
    page.keyboard.press("ArrowDown")
    assert select.input_value() == "3"
    shown.locator("summary").first.click()
    shown.locator("summary").last.click()
    controls = shown.locator("button:visible, input:visible, select:visible, summary:visible, textarea:visible").all()
    controls += shown.locator("[tabindex]").all()
    assert len(controls) >= 40
    for control in controls:
        control.focus()
        page.keyboard.type(ascii_lowercase)
        assert shown.is_visible()
    assert opened.notebook() == before
    assert page.locator(".jp-Dialog").count() == 0
    assert opened.errors == []


@pytest.mark.parametrize("seed", [0, 2])
def test_python_and_the_picture_follow_each_other(open_notebook, seed):
    opened = open_notebook(SOFT_EM, ".gmm-explorable", seed=seed)
    page, shown = opened.page, opened.page.locator(".gmm-explorable")
    shown.get_by_role("button", name="E-step").click()
    wait_until(opened, "w.posterior is not None and (w.posterior.means == w.params.means).all()", "True")
    # A mean is dragged, and read back.
    handle = shown.get_by_role("slider", name="Mean of component 1", exact=True)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for part in (0.3, 0.6, 1):
        page.mouse.move(x + 60 * part, y + 40 * part)
    page.mouse.up()
    told = handle.get_attribute("aria-valuetext")
    wait_until(opened, "len(seen) >= 3 and ', '.join(f'{m:#.4g}' for m in w.params.means[0])", told)
    printed = opened.python("print(*(f'{value:.2f}' for value in w.ledger))").split()
    assert ledger(shown) == pytest.approx([float(text) for text in printed], abs=0.011)
    # Python sets two traits in one message, of another K, and the picture follows.
    opened.python(
        "import numpy as np\n"
        "from gmm_lab import random_start\n"
        "p = random_start(w.x[:100], 4, np.random.default_rng(0))\n"
        "with w.hold_sync():\n    w.params = p\n    w.x = w.x[:100]\n    w.data = 'own'"
    )
    page.wait_for_function("document.querySelectorAll('.gmm-explorable .gmm-x-mean').length === 4")
    assert shown.get_by_role("status").inner_text().startswith("From Python: 100 points, K = 4.")
    printed = opened.python("print(*(f'{value:.2f}' for value in w.ledger))").split()
    assert ledger(shown) == pytest.approx([float(text) for text in printed], abs=0.011)
    assert opened.errors == []


def test_two_views_of_one_model_agree(open_notebook):
    opened = open_notebook(SOFT_EM.replace("\nw\n", "\ndisplay(w, w)\n"), ".gmm-explorable >> nth=1")
    views = opened.page.locator(".gmm-explorable")
    views.nth(0).get_by_role("button", name="E-step").click()
    views.nth(1).get_by_role("button", name="M-step").click()
    assert ledger(views.nth(0)) == ledger(views.nth(1))
    assert views.nth(0).get_by_role("status").inner_text().startswith("M1:")
    views.nth(0).get_by_role("button", name="Undo").click()
    assert views.nth(1).get_by_role("status").inner_text().startswith("E1:")


def test_after_a_restart_of_the_kernel_everything_goes_on(open_notebook):
    opened = open_notebook(SOFT_EM, ".gmm-explorable")
    page, shown = opened.page, opened.page.locator(".gmm-explorable")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.wait_for_function("jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'")
    shown.get_by_role("button", name="E-step").click()
    assert shown.get_by_role("status").inner_text().startswith("E1:")  # what is computed needs no Python
    assert "Run this cell again" in shown.inner_text()  # but Python does not hear of it
    assert opened.errors == []
