"""What makes the pages a site: its mark and its card, the page for a lost address, the licences of
what it brings along, one address for all, and the workflow that publishes it."""

import io
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from matplotlib import image

import book
import set_repository
import site_card

ROOT = book.ROOT
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())
ADDRESS = set_repository.current()
WORKFLOWS = {path.stem: path for path in (ROOT / ".github" / "workflows").glob("*.yml")}
WORKFLOW = yaml.safe_load(WORKFLOWS["book"].read_text())


# --- the mark and the card ------------------------------------------------------------------


def test_the_mark_is_a_small_square_picture():
    path = book.BOOK / CONFIG["html"]["favicon"]
    root = ElementTree.parse(path).getroot()
    _, _, width, height = map(float, root.get("viewBox").split())
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and width == height
    assert path.stat().st_size <= 5_000


def test_the_card_is_what_the_script_draws():
    stored = image.imread(site_card.CARD)
    assert stored.shape[:2] == (630, 1200) and site_card.CARD.stat().st_size <= 300_000
    drawn = image.imread(io.BytesIO(site_card.png()))
    assert drawn.shape == stored.shape, "python tools/site_card.py"
    # Another matplotlib may place a letter half a pixel aside.
    assert np.abs(drawn - stored).mean() <= 0.01, "python tools/site_card.py"


def test_two_drawings_are_the_same_bytes():
    assert site_card.png() == site_card.png()


# --- what others made -----------------------------------------------------------------------


def test_every_vendored_folder_brings_its_licence_and_is_listed():
    folders = [path for path in (book.BOOK / "_vendor" / "vendor").iterdir() if path.is_dir()]
    readme = (book.BOOK / "_vendor" / "README.md").read_text()
    assert folders
    for folder in folders:
        assert [path for path in folder.glob("*") if re.match("LICEN[SC]E", path.name)], folder.name
        assert f"`vendor/{folder.name}`" in readme


def test_nothing_is_in_the_folder_that_jupyter_book_adds_to_every_page():
    assert not (book.BOOK / "_static").exists(), "every script below it lands on every page"


# --- one address ----------------------------------------------------------------------------


def test_the_site_lies_where_the_repository_says():
    assert CONFIG["html"]["baseurl"] == set_repository.site(ADDRESS)
    assert CONFIG["repository"]["branch"] == "main"  # the workflow and the launch links name it


@pytest.mark.parametrize("path", book.chapters(), ids=lambda path: path.stem)
def test_a_set_up_cell_installs_from_the_repository(path):
    """Every chapter installs in the same lines; tests/test_colab.py runs them."""
    first = next(cell.source for cell in book.nbrun.read(path).cells if cell.cell_type == "code")
    lines = [line.split("  #")[0].strip() for line in first.splitlines()]
    assert lines[:6] == [
        '#@title Set-up {display-mode: "form"}',
        "try:",
        "import ltp_core as ltp",
        "except ModuleNotFoundError:",
        f'%pip install --quiet "ltp-core @ git+{ADDRESS}"',
        "import ltp_core as ltp",
    ]
    assert path.read_text(encoding="utf-8").count("%pip") == 1


@pytest.mark.process
def test_a_new_address_reaches_every_file(tmp_path):
    """On a copy: afterwards nobody names the old address, and all name the new one."""
    files = [
        "pyproject.toml",
        "_config.yml",
        "CITATION.cff",
        "README.md",
        "CONTRIBUTING.md",
        *(f"book/{path.name}" for path in book.chapters()),
    ]
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    old, new = set_repository.ADDRESS.fullmatch(ADDRESS)[1], "Some-One/a-ltp.book"
    (tmp_path / "badge.md").write_text(
        f"https://mybinder.org/v2/gh/{old}/main and {set_repository.site(ADDRESS)}/method.html, "
        f"not {old}-2 or my-{old}"
    )
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    changed = set_repository.spread(f"https://github.com/{new}", tmp_path)
    assert {"pyproject.toml", "_config.yml", "CITATION.cff", "badge.md"} <= set(changed)
    assert {f"book/{path.name}" for path in book.chapters()} <= set(changed)
    assert (tmp_path / "badge.md").read_text() == (
        f"https://mybinder.org/v2/gh/{new}/main and https://some-one.github.io/a-ltp.book/"
        f"method.html, not {old}-2 or my-{old}"
    )
    for name in files:
        assert not re.search(rf"(?<![\w-]){re.escape(old)}(?![\w-])", (tmp_path / name).read_text())
    config = yaml.safe_load((tmp_path / "_config.yml").read_text())
    assert config["html"]["baseurl"] == "https://some-one.github.io/a-ltp.book"
    assert set_repository.current(tmp_path) == config["repository"]["url"]
    assert set_repository.spread(f"https://github.com/{new}", tmp_path) == []


