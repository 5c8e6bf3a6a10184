"""Reads files and draws their pages in child processes, and believes nothing that comes back unseen."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.children import ChildDied, Death, Limits
from localassist.adapters.readers.formats import CONTAINERS, named_format
from localassist.adapters.readers.layout import UNBELIEVABLE, believed, is_unread
from localassist.domain.documents import MAX_DOCUMENT_BYTES, PageImage, Part
from localassist.domain.errors import DocumentError
from localassist.domain.ports.documents import DocumentReader
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from localassist.adapters.child_messages import JSON
    from localassist.adapters.children import ChildPool, Reply
    from localassist.domain.documents import StructuredText

_VERSION: Final = "readers-4"
_READING: Final = Limits(seconds=120, memory_bytes=2_000_000_000, output_bytes=400_000_000)
_DRAWING: Final = Limits(seconds=30, memory_bytes=2_000_000_000, output_bytes=100_000_000)
_RECOGNISING_SECONDS: Final = 45.0
"""How long recognising text may take of a file at first: some twenty pages. A file with more pictures is read again
and given the time it takes, for one that came to its end once won't hang."""

_READING_LONG: Final = Limits(seconds=3600, memory_bytes=2_000_000_000, output_bytes=400_000_000)
_RECOGNISING_LONG_SECONDS: Final = 3300.0
_APART_SECONDS: Final = 900.0
"""How long the files inside one file may take when each is read by itself; what is left then is said."""

_DEATHS: Final = {
    Death.CRASH: ("is damaged in a way that crashed its reader", "Open it in its own program and save it again."),
    Death.TIME: ("took too long to read", "It may be damaged or very large; try a smaller part of it."),
    Death.MEMORY: ("needs more memory than one file may take", "Try a smaller part of it."),
    Death.OUTPUT: ("holds more text than one file may", "Try a smaller part of it."),
}

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Task:
    """One call: when to `stop`, until when files inside are read, whether pictures can wait and whether any did."""

    stop: Stop
    deadline: float
    is_soon: bool
    is_whole: bool = True

    @property
    def recognising(self) -> float:
        """Seconds for text in pictures, at first."""
        return 0.0 if self.is_soon else _RECOGNISING_SECONDS


class FileReader(DocumentReader):
    """Reads every format of `formats.Format`, and files inside others under the path of those around them."""

    def __init__(self, children: ChildPool, drawing: ChildPool | None = None) -> None:
        """Read in `children`; draw in `drawing` if given: somebody waits for a page, nobody for a whole folder."""
        self._children = {"read": children, "draw": drawing or children}
        self._passwords: dict[str, str] = {}

    @property
    @override
    def version(self) -> str:
        return _VERSION

    @override
    def unlock(self, path: str, password: str) -> None:
        self._passwords[_absolute(path)] = password

    @override
    def read(self, path: str, stop: Stop) -> StructuredText:
        return self._read(_absolute(path), _Task(stop, time.monotonic() + _APART_SECONDS, is_soon=False))

    @override
    def read_soon(self, path: str, stop: Stop) -> tuple[StructuredText, bool]:
        task = _Task(stop, time.monotonic() + _APART_SECONDS, is_soon=True)
        return self._read(_absolute(path), task), task.is_whole

    @override
    def draw_page(self, path: str, page: int, width: int, mark: tuple[int, int] | None) -> PageImage:
        wanted: dict[str, JSON] = {"page": page, "width": width, "mark": list(mark) if mark else None}
        return _page_image(self._call("draw", _absolute(path), wanted, _DRAWING, Stop()), Path(path).name)

    def _read(self, path: str, task: _Task) -> StructuredText:
        """Read a file, and one by one the files inside it that were left out or that killed the child together."""
        try:
            content = self._told(path, task, apart=False)
        except _DiedError as death:
            content = self._told_apart(path, task, death)
        return self._complete(path, content, task)

    def _told_apart(self, path: str, task: _Task, death: _DiedError) -> StructuredText:
        """The same file without those inside it: one of them may have been the death of the child."""
        if named_format(path) not in CONTAINERS:
            raise death
        content = self._told(path, task, apart=True)
        if not content.parts:
            raise death
        return content

    def _told(self, path: str, task: _Task, *, apart: bool) -> StructuredText:
        """A file's text; one with many pictures of text is read again, in the time that they take."""
        wanted: dict[str, JSON] = {"apart": apart, "recognising": task.recognising}
        reply = self._call("read", path, wanted, _READING, task.stop)
        content = _believed(reply, path)
        if not (isinstance(reply.value, dict) and reply.value.get("unrecognised")):
            return content
        if task.is_soon:
            task.is_whole = False
            return content
        try:
            wanted["recognising"] = _RECOGNISING_LONG_SECONDS
            return _believed(self._call("read", path, wanted, _READING_LONG, task.stop), path)
        except DocumentError:
            return content

    def _complete(self, path: str, content: StructuredText, task: _Task) -> StructuredText:
        parts = tuple(
            self._part(f"{path}/{part.name}", part, task) if is_unread(part) else part for part in content.parts
        )
        return content if parts == content.parts else replace(content, parts=parts)

    def _part(self, path: str, part: Part, task: _Task) -> Part:
        if time.monotonic() > task.deadline:
            return replace(part, problem=f"{Path(path).name} was not read: the files beside it took too long.")
        try:
            return Part(part.name, self._read(path, task))
        except DocumentError as error:
            return replace(part, problem=str(error))

    def _call(self, task: str, path: str, more: dict[str, JSON], limits: Limits, stop: Stop) -> Reply:
        file, inner = _outermost(path)
        _check_size(file)
        # The child makes the folder if it needs one, and may be killed before it could remove it.
        scratch = os.path.join(tempfile.gettempdir(), f"localassist-{secrets.token_hex(16)}")  # noqa: PTH118  only a name, sent to the child as text
        passwords = {
            locked[len(file) + 1 :]: password
            for locked, password in self._passwords.copy().items()
            if locked == file or locked.startswith(file + "/")
        }
        inside: JSON = {"inner": inner, "passwords": passwords, "scratch": scratch}
        try:
            asked = {"path": file, "inside": inside, **more}
            return self._children[task].call(f"readers.tasks:{task}", asked, limits, stop)
        except ChildDied as death:
            # Not the name's own ending: after a dot in a title it is words.
            _log.warning("a child process died over a file (%s): %s", named_format(path) or "other", death)
            predicate, hint = _DEATHS[death.kind]
            raise _DiedError(f"{Path(path).name} {predicate}.", hint) from death
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


