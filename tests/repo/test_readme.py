"""The README's numbers are those of the result files, and its names exist."""

import re
import shlex
from pathlib import Path

import pytest

import ltp_core as ltp
from ltp_book.verdicts import findings
from ltp_core.cli import parser
from tools.book import chapters as book
from tools.book import readme_table

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def table():
    return readme_table.table()


@pytest.mark.slow
def test_the_results_table_is_recomputed_from_the_files(table):
    _, _, rest = README.partition(readme_table.BEGIN)
    stored, _, _ = rest.partition(readme_table.END)
    assert stored.strip() == table.strip()


@pytest.mark.slow
def test_the_table_holds_every_method_and_the_control(table):
    for name in readme_table.NAMES.values():
        assert f"| {name} |" in table
    assert "LTP minus random ticket" in table


@pytest.mark.slow
def test_results_of_another_base_model_are_said_to_be_old(monkeypatch):
    monkeypatch.setattr(readme_table, "fingerprint", lambda model: "another")
    assert readme_table.OLDER in readme_table.table()


def test_each_command_of_the_readme_parses():
    commands = re.findall(r"^ltp (.+)$", README, flags=re.M)
    assert len(commands) >= 4
    for command in commands:
        parser().parse_args(shlex.split(command, comments=True))


def test_each_name_of_the_example_exists():
    for name in re.findall(r"ltp\.(\w+)", README):
        assert hasattr(ltp, name), name


def test_each_link_to_a_file_leads_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize(
    "chapter, sentence, sweep, rivals, fits",
    [
        (
            "method",
            "a random fifth does a little better",
            "first_light",
            ["random_ticket"],
            ["worse"],
        ),
        ("method", "training all weights is better still", "first_light", ["full"], ["worse"]),
        (
            "crossing",
            "a random ticket does at least as well as the chosen one",
            "first_light",
            ["random_ticket"],
            ["worse", "no clear difference"],
        ),
        (
            "fair",
            "It beats the prompt alone",
            "main",
            ["prompt_only"],
            ["better"],
        ),
        (
            "fair",
            "there is no clear difference from tickets chosen in other ways",
            "main",
            ["random_ticket", "magnitude_ticket", "gradient_ticket", "middle_layers", "lt_sft"],
            ["no clear difference"],
        ),
        (
            "fair",
            "Three rivals beat it in low-resource languages: *template + ticket* and "
            "*template + full*, which have an English sentence in place of the prompt, and "
            "*full without prompt*, which is ordinary fine-tuning",
            "main",
            ["template_ltp", "template_full", "cloze"],
            ["worse"],
        ),
        (
            "prompt_plus_ticket",
            "the prompt adds nothing clear to the ticket",
            "main",
            ["ticket_only"],
            ["no clear difference"],
        ),
    ],
)
def test_what_a_chapter_says_first_is_what_was_found(chapter, sentence, sweep, rivals, fits):
    first = book.nbrun.read(ROOT / "book" / f"{chapter}.ipynb").cells[0].source
    found = findings.stored(sweep)
    told = {findings.rule(findings.difference(found, "ltp", rival)) for rival in rivals}
    assert (" ".join(sentence.split()) in " ".join(first.split())) == (told <= set(fits))
