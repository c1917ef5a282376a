"""The built site on a local server, and a browser that lets nothing else through."""

import gzip
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

BOOK = Path(__file__).parents[2] / "book"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pages(config) -> list[str]:
    """Every page of the site, known before it is built: what the table of contents names, the index and the search."""
    if site := config.getoption("--site"):
        return sorted(
            path.relative_to(site).as_posix() for path in Path(site).rglob("*.html") if "_static" not in path.parts
        )
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text("utf-8"))
    documents = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    return sorted(f"{name}.html" for name in [toc["root"], *documents, "genindex", "search"])


def pytest_generate_tests(metafunc):
    if "path" in metafunc.fixturenames:
        metafunc.parametrize("path", pages(metafunc.config))


@pytest.fixture(scope="session")
def all_pages(request):
    return pages(request.config)


@dataclass
class Site:
    folder: Path
    url: str

    def weight(self, url: str) -> int:
        """Bytes of a file as any ordinary web server sends it: fonts as they are, the rest compressed."""
        body = (self.folder / unquote(urlsplit(url).path).lstrip("/")).read_bytes()
        return len(body) if url.endswith(".woff2") else len(gzip.compress(body, 6))


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site(request, tmp_path_factory):
    folder = request.config.getoption("--site")
    if folder is None:
        output = tmp_path_factory.mktemp("site")
        command = [Path(sys.executable).with_name("jupyter-book"), "build", BOOK, "--path-output", output, "-W", "-n"]
        # The kernel that runs the notebooks is `python` on the PATH: let it be this one.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        build = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path})
        assert build.returncode == 0, f"the book does not build:\n{build.stdout[-3000:]}\n{build.stderr[-6000:]}"
        folder = output / "_build" / "html"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(Path(folder), f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        reason = f"no browser on the PATH; install one of {', '.join(BROWSERS)}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """An open page and what happened on it."""

    page: object
    requests: list[str] = field(default_factory=list)
    third_party: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until fonts are there, every widget has been tried, and the page has nothing left to do."""
        self.page.evaluate("document.fonts.ready.then(() => true)")
        self.page.wait_for_function(
            """() => [...document.querySelectorAll('.gmm-widget')].every((w) => /live|failed/.test(w.dataset.state))"""
        )
        self.page.evaluate("new Promise((done) => requestIdleCallback(() => requestIdleCallback(() => done(true))))")


@pytest.fixture
def open_page(browser, site):
    contexts = []

    def open_page(path: str, **options) -> Visit:
        context = browser.new_context(**options)
        contexts.append(context)
        visit = Visit(context.new_page())

        def answer(route):
            url = route.request.url
            if url.startswith(site.url):
                visit.requests.append(url)
                route.continue_()
            else:
                visit.third_party.append(url)
                route.abort()

        context.route("**/*", answer)
        page = visit.page
        page.on("requestfailed", lambda request: visit.failed.append(request.url))
        page.on("response", lambda response: visit.failed.append(response.url) if response.status >= 400 else None)
        page.on("console", lambda message: visit.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.goto(site.url + path, wait_until="load")
        if options.get("java_script_enabled", True):
            visit.settle()
        return visit

    yield open_page
    for context in contexts:
        context.close()
