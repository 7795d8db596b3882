"""Write the results table of README.md from the result files, or check that it is the same.

    python -m tools.book.readme_table            write it
    python -m tools.book.readme_table --check    say whether README.md agrees with data/results

Everything between the two markers is generated. No number there is typed by hand.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from ltp_book.verdicts import findings
from ltp_core.measure import results
from ltp_core.measure.bootstrap import Interval
from ltp_core.model.backbone import fingerprint, load_backbone
from ltp_core.tasks import emoji

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
OLDER = (
    "**These runs were made on an earlier version of the embedded model** and wait to be made "
    "again; the command above measures the present one."
)
NAMES = {
    "prompt_only": "soft prompt only",
    "deep_prompt": "a prompt in every layer",
    "lora": "LoRA + prompt",
    "full": "full fine-tuning + prompt",
    "cloze": "full fine-tuning of the cloze",
    "head": "full fine-tuning with a linear head",
    "template_full": "full fine-tuning of an English template",
    "ltp": "**LTP**: ticket + prompt",
    "random_ticket": "random ticket + prompt",
}


def points(interval: Interval, signed: bool = False) -> str:
    """Accuracy in points, with its interval.

    >>> points(Interval(0.5, 0.44, 0.561)), points(Interval(0.02, -0.01, 0.05), signed=True)
    ('50.0 [44.0, 56.1]', '+2.0 [-1.0, +5.0]')
    """
    form = "{:+.1f}" if signed else "{:.1f}"
    mean, low, high = (form.format(100 * x) for x in interval)
    return f"{mean} [{low}, {high}]"


def share(x: float) -> str:
    return "–" if x == 0 else f"{100 * x:.1f}"


def floors() -> str:
    """What a blind guess gets on the English test emoji, and the commonest label every time."""
    test = emoji().test("en")
    (label, most), *_ = Counter(test["label"]).most_common()
    name = test.features["label"].int2str(label)
    guess, always = 100 / test.features["label"].num_classes, 100 * most / len(test)
    return f"A blind guess gets {guess:.1f}, always saying *{name}* {always:.1f}."


def older(found: findings.Stored) -> bool:
    """Were these runs made on another model than the one in the repository?"""
    base = fingerprint(load_backbone().model)
    return any(row["base"] != base for row in found.rows)


def table() -> str:
    """The Markdown between the markers."""
    found = findings.stored("main")
    means = results.summary(found.rows, found.items)
    sizes = {g: len([c for c in codes if c in found.items]) for g, codes in results.GROUPS.items()}
    seeds = len({row["seed"] for row in found.rows})
    lines = [
        f"| method | % of encoder | % of all | low-resource ({sizes['low']}) "
        f"| high-resource ({sizes['high']}) | English |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for method, name in NAMES.items():
        first = found.of(method)[0]
        cells = " | ".join(points(means[method][g]) for g in results.GROUPS)
        dense = f"{share(first['density_encoder'])} | {share(first['density_all'])}"
        lines.append(f"| {name} | {dense} | {cells} |")
    for rival in ("prompt_only", "full", "random_ticket"):
        gaps = [findings.difference(found, "ltp", rival, g) for g in results.GROUPS]
        cells = " | ".join(points(gap, signed=True) for gap in gaps)
        lines.append(f"| *LTP minus {findings.NAMES[rival]}* | | | {cells} |")
    lines += [
        "",
        f"Accuracy in points on emoji never trained on, {found.rows[0]['k']} English examples per "
        f"class, {seeds} draws of the examples; 95 % bootstrap intervals over draws and test "
        f"items, differences paired by both. {floors()} "
        "High-resource includes English. Each method's rates were tuned with the same effort. "
        "To measure it again: `ltp sweep benchmarks/main.toml --out my-results`.",
    ]
    if older(found):
        lines += ["", OLDER]
    lines += ["", "In words, for the low-resource languages:", ""]
    rivals = ("prompt_only", "full", "random_ticket")
    lines += [f"- {findings.verdict(found, 'ltp', rival)}" for rival in rivals]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it differs")
    args = parser.parse_args()
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    new = f"{head}{BEGIN}\n{table()}\n{END}{tail}"
    if args.check:
        sys.exit(0 if new == text else "README.md differs from data/results; run without --check")
    readme.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
