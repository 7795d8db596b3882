"""What a student's process sees of the machine: Python, this package, and one empty folder.

`command` starts a program in namespaces of its own: no network, no other process, own mounts. They
need no root, where the system allows user namespaces. `close_in`, called in there, builds a root:

    an empty file system in memory, bounded in bytes and in files
    + what Python needs, mounted read-only
    - what is hidden, an empty folder over it
    then chroot, and every right is given up, so that nothing leads back

What it does not do: bound time or memory (`limits`), or refuse calls (`syscalls`).
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

SPACES = ["--user", "--map-root-user", "--mount", "--net", "--pid", "--ipc", "--uts"]
ENDS = ["--fork", "--kill-child"]  # all end with the one that started them
DEVICES = ("null", "zero", "urandom", "random")
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC = 1, 2, 4, 8, 32, 4096, 16384
KEPT = {os.ST_NOSUID: NOSUID, os.ST_NODEV: NODEV, os.ST_NOEXEC: NOEXEC} if os.name != "nt" else {}
DROP_BOUND = 24


@cache
def there() -> bool:
    """Does this system give namespaces to a process without root?

    >>> there() in (True, False)
    True
    """
    if sys.platform != "linux" or not shutil.which("unshare"):
        return False
    probe = subprocess.run([*command(["true"])], capture_output=True, timeout=30)
    return probe.returncode == 0


def command(program: list[str]) -> list[str]:
    """The command that starts `program` in namespaces of its own."""
    return ["unshare", *SPACES, *ENDS, "--", *program]


def visible() -> list[Path]:
    """The folders that Python and this package need."""
    import ltp_core
    from ltp_core.data.paths import data_dir

    packages = [Path(path) for path in sys.path if "-packages" in path]
    own = [Path(ltp_core.__file__).parent, Path(__file__).parents[1], data_dir()]
    system = [Path(path) for path in ("/usr", "/bin", "/lib", "/lib64")]
    all_of_them = [*system, Path(sys.prefix), Path(sys.base_prefix), *packages, *own]
    found: list[Path] = []
    for path in all_of_them:
        if path.exists() and not any(path.is_relative_to(other) for other in found):
            found.append(path)
    return found


def close_in(root: Path, megabytes: int, files: int, hidden: Iterable[Path]) -> None:
    """Build the new root over the folder `root` and stay in its folder /student-work."""
    room = f"size={megabytes}m,nr_inodes={files},mode=755"
    _mount("tmpfs", root, "tmpfs", NOSUID | NODEV, room)
    for path in visible():
        _show(path, root)
    for path in hidden:
        if (covered := root / path.relative_to("/")).is_dir():
            _mount("tmpfs", covered, "tmpfs", RDONLY | NOSUID | NODEV, "size=4k")
        elif covered.exists():
            _mount("/dev/null", covered, "", BIND)
    for name in DEVICES:
        device = root / "dev" / name
        device.parent.mkdir(exist_ok=True)
        device.touch()
        _mount(f"/dev/{name}", device, "", BIND)
    for name in ("student-work", "tmp", "dev/shm"):
        (root / name).mkdir(exist_ok=True)
    os.chroot(root)
    os.chdir("/student-work")
    _give_up_rights()


def _show(path: Path, root: Path) -> None:
    """Mount a folder read-only at its own place below `root`."""
    place = root / path.relative_to("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() and path.parent == Path("/"):  # /lib -> usr/lib
        place.symlink_to(os.readlink(path))
        return
    place.mkdir(exist_ok=True)
    _mount(str(path), place, "", BIND | REC)
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounted = [Path(line.split()[4].replace("\\040", " ")) for line in file]
    for mount in mounted:
        if mount == place or place in mount.parents:
            held = os.statvfs(mount).f_flag
            kept = sum(flag for seen, flag in KEPT.items() if held & seen)
            _mount("none", mount, "", BIND | REMOUNT | RDONLY | kept)


def _mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [one.encode() or None for one in (source, str(target), kind)]
    if libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None):
        number = ctypes.get_errno()
        raise OSError(number, f"cannot mount {target}: {os.strerror(number)}")


def _give_up_rights() -> None:
    """No right of root is left to this process, nor can it get one back."""
    libc = ctypes.CDLL(None, use_errno=True)
    for right in range(64):  # those that the kernel does not know are refused, which is well
        libc.prctl(DROP_BOUND, right, 0, 0, 0)
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    if libc.capset(head, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "cannot give up the rights of root")
