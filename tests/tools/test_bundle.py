"""The bundle for a class without a network: what it holds, with wheels that are none."""

import hashlib
import sys

import pytest

from tools.classroom import bundle, try_bundle


@pytest.fixture
def pages(tmp_path):
    """A folder as `make pages` leaves it."""
    folder = tmp_path / "html"
    folder.mkdir()
    for name in (".complete", "index.html", "method.html"):
        (folder / name).write_text(name)
    return folder


@pytest.fixture
def told(monkeypatch):
    """No step is run: what would be, as lists of words; two wheels stand for all."""
    commands = []

    def pretend(what, *command):
        commands.append(list(command))
        if "hatchling" in command:
            folder = bundle.Path(command[-1])
            (folder / "ltp_core-9-py3-none-any.whl").write_bytes(b"ours" * 500_000)
            (folder / "other-1-py3-none-any.whl").write_bytes(b"theirs")

    monkeypatch.setattr(bundle, "_run", pretend)
    return commands


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_bundle_holds_what_a_class_needs_and_nothing_of_the_lecturer(tmp_path, pages, told):
    bundle.gather(tmp_path / "out", "torch==1", pages)
    found = names(tmp_path / "out")
    assert {"README.md", "SHA256SUMS", "handout.html", "pages/index.html"} <= found
    assert {"wheels/ltp_core-9-py3-none-any.whl", "wheels/other-1-py3-none-any.whl"} <= found
    assert {"notebooks/method.ipynb", "notebooks/figures/method.svg"} <= found
    assert {"notebooks/exercises/method.ipynb", "notebooks/exercises/project.ipynb"} <= found
    of_lecturer = [name for name in found if "lecturer" in name or name.endswith(".py")]
    assert of_lecturer == []
    solved = [p for p in (tmp_path / "out").rglob("*.ipynb") if "BEGIN SOLUTION" in p.read_text()]
    assert solved == []


def test_the_lecturer_gets_solutions_slides_notes_and_figures(tmp_path, pages, told):
    bundle.gather(tmp_path / "out", "torch==1", pages, for_lecturer=True)
    found = names(tmp_path / "out" / "lecturer")
    assert {"solutions/fair.ipynb", "slides/fair.html", "notes/fair.md", "lecturer.md"} <= found
    assert {"figures/index.html", "figures/method-01.svg"} <= found


def test_every_file_has_its_sum(tmp_path, pages, told):
    out = tmp_path / "out"
    bundle.gather(out, "torch==1", pages)
    lines = [line.split("  ", 1) for line in (out / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in lines} == names(out) - {"SHA256SUMS"}
    for digest, name in lines:
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest, name


def test_pip_is_told_of_torch_alone_and_of_the_lock(tmp_path, pages, told):
    bundle.gather(tmp_path / "out", "torch==1 --index-url ELSEWHERE", pages)
    _, torch, others = told
    assert torch[-4:] == ["--no-deps", "torch==1", "--index-url", "ELSEWHERE"]
    assert "ELSEWHERE" not in others and others[-1].endswith("none-any.whl[book]")
    locked = any(word.endswith("requirements.lock") for word in others)
    assert locked == (sys.version_info[:2] == bundle.LOCKED_PYTHON)


@pytest.mark.parametrize(
    "system, command, sums",
    [
        ("linux", "class/bin/jupyter lab notebooks", "`sha256sum --check"),
        ("darwin", "class/bin/jupyter lab notebooks", "`shasum -a 256 --check"),
        ("win32", r"class\Scripts\jupyter lab notebooks", "`sha256sum --check"),
    ],
)
def test_the_readme_has_the_commands_of_the_system(tmp_path, pages, told, system, command, sums):
    bundle.gather(tmp_path / "out", "torch==1", pages)
    text = bundle.readme(tmp_path / "out", system)
    commands = text.split("```\n")[1].splitlines()
    assert len(commands) == 3 and commands[2] == command and sums in text
    assert f'--no-index --find-links wheels "{bundle.WANTED}"' in commands[1]
    assert "MB, of which 2 MB are wheels" in text


def test_what_is_there_is_not_written_over(tmp_path, pages, told):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="must be a new or empty folder"):
        bundle.gather(tmp_path, "torch==1", pages)
    assert (tmp_path / "mine.txt").read_text() == "mine" and not told


def test_without_pages_nothing_is_begun(tmp_path, pages, told):
    (pages / ".complete").unlink()
    with pytest.raises(ValueError, match="`make pages` builds them"):
        bundle.gather(tmp_path / "out", "torch==1", pages)
    assert not (tmp_path / "out").exists() and not told


def test_half_a_bundle_is_taken_away(tmp_path, pages, told, monkeypatch):
    def fails(folder):
        raise ValueError("no room")

    monkeypatch.setattr(bundle, "notebooks", fails)
    with pytest.raises(ValueError, match="no room"):
        bundle.gather(tmp_path / "out", "torch==1", pages)
    assert told and not (tmp_path / "out").exists()


@pytest.mark.process
def test_a_step_that_fails_is_named():
    with pytest.raises(ValueError, match="this step failed: nothing"):
        bundle._run("nothing", sys.executable, "-c", "raise SystemExit(3)")


def test_a_trial_uses_none_of_pips_settings(monkeypatch):
    for name in ("PIP_FIND_LINKS", "PYTHONPATH", "JUPYTER_PATH"):
        monkeypatch.setenv(name, "elsewhere")
    assert "elsewhere" not in try_bundle.clean().values()
    assert try_bundle.clean()["PIP_CONFIG_FILE"] == try_bundle.os.devnull


def test_a_trial_with_a_network_is_none(monkeypatch):
    class Connection:
        def __enter__(self):
            return self

        def __exit__(self, *fault):
            return False

    monkeypatch.setattr(try_bundle.socket, "create_connection", lambda *a, **k: Connection())
    with pytest.raises(RuntimeError, match="not cut"):
        try_bundle.no_network()
