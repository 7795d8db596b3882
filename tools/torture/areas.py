"""The bad inputs, area by area. Each area yields cases for ever, decided by its generator.

    options    values outside their bounds, of other kinds, names nobody knows
    rows       datasets with wrong columns, kinds, lengths, labels
    tables     damaged CSV and JSONL, held to Python's own strict readers
    tickets    changed ticket files
    trained    changed folders of trained models
    runs       changed checkpoints
    specs      changed TOML of a sweep
    values     densities, layers, indices, templates, label words
    shell      command lines

Each area has its share of all inputs, larger where a case is cheap.

Reading order: `changed` (what happens to a file), then any area.

What it does not do: judge (`judge.py`).
"""

import csv
import io
import json
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

from ltp_core import cli
from ltp_core.measure.evaluate import evaluate
from ltp_core.measure.overlap import overlap
from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.stage1.find import find_ticket
from ltp_core.stage2.prompt import PromptModel
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.study.spec import read_spec
from ltp_core.tasks import from_folder
from ltp_core.ticket.merge import merge
from ltp_core.ticket.ticket import Ticket, origin
from ltp_core.training import checkpoint
from ltp_core.training.options import Form, Stage1Options, Stage2Options

from .judge import Case

Draw = np.random.Generator
TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["rice", "bread", "cat", "a dog"], "label": [0, 0, 1, 1]}
QUICK = {"task": TASK, "prompt_length": 2, "epochs": 1, "progress": False}


def pick(draw: Draw, choices):
    """One of them; unlike `draw.choice` it leaves the value as it is."""
    return choices[int(draw.integers(len(choices)))]


# --- values ------------------------------------------------------------------------------------

OUTSIDE = {
    "seed": [-1, 1.5, "0", None, math.nan],
    "warmup": [-0.1, 1.1, 10, math.nan, "0.1", None],
    "clip": [0, -1.0, math.nan, "1", None],
    "autocast": ["yes", "fast", 2, None],
    "weight_decay": [-0.1, math.nan, math.inf, "0", None],
    "optimizer": ["adam", "SGD", "", 3, None],
    "every": [0, -5, 0.5, math.nan, "50", None],
    "steps": [0, -1, 2.5, math.nan, "4", None],
    "batch_size": [0, -16, 1.5, math.nan, math.inf, "8", None],
    "learning_rate": [-1e-4, math.nan, math.inf, "1e-4"],
    "prompt_rate": [-1e-4, math.nan, math.inf, "1e-4"],
    "mlp_width": [-1, 0.5, math.nan, "8", None],
    "prompt_length": [-1, 0.5, math.nan, "8", None],
    "epochs": [0, -1, 0.5, math.nan, "8", None],
    "copies": [0, -1, 0.5, math.nan, "8", None],
    "max_length": ["8", 0.5, math.nan, None],
    "prompt_place": ["end", "", 3, None],
    "prompt_start": [3, None],
    "deep": ["yes", 2, None],
    "head": ["yes", 2, None],
    "dropout": ["no", 2, None],
    "progress": ["no", 2, None],
    "learned_labels": ["no", 2, None],
    "template": [3, b"x", ["{text}"]],
}


def options(folder: Path, draw: Draw) -> Iterator[Case]:
    """One field outside its bounds, or a name that is nearly one."""
    kinds = [Stage1Options, Stage2Options, Form]
    while True:
        kind = pick(draw, kinds)
        names = [name for name in OUTSIDE if name in kind.__dataclass_fields__]
        name = pick(draw, names)
        if draw.random() < 0.1:
            wrong = name[: int(draw.integers(1, len(name)))] + pick(draw, ["x", "_", "s2"])
            call = pick(draw, [train, find_ticket])
            yield Case(f"keyword {wrong}", lambda c=call, n=wrong: c(None, SHOTS, **{n: 1}))
            continue
        value = pick(draw, OUTSIDE[name])
        yield Case(
            f"{kind.__name__}({name}={value!r})", lambda k=kind, n=name, v=value: k(**{n: v})
        )


