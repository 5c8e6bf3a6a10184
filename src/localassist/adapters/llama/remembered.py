"""models.json: the model files that the user added, and how the trials of files ended."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from localassist.domain.errors import StorageError
from localassist.domain.models import ModelFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class RememberedFiles:
    """Reads the file at each question, because a command may run beside the window. Safe to use from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def added(self) -> tuple[ModelFile, ...]:
        """The files that were added, by name."""
        return tuple(sorted(map(_model_file, self._load()["added"].items()), key=lambda file: file.name.casefold()))

    def add(self, file: ModelFile) -> None:
        """Remember a file. Raises `StorageError`."""
        facts = asdict(file)
        del facts["path"]

        def change(content: dict[str, Any]) -> None:
            content["added"][file.path] = facts

        self._change(change)

    def trial(self, path: str, mark: str) -> str | None:
        """The problem found when the file was tried, empty for none, None if it never was as it is now."""
        found = self._load()["tried"].get(path)
        return str(found["problem"]) if isinstance(found, dict) and found.get("mark") == mark else None

    def note_trial(self, path: str, mark: str, problem: str) -> None:
        """Remember how a trial ended, if that is possible: otherwise the file is tried again."""

        def change(content: dict[str, Any]) -> None:
            content["tried"][path] = {"mark": mark, "problem": problem}

        try:
            self._change(change)
        except StorageError:
            return

    def _change(self, change: Callable[[dict[str, Any]], None]) -> None:
        scratch = self._path.with_suffix(".part")
        with self._lock:
            content = self._load()
            change(content)
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                scratch.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
                scratch.replace(self._path)
            except OSError as error:
                raise StorageError(
                    f"The list of model files can't be written: {error.strerror}.",
                    f"Make room on the disk, or allow writing to {self._path.parent}.",
                ) from error

    def _load(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = {}
        if not isinstance(content, dict):
            content = {}
        return {part: found if isinstance(found := content.get(part), dict) else {} for part in ("added", "tried")}


def _model_file(entry: tuple[str, dict[str, Any]]) -> ModelFile:
    path, facts = entry
    return ModelFile(
        name=str(facts.get("name", "")),
        path=path,
        size=int(facts.get("size", 0)),
        architecture=str(facts.get("architecture", "")),
        context_length=int(facts.get("context_length", 0)),
        licence=str(facts.get("licence", "")),
    )
