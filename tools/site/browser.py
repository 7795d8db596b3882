"""Look at the built site in a real browser: served as GitHub Pages serves it, the network cut.

    python -m tools.site.browser FOLDER        a picture of every page, wide and narrow, light and
                                               dark, into FOLDER (the pages: `make pages`)

and, for tests,

    with site_browser.serve(HTML) as address, site_browser.chromium() as browser:
        page, problems = site_browser.visit(browser, address + "method.html", width=390)

`serve` puts the site into a folder, compresses what it sends, and answers an unknown address with
404.html, as GitHub Pages does. `chromium` starts the Chromium or Chrome of this machine (playwright
drives it and brings no browser of its own), which can resolve no name: only this machine answers.
`visit` waits until fonts, maths, pictures and widgets are there, and notes whatever goes wrong.
`turn` changes theme or width and waits until the page has changed.

What it does not do: judge. The tests do (tests/site/test_browser.py).
"""

import argparse
import functools
import gzip
import mimetypes
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
FOLDER = "/ltp/"  # any folder will do: a project's site never lies at the top
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
VIEWS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
SETTLED = """async () => {
  if (window.MathJax?.startup?.promise) await MathJax.startup.promise;
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  await document.fonts.ready;
}"""
DRAWN = """() => {  // every widget, and in a lab its curves, which are drawn last
  const views = [...document.querySelectorAll('script[type$="widget-view+json"]')];
  const widgets = views.map((view) => view.parentElement.querySelector(".jupyter-widgets"));
  const curves = (lab) => lab.querySelectorAll("svg polyline").length >= 2;
  return widgets.every(Boolean) && [...document.querySelectorAll("article .ltp-lab")].every(curves);
}"""
TURNED = """({theme, width}) => {  // and no colour fades any more; 404 has no switch of its own
  const fades = (it) => it instanceof CSSTransition && it.playState !== "finished";
  return matchMedia(`(prefers-color-scheme: ${theme})`).matches && innerWidth === width
    && [undefined, theme].includes(document.documentElement.dataset.theme)
    && !document.getAnimations().some(fades);
}"""
PAINTED = """async () => {  // what follows from scrolling is known one picture later
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}"""
PATIENCE = 180_000  # milliseconds: a machine that does other work too is slow, not wrong


def find() -> str | None:
    """The path of a Chromium or Chrome on this machine; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@functools.lru_cache(maxsize=256)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6)


class _Pages(BaseHTTPRequestHandler):
    """Answers from a folder, under FOLDER, as GitHub Pages does."""

    protocol_version = "HTTP/1.1"
    html: Path
    extra: Mapping[str, str]

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        name = path.removeprefix(FOLDER) or "index.html"
        if name in self.extra:
            return self._answer(200, name, self.extra[name].encode())
        file = self.html / name
        found = path.startswith(FOLDER) and file.is_file()
        file = file if found else self.html / "404.html"
        self._answer(200 if found else 404, file.name, file.read_bytes())

    def _answer(self, status: int, name: str, body: bytes) -> None:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        packed = kind.startswith("text/") or kind.endswith(("javascript", "json", "xml"))
        body = _compressed(body) if packed else body
        self.send_response(status)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        with suppress(ConnectionError):  # the reader has gone on to another page
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args) -> None:
        """Silent."""


@contextmanager
def serve(html: Path = HTML, extra: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the pages in `html`, and `extra` (name to text) beside them; yield the address."""
    handler = type("Pages", (_Pages,), {"html": html, "extra": extra or {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{FOLDER}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; a FileNotFoundError tells how to get one."""
    path = find()
    if path is None:
        raise FileNotFoundError(
            f"no browser found, need one of {', '.join(NAMES)}; on Debian: apt-get install chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def visit(
    browser: Browser, url: str, width: int = 1440, theme: str = "light"
) -> tuple[Page, list[str]]:
    """Open a page and wait until it has settled.

    The second value fills with what goes wrong, now and later: errors on the console, uncaught
    exceptions, bad answers, none at all (unless the page was left meanwhile), and every request for
    another place than the page's own.
    """
    size = {"width": width, "height": 900 if width > 600 else 800}
    page = browser.new_context(viewport=size, color_scheme=theme).new_page()
    own = (f"{urlsplit(url).scheme}://{urlsplit(url).netloc}", "data:", "blob:")
    problems: list[str] = []

    def note(kind: str, text: str, wrong: bool = True) -> None:
        if wrong:
            problems.append(f"{kind}: {text:.300}")

    page.on("console", lambda m: note("console", m.text, m.type == "error"))
    page.on("pageerror", lambda error: note("uncaught", str(error)))
    page.on("response", lambda r: note(f"status {r.status}", r.url, r.status >= 400))
    page.on("request", lambda r: note("asks another place", r.url, not r.url.startswith(own)))
    page.on("requestfailed", lambda r: note("failed", r.url, r.failure != "net::ERR_ABORTED"))
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    page.evaluate(SETTLED)
    with suppress(TimeoutError):  # what is missing then is for the tests to tell
        page.wait_for_function(DRAWN, timeout=PATIENCE / 3)
    return page, problems


def turn(page: Page, theme: str, width: int) -> None:
    """Show a page of the book in another theme and width, and wait until it has changed."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
    page.wait_for_function(TURNED, arg={"theme": theme, "width": width})
    page.evaluate(PAINTED)


def pictures(folder: Path, names: list[str]) -> None:
    """Save a picture of every page in every view; say what went wrong on the way."""
    folder.mkdir(parents=True, exist_ok=True)
    with serve() as address, chromium() as browser:
        for name in names:
            for width, theme in VIEWS:
                page, problems = visit(browser, f"{address}{name}.html", width, theme)
                page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
                page.context.close()
                print(f"  {name} {width} {theme}", *problems, sep="\n    ", flush=True)


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("page", nargs="*", help="names of pages; left out, all of them")
    args = parser.parse_args()
    there = sorted(path.stem for path in HTML.glob("*.html") if path.stem != "index")
    if not there:
        sys.exit("site_browser: no pages yet; run `make pages` first")
    pictures(args.folder, args.page or there)


if __name__ == "__main__":
    main()