def rows(folder: Path, draw: Draw) -> Iterator[Case]:
    """A dataset with one thing wrong, given to both stages and to `evaluate`."""
    lm = toy_backbone()
    model = PromptModel(lm, TASK.words, 2)
    while True:
        data = {name: list(column) for name, column in SHOTS.items()}
        row = int(draw.integers(4))
        how = int(draw.integers(7))
        if how == 0:
            del data[pick(draw, list(data))]
        elif how == 1:
            data["text"][row] = pick(draw, [None, math.nan, 3, b"x", ["a"], {}, 1.5])
        elif how == 2:
            data["label"][row] = pick(draw, [None, math.nan, -1, 2, 10**9, "0", 0.5, [0], b"1"])
        elif how == 3:
            data[pick(draw, list(data))].pop()
        elif how == 4:
            data = {name: [] for name in data}
        elif how == 5:
            data["text_pair"] = ["a", None, "b", "c"]
        else:
            data["text"][row] = "cat " * int(draw.integers(40, 400))
        which = pick(draw, ["train", "evaluate", "find_ticket"])
        if which == "find_ticket" and how not in (0, 1, 4):
            which = "train"
        if which == "find_ticket" and how == 0 and "text" in data:
            continue
        if which == "evaluate":
            data["language"] = ["qu"] * len(data.get("text", data.get("label", [])))
        call = {
            "train": lambda d=data: train(lm, d, **QUICK),
            "evaluate": lambda d=data: evaluate(model, d, progress=False),
            "find_ticket": lambda d=data: find_ticket(lm, d, steps=1, progress=False),
        }[which]
        yield Case(f"{which}({data})"[:400], call)


# --- files -------------------------------------------------------------------------------------


def changed(whole: bytes, draw: Draw) -> bytes:
    """The bytes with one thing wrong; never the same as before."""
    data = bytearray(whole)
    at = int(draw.integers(len(data))) if data else 0
    how = int(draw.integers(8))
    if how == 0 or not data:
        return b"" if whole else b"x"
    if how == 1:
        data[at] ^= 1 << int(draw.integers(8))
    elif how == 2:
        data = data[:at]
    elif how == 3:
        data += draw.bytes(int(draw.integers(1, 64)))
    elif how == 4:
        data[at : at + 8] = draw.bytes(8)
    elif how == 5:
        data = bytearray(draw.bytes(int(draw.integers(1, 300))))
    elif how == 6:
        data[:8] = int(draw.integers(2**62)).to_bytes(8, "little")
    else:
        data[at:at] = draw.bytes(int(draw.integers(1, 8)))
    return bytes(data) if bytes(data) != whole else whole[:-1]


def tables(folder: Path, draw: Draw) -> Iterator[Case]:
    """CSV and JSONL with damaged bytes; what Python's strict reader reads must come back."""
    good = [
        ("soup", "food"),
        ('a "big" dog', "animals"),
        ("rice,\nbread", "food"),
        ("قط", "animals"),
    ]
    number = 0
    while True:
        number += 1
        home = folder / f"{number}"
        home.mkdir()
        kind = pick(draw, ["csv", "jsonl"])
        file = home / f"en.{kind}"
        if kind == "csv":
            text = io.StringIO()
            writer = csv.writer(text)
            writer.writerows([("text", "label", "split"), *((t, c, "train") for t, c in good)])
            whole = text.getvalue().encode()
        else:
            lines = [{"text": t, "label": c, "split": "train"} for t, c in good]
            whole = "".join(json.dumps(line) + "\n" for line in lines).encode()
        data = changed(whole, draw)
        file.write_bytes(data)
        reference = _reference(kind, data)

        def same(task, expected=reference) -> bool:
            return expected is not None and list(task.train("en")["text"]) == expected

        yield Case(f"{kind}: {data!r}", lambda h=home: from_folder(h), same, {file: data})
        shutil.rmtree(home)


def _reference(kind: str, data: bytes) -> list[str] | None:
    """The training texts as Python's own strict readers have them; None where these refuse."""
    try:
        text = data.decode("utf-8-sig")
        if kind == "csv":
            found = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        else:
            found = [json.loads(line) for line in text.split("\n") if line.strip()]
        return [row["text"] for row in found if row["split"] == "train"]
    except (ValueError, KeyError, TypeError, csv.Error, AttributeError):
        return None


def _ticket(lm) -> Ticket:
    return Ticket.random(eligible(lm.model), 0.2, seed=0, **origin(lm.model))


def tickets(folder: Path, draw: Draw) -> Iterator[Case]:
    """Changed ticket files, with values and without."""
    ticket = _ticket(toy_backbone())
    wholes = []
    for name, values in (("plain", None), ("valued", torch.randn(len(ticket)))):
        ticket.save(folder / f"{name}.safetensors", values)
        wholes.append((folder / f"{name}.safetensors").read_bytes())
    file = folder / "changed.safetensors"
    while True:
        data = changed(pick(draw, wholes), draw)
        file.write_bytes(data)
        yield Case(f"ticket file {data[:60]!r}...", lambda: Ticket.load(file), stay={file: data})


