"""What `doctor` checks: each thing the app rests on, with a remedy where it does not hold."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Final

from localassist.adapters import display, hardware
from localassist.domain.diagnosis import UNUSED_GPU, Finding, State
from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localassist.adapters.catalog import Catalog
    from localassist.adapters.children import ChildPool
    from localassist.adapters.database import Database
    from localassist.adapters.places import Places
    from localassist.adapters.secrets import KeyringSecrets
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.settings import SettingsStore

GIB: Final = 1024**3
ROOM_NEEDED: Final = GIB // 4
ROOM_WISHED: Final = 4 * GIB
MEMORY_WISHED: Final = 2 * GIB
SETUP: Final = "Run `make setup`."
DISTRIBUTION: Final = "localassist"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The checks, over the very parts the app uses. Making it checks nothing."""

    places: Places
    settings: SettingsStore
    database: Database
    catalog: Catalog
    models: ChatModels
    secrets: KeyringSecrets
    children: ChildPool

    def findings(self) -> Iterator[Finding]:
        """Every finding as it is made. A check that fails in an unforeseen way is a finding too."""
        checks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
            ("Python", _python),
            ("Libraries", _libraries),
            ("Files", self._files),
            ("Settings", self._settings),
            ("Database", self._database),
            ("Models", self._models),
            ("Devices", self._devices),
            ("Window", _window),
            ("Keyring", self._keyring),
        )
        for area, check in checks:
            try:
                yield from check()
            except LocalAssistError as error:
                yield Finding(area, area.lower(), State.BAD, error.message, error.hint)
            except Exception as error:  # noqa: BLE001  the doctor must outlive what is ill
                yield Finding(
                    area, area.lower(), State.BAD, f"The check itself failed ({type(error).__name__}).", SETUP
                )

    def _files(self) -> Iterator[Finding]:
        self.places.make()
        for name in ("data", "config", "cache", "logs"):
            folder: Path = getattr(self.places, name)
            yield Finding("Files", name, State.GOOD, str(folder))
        free = shutil.disk_usage(self.places.data).free
        state = State.BAD if free < ROOM_NEEDED else State.NOTE if free < ROOM_WISHED else State.GOOD
        remedy = "" if state is State.GOOD else "Free some space: models and documents need gigabytes."
        yield Finding("Files", "free space", state, f"{free / GIB:.1f} GB", remedy)

    def _settings(self) -> Iterator[Finding]:
        settings = self.settings.load()
        yield Finding("Settings", "file", State.GOOD, str(self.places.settings))
        offline = "on: every connection is refused" if settings.offline else "off: connections are possible"
        yield Finding("Settings", "offline switch", State.GOOD, offline)

    def _database(self) -> Iterator[Finding]:
        with self.database.reading() as connection:
            version = connection.pragma("user_version")
            problems = connection.pragma("quick_check")
        if problems == "ok":
            yield Finding("Database", "file", State.GOOD, f"{self.places.database}, version {version}, whole")
            return
        remedy = "Put a backup in its place, or move it elsewhere to start with an empty one. Your own files are safe."
        yield Finding("Database", "file", State.BAD, f"{self.places.database} is damaged.", remedy)

    def _models(self) -> Iterator[Finding]:
        starters = {file.path for file in self.catalog.chat_models()}
        if not starters:
            yield Finding("Models", "starter model", State.NOTE, "not installed", SETUP)
        for file in self.models.files():
            problem = file.problem
            if file.warning:
                yield Finding("Models", file.name, State.NOTE, file.warning)
            if file.path in starters and not problem:
                yield self._verified(file.name, partial(self.catalog.verify, file))
            elif problem:
                yield Finding(
                    "Models", file.name, State.BAD, problem, f"Add it again: localassist models add {file.path}"
                )
            else:
                yield Finding("Models", file.name, State.GOOD, file.path)
        embedder = self.catalog.embedding_model()
        if embedder.problem:
            yield Finding("Models", "embedding model", State.BAD, embedder.problem, SETUP)
        else:
            yield self._verified(f"embedding model {embedder.name}", partial(self.catalog.verify, embedder))

    @staticmethod
    def _verified(name: str, verify: Callable[[], None]) -> Finding:
        try:
            verify()
        except LocalAssistError as error:
            return Finding("Models", name, State.BAD, error.message, error.hint)
        return Finding("Models", name, State.GOOD, "the very file its makers published")

    def _devices(self) -> Iterator[Finding]:
        computer = hardware.computer()
        yield Finding("Devices", "processor", State.GOOD, f"{computer.cores} cores, {platform.machine()}")
        short = computer.memory_available < MEMORY_WISHED
        yield Finding(
            "Devices",
            "memory",
            State.NOTE if short else State.GOOD,
            f"{computer.memory_available / GIB:.1f} of {computer.memory_total / GIB:.1f} GB free",
            "Close some programs before loading a model." if short else "",
        )
        devices = hardware.devices(self.children)
        for device in devices:
            size = f", {device.memory_total / GIB:.1f} GB" if device.kind == "gpu" and device.memory_total else ""
            yield Finding("Devices", device.name, State.GOOD, f"{device.description}{size}")
        unused = hardware.unused_gpu(devices)
        if unused is not None:
            yield Finding("Devices", UNUSED_GPU, State.NOTE, unused.reason, unused.remedy)

    def _keyring(self) -> Iterator[Finding]:
        backend = self.secrets.backend()
        if backend:
            yield Finding("Keyring", "keyring", State.GOOD, f"{backend}, a secure one")
            return
        remedy = "Nothing to do unless you use a cloud model; then install your system's keyring service."
        yield Finding("Keyring", "keyring", State.NOTE, "none: keys would last until the program ends", remedy)


def _python() -> Iterator[Finding]:
    new_enough = sys.version_info >= (3, 11)
    yield Finding(
        "Python",
        "version",
        State.GOOD if new_enough else State.BAD,
        f"{platform.python_version()}, in {sys.prefix}",
        "" if new_enough else "Install Python 3.11 or newer.",
    )


def _libraries() -> Iterator[Finding]:
    for requirement in metadata.requires(DISTRIBUTION) or []:
        name = re.match(r"[\w.-]+", requirement)
        if name is None:
            continue
        try:
            yield Finding("Libraries", name[0], State.GOOD, metadata.version(name[0]))
        except metadata.PackageNotFoundError:
            yield Finding("Libraries", name[0], State.BAD, "not installed", SETUP)


def _window() -> Iterator[Finding]:
    try:
        display.require_display(os.environ)
    except display.NoWindowError as error:
        yield Finding("Window", "display", State.NOTE, error.message, error.hint)
    else:
        yield Finding("Window", "display", State.GOOD, "there is one")
    if sys.platform != "linux":
        return
    missing = display.missing_library("libqxcb.so")
    if missing:
        remedy = f"For a window, on Debian and Ubuntu: {display.APT}"
        yield Finding("Window", "Qt's libraries", State.NOTE, f"missing: {missing}", remedy)
    else:
        yield Finding("Window", "Qt's libraries", State.GOOD, "complete")
