"""What GitHub reads: workflows that name only what is there, forms and schemas that fit."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
WORKFLOWS = {path.stem: path for path in (GITHUB / "workflows").glob("*.yml")}
WORKFLOW = yaml.safe_load(WORKFLOWS["book"].read_text())
JOBS = WORKFLOW["jobs"]

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


@pytest.mark.parametrize(
    "schema, files",
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/*.yml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
def test_what_github_reads_fits_its_schema(schema, files):
    found = list(ROOT.glob(files))
    assert found
    run = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *found],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@each_workflow
def test_what_a_workflow_names_is_there(name):
    """What the schema cannot know: jobs, steps, variables of a matrix and files that are there."""
    text = WORKFLOWS[name].read_text()
    workflow = yaml.safe_load(text)
    assert set(workflow) == {"name", True, "permissions", "jobs"} | (
        set(workflow) & {"concurrency", "env"}
    )
    known = {"github", "vars", "steps", "matrix"}
    for inner in re.findall(r"\$\{\{(.*?)\}\}", text):
        said = re.findall(r"(?<![\w.'/])([a-z]+)\.", re.sub(r"'[^']*'", "", inner))
        assert (said or "hashFiles(" in inner) and set(said) <= known, inner
    for job in workflow["jobs"].values():
        assert set(job.get("needs", [])) <= set(workflow["jobs"])
        own = str(job)
        ids = {step["id"] for step in job["steps"] if "id" in step}
        assert set(re.findall(r"steps\.(\w+)\.", own)) <= ids
        matrix = job.get("strategy", {}).get("matrix", {})
        assert set(re.findall(r"matrix\.(\w+)", own)) <= set(matrix)
    for file in re.findall(r"\S+/[\w./]+\.py|requirements\.lock|pyproject\.toml", text):
        assert (ROOT / file).is_file(), file
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M)
    assert set(re.findall(r"^ +run: make (\w+)", text, re.M)) <= set(targets)


def test_whole_chapters_are_tried_as_in_colab_every_week():
    workflow = yaml.safe_load(WORKFLOWS["colab"].read_text())
    job, widgets = (workflow["jobs"][name] for name in ("chapters", "widgets"))
    assert widgets["steps"][-1]["run"] == "make verify"
    assert "schedule" in workflow[True] and "workflow_dispatch" in workflow[True]
    assert job["strategy"]["matrix"]["version"] == ["newest", "oldest"]
    assert job["env"]["LTP_COLAB"] == "${{ matrix.version }}"
    command = job["steps"][-1]["run"]
    file, chosen = re.search(r"(tests/\S+) -k (\w+)", command).groups()
    assert f"def test_{chosen}" in (ROOT / file).read_text()


def test_the_core_is_tried_on_every_python_the_library_allows():
    core = JOBS["core"]
    pythons = core["strategy"]["matrix"]["python"]
    assert all(isinstance(python, str) for python in pythons), "3.10 without quotes is 3.1"
    lowest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())[1]
    assert pythons[0] == lowest and len(pythons) == len(set(pythons)) >= 4
    assert core["steps"][-1]["run"] == "make check PYTHON=python"


def test_the_pages_of_main_only_are_published_and_those_that_were_tested():
    book, site = JOBS["book"], JOBS["site"]
    assert "bash .ci/run" in [step.get("run") for step in book["steps"]]
    upload = next(step for step in book["steps"] if "upload-pages-artifact" in step.get("uses", ""))
    assert upload["with"]["path"] == "_build/html" and upload is book["steps"][-1]
    assert site["needs"] == ["core", "book"] and site["if"] == "github.ref == 'refs/heads/main'"
    assert site["environment"]["name"] == "github-pages"


def test_the_workflow_may_write_nothing_but_the_pages():
    assert JOBS["site"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert not any("permissions" in JOBS[job] for job in ("core", "book"))
    assert not any("secrets." in path.read_text() for path in WORKFLOWS.values())


def test_the_workflow_takes_no_missing_browser_for_an_answer():
    assert JOBS["book"]["env"]["LTP_BROWSER"] == "required"
    assert "LTP_BROWSER" in (ROOT / "tests" / "conftest.py").read_text()


@pytest.mark.process
def test_what_ci_runs_is_sound_shell():
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"]).returncode == 0
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("make test")


def test_a_commit_is_checked_by_what_is_here_already():
    """The hooks of pre-commit are the programs of .venv, so that nothing is downloaded."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"]
    for hook in hooks[0]["hooks"]:
        assert hook["language"] == "system" and hook["entry"].startswith(".venv/bin/python -m ")
        command = [sys.executable, *hook["entry"].split()[1:], "tests/conftest.py"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr
