"""Small specs, folders and backbones for tests of sweeps."""

import pytest

from ltp_core.model.toy import toy_backbone

SPEC = """
task = "{task}"
methods = ["prompt_only", "full", "ltp", "random_ticket"]
k = [2]
seeds = [0, 1]
density = [0.2]
[ticket]
text = ["en"]
steps = 2
[train]
epochs = 1
prompt_length = 2
"""
SHORT = SPEC.replace('"full", "ltp", ', "")


@pytest.fixture(scope="session")
def task_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mini")
    rows = [
        ("rice", "food"),
        ("bread", "food"),
        ("soup", "food"),
        ("tea", "food"),
        ("cat", "animals"),
        ("dog", "animals"),
        ("a bird", "animals"),
        ("the child", "animals"),
    ]
    for language in ("en", "qu"):
        lines = ["id,text,label,split"]
        lines += [
            f"{i},{text},{label},{['train', 'train', 'dev', 'test'][i % 4]}"
            for i, (text, label) in enumerate(rows)
        ]
        (folder / f"{language}.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def backbone_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    model, tokenizer = toy_backbone()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def write(folder, text):
    path = folder / "mini.toml"
    path.write_text(text)
    return path
