"""What a model has read, kept on the disk: a conversation that is opened again goes on at once.

A state is two files: `.state` in llama.cpp's format, and `.tokens`, which says what it stands for and vouches for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
import uuid
from array import array
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_BUDGET: Final = 4 * 2**30
_SHARE_OF_DISK: Final = 0.1
"""Of the free space, at most for all states together."""

_LEFT_BEHIND_SECONDS: Final = 86_400
_SAMPLE: Final = 65_536
_MARK: Final = "forgotten"


@dataclass(slots=True)
class SavedState:
    """A state on the disk: the tokens it stands for, bytes on the disk, and the lengths it has checkpoints at."""

    path: Path
    tokens: array[int]
    size: int
    points: list[tuple[int, int]] = field(default_factory=list)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The part of a context that can't be rewound, as it was after `length` tokens."""

    length: int
    data: bytes


class StateStore:
    """The states of one model as it is loaded here. Used on the session's thread only.

    The longest unused leave when all models' states together take more than 4 GiB or a tenth of the free disk. What
    can't be written is not kept: states only save time.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        """`fingerprint` names everything that a state depends on besides its tokens."""
        self._all = folder
        self._folder = folder / fingerprint
        self._states: list[SavedState] = []
        self._mark = _forgotten_mark(folder)
        self._load_index()

    def states(self) -> Sequence[SavedState]:
        """Those that may be loaded now."""
        return self._states

    def allowed(self, size: int) -> bool:
        """Whether a state of so many bytes is kept at all."""
        return size <= self._budget() // 2

    def new(self) -> Path | None:
        """Where llama.cpp may write the next state; None where nothing can be written.

        Nor may anything be once another process forgot conversations: what is known here may be among them.
        """
        if _forgotten_mark(self._all) != self._mark:
            return None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._all.chmod(0o700)
        except OSError:
            return None
        return self._folder / f"{uuid.uuid4().hex}.state"

    def is_of_size(self, path: Path, size: int) -> bool:
        """Whether a file has so many bytes."""
        try:
            return path.stat().st_size == size
        except OSError:
            return False

    def add(self, path: Path, tokens: Sequence[int], points: Sequence[Checkpoint], *, replaces: bool) -> None:
        """Keep a state that was written to `path`; if it `replaces` those that it continues, they are deleted."""
        try:
            os.chmod(path, 0o600)  # noqa: PTH101  as the tokens' file: for the user alone
            state = SavedState(path, array("i", tokens), path.stat().st_size)
            state.points = [(point.length, len(point.data)) for point in points]
            self._write_tokens(state, b"".join(point.data for point in points))
        except OSError:
            _remove(path)
            return
        for other in [other for other in self._states if replaces and _begins(state.tokens, other.tokens)]:
            self.drop(other)
        self._states.append(state)
        self._make_room()

    def points_of(self, state: SavedState) -> list[Checkpoint]:
        """The checkpoints of a state, none if they can't be read."""
        try:
            with _tokens_path(state.path).open("rb") as file:
                file.readline()
                file.seek(4 * len(state.tokens), os.SEEK_CUR)
                return [Checkpoint(length, file.read(size)) for length, size in state.points]
        except OSError:
            return []

    def is_whole(self, state: SavedState) -> bool:
        """Whether the file is as it was written: llama.cpp ends the process over one that was cut off."""
        try:
            if state.path.stat().st_size != state.size:
                return False
            return not state.digest or self._digest(state) == state.digest
        except OSError:
            return False

    def vouch(self, state: SavedState) -> None:
        """The file was loaded and is right: it need not be read again to see that."""
        state.digest = ""
        try:
            os.utime(state.path)
        except OSError:
            return

    def drop(self, state: SavedState) -> None:
        """Delete a state."""
        self._states = [other for other in self._states if other is not state]
        _remove(state.path)

    def persist(self) -> None:
        """Make what was added count for the next start too."""
        for state in self._states:
            try:
                head = _read_head(_tokens_path(state.path))
                if head.get("sha256"):
                    continue
                points = b"".join(point.data for point in self.points_of(state))
                with state.path.open("rb") as file:
                    os.fsync(file.fileno())
                state.digest = self._digest(state)
                self._write_tokens(state, points)
            except (OSError, ValueError, TypeError):
                continue

    def forget(self) -> None:
        """Know of no state any more, after `forget_states`; what is kept from now on is new."""
        self._states.clear()
        self._mark = _forgotten_mark(self._all)

    def _load_index(self) -> None:
        for path in _found(self._folder, "*.part") + _found(self._folder, "*.state"):
            if not _tokens_path(path).exists():
                _remove_if_left_behind(path)
        for path in sorted(_found(self._folder, "*.tokens")):
            state_path = path.with_suffix(".state")
            try:
                head = _read_head(path)
                if not head.get("sha256"):
                    _remove_if_left_behind(state_path)
                    continue
                with path.open("rb") as file:
                    file.readline()
                    tokens = array("i", file.read(4 * int(head["count"])))
                points = [(int(length), int(size)) for length, size in head["points"]]
                self._states.append(SavedState(state_path, tokens, int(head["size"]), points, str(head["sha256"])))
            except (OSError, ValueError, KeyError, TypeError):
                _remove(state_path)

    def _write_tokens(self, state: SavedState, points: bytes) -> None:
        head = {"count": len(state.tokens), "size": state.size, "points": state.points, "sha256": state.digest}
        path = _tokens_path(state.path)
        scratch = path.with_suffix(".part")
        with open(scratch, "wb", opener=_private) as file:
            file.write(json.dumps(head).encode() + b"\n" + state.tokens.tobytes() + points)
        scratch.replace(path)

    def _digest(self, state: SavedState) -> str:
        """Vouches for the state and its checkpoints."""
        with state.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        for point in self.points_of(state):
            digest.update(point.data)
        return digest.hexdigest()

    def _budget(self) -> int:
        try:
            return min(_BUDGET, int(shutil.disk_usage(self._all.parent).free * _SHARE_OF_DISK))
        except OSError:
            return 0

    def _make_room(self) -> None:
        budget = self._budget()
        facts = []
        for path in _found(self._all, "*/*.state"):
            try:
                found, beside = path.stat(), _tokens_path(path).stat()
            except OSError:
                continue
            facts.append((found.st_mtime, found.st_size + beside.st_size, path))
        kept = sum(size for _, size, _ in facts)
        for _, size, path in sorted(facts):
            if kept <= budget:
                return
            kept -= size
            _remove(path)
            self._states = [state for state in self._states if state.path != path]


