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
STEPPER = """\
import numpy as np
from gmm_lab import datasets, random_start
from gmm_lab.widgets import EMStepper

rng = np.random.default_rng(0)
x = datasets.old_faithful()
w = EMStepper(x, {"A": random_start(x, 2, rng), "B": random_start(x, 2, rng)}, rng=rng)
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


@pytest.mark.parametrize("client", CLIENTS)
def test_keys_belong_to_the_control_that_has_the_focus(open_notebook, client):
    opened = open_notebook(STEPPER, ".gmm-player", client=client)
    page, shown = opened.page, opened.page.locator(".gmm-player")
    before = opened.notebook()
    slider, select = shown.get_by_role("slider"), shown.locator("select")
    slider.focus()
    for key, value in (("ArrowRight", "1"), ("ArrowRight", "2"), ("ArrowLeft", "1"), ("ArrowUp", "2")):
        page.keyboard.press(key)
        assert slider.input_value() == value
    select.focus()
    page.keyboard.press("ArrowDown")
    assert select.evaluate("(select) => select.selectedIndex") == 1
    shown.locator("summary").click()
    controls = shown.locator("button, input, select, summary, [tabindex]").all()
    assert len(controls) >= 8
    for control in controls:
        control.focus()
        page.keyboard.type(ascii_lowercase)
        assert shown.is_visible()
        assert opened.notebook() == before
    assert page.locator(".jp-Dialog").count() == 0
    assert opened.errors == []


@pytest.mark.parametrize("seed", [0, 2])
def test_a_new_start_is_shown_whatever_the_order_of_the_traits(open_notebook, seed):
    opened = open_notebook(STEPPER, ".gmm-player", seed=seed)
    shown = opened.page.locator(".gmm-player")
    for number in (1, 2):
        shown.get_by_role("button", name="New random start").click()
        opened.page.wait_for_function(
            "(name) => document.querySelector('.gmm-player select').selectedOptions[0]?.textContent === name",
            arg=f"Random {number}",
        )
        status = shown.get_by_role("status").inner_text()
        assert opened.python("print(w.choice, w.frames[0]['status'])").strip() == f"[{number + 1}] {status}"
    assert opened.errors == []


def test_after_a_restart_of_the_kernel_the_button_says_what_to_do(open_notebook):
    opened = open_notebook(STEPPER, ".gmm-player")
    page, shown = opened.page, opened.page.locator(".gmm-player")
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.wait_for_function("jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'")
    shown.get_by_role("button", name="New random start").click()
    assert "Run this cell again" in shown.get_by_role("status").inner_text()
    shown.get_by_role("button", name="Do the E-step 1").click()  # what needs no Python goes on
    assert shown.get_by_role("status").inner_text().startswith("E-step 1:")
    assert opened.errors == []
