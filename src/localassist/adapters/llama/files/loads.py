"""Marks of the loads that are under way, by which a later start sees that the app died in one."""

from __future__ import annotations

import json
import os
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAME_START_S: Final = 5.0
"""A start time is reckoned from the time since boot and shifts a little when the clock is set."""


class LoadMarks:
    """One small file a load, in a folder of their own, because several may be under way in several processes.

    A mark names the model file, the process and when that started; one whose process is gone tells of a death. A
    folder that can't be written costs only this knowledge.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def marking(self, path: str) -> Iterator[None]:
        """Mark the load of this file for as long as the block runs, however it ends."""
        mark = self._write(path)
        try:
            yield
        finally:
            if mark is not None:
                with suppress(OSError):
                    mark.unlink()

    def deaths(self) -> frozenset[str]:
        """The paths of the files in whose load a process died."""
        return frozenset(path for _, path in self._dead())

    def forget_death(self, path: str) -> None:
        """The file may be loaded as if nothing had happened."""
        for mark, marked in self._dead():
            if marked == path:
                with suppress(OSError):
                    mark.unlink()

    def _write(self, path: str) -> Path | None:
        import psutil

        mark = self._folder / f"{uuid.uuid4().hex}.json"
        process = psutil.Process()
        facts = {"path": path, "process": process.pid, "started": process.create_time()}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with mark.open("x", encoding="utf-8") as file:
                json.dump(facts, file)
                file.flush()
                os.fsync(file.fileno())  # too large a model may take the whole computer down
        except OSError:
            return None
        return mark

    def _dead(self) -> Iterator[tuple[Path, str]]:
        try:
            marks = sorted(self._folder.glob("*.json"))
        except OSError:
            return
        for mark in marks:
            try:
                facts = json.loads(mark.read_text(encoding="utf-8"))
                path, process, started = str(facts["path"]), int(facts["process"]), float(facts["started"])
            except (OSError, ValueError, TypeError, KeyError):
                continue
            if not _lives(process, started):
                yield mark, path


def _lives(process: int, started: float) -> bool:
    """Whether that very process still runs: its number may have been given to another since."""
    import psutil

    try:
        return abs(psutil.Process(process).create_time() - started) < _SAME_START_S
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
