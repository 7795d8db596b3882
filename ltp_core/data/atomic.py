"""Files and folders that are there whole or not at all.

A kill while a file is being written leaves the old file, or none; never half of the new one. It may
leave a temporary folder, `NAME.PROCESS.part`, which nobody reads: `remove_leftovers` takes it away.
A folder is written beside the old one and takes its place in the end.

Reading order: `replacing`, `replacing_folder`, `settle`, `remove_leftovers`.

What it does not do: decide what a file holds.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A path in a temporary folder; at the end, what was written there replaces `path`.

    The folder is made if need be. After an error the temporary folder is gone and `path` is as it
    was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/new/a.txt") as temporary:
    ...         _ = temporary.write_text("whole")
    ...     [file.name for file in Path(folder, "new").iterdir()]
    ['a.txt']
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may share a folder. And a writer may leave files of its own beside the one it is
    # told, as safetensors does when it is killed; so it gets a folder for itself.
    room = path.with_name(f"{path.name}.{os.getpid()}.part")
    room.mkdir(exist_ok=True)
    temporary = room / path.name
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def check_folder(folder: str | Path, kind: str, ours: Callable[[set[str]], bool]) -> None:
    """Refuse a folder that holds something that is not ours to replace.

    An empty folder and none at all are free. Ask it before long work whose result goes there.

    Args:
        kind: what will be written, for the sentence.
        ours: told the names in the folder, says whether they are what an earlier call wrote.

    Raises:
        ValueError: something else lies there, or it is a file or the current folder.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "thesis.txt").write_text("mine")
    ...     check_folder(folder, "trained model", lambda names: names <= {"config.json"})
    Traceback (most recent call last):
    ValueError: '...' holds 'thesis.txt' and no trained model; give a folder of its own
    """
    path = settle(folder)
    if path.exists() and not path.is_dir():
        raise ValueError(f"{str(folder)!r} is a file; give a folder of its own")
    names = {file.name for file in path.iterdir()} if path.exists() else set()
    if names and not ours(names):
        there = f"{str(folder)!r} holds {min(names)!r} and no {kind}"
        raise ValueError(f"{there}; give a folder of its own")
    if path == Path.cwd():
        raise ValueError(f"{str(folder)!r} is the current folder; give a folder of its own")


@contextmanager
def replacing_folder(
    folder: str | Path, kind: str, ours: Callable[[set[str]], bool]
) -> Iterator[Path]:
    """A temporary folder beside `folder`; at the end it takes its place, whole.

    What is not ours is not replaced: see `check_folder`. After an error `folder` is as it was.

    Raises:
        ValueError: something in it is not ours to replace, at the beginning or at the end.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     for text in ("old", "new"):
    ...         with replacing_folder(f"{home}/m", "model", lambda names: names == {text}) as m:
    ...             _ = (m / "new").write_text(text)
    ...     [path.name for path in Path(home).iterdir()], Path(home, "m", "new").read_text()
    (['m'], 'new')
    """
    check_folder(folder, kind, ours)
    path = settle(folder)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    aside = path.with_name(f"{path.name}.{os.getpid()}.old")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        for file in temporary.rglob("*"):
            if file.is_file():
                with file.open("rb+") as written:
                    os.fsync(written.fileno())
        if path.exists():
            lost = {file.name for file in path.iterdir()} - {f.name for f in temporary.iterdir()}
            if lost and not ours(lost):
                raise ValueError(f"{str(folder)!r} holds {min(lost)!r}, too; move it away first")
            path.rename(aside)
        temporary.rename(path)
    finally:
        settle(folder)
        for left in (temporary, aside):
            shutil.rmtree(left, ignore_errors=True)


def settle(folder: str | Path) -> Path:
    """The folder's full path; the old one is back if a kill fell between the two renames.

    If it fell after them, the old one goes.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     Path(home, f"m.{os.getpid()}.old").mkdir()
    ...     settle(f"{home}/m").exists()
    True
    """
    path = Path(folder).resolve()
    for aside in path.parent.glob(f"{glob.escape(path.name)}.*.old"):
        process = re.fullmatch(r".+\.([1-9]\d*)\.old", aside.name)
        ended = process and (int(process[1]) == os.getpid() or not _lives(int(process[1])))
        if ended and path.exists():  # the kill fell after both
            shutil.rmtree(aside, ignore_errors=True)
        elif ended:
            aside.rename(path)
    return path


def remove_leftovers(folder: str | Path) -> list[Path]:
    """Delete, below a folder, what processes that are gone left half written; return the paths.

    What belongs to a living process stays. Where a system cannot be asked for one, all stay.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, replacing(f"{folder}/a.txt") as temporary:
    ...     _ = temporary.write_text("half"), Path(folder, "b.txt.part").write_text("not ours")
    ...     remove_leftovers(folder)
    []
    """
    gone = []
    for file in sorted(Path(folder).rglob("*.part")):
        name = re.fullmatch(r".+\.([1-9]\d*)\.part", file.name)
        if name and not _lives(int(name[1])):
            shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
            gone.append(file)
    return gone


def _lives(process: int) -> bool:
    if os.name != "posix":  # elsewhere this signal would end the process
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True
