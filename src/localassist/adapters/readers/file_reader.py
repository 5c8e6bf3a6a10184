"""Reads files and draws their pages in child processes, and believes nothing that comes back unseen."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.children import ChildDied, Death, Limits
from localassist.adapters.readers.formats import SUFFIXES
from localassist.domain.documents import MAX_DOCUMENT_BYTES, Block, BlockKind, PageImage, PageSpan, StructuredText
from localassist.domain.errors import DocumentError
from localassist.domain.ports.documents import DocumentReader
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from localassist.adapters.child_messages import JSON
    from localassist.adapters.children import ChildPool, Reply

_VERSION: Final = "readers-1"
_READING: Final = Limits(seconds=120, memory_bytes=2_000_000_000, output_bytes=400_000_000)
_DRAWING: Final = Limits(seconds=30, memory_bytes=2_000_000_000, output_bytes=100_000_000)

_DEATHS: Final = {
    Death.CRASH: ("is damaged in a way that crashed its reader", "Open it in its own program and save it again."),
    Death.TIME: ("took too long to read", "It may be damaged or very large; try a smaller part of it."),
    Death.MEMORY: ("needs more memory than one file may take", "Try a smaller part of it."),
    Death.OUTPUT: ("holds more text than one file may", "Try a smaller part of it."),
}

_log = logging.getLogger(__name__)


class FileReader(DocumentReader):
    """Reads PDF, DOCX, Markdown, HTML and plain text."""

    def __init__(self, children: ChildPool) -> None:
        self._children = children

    @property
    @override
    def version(self) -> str:
        return _VERSION

    @override
    def read(self, path: str, stop: Stop) -> StructuredText:
        return _structured(self._call("read", path, {}, _READING, stop), Path(path).name)

    @override
    def draw_page(self, path: str, page: int, width: int, mark: tuple[int, int] | None) -> PageImage:
        wanted: dict[str, JSON] = {"page": page, "width": width, "mark": list(mark) if mark else None}
        return _page_image(self._call("draw", path, wanted, _DRAWING, Stop()), Path(path).name)

    def _call(self, task: str, path: str, more: dict[str, JSON], limits: Limits, stop: Stop) -> Reply:
        path = os.path.abspath(path)  # noqa: PTH100  `resolve` would follow links and change the name in sentences
        _check_size(path)
        try:
            return self._children.call(f"readers.tasks:{task}", {"path": path, **more}, limits, stop)
        except ChildDied as death:
            # Not the name's own ending: after a dot in a title it is words.
            kind = SUFFIXES.get(Path(path).suffix.lower(), "other")
            _log.warning("a child process died over a file (%s): %s", kind, death)
            predicate, hint = _DEATHS[death.kind]
            raise DocumentError(f"{Path(path).name} {predicate}.", hint) from death


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


def _structured(reply: Reply, name: str) -> StructuredText:
    value: Any = reply.value
    try:
        content = StructuredText(
            reply.blob.decode(),
            tuple(
                Block(BlockKind(kind), int(start), int(end), int(level)) for kind, start, end, level in value["blocks"]
            ),
            tuple(PageSpan(int(number), int(start), int(end)) for number, start, end in value["pages"]),
            str(value["title"]),
            tuple(str(note) for note in value["notes"]),
        )
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise _unbelievable(name) from error
    for spans in (content.blocks, content.pages):
        if not _in_order(spans, len(content.text)):
            raise _unbelievable(name)
    return content


def _in_order(spans: tuple[Block, ...] | tuple[PageSpan, ...], length: int) -> bool:
    position = 0
    for span in spans:
        if not position <= span.start <= span.end <= length:
            return False
        position = span.end
    return True


def _page_image(reply: Reply, name: str) -> PageImage:
    value: Any = reply.value
    try:
        marks = tuple((float(x), float(y), float(w), float(h)) for x, y, w, h in value["marks"])
        return PageImage(reply.blob, int(value["width"]), int(value["height"]), marks)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise _unbelievable(name) from error


def _unbelievable(name: str) -> DocumentError:
    predicate, hint = _DEATHS[Death.CRASH]
    return DocumentError(f"{name} {predicate}.", hint)
