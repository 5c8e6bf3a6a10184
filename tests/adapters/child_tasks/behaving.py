"""Tasks for the tests of child processes: good ones, and every way to go wrong."""

import os
import signal
import socket  # noqa: TID251  to see it refused
import subprocess
import sys
import time
from pathlib import Path

from localassist.domain.errors import DocumentError

calls = 0


def echo(value):
    return value, b"blob"


def count_calls():
    global calls  # noqa: PLW0603
    calls += 1
    return [os.getpid(), calls], b""


def print_noise():
    print("not json")
    os.write(1, b"\x00\x00rubbish")
    os.system("echo from a shell")
    sys.stderr.write("secret text of the document\n")
    return sys.stdin.read(), b""


def crash(secret):
    os.write(2, secret.encode())
    os.kill(os.getpid(), signal.SIGSEGV)


def leave():
    sys.exit(7)


def fail_unexpectedly():
    raise ValueError("secret text of the document")


def complain():
    raise DocumentError("a.pdf is damaged.", "Save it again.")


def complain_at_length():
    raise DocumentError("a.pdf is damaged. " * 10_000)


def tell_much():
    class LoudError(Exception):
        pass

    LoudError.__name__ = "Secret" * 10_000
    raise LoudError


def hang(marker):
    Path(marker).write_text(str(os.getpid()))
    time.sleep(600)


def hang_with_grandchild(marker):
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(marker).write_text(str(grandchild.pid))
    time.sleep(600)


def spin():
    while True:
        pass


def eat_memory():
    hoard = []
    while True:
        hoard.append(bytearray(50_000_000))


def answer_at_length(size):
    return None, bytes(size)


def lie_about_length():
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, b"\xff" * 16)
        except OSError:
            continue
    time.sleep(600)


def answer_rubbish():
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, (10).to_bytes(8, "big") + bytes(8) + b"[[[[[[[[[[")
        except OSError:
            continue
    return None, b""


def connect(port):
    attempts = {
        "connect": lambda: socket.create_connection(("127.0.0.1", port), timeout=1),
        "look up": lambda: socket.getaddrinfo("localhost", port),
        "send": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
    }
    ends = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            ends[name] = "allowed"
        except PermissionError as error:
            ends[name] = str(error)
    return ends, b""


def show_environment():
    return dict(os.environ), b""


def write_file(path, size):
    Path(path).write_bytes(bytes(size))
    return None, b""


def start_programs():
    """Every way to start another process, in Python and in the C library."""
    import ctypes
    import multiprocessing
    import threading

    library = ctypes.CDLL(None, use_errno=True)
    attempts = {
        "Popen": lambda: subprocess.Popen([sys.executable, "-c", "pass"]),
        "system": lambda: os.system("true"),
        "fork": os.fork,
        "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "multiprocessing": lambda: multiprocessing.get_context("fork").Process(target=print).start(),
        "native fork": lambda: _succeed(library.fork()),
        "native exec": lambda: _succeed(library.execl(b"/bin/true", b"true", None)),
        "native socket": lambda: _succeed(library.socket(2, 1, 0)),
    }
    ends = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            ends[name] = "allowed"
        except OSError:
            ends[name] = "refused"
    worked = threading.Event()
    thread = threading.Thread(target=worked.set)
    thread.start()
    thread.join()
    return [ends, worked.is_set()], b""


def _succeed(returned):
    if returned < 0:
        raise OSError


def open_many():
    try:
        return len([os.open(os.devnull, os.O_RDONLY) for _ in range(5000)]), b""
    except OSError:
        return "refused", b""
