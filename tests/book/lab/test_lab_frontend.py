"""The lab where readers press its buttons: JupyterLab and Notebook 7, in a real Chromium.

test_lab_kernel plays the frontend by hand. Here a real one draws the widgets, and all is done as a
reader does it, by menus, buttons and keys; every wait is for something seen. A frontend that is not
installed is skipped and says so. VS Code and Colab cannot be run by a test: they have the core
widgets in common with these two. LTP_PICTURES=FOLDER saves pictures.
"""

import contextlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright", reason="no browser tests: pip install -e .[test]")
from ipywidgets.embed import dependency_state
from nbformat import v4
from playwright.sync_api import TimeoutError, expect

from tests.support.wait import until
from tools.book import chapters as book
from tools.site import browser as site_browser

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.slow]

FRONTENDS = {"jupyterlab": (4, "lab/tree/"), "notebook": (7, "notebooks/")}  # from version, address
SLOW = site_browser.PATIENCE  # on a busy machine a kernel needs long to import torch
CELLS = [
    "import tests.support.toy_lab as t",
    "lab = t.Lab(t.LM, t.TASK, t.DELTAS, languages=('en', 'qu'), k=4, epochs=4000, every=1)\nlab",
    "lab.wait()",
]
NO_NEWS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
DEAD = "uncaught: Cannot send"  # what both frontends say of a press in a view without a kernel
READY = """async () => {  // the mark says "idle" before that, and what is run then is lost
  const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
  await session?.ready;
  const kernel = session?.session?.kernel;
  await kernel?.info;
  return kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""
DRAWN = "[...document.querySelectorAll('.jp-OutputArea')].some(it => it.innerText.trim())"
CURVE = """step => {
  const lab = document.querySelector('.ltp-lab:not(.ltp-old)');
  const at = /step (\\d+) of 4000/.exec(lab.innerText);
  return at && Number(at[1]) > step && lab.querySelector('polyline').points.length >= 2;
}"""


def skip_if_missing(name: str) -> None:
    """A frontend that is not there, or too old, is not looked at."""
    try:
        major = int(importlib.metadata.version(name).partition(".")[0])
    except importlib.metadata.PackageNotFoundError:
        major = 0
    if major < FRONTENDS[name][0]:
        pytest.skip(f"NO {name.upper()} HERE, the lab was not tried in it: pip install {name}")


def stored() -> nbformat.NotebookNode:
    """The notebook as the book stores one, with its widgets."""
    from tests.support import toy_lab as t

    lab = t.Lab(t.LM, t.TASK, t.DELTAS, **t.SIZES)
    lab.train()
    lab.wait()
    cells = [v4.new_code_cell(source) for source in CELLS]
    cells[1].outputs = [v4.new_output("display_data", data=lab._repr_mimebundle_())]
    widgets = {"version_major": 2, "version_minor": 0, "state": dependency_state(lab.view)}
    metadata = {"kernelspec": book.nbrun.KERNEL, "widgets": {book.nbrun.WIDGETS: widgets}}
    return v4.new_notebook(cells=cells, metadata=metadata)


def told_url(folder: Path) -> str | None:
    """The address that a server wrote; None while its file is missing or half written."""
    for path in folder.glob("jpserver-*.json"):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(path.read_text())["url"]
    return None


def test_a_half_written_address_is_no_address_yet(tmp_path):
    assert told_url(tmp_path) is None
    for half in ("", '{"url": "http'):
        (tmp_path / "jpserver-1.json").write_text(half)
        assert told_url(tmp_path) is None
    (tmp_path / "jpserver-1.json").write_text('{"url": "http://x/"}')
    assert told_url(tmp_path) == "http://x/"


@contextlib.contextmanager
def served(name: str, folder: Path):
    """The address of a frontend over a stored notebook; it knows nothing of this machine's user."""
    for inner in ("work", "config/labconfig"):
        (folder / inner).mkdir(parents=True)
    (folder / "config/labconfig/page_config.json").write_text(json.dumps(NO_NEWS))
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "run",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = os.environ | {key: str(folder / it) for key, it in own.items()}
    command = [
        sys.executable,
        "-m",
        name,
        "--no-browser",
        "--allow-root",
        "--ServerApp.port=0",
        "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=",
        "--LabApp.extension_manager=readonly",
        "--expose-app-in-browser",
    ]
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            command,
            cwd=folder / "work",
            stdout=log,
            stderr=log,
            env=environment | {"PYTHONPATH": str(book.ROOT)},
        )
        try:
            nbformat.write(stored(), folder / "work/lab.ipynb")  # meanwhile
            url = until(lambda: server.poll() is not None or told_url(folder / "run"))
            assert server.poll() is None, f"see {log.name}"
            yield url
        finally:
            server.terminate()  # its kernels end with it
            server.wait(timeout=SLOW / 1000)


