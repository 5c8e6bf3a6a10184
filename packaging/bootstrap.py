"""Set-up, run, test and the other verbs of the Makefile, from nothing but Python's standard library."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import gpu
import steps
from environment import Environment, one_at_a_time
from following import SetupError, clock, say

ROOT = Path(__file__).resolve().parent.parent
UV = "uv==0.13.9"
IMPORT_LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"

NO_DISPLAY = """\
There is no display here, so no window: running `localassist demo` in the terminal instead.
"""


def set_up(environment: Environment, *, look_again: bool = False) -> None:
    """Bring the environment up to date; does nothing, in milliseconds, when it is.

    look_again asks once more for a graphics processor that was not used last time.
    """
    before = environment.gpu_choice()
    wanted = os.environ.get("GPU") or (before.wanted if before else "auto")
    if wanted not in gpu.KINDS:
        raise SetupError(f"GPU={wanted} is not known: it is one of {', '.join(gpu.KINDS)}.")
    if environment.done() and not steps.outstanding(environment, wanted) and not look_again:
        return
    started = time.monotonic()
    with one_at_a_time(environment.root / "build" / "setup.lock"):
        environment.create()
        if look_again and before and gpu.worth_another_try(before):
            environment.forget("llama.cpp")
        todo = steps.outstanding(environment, wanted)
        if todo:
            say(f"Setting up: {', '.join(step.name for step in todo)}. Interrupt at any time; the next run goes on.")
            steps.carry_out(environment, todo)
    say(f"Set up in {clock(time.monotonic() - started)}." if todo else "Everything is set up.")


def has_display() -> bool:
    """Whether a window can be shown."""
    if sys.platform != "linux":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def run(environment: Environment) -> int:
    """Start the app in place of this process; without a display, the demo in the terminal."""
    set_up(environment)
    arguments = [str(environment.python), "-m", "localassist"]
    if not has_display():
        say(NO_DISPLAY)
        arguments.append("demo")
    if sys.platform == "win32":
        return subprocess.call(arguments)
    return os.execv(arguments[0], arguments)


def check(environment: Environment) -> int:
    """Every static check; all are run, and the ones that failed are named at the end."""
    set_up(environment)
    tools = {
        "ruff check": ("-m", "ruff", "check", "."),
        "ruff format": ("-m", "ruff", "format", "--check", "."),
        "mypy": ("-m", "mypy"),
        "import-linter": ("-c", IMPORT_LINTER, "--no-logo"),
    }
    failed = [name for name, arguments in tools.items() if call(environment, name, *arguments)]
    if failed:
        say(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


def test(environment: Environment) -> int:
    """The static checks, then every test but the long ones."""
    return check(environment) or call(environment, "tests", "-m", "pytest")


def soak(environment: Environment) -> int:
    """The long tests: kill loops, fuzzing, big data."""
    set_up(environment)
    return call(environment, "long tests", "-m", "pytest", "-m", "soak")


def bench(environment: Environment) -> int:
    """Every benchmark, one after the other."""
    set_up(environment)
    list_names = [str(environment.python), "-c", "from localassist.bench.report import NAMES; print(*NAMES)"]
    names = subprocess.check_output(list_names, text=True).split()
    return max([call(environment, name, "-m", "localassist", "bench", name) for name in names], default=0)


def screenshots(environment: Environment) -> int:
    """Every main view, light and dark, into build/screenshots."""
    set_up(environment)
    return call(environment, "screenshots", "tests/screenshots.py")


def setup(environment: Environment) -> int:
    """The common first step by itself."""
    set_up(environment, look_again=True)
    return 0


def lock(environment: Environment) -> int:
    """Resolve the dependencies again and write the lock; versions already in it are kept where they still fit."""
    set_up(environment)
    environment.pip_or_stop("Installing uv", UV)
    resolve = ("-m", "uv", "pip", "compile", "pyproject.toml", "--group", "dev", "--group", "setup")
    form = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate")
    # set-up chooses these two builds itself, by the machine
    apart = ("--no-emit-package", "torch", "--no-emit-package", "llama-cpp-python")
    write = ("--custom-compile-command", "make lock", "--quiet", "--output-file", steps.LOCK)
    return call(environment, "lock", *resolve, *form, *apart, *write)


def call(environment: Environment, name: str, *arguments: str) -> int:
    """Run the environment's Python with these arguments from the checkout's root; its exit code."""
    say(f"--- {name}")
    return subprocess.call([str(environment.python), *arguments], cwd=environment.root)


VERBS: dict[str, Callable[[Environment], int]] = {
    verb.__name__: verb for verb in (setup, run, test, check, bench, soak, screenshots, lock)
}


def main(arguments: Sequence[str]) -> int:
    """Carry out one verb; its exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    if len(arguments) != 1 or arguments[0] not in VERBS:
        say(f"usage: make [{'|'.join(VERBS)}] [GPU={'|'.join(gpu.KINDS)}]")
        return 2
    try:
        return VERBS[arguments[0]](Environment(ROOT))
    except SetupError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. What was done is kept; run the same command again to go on.")
        return 130


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled job ends like Ctrl-C
    sys.exit(main(sys.argv[1:]))