def test_an_address_that_is_none_is_refused(monkeypatch):
    monkeypatch.setattr("sys.argv", ["set_repository", "ltp-book"])
    with pytest.raises(SystemExit, match="got 'ltp-book', need https://github.com/OWNER/NAME"):
        set_repository.main()


# --- the workflow ---------------------------------------------------------------------------


each_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def steps(workflow: dict) -> list[dict]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_the_workflow_runs_on_every_push_and_on_proposals():
    on = WORKFLOW[True]  # YAML reads the word `on` as true
    assert on["push"] == {"branches": ["main"]} and {"pull_request", "workflow_dispatch"} <= set(on)


@each_workflow
def test_a_workflow_uses_only_githubs_own_actions_by_major_version(name):
    workflow = yaml.safe_load(WORKFLOWS[name].read_text())
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in used), used
    assert all(("uses" in step) != ("run" in step) for step in steps(workflow))
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())
    assert workflow["permissions"] == {"contents": "read"}


@pytest.mark.process
def test_workflows_fit_githubs_own_schema():
    schema = ["--builtin-schema", "vendor.github-workflows"]
    files = [ROOT / ".github" / "workflows" / f"{name}.yml" for name in WORKFLOWS]
    run = subprocess.run([sys.executable, "-m", "check_jsonschema", *schema, *files],
                         capture_output=True, text=True)  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


@each_workflow
def test_what_a_workflow_names_is_there(name):
    """What the schema cannot know: jobs, steps, variables of a matrix and files that are there."""
    text = WORKFLOWS[name].read_text()
    workflow = yaml.safe_load(text)
    assert set(workflow) == {"name", True, "permissions", "jobs"} | set(workflow) & {"concurrency"}
    known = {"github", "vars", "steps", "matrix"}
    for inner in re.findall(r"\$\{\{(.*?)\}\}", text):
        said = re.findall(r"(?<![\w.'/])([a-z]+)\.", re.sub(r"'[^']*'", "", inner))
        assert said and set(said) <= known, inner
    for job in workflow["jobs"].values():
        assert job.get("needs", next(iter(workflow["jobs"]))) in workflow["jobs"]
        own = str(job)
        ids = {step["id"] for step in job["steps"] if "id" in step}
        assert set(re.findall(r"steps\.(\w+)\.", own)) <= ids
        matrix = job.get("strategy", {}).get("matrix", {})
        assert set(re.findall(r"matrix\.(\w+)", own)) <= set(matrix)
    for file in re.findall(r"\S+/[\w./]+\.py|requirements\.lock", text):
        assert (ROOT / file).is_file(), file


def test_whole_chapters_are_tried_as_in_colab_every_week():
    workflow = yaml.safe_load(WORKFLOWS["colab"].read_text())
    job, widgets = (workflow["jobs"][name] for name in ("chapters", "widgets"))
    assert widgets["steps"][-1]["run"] == "make verify"
    assert "schedule" in workflow[True] and "workflow_dispatch" in workflow[True]
    assert job["strategy"]["matrix"]["version"] == ["newest", "oldest"]
    assert job["env"]["LTP_COLAB"] == "${{ matrix.version }}"
    command = job["steps"][-1]["run"]
    assert "tests/test_colab.py" in command
    chosen = re.search(r"-k (\w+)", command)[1]
    assert f"def test_{chosen}" in (ROOT / "tests" / "test_colab.py").read_text()


def test_the_workflow_tests_then_publishes_the_pages_of_main_only():
    test, publish = WORKFLOW["jobs"]["test"], WORKFLOW["jobs"]["publish"]
    assert "bash .ci/run" in [step.get("run") for step in test["steps"]]
    upload = next(step for step in test["steps"] if "upload-pages-artifact" in step.get("uses", ""))
    assert upload["with"]["path"] == "_build/html" and upload is test["steps"][-1]
    assert publish["needs"] == "test" and publish["if"] == "github.ref == 'refs/heads/main'"
    assert publish["environment"]["name"] == "github-pages"
    assert all("timeout-minutes" in job for job in WORKFLOW["jobs"].values())


def test_the_workflow_may_write_nothing_but_the_pages():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert WORKFLOW["jobs"]["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert "permissions" not in WORKFLOW["jobs"]["test"]
    assert not any("secrets." in path.read_text() for path in WORKFLOWS.values())


def test_the_workflow_takes_no_missing_browser_for_an_answer():
    test = WORKFLOW["jobs"]["test"]
    assert test["env"]["LTP_BROWSER"] == "required"
    assert "LTP_BROWSER" in (ROOT / "tests" / "conftest.py").read_text()


@pytest.mark.process
def test_what_ci_runs_is_sound_shell():
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"]).returncode == 0
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make test")
