"""From the corpus to batches: languages tempered, lengths alike, the same on every run.

Three kinds of rows, each a different lesson for the student:

    self         <s> x </s>                       teacher reads the same line
    translation  <s> x </s>                       teacher reads the English line with the same key
    pair         <s> x </s> </s> y </s>           x and y translate each other; teacher reads both

A row's language is drawn first (tempered), then what sort of text it is, then the line: a running
text, a message of a program, or a word list. Messages are most of the lines and teach the least.

Batches are drawn in pools. A pool is a pure function of (seed, pool number): a killed run finds its
place again without having saved any state of the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch

KINDS = ("self", "translation", "pair")
SORTS = ("running", "messages", "lists")
# Rows that must not teach the alignment: emoji names are the task's own words, and pairing them
# over languages would hand the model a bilingual dictionary of the task.
UNPAIRED_SOURCES = ("cldr",)
# A batch needs several rows for its variance to mean anything; small remainders are dropped.
FEWEST_ROWS = 8


@dataclass
class Language:
    code: str
    ids: list[np.ndarray]  # one int32 array of pieces a line, no specials
    partner: np.ndarray  # index of the English line that translates it, or -1
    sort: np.ndarray  # index into SORTS


def read_corpus(folder: Path, heldout: bool = False) -> dict[str, list[dict]]:
    """language -> rows (text, kind, source, key)."""
    rows = {}
    for file in sorted(Path(folder).glob("*.parquet")):
        table = pq.read_table(file).to_pylist()
        rows[file.stem] = [r for r in table if bool(r["heldout"]) == heldout]
    return rows


def sort_of(row: dict) -> str:
    """Which of `SORTS` a line of the corpus is."""
    if row["kind"] == "running":
        return "running"
    return "lists" if row["source"].startswith(UNPAIRED_SOURCES) else "messages"


def tokenise(rows: dict[str, list[dict]], tokenizer, max_pieces: int = 126) -> dict[str, Language]:
    """Token ids of every line and, where the key says so, its English partner."""
    english = {
        r["key"]: i
        for i, r in enumerate(rows["en"])
        if r["key"] and not r["source"].startswith(UNPAIRED_SOURCES)
    }
    languages = {}
    for code, lines in rows.items():
        encoded = tokenizer.encode_batch_fast([r["text"] for r in lines], add_special_tokens=False)
        ids = [np.array(e.ids[:max_pieces], dtype=np.int32) for e in encoded]
        partner = [english.get(r["key"], -1) if r["key"] and code != "en" else -1 for r in lines]
        sort = [SORTS.index(sort_of(r)) for r in lines]
        languages[code] = Language(code, ids, np.array(partner), np.array(sort))
    return languages


def save_pieces(languages: dict[str, Language], file: Path) -> None:
    """Keep the tokenised corpus: all pieces of a language in one array, with the line lengths."""
    arrays = {}
    for code, language in languages.items():
        arrays[f"{code}.pieces"] = np.concatenate(language.ids)
        arrays[f"{code}.lengths"] = np.array([len(x) for x in language.ids])
        arrays[f"{code}.partner"] = language.partner
        arrays[f"{code}.sort"] = language.sort
    np.savez(file, **arrays)


def load_pieces(file: Path) -> dict[str, Language]:
    """What `save_pieces` kept."""
    arrays = np.load(file)
    languages = {}
    for code in sorted({key.split(".")[0] for key in arrays}):
        ends = np.cumsum(arrays[f"{code}.lengths"])[:-1]
        ids = np.split(arrays[f"{code}.pieces"], ends)
        languages[code] = Language(code, ids, arrays[f"{code}.partner"], arrays[f"{code}.sort"])
    return languages


def language_shares(languages: dict[str, Language], temperature: float) -> np.ndarray:
    """Probability of each language, (number of pieces) ** temperature, normalised."""
    sizes = np.array([sum(map(len, x.ids)) for x in languages.values()], dtype=float)
    shares = sizes**temperature
    return shares / shares.sum()


def sorts_there(language: Language, sorts) -> tuple[list[np.ndarray], np.ndarray]:
    """The lines of each sort that a language has, and how often each sort is drawn."""
    lines = [np.flatnonzero(language.sort == i) for i in range(len(SORTS))]
    weight = np.array([share * bool(len(x)) for share, x in zip(sorts, lines, strict=True)])
    return lines, weight / weight.sum()


def draw_pool(
    languages, shares, mix, sorts, pool: int, seed: int, rows: int, tokens: int
) -> list[tuple]:
    """Batches of pool number `pool`: (kind, [row], [teacher row]), at most `tokens` pieces each."""
    rng = np.random.default_rng((seed, pool))
    codes = list(languages)
    there = {code: sorts_there(language, sorts) for code, language in languages.items()}
    drawn: dict[str, list] = {kind: [] for kind in KINDS}
    english = languages["en"].ids
    for number in rng.choice(len(codes), size=rows, p=shares):
        language = languages[codes[number]]
        lines, weight = there[codes[number]]
        line = int(rng.choice(lines[rng.choice(len(SORTS), p=weight)]))
        kind = KINDS[rng.choice(3, p=mix)]
        mate = int(language.partner[line])
        if mate < 0:
            kind = "self"
        x = language.ids[line]
        if kind == "self":
            drawn[kind].append(((x,), (x,)))
        elif kind == "translation":
            drawn[kind].append(((x,), (english[mate],)))
        else:
            pair = (x, english[mate]) if rng.random() < 0.5 else (english[mate], x)
            drawn[kind].append((pair, pair))
    batches = []
    for kind in KINDS:
        lines = sorted(drawn[kind], key=lambda r: max(map(width, r)))
        start = 0
        for stop in range(1, len(lines) + 1):
            full = stop == len(lines)
            if not full:
                longest = max(map(width, lines[stop]))
                full = longest * (stop + 1 - start) > tokens
            if full:
                chunk = lines[start:stop]
                if len(chunk) >= FEWEST_ROWS:
                    batches.append((kind, [c[0] for c in chunk], [c[1] for c in chunk]))
                start = stop
    return [batches[i] for i in rng.permutation(len(batches))]


def width(row: tuple[np.ndarray, ...]) -> int:
    return sum(map(len, row)) + 2 * len(row)


def pad(rows: list[tuple[np.ndarray, ...]], pad_id: int, bos: int, eos: int):
    """Rows -> input ids and attention mask, both (B, T); pairs are joined as XLM-R joins them."""
    ids = torch.full((len(rows), max(map(width, rows))), pad_id, dtype=torch.long)
    for i, row in enumerate(rows):
        line = [bos, *row[0].tolist(), eos]
        for more in row[1:]:
            line += [eos, *more.tolist(), eos]
        ids[i, : len(line)] = torch.tensor(line)
    return ids, (ids != pad_id).long()