def trained(folder: Path, draw: Draw) -> Iterator[Case]:
    """Folders of trained models with a file changed, missing, or of another model."""
    lm = toy_backbone()
    kinds = {"prompt": {}, "ticket": {"ticket": _ticket(lm)}, "full": {"full": True}}
    answers = {}
    batch = None
    for name, what in kinds.items():
        for seed in (0, 1):
            model = train(lm, SHOTS, **QUICK, **what, seed=seed)
            model.save(folder / f"{name}{seed}")
            batch = model.batch(model.encode(SHOTS["text"]))
            answers[f"{name}{seed}"] = model(batch).detach()

    def same(model, name) -> bool:
        return torch.equal(model(batch), answers[name])

    here = folder / "here"
    while True:
        name = f"{pick(draw, list(kinds))}{int(draw.integers(2))}"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(folder / name, here)
        file = pick(draw, [f for f in sorted(here.iterdir()) if f.suffix != ".md"])
        how = int(draw.integers(4))
        if how == 0:
            file.unlink()
        elif how == 1:
            other = pick(
                draw, [n for n in answers if n != name and (folder / n / file.name).exists()]
            )
            shutil.copy(folder / other / file.name, file)
        else:
            file.write_bytes(changed(file.read_bytes(), draw))
        stay = {f: f.read_bytes() for f in here.iterdir()}
        about = f"{name}, {file.name} changed in way {how}"
        yield Case(about, lambda: Trained.load(here, lm), lambda m, n=name: same(m, n), stay)


def runs(folder: Path, draw: Draw) -> Iterator[Case]:
    """Changed checkpoints, and those of another run."""
    leaf = torch.nn.Parameter(torch.arange(50.0))
    optimizer = torch.optim.AdamW([leaf], lr=0.1)
    leaf.sum().backward()
    optimizer.step()
    checkpoint.save(folder, optimizer, 1, [2.0], {"seed": 0, "rate": 0.1})
    file = folder / checkpoint.FILE
    whole = file.read_bytes()
    while True:
        data = changed(whole, draw)
        file.write_bytes(data)
        call = lambda: checkpoint.restore(folder, optimizer, {"seed": 0, "rate": 0.1})  # noqa: E731
        yield Case(f"checkpoint {data[:60]!r}...", call, stay={file: data})


SPEC = """methods = ["ltp", "full"]
seeds = [0, 1]
k = [16]
density = [0.2]
language = "en"
languages = ["qu"]
every = 1
test = "dev"
[train]
epochs = 4
[ticket]
steps = 10
text = ["en"]
[rates.ltp]
learning_rate = 1e-4
"""


def specs(folder: Path, draw: Draw) -> Iterator[Case]:
    """A spec with one line wrong."""
    lines = SPEC.splitlines()
    wrong = ["[]", '"x"', "-1", "{}", "1.5.5", "[1, 'a']", "[[", "nan", "", "true", "{a = 1}"]
    file = folder / "spec.toml"
    while True:
        own = list(lines)
        at = int(draw.integers(len(own)))
        key = own[at].split(" = ")[0]
        if draw.random() < 0.3 or " = " not in own[at]:
            own[at] = key[:-1] + pick(draw, ["x", "]]", "=", "é"]) + own[at][len(key) :]
        else:
            own[at] = f"{key} = {pick(draw, wrong)}"
        text = "\n".join(own)
        file.write_text(text, encoding="utf-8")
        fine = own[at] in ('text = ["x"]', "languages = []", 'language = "x"')
        yield Case(own[at], lambda: read_spec(file), lambda _, f=fine: f)


def values(folder: Path, draw: Draw) -> Iterator[Case]:
    """Densities, layers, modules, indices, templates, label words."""
    lm = toy_backbone()
    tensors, ticket = eligible(lm.model), _ticket(lm)
    other = Ticket("toy", {"w": (2, 5)}, {"w": torch.tensor([1])})
    makers: list[Callable[[], Case]] = [
        lambda: _case(draw, "density", [0, -0.1, 1.1, 20, math.nan, math.inf, 1e-9, "x", None],
                      lambda v: Ticket.random(tensors, v, seed=0, base="toy")),
        lambda: _case(draw, "layers", [7, -1, "nowhere", [0, 9], 1.5, b"x"],
                      lambda v: ticket.restrict(layers=v)),
        lambda: _case(draw, "modules", ["nothing", "quer", "", [""], 3, ["query", "x"]],
                      lambda v: ticket.restrict(modules=v)),
        lambda: _case(draw, "indices",
                      [torch.tensor([3, 1]), torch.tensor([1, 1]), torch.tensor([-1]),
                       torch.tensor([10]), torch.tensor([0.5]), torch.tensor([[1]]),
                       torch.empty(0, dtype=torch.int64), torch.tensor([1], dtype=torch.int32)],
                      lambda v: Ticket("toy", {"w": (2, 5)}, {"w": v})),
        lambda: _case(draw, "words", [["food"], ["food", "food"], ["food", "xylophone"], [],
                                      ["food", ""], ["food", 3], ["food", None], "food"],
                      lambda v: train(lm, SHOTS, **QUICK | {"task": SimpleNamespace(words=v)})),
        lambda: _case(draw, "template", ["{text}", "{mask}", "{mask} {text}", "{text} {mask}{mask}",
                                         "{text} {label} {mask}", "", "{text {mask}", 3],
                      lambda v: train(lm, SHOTS, **QUICK, template=v)),
        lambda: _case(draw, "prompt_start", ["", "nothing", "words:", "file: nowhere"],
                      lambda v: train(lm, SHOTS, **QUICK, prompt_start=v)),
        lambda: _case(draw, "given", ["all", "", None, 3], lambda v: overlap(ticket, ticket, v)),
        lambda: Case("overlap with another model's", lambda: overlap(ticket, other)),
        lambda: Case("a ticket of another model", lambda: train(lm, SHOTS, **QUICK, ticket=other)),
        lambda: Case("merge nowhere", lambda: merge(lm, folder / "nowhere", folder / "x")),
    ]  # fmt: skip
    while True:
        yield pick(draw, makers)()


