"""System calls that a student's process does not have: a filter in the kernel (seccomp).

It starts no process, opens no socket, sends no signal, looks into no other process, and mounts
nothing. A thread may be started: torch needs them. The filter holds for good, and needs no rights.

The program is Berkeley's packet filter: load a word of the call, compare, return. `clone` is looked
at closer, since it makes threads and processes: one flag tells them apart. `clone3` hides its flags
in memory, so it is said not to exist; the C library then takes `clone`.

What it does not do: hold on another system than Linux, or another processor than the two below.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column; kernel's name
REFUSED = {  # name: (number on x86_64, on aarch64)
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "memfd_create": (319, 279),  # files that no file system counts
    "io_uring_setup": (425, 425),  # calls that no filter sees
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
CLONE, CLONE3 = (56, 220), (435, 435)
CLONE_THREAD = 0x10000

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # places in the kernel's record of a call
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2


def known() -> bool:
    """Is there a filter for this machine?"""
    return sys.platform == "linux" and platform.machine() in ARCHITECTURES


def program(machine: str) -> bytes:
    """The filter; each line is (operation, lines to skip if true, if false, operand).

    >>> len(program("x86_64")) % 8
    0
    """
    column, name = ARCHITECTURES[machine]
    lines = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, name),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, 0x40000000),  # a second table of calls, on x86_64 only
        (RETURN, 0, 0, KILL),
        (EQUAL, 0, 1, CLONE3[column]),
        (RETURN, 0, 0, REFUSE | errno.ENOSYS),
    ]
    for numbers in REFUSED.values():
        if (number := numbers[column]) is not None:
            lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE | errno.EPERM)]
    lines += [
        (EQUAL, 0, 3, CLONE[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 1, 0, CLONE_THREAD),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def refuse() -> None:
    """Put the filter over this process, for good."""
    text = program(platform.machine())
    lines = ctypes.create_string_buffer(text, len(text))
    head = struct.pack("HxxxxxxP", len(text) // 8, ctypes.addressof(lines))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (NO_NEW_PRIVILEGES, 1, 0, 0, 0),
        (SET_SECCOMP, FILTER, ctypes.c_char_p(head), 0, 0),
    ):
        if libc.prctl(*(ctypes.c_ulong(one) if isinstance(one, int) else one for one in call)):
            raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")