class Reader:
    """Eyes and hands before a notebook in a browser."""

    def __init__(self, name, page):
        self.name, self.page = name, page
        self.lab = page.locator(".ltp-lab:not(.ltp-old)")

    def kernel_is(self, status: str) -> None:
        self.page.locator(f".jp-Notebook-ExecutionIndicator[data-status={status}]").wait_for()

    def menu(self, name: str, item: str) -> None:
        """Open a menu, once more if a frontend that still starts has closed it, and choose."""
        wanted = self.page.get_by_role("menuitem", name=item).first

        def opened():
            self.page.get_by_role("menuitem", name=name, exact=True).click()
            with contextlib.suppress(TimeoutError):
                wanted.wait_for(timeout=2000)
            return wanted.is_visible()

        until(lambda: wanted.is_visible() or opened())
        wanted.click()

    def runs_all(self) -> None:
        """Run all cells; a new lab takes the place of an old one."""
        self.page.wait_for_function(READY)
        self.page.evaluate(
            "document.querySelectorAll('.ltp-lab').forEach(it => it.classList.add('ltp-old'))"
        )
        self.menu("Run", "Run All Cells")
        expect(self.lab).to_have_count(1, timeout=SLOW)
        expect(self.page.locator(".ltp-old")).to_have_count(0)
        self.reads("Press Train.")

    def presses(self, name: str) -> None:
        self.lab.get_by_role("button", name=name).click()

    def reads(self, words) -> None:
        expect(self.lab).to_contain_text(words, timeout=SLOW)

    def sees_a_curve_beyond(self, step: int) -> None:
        self.page.wait_for_function(CURVE, arg=step)

    def step(self) -> int:
        return int(re.search(r"step (\d+) of 4000", self.lab.inner_text())[1])

    def trains(self) -> None:
        self.runs_all()
        self.presses("Train")
        self.sees_a_curve_beyond(1)

    def picture(self, of: str) -> None:
        if folder := os.environ.get("LTP_PICTURES"):
            self.page.screenshot(path=Path(folder) / f"{self.name}-{of}.png")


@pytest.fixture(scope="module", params=FRONTENDS)
def opened(request, browser, tmp_path_factory):
    """A reader before the stored notebook, what was first seen, and what goes wrong from then."""
    name = request.param
    skip_if_missing(name)
    with served(name, tmp_path_factory.mktemp(name)) as address:
        page, problems = site_browser.visit(browser, f"{address}{FRONTENDS[name][1]}lab.ipynb")
        reader = Reader(name, page)
        reader.kernel_is("idle")
        with contextlib.suppress(TimeoutError):  # outputs are drawn when their turn comes
            page.wait_for_function(DRAWN)
        first = page.locator(".jp-OutputArea").all_inner_texts()
        yield reader, first, {DEAD, *problems}, problems  # it has said some of them of itself
        page.context.close()


@pytest.fixture
def reader(opened):
    reader, _, own, problems = opened
    yield reader
    assert set(problems) <= own


def test_before_a_cell_was_run_the_table_stands_as_text(opened):
    """A frontend does not trust a notebook that it did not run: it shows no stored widget."""
    assert "20 % of all layers + prompt of 10" in "".join(opened[1])


def test_a_reader_chooses_trains_stops_continues_and_resets(reader):
    reader.runs_all()
    reader.lab.get_by_label("density").select_option("no ticket")
    reader.reads("Train will train a prompt of 10: 4000 steps")
    reader.lab.get_by_label("density").select_option("50 %")
    reader.lab.get_by_label("look at").select_option(["English", "Swahili"])
    reader.reads("Train will train 2,224 weights")
    reader.presses("Train")
    reader.reads(re.compile(r"about \d+ s left"))
    reader.sees_a_curve_beyond(20)
    reader.reads("% right in Swahili")
    reader.picture("training")
    reader.presses("Stop")
    reader.reads("Run 1 is stopped; press Continue")
    at = reader.step()
    reader.presses("Continue")
    reader.reads("Run 1 is training.")
    reader.sees_a_curve_beyond(at)
    reader.presses("Reset")
    reader.reads("no run yet: press Train")
    expect(reader.lab.get_by_label("density")).to_have_value("20 %")


def test_a_cell_run_again_gives_a_lab_that_works(reader):
    reader.trains()
    reader.trains()
    reader.presses("Stop")
    reader.reads("Run 1 is stopped; press Continue")


def test_an_interrupt_ends_a_cell_that_waits_and_stops_the_run(reader):
    reader.trains()
    last = reader.page.locator(".jp-CodeCell").last  # lab.wait()
    last.locator(".cm-content").click()
    reader.page.keyboard.press("Control+Enter")
    reader.kernel_is("busy")
    reader.menu("Kernel", "Interrupt Kernel")
    reader.reads("Run 1 is stopped; press Continue")
    reader.kernel_is("idle")
    expect(last.locator(".jp-OutputArea-output")).to_have_count(0)


def is_the_notebook_saved(answer):
    return answer.request.method == "PUT" and "/api/contents/" in answer.url and answer.ok


def test_a_page_loaded_again_shows_the_run_that_goes_on(reader):
    reader.trains()
    with reader.page.expect_response(is_the_notebook_saved):  # other things are PUT, too
        reader.page.keyboard.press("Control+s")
    at = reader.step()
    reader.page.reload()
    expect(reader.lab).to_have_count(1, timeout=SLOW)
    reader.sees_a_curve_beyond(at)
    reader.sees_a_curve_beyond(reader.step())
    reader.presses("Stop")
    reader.reads("Run 1 is stopped; press Continue")


def test_after_a_restart_the_old_lab_does_no_harm_and_a_new_one_works(reader):
    reader.trains()
    reader.menu("Kernel", "Restart Kernel…")
    reader.page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(reader.lab.locator(".jupyter-widgets-disconnected").first).to_be_attached(timeout=SLOW)
    reader.picture("restarted")
    reader.presses("Stop")
    reader.lab.get_by_label("density").select_option("no ticket")
    reader.reads("Run 1 is training.")  # it is a picture now
    reader.trains()
