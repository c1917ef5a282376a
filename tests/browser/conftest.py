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
from filelock import FileLock

BOOK = Path(__file__).parents[2] / "book"
sys.path.insert(0, str(BOOK / "_ext"))
from gmm_book.stamp import why_stale  # noqa: E402

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
        # By this scope pytest runs all tests of one page, then those of the next: they share its visits.
        metafunc.parametrize("path", pages(metafunc.config), scope="module")
    if "setting" in metafunc.fixturenames:
        metafunc.parametrize("setting", SETTINGS)


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


def site_of_the_sources() -> Path:
    """The site that `jupyter-book build book` left, if its stamp says that nothing changed since; else a new one."""
    build = BOOK / "_build"
    build.mkdir(exist_ok=True)
    with FileLock(build / "tests.lock"):  # other processes of this run wait, then find the stamp
        if why_stale(build / "html"):
            for folder in (".doctrees", "html", "jupyter_execute"):
                shutil.rmtree(build / folder, ignore_errors=True)
            command = [Path(sys.executable).with_name("jupyter-book"), "build", BOOK, "-W"]
            # The kernel that runs the notebooks is `python` on the PATH: let it be this one.
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            made = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PATH": path})
            assert made.returncode == 0, f"the book does not build:\n{made.stdout[-3000:]}\n{made.stderr[-6000:]}"
            assert not (reason := why_stale(build / "html")), reason
    return build / "html"


@pytest.fixture(scope="session")
def site(request):
    folder = request.config.getoption("--site") or site_of_the_sources()
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
    loaded: tuple[str, ...] = ()  # the requests made before the page was left alone for the first time
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


# The ways in which a page is looked at. Each loads it anew, since its scripts may ask for any of these when they begin.
SETTINGS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "360": {"viewport": {"width": 360, "height": 800}},
    "390": {"viewport": {"width": 390, "height": 800}},
    "plain": {"java_script_enabled": False, "viewport": {"width": 390, "height": 800}},
}


@pytest.fixture(scope="session")
def visit(browser, site):
    def visit(path: str, **options) -> Visit:
        visit = Visit(browser.new_context(**options).new_page())
        page = visit.page

        def answer(route):
            url = route.request.url
            if url.startswith(site.url):
                visit.requests.append(url)
                route.continue_()
            else:
                visit.third_party.append(url)
                route.abort()

        page.context.route("**/*", answer)
        page.on("requestfailed", lambda request: visit.failed.append(request.url))
        page.on("response", lambda response: visit.failed.append(response.url) if response.status >= 400 else None)
        page.on("console", lambda message: visit.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.goto(site.url + path, wait_until="load")
        if options.get("java_script_enabled", True):
            visit.settle()
        visit.loaded = tuple(visit.requests)
        return visit

    return visit


@pytest.fixture
def open_page(visit):
    """Visits that a test has for itself."""
    visits = []

    def open_page(path: str, **options) -> Visit:
        visits.append(visit(path, **options))
        return visits[-1]

    yield open_page
    for one in visits:
        one.page.context.close()


@pytest.fixture(scope="module")
def visited(visit, path):
    """The page in one of SETTINGS, loaded once for all tests: those that change something come last in their file."""
    visits = {}

    def visited(setting: str) -> Visit:
        if setting not in visits:
            visits[setting] = visit(path, **SETTINGS[setting])
        return visits[setting]

    yield visited
    for one in visits.values():
        one.page.context.close()
