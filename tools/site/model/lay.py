"""Lay what the page *Try it* loads into a folder of the site: nothing is converted that lies here.

    weights.safetensors, tokenizer.json, config.json    as they lie in data/backbone
    <model>.safetensors                                 what each training moved (`movement.py`)
    model.json                                          which files there are and how large they are
    emoji.json                                          some test emoji, in words of every language

Reading order: `lay`.

What it does not do: train (`recipe.py`).
"""

import json
import shutil
from pathlib import Path
from typing import Any

from safetensors import safe_open

from ltp_core import tasks
from ltp_core.data.items import shuffle_key
from ltp_core.data.paths import data_dir
from ltp_core.tasks.emoji_groups import emoji_dir, entries

FIRST = ("weights.safetensors", "tokenizer.json", "config.json")  # of data/backbone
EACH = 3  # emoji of each group


def header(path: Path) -> dict[str, Any]:
    """What a movement file says of itself."""
    with safe_open(path, "np") as file:
        found: dict[str, Any] = json.loads(file.metadata()["method"])
    return found


def about(path: Path) -> dict[str, Any]:
    """The same without its tensors, and the size of the file."""
    told = {key: value for key, value in header(path).items() if key not in ("tensors", "row")}
    return told | {"file": path.name, "bytes": path.stat().st_size}


def lay(folder: Path, movements: list[Path]) -> None:
    """Fill the folder; `movements` come in the order in which the page shows them."""
    folder.mkdir(parents=True, exist_ok=True)
    backbone = data_dir() / "backbone"
    for name in FIRST:
        shutil.copyfile(backbone / name, folder / name)
    for path in movements:
        shutil.copyfile(path, folder / path.name)
    task = tasks.emoji()
    methods = [about(path) for path in movements]
    _write(folder / "emoji.json", chosen_emoji(task))
    first = [
        {"file": name, "bytes": (folder / name).stat().st_size} for name in (*FIRST, "emoji.json")
    ]
    first += [one for one in methods if one["method"] == "prompt_only"]
    model = {"first": first, "methods": methods, "labels": task.labels, "words": task.words}
    model["row"] = {"before": [0], "after": [66013, 2], "place": "start", "keep_positions": False}
    _write(folder / "model.json", model)


def chosen_emoji(task: tasks.Task) -> dict[str, Any]:
    """Some test emoji of each group, the same for everybody; language -> emoji -> its text."""
    groups: dict[str, list[str]] = {label: [] for label in task.labels}
    for entry in sorted(entries(emoji_dir("random"), "en", "random"), key=_drawn):
        if entry["split"] == "test" and len(groups[entry["group"]]) < EACH:
            groups[entry["group"]].append(entry["id"])
    shown = {emoji: group for group, members in groups.items() for emoji in members}
    texts = {}
    for code in task.languages:
        rows = task.test(code)
        texts[code] = {i: t for i, t in zip(rows["id"], rows["text"], strict=True) if i in shown}
    return {"groups": shown, "texts": texts}


def _drawn(entry: dict[str, Any]) -> str:
    return shuffle_key("ltp-try-1", entry["id"])


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
