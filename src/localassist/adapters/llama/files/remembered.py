"""models.json: the model files that the user added, how their trials ended, what their content should be."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.whole_files import write_whole
from localassist.domain.errors import StorageError
from localassist.domain.keeping import Against
from localassist.domain.models import ModelFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_PARTS: Final = ("added", "versions", "verdicts", "contents", "used")
_PATIENCE_S: Final = 10.0
_BY_PATH: Final = ("added", "versions", "contents", "used")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a trial ended: the problem found, empty for none, and whether the file ended the process that tried it."""

    problem: str = ""
    crashed: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What a file should hold, hex SHA-256, by `against`'s word; `mark` is that of the file that was last compared.

    `verified` is when that was, an ISO 8601 time, empty for never; `problem` what was wrong then. `licence` is what
    whoever gave the file calls its licence.
    """

    sha256: str
    against: Against
    mark: str = ""
    verified: str = ""
    problem: str = ""
    licence: str = ""


class RememberedFiles:
    """Reads the file at each question, because a command may run beside the window. Safe to use from any thread.

    A path and a mark that changes with its file lead to the hash of its content, and that to the verdict.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def added(self) -> tuple[ModelFile, ...]:
        """The files that were added, by name."""
        found = map(_model_file, self._load()["added"].items())
        return tuple(sorted((file for file in found if file is not None), key=lambda file: file.name.casefold()))

    def add(self, file: ModelFile) -> None:
        """Remember a file. Raises `StorageError`."""
        facts = asdict(file)
        del facts["path"]

        def change(content: dict[str, Any]) -> None:
            content["added"][file.path] = facts

        self._change(change)

    def forget(self, path: str) -> None:
        """Know nothing of a file any more, but how contents fared. Raises `StorageError`."""

        def change(content: dict[str, Any]) -> None:
            for part in _BY_PATH:
                content[part].pop(path, None)

        self._change(change)

    def move(self, paths: Mapping[str, str]) -> None:
        """Files are at other paths now: the new ones by the old. Raises `StorageError`."""

        def change(content: dict[str, Any]) -> None:
            for part in _BY_PATH:
                content[part] = {paths.get(path, path): facts for path, facts in content[part].items()}

        self._change(change)

    def content(self, path: str) -> Content | None:
        """What is known of what a file should hold, None for nothing."""
        return self.contents().get(path)

    def contents(self) -> dict[str, Content]:
        """What is known of what files should hold, by path."""
        known = {path: _content(found) for path, found in self._load()["contents"].items()}
        return {path: content for path, content in known.items() if content is not None}

    def note_content(self, path: str, expected: Content) -> None:
        """Remember what a file should hold. Raises `StorageError`."""

        def change(content: dict[str, Any]) -> None:
            content["contents"][path] = asdict(expected)

        self._change(change)

    def last_used(self, path: str) -> str:
        """When the file was last loaded, an ISO 8601 time; empty for never."""
        return str(self._load()["used"].get(path, ""))

    def note_used(self, path: str, when: str) -> None:
        """Remember when a file was loaded, if that is possible."""

        def change(content: dict[str, Any]) -> None:
            content["used"][path] = when

        self._change_if_possible(change)

    def sha256(self, path: str, mark: str) -> str:
        """The hash of the file as it is now, empty if it was not hashed since it changed."""
        found = self._load()["versions"].get(path)
        return str(found.get("sha256", "")) if isinstance(found, dict) and found.get("mark") == mark else ""

    def verdict(self, key: str) -> Verdict | None:
        """How the trial of this content ended, None if there was none. `key` holds its hash."""
        return _verdict(self._load()["verdicts"].get(key))

    def crashed(self, library: str) -> tuple[tuple[str, str, Verdict], ...]:
        """Path, mark and verdict of the files that ended the process that tried them with this library."""
        content = self._load()
        found = []
        for path, version in content["versions"].items():
            if isinstance(version, dict):
                verdict = _verdict(content["verdicts"].get(verdict_key(str(version.get("sha256")), library)))
                if verdict is not None and verdict.crashed:
                    found.append((path, str(version.get("mark")), verdict))
        return tuple(found)

    def note_version(self, path: str, mark: str, sha256: str) -> None:
        """Remember a file's hash, if that is possible: otherwise it is hashed again."""

        def change(content: dict[str, Any]) -> None:
            content["versions"][path] = {"mark": mark, "sha256": sha256}

        self._change_if_possible(change)

    def note_verdict(self, key: str, verdict: Verdict) -> None:
        """Remember how a trial ended, if that is possible: otherwise the file is tried again."""

        def change(content: dict[str, Any]) -> None:
            content["verdicts"][key] = asdict(verdict)

        self._change_if_possible(change)

    def _change_if_possible(self, change: Callable[[dict[str, Any]], None]) -> None:
        try:
            self._change(change)
        except StorageError:
            return

    def _change(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Put the changed list in the place of the one before, whole; processes do so in turn."""
        from filelock import FileLock, Timeout

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, FileLock(self._path.with_suffix(".lock"), timeout=_PATIENCE_S):
                if self._path.exists():
                    self._path.read_bytes()  # one that can't be read just now must not become an empty one
                content = self._load()
                change(content)
                write_whole(self._path, json.dumps(content, indent=1, sort_keys=True))
        except Timeout as error:
            raise StorageError(
                "The list of model files is being changed by another program that does not end.",
                "End other windows and commands of this app, then try again.",
            ) from error
        except OSError as error:
            raise StorageError(
                f"The list of model files can't be written: {error.strerror}.",
                f"Make room on the disk, or allow writing to {self._path.parent}.",
            ) from error

    def _load(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            content = {}
        if not isinstance(content, dict):
            content = {}
        return {part: found if isinstance(found := content.get(part), dict) else {} for part in _PARTS}


def verdict_key(sha256: str, library: str) -> str:
    """What a verdict is kept under: another version of the library may judge the same content differently."""
    return f"{sha256}:{library}"


def _content(found: object) -> Content | None:
    try:
        return Content(**{**found, "against": Against(found["against"])}) if isinstance(found, dict) else None
    except (TypeError, KeyError, ValueError):
        return None


def _verdict(found: object) -> Verdict | None:
    if not isinstance(found, dict):
        return None
    return Verdict(str(found.get("problem", "")), crashed=bool(found.get("crashed")))


def _model_file(entry: tuple[str, Any]) -> ModelFile | None:
    """A file that was added; None for what somebody changed into none."""
    path, facts = entry
    try:
        return ModelFile(
            name=str(facts.get("name", "")),
            path=path,
            size=int(facts.get("size", 0)),
            architecture=str(facts.get("architecture", "")),
            context_length=int(facts.get("context_length", 0)),
            licence=str(facts.get("licence", "")),
        )
    except (AttributeError, TypeError, ValueError):
        return None
