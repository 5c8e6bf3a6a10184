"""What a child process gives up before it sees a file: the network, other programs, more than a few open files.

In Python every attempt is refused by an audit hook, on all systems. On Linux the kernel refuses them to native code
too: no network is left, and a filter of system calls lets threads begin and nothing else.
"""

from __future__ import annotations

import contextlib
import platform
import struct
import sys
from typing import Final

MAX_OPEN_FILES: Final = 128

_NETWORK_EVENTS: Final = frozenset(
    f"socket.{name}"
    for name in ("bind", "connect", "getaddrinfo", "gethostbyaddr", "gethostbyname", "getnameinfo", "sendmsg", "sendto")
)
_PROGRAM_EVENTS: Final = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "subprocess.Popen"}
)

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_CLONE_THREAD: Final = 0x00010000
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_KILL: Final = 0x80000000
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000
"""What the filter answers, from linux/seccomp.h; a refusal carries an errno in its lower half."""

_EPERM: Final = 1
_ENOSYS: Final = 38
_LOAD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_ABOVE: Final = 0x25
_JUMP_IF_SET: Final = 0x45
_RETURN: Final = 0x06
"""Instructions of the classic packet filter, from linux/bpf_common.h."""

_CALL, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Where `struct seccomp_data` has them, in bytes; of the argument its lower half on little-endian machines."""

_MACHINES: Final = {
    # AUDIT_ARCH_X86_64: execve, execveat, fork, vfork, ptrace, socket, bind, listen, connect, process_vm_readv and
    # _writev, io_uring_setup, pidfd_open, setns, unshare, mount, bpf; then clone and clone3.
    "x86_64": (0xC000003E, (59, 322, 57, 58, 101, 41, 49, 50, 42, 310, 311, 425, 434, 308, 272, 165, 321), 56, 435),
    # AUDIT_ARCH_AARCH64: the same; fork and vfork do not exist there.
    "aarch64": (0xC00000B7, (221, 281, 117, 198, 200, 201, 203, 270, 271, 425, 434, 268, 97, 40, 280), 220, 435),
}
_MOST_CALLS: Final = 0x3FFFFFFF
"""Numbers above are calls of another kind (x32), which would pass by the list."""


def cut_off_network() -> None:
    """Refuse connections asked for in Python; where Linux allows it, take the network away altogether."""

    def refuse(event: str, _arguments: tuple[object, ...]) -> None:
        if event in _NETWORK_EVENTS:
            raise PermissionError("a child process has no network")

    sys.addaudithook(refuse)
    if sys.platform != "linux":
        return
    import ctypes  # here because only Linux pays for its import

    unshare = ctypes.CDLL(None).unshare
    # The network alone first: a user namespace would cost root its right to read other people's files.
    if unshare(_CLONE_NEWNET) != 0:
        unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def seal() -> None:
    """Start no other program from now on, and keep few files open; there is no way back."""

    def refuse(event: str, _arguments: tuple[object, ...]) -> None:
        if event in _PROGRAM_EVENTS:
            raise PermissionError("a child process starts no programs")

    sys.addaudithook(refuse)
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES, MAX_OPEN_FILES))
    if sys.platform == "linux" and platform.machine() in _MACHINES:
        _filter_calls(*_MACHINES[platform.machine()])


def _filter_calls(architecture: int, refused: tuple[int, ...], clone: int, clone3: int) -> None:
    """Have the kernel refuse system calls. One without such filters leaves the process as it is."""
    import ctypes

    rules = [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_JUMP_IF_EQUAL, architecture, 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _CALL),
        _instruction(_JUMP_IF_ABOVE, _MOST_CALLS, 0, 1),
        _instruction(_RETURN, _REFUSE | _EPERM),
    ]
    for call in refused:
        rules += [_instruction(_JUMP_IF_EQUAL, call, 0, 1), _instruction(_RETURN, _REFUSE | _EPERM)]
    rules += [
        # The C library then takes the older call, whose flags can be looked at.
        _instruction(_JUMP_IF_EQUAL, clone3, 0, 1),
        _instruction(_RETURN, _REFUSE | _ENOSYS),
        _instruction(_JUMP_IF_EQUAL, clone, 0, 3),
        _instruction(_LOAD, _FIRST_ARGUMENT),
        _instruction(_JUMP_IF_SET, _CLONE_THREAD, 1, 0),
        _instruction(_RETURN, _REFUSE | _EPERM),
        _instruction(_RETURN, _ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(rules))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(rules), ctypes.addressof(code)))
    library = ctypes.CDLL(None)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program)


def _instruction(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
