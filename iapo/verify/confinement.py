"""What a worker process may do: no network, no other program, no file but its own folder's.

On Linux by the kernel: seccomp refuses sockets other than Unix ones and starting programs; Landlock
(kernel 5.13 and newer, https://docs.kernel.org/userspace-api/landlock.html) leaves only the worker's folder
and Python's own files; where the system allows it (a user namespace, or root), the worker then
makes its folder the root of all it can see. Elsewhere only the limits hold, and the callers look
at programs before running them.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LINUX = sys.platform.startswith("linux")


@dataclass(frozen=True)
class Limits:
    """Bounds of a worker.

    Attributes:
        address_space: bytes of virtual memory; Go reserves some 2.5 GB without using it.
        file_size: bytes of the largest file it may write.
        open_files: descriptors.
    """

    address_space: int = 6 << 30
    file_size: int = 64 << 20
    open_files: int = 65536


@dataclass(frozen=True)
class Confinement:
    """Which walls stand.

    Attributes:
        files: a program can read nothing of the host's that matters (Landlock or a changed root).
        root_changed: the worker sees its own folder only.
        network: no connection can be made.
    """

    files: bool = False
    root_changed: bool = False
    network: bool = False


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, hard))


def set_limits(limits: Limits) -> None:
    """Bound memory, file sizes and descriptors of this process; never core dumps."""
    _lower(resource.RLIMIT_AS, limits.address_space)
    _lower(resource.RLIMIT_FSIZE, limits.file_size)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_seconds(seconds: float) -> None:
    """From now on this process may use so many seconds of CPU time; past them the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1)


# -- seccomp ---------------------------------------------------------------------------------------

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_FILTER = 38, 22, 2
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
_AF_UNIX = 1
# architecture: audit number, socket, execve, execveat, ptrace, process_vm_readv, process_vm_writev,
# pidfd_open. The last is no danger: Terraform asks every second, once for each program it has judged,
# whether its provider's process lives, and with pidfd_open each question leaves a descriptor open.
_SYSTEM_CALLS = {
    "x86_64": (0xC000003E, 41, (59, 322, 101, 310, 311, 434)),
    "aarch64": (0xC00000B7, 198, (221, 281, 117, 270, 271, 434)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _filter(*, allow_programs: bool) -> bytes | None:
    known = _SYSTEM_CALLS.get(platform.machine())
    if known is None:
        return None
    audit, socket, refused = known

    def op(code: int, true: int, false: int, value: int) -> bytes:
        return struct.pack("HBBI", code, true, false, value)

    code = [
        op(_LOAD, 0, 0, 4),
        op(_EQUAL, 1, 0, audit),
        op(_RETURN, 0, 0, _REFUSE),
        op(_LOAD, 0, 0, 0),
    ]
    if platform.machine() == "x86_64":
        # The x32 call numbers would step around the filter.
        code += [op(0x35, 0, 1, 0x40000000), op(_RETURN, 0, 0, _REFUSE)]
    for call in refused if not allow_programs else refused[2:]:
        code += [op(_EQUAL, 0, 1, call), op(_RETURN, 0, 0, _REFUSE)]
    code += [
        op(_EQUAL, 0, 3, socket),
        op(_LOAD, 0, 0, 16),
        op(_EQUAL, 1, 0, _AF_UNIX),
        op(_RETURN, 0, 0, _REFUSE),
        op(_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(code)


def _refuse_calls(libc: ctypes.CDLL, *, allow_programs: bool) -> bool:
    code = _filter(allow_programs=allow_programs)
    if code is None:
        return False
    program = _Program(len(code) // 8, code)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, ctypes.byref(program), 0, 0) == 0)


# -- Landlock --------------------------------------------------------------------------------------

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ = 1 << 0 | 1 << 2 | 1 << 3  # execute (shared objects are mapped), read file, list folder
_FILE_RIGHTS = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14  # execute, write, read, truncate
_ALL_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _landlock(libc: ctypes.CDLL, writable: Path, readable: Iterable[Path]) -> bool:
    abi = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if abi < 1:
        return False
    files = _ALL_BY_ABI.get(abi, _ALL_BY_ABI[3])
    # struct landlock_ruleset_attr: files, network (from ABI 4), scope (from ABI 6)
    attributes = struct.pack("QQQ", files, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    rules = libc.syscall(
        _CREATE_RULESET, ctypes.c_char_p(attributes), ctypes.c_size_t(size), ctypes.c_uint32(0)
    )
    if rules < 0:
        return False
    try:
        null = Path(os.devnull)
        for path, allowed in [(writable, files), (null, files), *((p, _READ) for p in readable)]:
            try:
                place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            try:
                if not path.is_dir():
                    allowed &= _FILE_RIGHTS
                rule = _PathRule(allowed, place)
                libc.syscall(
                    _ADD_RULE, rules, ctypes.c_int(1), ctypes.byref(rule), ctypes.c_uint32(0)
                )
            finally:
                os.close(place)
        return bool(libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rules)


def _python_paths() -> list[Path]:
    """What this interpreter and its packages are made of."""
    package = Path(__file__).resolve().parent.parent
    found = {Path(sys.prefix), Path(sys.base_prefix), package}
    # Folders of packages; a folder that merely holds sources (an editable install) is left out.
    found |= {Path(p).resolve() for p in sys.path if p.endswith(("site-packages", "dist-packages"))}
    found |= {Path(p).resolve() for p in sys.path if "lib" in Path(p).parts and "python" in p}
    found |= {Path(p) for p in ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")}
    found |= {Path(p) for p in ("/etc/ld.so.cache", "/dev/urandom", "/dev/zero")}
    return sorted(
        path for path in found if path.exists() and path != Path("/") and path != Path("/usr")
    )


# -- all of it -------------------------------------------------------------------------------------

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000


def _own_namespace(libc: ctypes.CDLL) -> bool:
    """Into a user and a network namespace of its own: no interface, and the right to change root."""
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) != 0:
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    except OSError:
        return True  # without the maps a root cannot be changed; the rest stands
    return True


def confine(
    folder: Path,
    limits: Limits,
    *,
    offline_only: bool = False,
    programs: Iterable[Path] = (),
) -> Confinement:
    """Raise the walls. Call before any thread starts: Linux confines the calling thread and its heirs.

    Args:
        folder: the only folder to be written, and with Landlock to be read besides Python's own.
        offline_only: leave reading files alone; only limits, network and other programs.
        programs: programs that may be started, such as the `terraform` binary; none by default.
    """
    set_limits(limits)
    if not _LINUX:
        return Confinement()
    libc = ctypes.CDLL(None, use_errno=True)
    allowed = list(programs)
    _own_namespace(libc)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return Confinement()
    files = False if offline_only else _landlock(libc, folder, [*_python_paths(), *allowed])
    network = _refuse_calls(libc, allow_programs=bool(allowed))
    return Confinement(files=files, network=network)


def change_root(folder: Path) -> bool:
    """Make a folder the root of all this process sees, if the system lets it. Load everything first."""
    if not _LINUX:
        return False
    try:
        os.chroot(folder)
    except OSError:
        return False
    return True
