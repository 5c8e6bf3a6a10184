"""The project's virtual environment: where it is, what was done to it, and pip inside it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from following import Command, Outcome, SetupError, follow, say
from gpu import Choice
from qt_libraries import apt_install

NO_VENV = """\
Python {version} is here, but its `venv` module is not complete, which Debian and Ubuntu pack separately.
Install it, then run the same command again:
  sudo apt-get install python{version}-venv"""


class Environment:
    """The virtual environment `.venv` of a checkout, with a memory of what was done to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.log = root / "build" / "setup.log"
        self._memory = self.folder / "localassist-setup.json"
        self._gpu_choice = self.folder / "localassist-gpu.json"

    @property
    def python(self) -> Path:
        """The environment's Python; its tools are run as modules, which a moved checkout does not break."""
        return self.folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")

    @property
    def site_packages(self) -> Path:
        """Where packages are installed."""
        if sys.platform == "win32":
            return self.folder / "Lib" / "site-packages"
        return next(self.folder.glob("lib/python3*/site-packages"))

    def done(self) -> dict[str, str]:
        """What each finished step rested on."""
        return _read_json(self._memory)

    def remember(self, done: Mapping[str, str]) -> None:
        """Keep what is done; a kill in between leaves the older memory whole."""
        _write_json(self._memory, dict(done))

    def forget(self, step: str) -> None:
        """Have a finished step done again."""
        self.remember({name: on for name, on in self.done().items() if name != step})

    def gpu_choice(self) -> Choice | None:
        """The decision about the graphics processor, if one was recorded."""
        try:
            return Choice(**_read_json(self._gpu_choice))
        except TypeError:
            return None

    def remember_gpu(self, choice: Choice) -> None:
        """Keep the decision about the graphics processor where `doctor` finds it."""
        _write_json(self._gpu_choice, asdict(choice))

    def create(self) -> None:
        """Make the environment if it is not there or does not run, from the Python that runs this."""
        if Path(sys.prefix).resolve() == self.folder.resolve() or self._runs():
            return
        _need_venv_module(self.log)
        say(f"Creating {self.folder} with Python {sys.version.split()[0]} ...")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(self.folder)], check=True)
        self.remember({})

    def _runs(self) -> bool:
        if not self.python.exists():
            return False
        return (
            subprocess.run([self.python, "-c", "import pip._internal"], capture_output=True, check=False).returncode
            == 0
        )

    def clear_half_installed(self) -> None:
        """Take away what an interrupted pip left half done, so that pip installs it again."""
        for leftover in self.site_packages.glob("~*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for information in self.site_packages.glob("*.dist-info"):
            if not _is_whole(information):
                shutil.rmtree(information)

    def pip(
        self,
        title: str,
        *arguments: str,
        announcements: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run `pip install` with these arguments inside the environment."""
        install = (str(self.python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check")
        return follow(
            Command(title, (*install, *arguments), describe_pip, announcements or {}, variables or {}), self.log
        )

    def pip_or_stop(self, title: str, *arguments: str) -> None:
        """Run `pip install`; where it fails, stop with what it said."""
        outcome = self.pip(title, *arguments)
        if outcome.code:
            raise SetupError(self.failure(title, outcome))

    def failure(self, title: str, outcome: Outcome) -> str:
        """What to tell when a command failed."""
        return (
            f"{outcome.tail}\n\n{title} failed. The lines above say why; {self.log} has all of them.\n"
            "What was done so far is kept: run the same command again to go on."
        )


def describe_pip(line: str) -> str | None:
    """What pip is doing, from one line of its output; None for lines that say nothing new."""
    compiled = re.match(r"\s*\[(\d+)/(\d+)\]", line)
    if compiled:
        return f"compiling, {compiled[1]} of {compiled[2]} files"
    fetched = re.match(r"\s*(?:Downloading|Using cached|Collecting|Processing) (\S+)", line)
    if fetched:
        return f"fetching {fetched[1].rsplit('/', 1)[-1]}"
    if line.startswith("Installing collected packages"):
        return f"unpacking {line.count(',') + 1} packages"
    return None


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Wait until no other set-up of this checkout is running; the system frees the lock of a killed one."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        if sys.platform == "win32":
            import msvcrt

            while True:  # it gives up after ten seconds; others compile for minutes
                with suppress(OSError):
                    msvcrt.locking(held.fileno(), msvcrt.LK_LOCK, 1)
                    break
                say("Another set-up of this folder is running; waiting for it ...")
        else:
            import fcntl

            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another set-up of this folder is running; waiting for it ...")
                fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _need_venv_module(log: Path) -> None:
    """Stop, or as root on Debian mend it, where Python cannot create environments with pip."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    probe = [sys.executable, "-c", "import ensurepip, venv"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        return
    may_install = sys.platform != "win32" and os.geteuid() == 0 and shutil.which("apt-get")
    if not may_install or not apt_install([f"python{version}-venv"], log):
        raise SetupError(NO_VENV.format(version=version))


def _is_whole(information: Path) -> bool:
    """Whether every file that a package's RECORD names is there."""
    try:
        rows = (information / "RECORD").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    names = (row.rsplit(",", 2)[0].strip('"') for row in rows)
    return all(name.endswith(".pyc") or (information.parent / name).exists() for name in names)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_json(path: Path, content: object) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    part.replace(path)
