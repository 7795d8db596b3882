"""The box *You have one CSV in one language?* of *Your model*: its very lines, on a small model.

Only the training is cut short, to one epoch.
"""

import csv
import re
import shlex

import pytest

import ltp_core as ltp
from ltp_core import cli
from ltp_core.measure.results import read
from tools.book import chapters as book

LABELS = {"good": "alin", "bad": "mana"}
ROWS = {"train": 16, "dev": 4, "test": 8}  # of each label


@pytest.fixture(scope="module")
def box() -> list[tuple[str, str]]:
    """The fenced blocks of the box: (language, text)."""
    cells = book.nbrun.read(book.BOOK / "your_model.ipynb").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    found = re.search(r"<details><summary>You have one CSV(.*?)</details>", prose, re.S)
    return re.findall(r"^```(\w*)\n(.*?)^```$", found[1], re.S | re.M)


@pytest.fixture
def home(tmp_path, monkeypatch, embedded):
    """A folder with the CSV and, in place of the embedded model, a small one of random numbers."""
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    monkeypatch.chdir(tmp_path)
    sizes = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    config = XLMRobertaConfig(vocab_size=len(embedded.tokenizer), pad_token_id=1, **sizes)
    XLMRobertaForMaskedLM(config).save_pretrained("small")
    embedded.tokenizer.save_pretrained("small")
    (tmp_path / "mytask").mkdir()
    with open("mytask/xyz.csv", "w", newline="", encoding="utf-8") as file:
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
def test_the_box_leads_from_the_file_to_the_verdict(box, home, capsys):
    assert [language for language, _ in box] == ["", "python", "toml", "", "python"]
    for language, text in box:
        if language == "python":
            exec(compile(text, "your_model", "exec"), {})
        elif language == "toml":
            (home / "compare.toml").write_text(f"{text}\n[train]\nepochs = 1\n", encoding="utf-8")
        else:
            for line in text.splitlines():
                word, *rest = shlex.split(line)
                assert word == "ltp"
                short = ["--epochs", "1"] if rest[0] == "train" else []
                cli.main([*rest, *short, "--backbone", "small", "--quiet"])
    said = capsys.readouterr().out
    assert said.count("xyz ") >= 2, "an accuracy by the shell and one by Python"
    assert re.search(r"^template + full minus random ticket, other languages: [+-]", said, re.M)
    runs = read(home / "results" / "compare.parquet")
    sentences = {row["method"]: "It is" in row["spec"] for row in runs}
    assert sentences == {"template_full": True, "random_ticket": False}
    assert len(list((home / "results" / "runs").glob("*.parquet"))) == 2 * 2 * 5