def _case(draw: Draw, what: str, choices: list, call: Callable[[object], object]) -> Case:
    value = pick(draw, choices)
    return Case(f"{what} {value!r}", lambda: call(value))


# --- the shell ---------------------------------------------------------------------------------


def shell(folder: Path, draw: Draw) -> Iterator[Case]:
    """Command lines with one word wrong; all end with 2 and a sentence, and lose nothing."""
    lm = toy_backbone()
    base, task = folder / "base", folder / "task"
    lm.model.save_pretrained(base)
    lm.tokenizer.save_pretrained(base)
    task.mkdir()
    lines = [f"{t},{c},{s}\n" for s in ("train", "test") for t, c in
             (("rice", "food"), ("a dog", "animals"))]  # fmt: skip
    (task / "en.csv").write_text("text,label,split\n" + "".join(lines))
    train(lm, SHOTS, **QUICK).save(folder / "model")
    (folder / "lines.txt").write_text("the cat eats rice\n")
    _ticket(lm).save(folder / "t.safetensors")
    stay = {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    common = ["--backbone", str(base), "--quiet"]
    good = [
        ["ticket", "--text-file", str(folder / "lines.txt"), "--steps", "1", "--density", "0.2",
         "--save", str(folder / "new.safetensors"), *common],
        ["train", "--task", str(task), "--language", "en", "--k", "1", "--epochs", "1",
         "--prompt-length", "2", "--ticket", str(folder / "t.safetensors"),
         "--save", str(folder / "new"), *common],
        ["evaluate", str(folder / "model"), "--task", str(task), "--languages", "en", *common],
        ["merge", str(folder / "model"), "--save", str(folder / "merged"), *common],
    ]  # fmt: skip
    wrong = [
        "",
        "-1",
        "x",
        "nan",
        str(base),
        str(task / "en.csv"),
        str(folder / "nowhere"),
        "ä",
        "0",
    ]
    ended = ("--languages", "--task", "--text-file")
    while True:
        words = list(pick(draw, good))
        at = int(draw.integers(len(words)))
        if words[at].startswith("--"):
            words[at] = words[at] + pick(draw, ["x", "-", "="])
        elif at and words[at - 1] in ("--k", "--epochs", "--steps", "--prompt-length", "--density"):
            words[at] = pick(draw, ["-1", "x", "nan", "", "1.5.5", "-0.5"])
        elif at and words[at - 1] == "--save":
            words[at] = pick(
                draw,
                [
                    str(base),
                    str(task),
                    str(task / "en.csv"),
                    str(base / "model.safetensors"),
                    str(folder / "model" / "x.md"),
                ],
            )
            if words[0] == "train" and words[at].endswith("x.md"):
                continue
        else:
            if at and words[at - 1] not in ended and at > 1 and not words[at - 1].startswith("--b"):
                continue
            words[at] = pick(draw, [w for w in wrong if w != words[at]])
        yield Case(" ".join(words), lambda w=words: _shell(w), stay=stay)


def _shell(words: list[str]) -> int:
    """Run it; a refusal becomes an error of ours, so that it is judged as the others are."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = cli.main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
    said = err.getvalue().strip().splitlines()
    if status == 2 and said and "Traceback" not in err.getvalue():
        raise Refused(said[-1])
    return status


class Refused(Exception):
    """The shell said no."""


AREAS: dict[str, tuple[int, Callable[[Path, Draw], Iterator[Case]]]] = {
    "options": (30, options),
    "rows": (6, rows),
    "tables": (16, tables),
    "tickets": (22, tickets),
    "trained": (8, trained),
    "runs": (8, runs),
    "specs": (6, specs),
    "values": (3, values),
    "shell": (1, shell),
}
