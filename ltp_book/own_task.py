"""Small tasks of a reader's own, as *Your model, your task* and *Commands and limits* pretend them.

    one_csv(folder)            xyz.csv: a language that the book does not know, two classes
    three_languages(folder)    en.csv, sw.csv, qu.csv: four classes, a column `id`
    book_ticket(place)         the ticket of the book's model, from 400 steps of stage 1
    compared(path, pairs)      what a sweep found: of each pair the first minus the second
    verdicts(compared)         the same as a table
    shell(line)                what a terminal does with `ltp ...`
    refused(attempt)           do what must fail, and print the words

The rows are those of the emoji task; `xyz` is its Swahili under another name. Who has files of
their own needs `compared` and `verdicts` only.

Reading order: as above. What it does not do: anything that a task of the library needs.
"""

from __future__ import annotations

import contextlib
import csv
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ltp_core import cli
from ltp_core.data.items import shuffle_key
from ltp_core.data.paths import data_dir
from ltp_core.measure.compare import Comparison, compare_pairs
from ltp_core.tasks import emoji

from .figures.table import Table, table
from .verdicts import findings

TICKET = "en-d0.2-62e17a.ticket.safetensors"  # the name by which a sweep looks for it
CLASSES = ("animals", "food", "objects", "travel")
FIRST = ("🐓", "🍋", "🎺", "🚢")  # so that the first lines of a file show each class
FEW = {"train": 4, "dev": 8, "test": 12}  # rows of each class


def one_csv(folder: str | Path) -> Path:
    """A folder with `xyz.csv`: columns text, label, split; all rows of two classes."""
    rows = (row for row in emoji().read("sw") if row["label"] in ("animals", "food"))
    return _write(Path(folder, "xyz.csv"), ("text", "label", "split"), rows)


def three_languages(folder: str | Path) -> Path:
    """A folder with a CSV for English, Swahili and Quechua, a few rows of four classes each."""
    for language in ("en", "sw", "qu"):
        taken: Counter[tuple[str, str]] = Counter()
        rows = sorted(emoji().read(language), key=lambda row: shuffle_key(0, row["id"]))
        kept = []
        for row in sorted(rows, key=lambda row: row["id"] not in FIRST):
            place = row["label"], row["split"]
            if row["label"] in CLASSES and taken[place] < FEW[row["split"]]:
                taken[place] += 1
                kept.append(row)
        _write(Path(folder, f"{language}.csv"), ("id", "text", "label", "split"), kept)
    return Path(folder)


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(columns)
        lines.writerows([row[name] for name in columns] for row in rows)
    return path


def book_ticket(place: str | Path) -> None:
    """Copy the ticket to a file, or into a folder `…/tickets` under the name that a sweep asks for.

    Raises:
        FileNotFoundError: this installation has no stored results.
    """
    place = Path(place)
    to = place if place.suffix else place / TICKET
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(data_dir() / "results" / "tickets" / TICKET, to)


def compared(
    path: str | Path, pairs: Iterable[tuple[str, str]], group: str = "all"
) -> list[Comparison]:
    """Of each pair of a sweep's methods the first minus the second, p corrected for all pairs.

    Args:
        path: The file with all rows, as `ltp sweep` names it at its end.
        pairs: Codes of methods, such as ("ltp", "random_ticket").
        group: As in `compare`.
    """
    swept = findings.of_file(path)
    named = {
        f"{_name(one)} − {_name(other)}": (swept.of(one), swept.of(other)) for one, other in pairs
    }
    return compare_pairs(named, swept.items, group)


def _name(method: str) -> str:
    """What people call it, in brackets where it has a plus."""
    name = findings.ALL_NAMES[method]
    return f"({name})" if "+" in name else name


def verdicts(found: Iterable[Comparison]) -> Table:
    """How many points each first method is ahead, and what may be said of that.

    >>> from ltp_core.measure.bootstrap import Interval
    >>> gap = Interval(-0.04, -0.06, -0.02)
    >>> verdicts([Comparison("LTP − LoRA", gap, 0.004, -0.1, 0, 1)])
    What each difference is
    difference  points  95 % interval  corrected p  verdict
    LTP − LoRA    −4.0   −6.0 to −2.0        0.004  worse
    """
    rows = []
    for it in found:
        mean, low, high = (f"{100 * x:+.1f}".replace("-", "−") for x in it.difference)
        rows.append((it.rival, mean, f"{low} to {high}", f"{it.p:.3f}", it.verdict))
    columns = ["difference", "points", "95 % interval", "corrected p", "verdict"]
    return table(columns, rows, "What each difference is")


def shell(line: str) -> None:
    """Do what `ltp ...` does in a terminal, and print what it prints.

    >>> shell("evaluate nowhere --backbone nowhere-either")
    $ ltp evaluate nowhere --backbone nowhere-either
    ltp evaluate: no masked LM called 'nowhere-either' on this machine; ...
    <BLANKLINE>
    """
    print("$ ltp", line)
    with contextlib.redirect_stderr(sys.stdout), contextlib.suppress(SystemExit):
        cli.main(shlex.split(line))  # --help ends in SystemExit
    print()


def refused(attempt: Callable[[], object]) -> None:
    """Do what must fail, and print the words in which it is refused.

    >>> refused(lambda: emoji().test("Quechua"))
    ValueError: unknown language 'Quechua'; did you mean 'qu'? ...
    """
    try:
        attempt()
    except (ValueError, OSError) as error:
        print(f"{type(error).__name__}: {error}")
    else:
        raise AssertionError("this should have been refused")