def fingerprint(path: str, kv_bits: int) -> str:
    """What a state depends on besides its tokens: the weights, how they are kept, and the library.

    The tokens tell of the template. A file is told by its size, time and first and last 64 KiB.
    """
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        facts = os.fstat(file.fileno())
        digest.update(file.read(_SAMPLE))
        file.seek(max(facts.st_size - _SAMPLE, 0))
        digest.update(file.read(_SAMPLE))
    version = metadata.version("llama-cpp-python")
    digest.update(f"{facts.st_size} {facts.st_mtime_ns} {kv_bits} {version} {sys.byteorder}".encode())
    return digest.hexdigest()[:32]


def forget_states(folder: Path) -> None:
    """Delete the states of all models, and let no process that runs write what it knew before.

    Raises `StorageError` if something could not be deleted.
    """
    shutil.rmtree(folder, ignore_errors=True)
    left = _found(folder, "*/*.state")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / _MARK).write_text(uuid.uuid4().hex, encoding="ascii")
    except OSError as error:
        if left:
            raise _not_forgotten(folder) from error
    if left:
        raise _not_forgotten(folder)


def _not_forgotten(folder: Path) -> StorageError:
    return StorageError(
        "What models remember of conversations could not be deleted from the disk.",
        f"Close other windows of the app and delete the folder {folder}.",
    )


def _forgotten_mark(folder: Path) -> str:
    """Changes with each `forget_states`."""
    try:
        return (folder / _MARK).read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def _found(folder: Path, pattern: str) -> list[Path]:
    """The files there are; another process may be deleting them."""
    try:
        return list(folder.glob(pattern))
    except OSError:
        return []


def _begins(tokens: array[int], beginning: array[int]) -> bool:
    return len(beginning) <= len(tokens) and tokens[: len(beginning)] == beginning


def _tokens_path(path: Path) -> Path:
    return path.with_suffix(".tokens")


def _read_head(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        head = json.loads(file.readline())
    if not isinstance(head, dict):
        raise TypeError
    return head


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _remove(path: Path) -> None:
    for each in (_tokens_path(path), path):
        try:
            each.unlink(missing_ok=True)
        except OSError:
            continue


def _remove_if_left_behind(path: Path) -> None:
    """Remove what a process that died left; another one that runs may be about to finish it."""
    try:
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND_SECONDS:
            _remove(path)
    except OSError:
        _remove(path)
