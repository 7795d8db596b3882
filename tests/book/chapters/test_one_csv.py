"""*Your model*, section 1: the lines for the terminal and the file of the sweep, on a small model.

Only the training is cut short, to one epoch.
"""

import csv
import re
import shlex

import pytest

import ltp_core as ltp
from ltp_book.verdicts import findings
from ltp_core import cli
from ltp_core.measure.results import read
from tests.support import lessons
from tools.book import chapters as book

LABELS = {"animals": "uywa", "food": "mikhuna"}
ROWS = {"train": 16, "dev": 4, "test": 8}  # of each label
SECTION = "1. From one CSV to a verdict"


@pytest.fixture(scope="module")
def section() -> lessons.Section:
    return lessons.named(book.BOOK / "your_model.ipynb", SECTION)


@pytest.fixture
def home(tmp_path, monkeypatch, embedded):
    """A folder with the CSV and, in place of the embedded model, a small one of random numbers."""
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    monkeypatch.chdir(tmp_path)
    sizes = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    config = XLMRobertaConfig(vocab_size=len(embedded.tokenizer), pad_token_id=1, **sizes)
    XLMRobertaForMaskedLM(config).save_pretrained("small")
    embedded.tokenizer.save_pretrained("small")
    (tmp_path / "xyz-task").mkdir()
    with open("xyz-task/xyz.csv", "w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["text", "label", "split"])
        for split, n in ROWS.items():
            lines.writerows(
                [f"{LABELS[it]} {split} {i}", it, split] for it in LABELS for i in range(n)
            )
    small = ltp.load_backbone("small")
    monkeypatch.setattr(ltp, "load_backbone", lambda: small)
    return tmp_path


@pytest.mark.slow
def test_the_section_leads_from_the_file_to_the_verdict(section, home, capsys):
    code = "\n".join(cell.source for cell in section.cells if cell.cell_type == "code")
    spec = re.search(r'Path\("compare.toml"\)\.write_text\("""\n(.*?)"""', code, re.S)[1]
    spec, times = re.subn(r"^epochs = \d+", "epochs = 1", spec, flags=re.M)
    assert times == 1
    (home / "compare.toml").write_text(spec, encoding="utf-8")
    (lines,) = re.findall(r"^```\n(ltp .*?)^```$", lessons.text(section), re.S | re.M)
    for line in lines.splitlines():
        word, *rest = shlex.split(line)
        assert word == "ltp"
        short = ["--epochs", "1"] if rest[0] == "train" else []
        cli.main([*rest, *short, "--backbone", "small", "--quiet"])
    verdict = next(cell.source for cell in section.cells if "findings.verdict" in cell.source)
    exec(compile(verdict, "your_model", "exec"), {"findings": findings, "read": read})
    said = capsys.readouterr().out
    assert re.search(r"^xyz ", said, re.M), "an accuracy by the shell"
    names = r"template \+ full minus untrained template, other languages"
    assert re.search(rf"^{names}: [+-]", said, re.M)
    runs = read(home / "results" / "compare.parquet")
    sentences = {row["method"]: "It is" in row["spec"] for row in runs}
    assert sentences == {"template_full": True, "template_zero": True}
    assert len(list((home / "results" / "runs").glob("*.parquet"))) == 2 * 2 * 5