class _DiedError(DocumentError):
    """A file was the death of the child that read it."""


def _believed(reply: Reply, path: str) -> StructuredText:
    try:
        return believed(reply.value, reply.blob)
    except UNBELIEVABLE as error:
        raise _unbelievable(Path(path).name) from error


def _absolute(path: str) -> str:
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100  `resolve` would follow links and change the name in sentences


def _outermost(path: str) -> tuple[str, str]:
    """The file on disk that a path leads to or into, and what comes below it; the path itself if there is none."""
    pieces = path.split("/")
    for count in range(len(pieces), 1, -1):
        file = "/".join(pieces[:count])
        if os.path.exists(file):  # noqa: PTH110  as above
            return (file, "/".join(pieces[count:])) if os.path.isfile(file) else (path, "")  # noqa: PTH113  asked for every part of a path
    return path, ""


def _check_size(path: str) -> None:
    """Refuse, before a byte is read, what is no file, too large a one or empty."""
    name = Path(path).name
    try:
        status = os.stat(path)  # noqa: PTH116  nothing of Path is needed
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not one this system can have"
        raise DocumentError(f"{name} could not be opened: {reason}.", "Check that it is still there.") from error
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError(f"{name} is not a file.", "Choose a file with a document in it.")
    if status.st_size > MAX_DOCUMENT_BYTES:
        raise DocumentError(
            f"{name} has {status.st_size / 1e6:,.0f} MB; files up to {MAX_DOCUMENT_BYTES / 1e6:,.0f} MB are read.",
            "Split it into smaller files.",
        )
    if status.st_size == 0:
        raise DocumentError(f"{name} is empty.", "Check that it was copied or downloaded to its end.")


def _page_image(reply: Reply, name: str) -> PageImage:
    value: Any = reply.value
    try:
        marks = tuple((float(x), float(y), float(w), float(h)) for x, y, w, h in value["marks"])
        return PageImage(reply.blob, int(value["width"]), int(value["height"]), marks)
    except UNBELIEVABLE as error:
        raise _unbelievable(name) from error


def _unbelievable(name: str) -> DocumentError:
    predicate, hint = _DEATHS[Death.CRASH]
    return DocumentError(f"{name} {predicate}.", hint)
