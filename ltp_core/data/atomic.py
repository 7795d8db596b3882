"""Files that are there whole or not at all.

A kill while a file is being written leaves the old file, or none; never half of the new one. It may
leave a temporary file, `NAME.PROCESS.part`, which nobody reads: `remove_leftovers` takes it away.

What it does not do: decide what a file holds, or whether it may be replaced.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path`; at the end, what was written there replaces `path`.

    The folder is made if need be. After an error the temporary file is gone and `path` is as it
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
    # Two processes may share a folder.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder: str | Path) -> list[Path]:
    """Delete, below a folder, the temporary files of processes that are gone; return their paths.

    A file of a living process stays. Where a system cannot be asked for one, all stay.

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
            file.unlink(missing_ok=True)
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
