"""Ways to spoil a file: bytes, length, header, kind.

Reading order: `spoil`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

Spoiler = Callable[[Random, Path], str]


def flip(rng: Random, file: Path) -> str:
    """One bit, or a few bytes."""
    data = bytearray(file.read_bytes())
    for place in (places := rng.sample(range(len(data)), rng.choice([1, 1, 1, 8]))):
        data[place] ^= 1 << rng.randrange(8)
    file.write_bytes(data)
    return f"bits flipped at {places}"


def truncate(rng: Random, file: Path) -> str:
    """The end is missing."""
    data = file.read_bytes()
    file.write_bytes(data[: (size := rng.randrange(len(data)))])
    return f"cut to {size} bytes"


def insert(rng: Random, file: Path) -> str:
    """Bytes too many, anywhere."""
    data, place = file.read_bytes(), 0
    place = rng.randrange(len(data) + 1)
    file.write_bytes(data[:place] + rng.randbytes(rng.randint(1, 20)) + data[place:])
    return f"bytes inserted at {place}"


def huge_header(rng: Random, file: Path) -> str:
    """A safetensors file that says its header is very long."""
    size = rng.choice([2**62, 2**63, 2**64 - 1, 10**8, len(file.read_bytes())])
    file.write_bytes(size.to_bytes(8, "little") + file.read_bytes()[8:])
    return f"a header of {size} bytes"


def garbage(rng: Random, file: Path) -> str:
    """Something else altogether."""
    junk = [b"", b"\0" * 64, b"{}", b"[]", b"null", b"[" * 5000, rng.randbytes(200), b"\xff\xfe{}"]
    file.write_bytes(rng.choice(junk))
    return f"{file.read_bytes()[:8]!r}... in its place"


def missing(rng: Random, file: Path) -> str:
    """Not there."""
    file.unlink()
    return "missing"


def folder(rng: Random, file: Path) -> str:
    """A folder in its place."""
    file.unlink()
    file.mkdir()
    return "a folder"


def dangling(rng: Random, file: Path) -> str:
    """A link to nothing, or to itself."""
    file.unlink()
    os.symlink(rng.choice(["nowhere", file.name]), file)
    return "a link to nothing"


def swapped(rng: Random, file: Path) -> str:
    """Another file of the same folder in its place."""
    others = [other for other in file.parent.iterdir() if other != file and other.is_file()]
    if not others:
        return garbage(rng, file)
    shutil.copy(other := rng.choice(sorted(others)), file)
    return f"{other.name} in its place"


SPOILERS: tuple[Spoiler, ...] = (
    flip,
    flip,
    flip,
    truncate,
    insert,
    huge_header,
    garbage,
    missing,
    folder,
    dangling,
    swapped,
)


def spoil(rng: Random, file: Path, spoilers: tuple[Spoiler, ...] = SPOILERS) -> str:
    """Spoil a file in some way; what was done, in words."""
    return f"{file.name}: {rng.choice(spoilers)(rng, file)}"
