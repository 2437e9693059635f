"""How the child gives up what it does not need: memory, time, files, network, other processes.

Whoever breaks a parser from inside finds no key in the environment, may open no file and no socket, start no
program and look into no other process. What remains is the one socket to the parent.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct

from services.reports.inspection.limits import Limits

# linux/prctl.h, linux/seccomp.h, linux/filter.h, linux/audit.h
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_REFUSE = 0x00050000 | 1  # EPERM
_ABSENT = 0x00050000 | 38  # ENOSYS: libraries fall back to older calls
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _JUMP_IF_ANY, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ARCHITECTURE_PLACE, _NUMBER_PLACE, _FIRST_ARGUMENT_PLACE = 4, 0, 16
_X32 = 0x40000000

# Numbers of the system calls that are refused, by machine (asm/unistd.h); -1: the machine has no such call.
_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED: dict[str, tuple[int, int]] = {
    # files
    "open": (2, -1),
    "openat": (257, 56),
    "openat2": (437, 437),
    "creat": (85, -1),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "unlink": (87, -1),
    "unlinkat": (263, 35),
    "rename": (82, -1),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, -1),
    "mkdirat": (258, 34),
    "link": (86, -1),
    "linkat": (265, 37),
    "symlink": (88, -1),
    "symlinkat": (266, 36),
    "chmod": (90, -1),
    "fchmodat": (268, 53),
    "chown": (92, -1),
    "fchownat": (260, 54),
    "truncate": (76, 45),
    "mount": (165, 40),
    "chroot": (161, 51),
    # network
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "accept": (43, 202),
    "accept4": (288, 242),
    "bind": (49, 200),
    "listen": (50, 201),
    # processes
    "fork": (57, -1),
    "vfork": (58, -1),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "tkill": (200, 130),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "prlimit64": (302, 261),
    "setrlimit": (160, 164),
    "setns": (308, 268),
    "unshare": (272, 97),
    # the kernel's wider surfaces
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
# Threads may be made (the reader of HEIC pictures has some), processes not: clone tells them apart by a flag. clone3
# has its flags where no filter sees them; told that there is none, the C library calls clone.
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE_THREAD = 0x00010000
_CLONE3 = 435


def limit(limits: Limits) -> None:
    """Let the kernel hold the limits; die with the parent; leave no core, which would hold the file."""
    for name, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.copy_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _at_most(name, most)
    # At the soft limit SIGXCPU, by which the parent tells this end from others; at the hard one SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    # A copy that is too large is an error of the write, not of the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(_PR_SET_DUMPABLE, 0)


def confine() -> bool:
    """Refuse the calls of ``_REFUSED`` from now on. False where the kernel or the machine has no such filter.

    Then no thread and no process can be made any more, which leaves HEIC pictures unread.
    """
    confined = platform.machine() in _MACHINES and _filter(platform.machine())
    if not confined:
        _at_most(resource.RLIMIT_NPROC, 0)
    return confined


def _at_most(name: int, most: int) -> None:
    _, hard = resource.getrlimit(name)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(name, (value, value))


def _filter(machine: str) -> bool:
    program = _program(machine)
    buffer = ctypes.create_string_buffer(program, len(program))
    described = _Filter(len(program) // 8, ctypes.addressof(buffer))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    address = ctypes.c_ulong(ctypes.addressof(described))
    return bool(_libc().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, address, 0, 0) == 0)


class _Filter(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


def _program(machine: str) -> bytes:
    """Classic BPF: another architecture's calls kill, those of the table are refused, all others pass."""
    column = list(_MACHINES).index(machine)
    steps = [
        _step(_LOAD, 0, 0, _ARCHITECTURE_PLACE),
        _step(_JUMP_IF_EQUAL, 1, 0, _MACHINES[machine]),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD, 0, 0, _NUMBER_PLACE),
        _step(_JUMP_IF_AT_LEAST, 0, 1, _X32),
        _step(_RETURN, 0, 0, _KILL),
        _step(_JUMP_IF_EQUAL, 0, 1, _CLONE3),
        _step(_RETURN, 0, 0, _ABSENT),
        _step(_JUMP_IF_EQUAL, 0, 4, _CLONE[machine]),
        _step(_LOAD, 0, 0, _FIRST_ARGUMENT_PLACE),
        _step(_JUMP_IF_ANY, 0, 1, _CLONE_THREAD),
        _step(_RETURN, 0, 0, _ALLOW),
        _step(_RETURN, 0, 0, _REFUSE),
    ]
    for numbers in _REFUSED.values():
        if numbers[column] >= 0:
            steps += [_step(_JUMP_IF_EQUAL, 0, 1, numbers[column]), _step(_RETURN, 0, 0, _REFUSE)]
    return b"".join((*steps, _step(_RETURN, 0, 0, _ALLOW)))


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _prctl(option: int, value: int) -> None:
    if _libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
