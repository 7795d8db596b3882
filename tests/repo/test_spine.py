"""The files that must agree with each other do, and the wheel is whole and small."""

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from packaging.requirements import Requirement

from ltp_core import __version__

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
MB = 1_000_000


def name_of(requirement: str) -> str:
    """The normal form of a requirement's name: 'Sphinx_book-theme>=1' -> 'sphinx-book-theme'."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement).group()).lower()


def for_the_lock(requirements: list[str]) -> list[Requirement]:
    """The requirements that hold on Python 3.11, the lock's Python."""
    parsed = map(Requirement, requirements)
    return [r for r in parsed if not r.marker or r.marker.evaluate({"python_version": "3.11"})]


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins), "only exact pins"
    return {name_of(pin): pin.split("==")[1] for pin in pins}


def tracked() -> list[Path]:
    """The files git knows or would add; outside a git checkout, no file."""
    answer = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    paths = [ROOT / name for name in answer.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_the_lock_holds_every_requirement_within_its_range():
    pins = locked()
    for requirement in for_the_lock([*PROJECT["dependencies"], *sum(EXTRAS.values(), [])]):
        version = pins[name_of(requirement.name)]
        assert version in requirement.specifier, f"{requirement}: lock has {version}"


def test_the_library_caps_no_version():
    for requirement in map(Requirement, PROJECT["dependencies"]):
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators <= {">=", ">"}, f"{requirement}: lower bounds only"


def test_environment_yml_agrees_with_lock_and_pyproject():
    spec = yaml.safe_load((ROOT / "environment.yml").read_text())
    conda = [entry for entry in spec["dependencies"] if isinstance(entry, str)]
    pip = next(entry["pip"] for entry in spec["dependencies"] if isinstance(entry, dict))
    assert "python=3.11" in conda  # the lock's Python
    torch = next(d for d in PROJECT["dependencies"] if name_of(d) == "torch")
    assert torch.replace("torch", "pytorch-cpu", 1) in conda
    assert pip[-1] == "-e ."
    pins = locked()
    for entry in pip[:-1]:
        name, version = entry.split("==")
        assert pins[name_of(name)] == version, entry
    wanted = for_the_lock([*PROJECT["dependencies"], *EXTRAS["book"]])
    named = {name_of(requirement.name) for requirement in wanted} - {"torch"}
    assert {name_of(entry) for entry in pip[:-1]} == named


@pytest.mark.process
def test_one_repository_address():
    address = PROJECT["urls"]["Repository"]
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert config["repository"]["url"] == citation["repository-code"] == address
    owner = address.removeprefix("https://github.com/")
    launch = re.compile(r"(?:colab\.[\w.]+/github|mybinder\.org/v2/gh)/([\w.-]+/[\w.-]+)")
    for path in tracked():
        if path.suffix in (".md", ".ipynb"):
            for found in launch.findall(path.read_text(encoding="utf-8")):
                assert found == owner, f"{path.name}: a launch link to {found}, not {owner}"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    badges = re.findall(r"^\[!\[[^]]+\]\([^)]+\)\]\((.+)\)$", readme, re.M)
    assert [urlsplit(link).netloc.split(".")[-2] for link in badges] == [
        "github",
        "google",
        "mybinder",
    ]
    assert all(f"/{owner}/" in link for link in badges)


def test_one_version():
    """It stands in ltp_core/__init__.py; all else is made from it or held to it."""
    assert PROJECT["dynamic"] == ["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == __version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[(\d.*?)\]", changelog, re.M).group(1) == __version__


def test_the_changelog_is_in_order():
    """The newest first, each with its day; a heading is one of those of Keep a Changelog."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *editions = re.findall(r"^## (.+)$", changelog, re.M)
    assert first == "[Unreleased]"
    found = [
        re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", e).groups() for e in editions
    ]
    assert found == sorted(found, key=lambda e: (*map(int, e[:3]), e[3]), reverse=True)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", changelog, re.M)) <= kinds


def unlike(vendor: Path) -> set[str]:
    """The vendored files that are not as the checksums say, or of which these say nothing."""
    lines = [line.split() for line in (vendor / "SHA256SUMS").read_text().splitlines()]
    told = {name: digest for digest, name in lines}
    there = {
        str(path.relative_to(vendor)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.glob("vendor/**/*")
        if path.is_file()
    }
    return {name for name in told.keys() | there.keys() if told.get(name) != there.get(name)}


def test_vendored_files_are_unchanged():
    assert not unlike(ROOT / "book" / "_vendor")


def test_a_changed_byte_of_a_vendored_script_is_noticed(tmp_path):
    """And so is a file too many, or one too few."""
    vendor = shutil.copytree(ROOT / "book" / "_vendor", tmp_path / "vendor")
    scripts = sorted(path.relative_to(vendor) for path in vendor.glob("vendor/**/*.js"))
    assert len(scripts) == 3
    for script in scripts:
        good = (vendor / script).read_bytes()
        for spot in (0, len(good) // 2, len(good) - 1):
            (vendor / script).write_bytes(good[:spot] + bytes([good[spot] ^ 1]) + good[spot + 1 :])
            assert unlike(vendor) == {str(script)}
        (vendor / script).write_bytes(good)
    (vendor / "vendor" / "more.js").write_text("")
    (vendor / scripts[0]).unlink()
    assert unlike(vendor) == {"vendor/more.js", str(scripts[0])}


def test_make_help_lists_every_target():
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", text, re.M).group(1).split()
    described = re.findall(r"^([a-z]+):.*##", text, re.M)
    assert sorted(phony) == sorted(described)


@pytest.mark.process
def test_the_repository_stays_small_and_names_no_machine():
    files = tracked()
    if not files:
        pytest.skip("not a git checkout")
    assert sum(path.stat().st_size for path in files) <= 60 * 2**20  # 60 MiB
    home = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w")
    for path in files:
        if path.suffix in (".py", ".md", ".ipynb", ".yml", ".toml", ".cff", ".lock", ""):
            found = home.search(path.read_text(encoding="utf-8"))
            assert not found, f"{path.relative_to(ROOT)}: a machine's path, {found.group()}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr[-500:]
    return next(folder.glob("ltp_core-*.whl"))


@pytest.mark.process
def test_the_wheel_carries_the_data_and_stays_small(wheel):
    assert wheel.name == f"ltp_core-{__version__}-py3-none-any.whl"
    installed = next(distributions(name="ltp-core", path=[str(wheel)]))
    assert installed.version == __version__
    assert wheel.stat().st_size <= 50 * MB
    names = zipfile.ZipFile(wheel).namelist()
    for part in ("emoji", "kinds", "text", "backbone"):
        here = {p.name for p in (ROOT / "data" / part).glob("*") if p.is_file()}
        there = {Path(n).name for n in names if n.startswith(f"ltp_core/_data/{part}/")}
        assert here and here == there, f"data/{part}: {here ^ there or 'is empty'}"
    assert "ltp_core/_data/results/first_light.parquet" in names  # the chapter reads it in Colab
    assert "ltp_core/__init__.py" in names
    assert not [n for n in names if "tests/" in n or n.startswith(("book/", "tools/"))]


def test_no_formula_asks_for_a_font_that_was_left_out():
    """MathJax would fetch it, and draw the letter in a font that it happens to find."""
    absent = re.compile(r"\\+(?:mathcal|mathscr|mathfrak|mathsf|mathtt|texttt|textsf|cal|frak)\b")
    assert absent.search(r"$\mathcal{L}$") and not absent.search(r"\calculated")
    sources = [*(ROOT / "book").glob("*.*"), *(ROOT / "book" / "exercises").glob("*.ipynb")]
    sources += [*(ROOT / "ltp_core").rglob("*.py"), *(ROOT / "ltp_book").rglob("*.py")]
    texts = {path: path.read_text(encoding="utf-8") for path in sources if path.is_file()}
    assert [path.name for path, text in texts.items() if absent.search(text)] == []
