"""What makes the pages a site: its mark and its card, the page for a lost address, the licences of
what it brings along, and one address for all."""

import io
import re
import shutil
import subprocess
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from matplotlib import image

from tools.book import chapters as book
from tools.book import set_up
from tools.site import card as site_card
from tools.site import set_repository

ROOT = book.ROOT
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())
ADDRESS = set_repository.current()


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
    assert drawn.shape == stored.shape, "python -m tools.site.card"
    # Another matplotlib may place a letter half a pixel aside.
    assert np.abs(drawn - stored).mean() <= 0.01, "python -m tools.site.card"


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
    """Every chapter installs in the same lines; tests/book/chapters/test_colab.py runs them."""
    first = next(cell.source for cell in book.nbrun.read(path).cells if cell.cell_type == "code")
    assert first.startswith(set_up.lines(ADDRESS)), "python -m tools.book.set_up"
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
