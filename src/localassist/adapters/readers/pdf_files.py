"""Opens PDF files, with their passwords, and gives what belongs to the file and to no page: outline and attachments."""

from __future__ import annotations

import ctypes
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.pdf_salvage import salvaged
from localassist.adapters.readers.unreadable import LockedError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.parts import Parts

_MAX_BOOKMARKS: Final = 20_000
_MAX_ATTACHMENT_BYTES: Final = 200_000_000


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of a file's outline: `level` 1 is the outermost, `page` counts from 0."""

    title: str
    level: int
    page: int


@contextmanager
def open_pdf(path: str, password: str = "") -> Iterator[tuple[Any, bool]]:
    """A PDFium document, closed at the end, and whether it is whole: else it is the pages left of a broken file.

    Raises `LockedError` without the right password, `UnreadableError` when PDFium can't open the file.
    """
    document, is_whole = _opened(path, password)
    try:
        yield document, is_whole
    finally:
        document.close()


def _opened(path: str, password: str) -> tuple[Any, bool]:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        return PdfDocument(path, password=password or None), True
    except PdfiumError:
        if _is_locked(path, password):
            raise _locked(password) from None
    left = salvaged(path)
    with suppress(PdfiumError):
        if left:
            return PdfDocument(left), False
    raise UnreadableError("is damaged and can't be opened", "Open it in a PDF viewer and save it again.")


def _locked(password: str) -> LockedError:
    if password:
        return LockedError("does not open with that password", "Check it, capitals too, and type it again.")
    hint = "Type the password (`localassist docs add --password-prompt FILE` asks for it), or add a copy without one."
    return LockedError("is protected by a password", hint)


def _is_locked(path: str, password: str) -> bool:
    """Whether PDFium can't open a file for want of the right password.

    Asked anew: the code in pypdfium2's error can be left over from the file before when this one has no pages.
    """
    from pypdfium2 import raw

    document = raw.FPDF_LoadDocument(path.encode() + b"\0", password.encode() + b"\0" if password else None)
    if document:
        raw.FPDF_CloseDocument(document)
        return False
    return raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}


def read_outline(document: Any) -> list[Bookmark]:
    """The file's outline in its order, without entries that lead to no page; empty when it is damaged."""
    found: list[Bookmark] = []
    try:
        for entry in document.get_toc(max_depth=6):
            target = entry.get_dest()
            page = target.get_index() if target else None
            title = " ".join(entry.get_title().split())
            if page is not None and title:
                found.append(Bookmark(title, entry.level + 1, page))
            if len(found) >= _MAX_BOOKMARKS:
                break
    except (ValueError, UnicodeError, RuntimeError):
        return found
    return found


def take_attachments(document: Any, parts: Parts) -> list[str]:
    """Hand the files attached to this one over to `parts`; returns their names."""
    from pypdfium2 import PdfiumError

    names = []
    for index in range(document.count_attachments()):
        if parts.is_full:
            break
        try:
            attachment = document.get_attachment(index)
            name = attachment.get_name() or f"attachment {index + 1}"
        except (PdfiumError, UnicodeError):
            continue
        names.append(name)
        parts.add(name, _Loading(attachment))
    return names


class _Loading:
    """Gives an attachment's bytes when they are asked for."""

    def __init__(self, attachment: Any) -> None:
        self._attachment = attachment

    def __call__(self) -> bytes:
        from pypdfium2 import PdfiumError, raw

        size = ctypes.c_ulong()
        if raw.FPDFAttachment_GetFile(self._attachment, None, 0, size) and size.value > _MAX_ATTACHMENT_BYTES:
            raise UnreadableError("is too large to be read inside another file", "Save it and add it by itself.")
        try:
            return bytes(self._attachment.get_data())
        except PdfiumError:
            raise UnreadableError("is damaged and can't be taken out of its file") from None
