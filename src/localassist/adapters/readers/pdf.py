"""PDF files: their text page by page in reading order, with headings told by size and weight."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.pdf_glyphs import read_lines
from localassist.adapters.readers.pdf_layout import PageText, lay_out
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.pdf_layout import PageBlock
    from localassist.domain.documents import StructuredText

_MACHINE_TITLE: Final = re.compile(r"^(?:microsoft \w+ - |untitled|\(anonymous\)|.*\.\w{2,4}$)", re.IGNORECASE)
_MAX_HEADING: Final = 160
_LARGER: Final = 1.15
_UNSEEN_SIZE: Final = 2.5
"""Points: letters below this size can't be read by a person."""

_RUNNING_SHARE: Final = 0.2
"""On that share of the pages a line at the edge is no heading: one kind for left and right pages each, with room."""

_DIGITS: Final = re.compile(r"\d+")
_SENTENCE_END: Final = re.compile(r"[.,:;]$")
_WORD: Final = re.compile(r"[^\W\d_]{3}|[\u2e80-\ua4cf]{2}")


def read(path: str) -> StructuredText:
    """The structured text of a PDF. Raises `UnreadableError` for a damaged or protected one."""
    with open_pdf(path) as document:
        pages = []
        pictures = []
        invisible = 0
        for index in range(len(document)):
            page, removed = read_page(document, index)
            invisible += removed
            pages.append(page)
            if not page.text and _has_picture(document, index):
                pictures.append(index + 1)
        title = document.get_metadata_value("Title").strip()
    assembly = TextAssembly()
    assembly.count_invisible(invisible)
    _assemble(assembly, pages)
    return assembly.finish("" if _MACHINE_TITLE.match(title) else title, tuple(_notes(pages, pictures)))


@contextmanager
def open_pdf(path: str) -> Iterator[Any]:
    """A PDFium document, closed at the end. Raises `UnreadableError` when PDFium can't open it."""
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(path)
    except PdfiumError:
        if _is_locked(path):
            raise UnreadableError("is protected by a password", "Save a copy without one and add that.") from None
        raise UnreadableError("is damaged and can't be opened", "Open it in a PDF viewer and save it again.") from None
    try:
        yield document
    finally:
        document.close()


def _is_locked(path: str) -> bool:
    """Whether PDFium can't open a file for want of a password.

    Asked anew: the code in pypdfium2's error can be left over from the file before when this one has no pages.
    """
    from pypdfium2 import raw

    document = raw.FPDF_LoadDocument(path.encode() + b"\0", None)
    if document:
        raw.FPDF_CloseDocument(document)
        return False
    return raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}


def read_page(document: Any, index: int) -> tuple[PageText, int]:
    """The text of a page, the same for reading and drawing, and how many invisible characters it had.

    A page that PDFium can't load has no text: the others may still be of use.
    """
    from pypdfium2 import PdfiumError

    try:
        page = document[index]
    except PdfiumError:
        return PageText("", [], []), 0
    text_page = page.get_textpage()
    found = read_lines(text_page)
    text = lay_out(found.lines)
    text_page.close()
    page.close()
    return text, found.invisible


def _has_picture(document: Any, index: int) -> bool:
    from pypdfium2 import PdfiumError, raw

    try:
        page = document[index]
    except PdfiumError:
        return False
    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _notes(pages: list[PageText], pictures: list[int]) -> Iterator[str]:
    if pictures:
        yield f"Pictures without text stand on: {_name(pictures)}. Reading text in pictures (OCR) is not possible yet."
    unseen = [
        number
        for number, page in enumerate(pages, 1)
        if any(block.size < _UNSEEN_SIZE and block.end - block.start > 3 for block in page.blocks)
    ]
    if unseen:
        yield f"Text that is too small for anyone to see stands on: {_name(unseen)}."


def _name(pages: list[int]) -> str:
    shown = ", ".join(str(page) for page in pages[:10])
    more = f" and {len(pages) - 10} more" if len(pages) > 10 else ""
    return f"page{'s' if len(pages) > 1 else ''} {shown}{more}"


def _assemble(assembly: TextAssembly, pages: list[PageText]) -> None:
    levels = _Levels(pages)
    before: PageText | None = None
    for page in pages:
        blocks = [levels.block(page, block) for block in page.blocks]
        assembly.add_page(page.text, blocks, continues=_continues(before, page))
        before = page


def _continues(before: PageText | None, page: PageText) -> bool:
    """Whether a page begins in the middle of the sentence that the page before ended in."""
    if before is None or not before.blocks or not page.blocks:
        return False
    both = before.blocks[-1].kind is page.blocks[0].kind is BlockKind.PARAGRAPH
    alike = abs(before.blocks[-1].size - page.blocks[0].size) < 0.5
    return both and alike and before.text[-1].isalpha() and page.text[0].islower()


class _Levels:
    """Which blocks are headings, and of which level: larger than the body's text or bolder, and short."""

    def __init__(self, pages: list[PageText]) -> None:
        sizes: Counter[tuple[float, bool]] = Counter()
        for page in pages:
            for block in page.blocks:
                sizes[_type(block)] += block.end - block.start
        self._running = _running_lines(pages)
        self._body = sizes.most_common(1)[0][0] if sizes else (0.0, False)
        types = {_type(block) for page in pages for block in page.blocks if self._is_heading(page, block)}
        self._levels = {kind: min(level, 6) for level, kind in enumerate(sorted(types, reverse=True), 1)}

    def block(self, page: PageText, block: PageBlock) -> Block:
        """The block with its kind settled."""
        if self._is_heading(page, block):
            return Block(BlockKind.HEADING, block.start, block.end, self._levels[_type(block)])
        return Block(block.kind, block.start, block.end)

    def _is_heading(self, page: PageText, block: PageBlock) -> bool:
        text = page.text[block.start : block.end]
        short = block.lines <= 3 and len(text) <= _MAX_HEADING and _WORD.search(text)
        if block.kind is BlockKind.TABLE_ROW or not short or _DIGITS.sub("", text) in self._running:
            return False
        size, bold = _type(block)
        if size >= _LARGER * self._body[0]:
            return True
        bolder = bold and not self._body[1] and size >= 0.95 * self._body[0]
        return bolder and not _SENTENCE_END.search(text)


def _running_lines(pages: list[PageText]) -> set[str]:
    """What stands at the head or foot of many pages, without its numbers."""
    counts: Counter[str] = Counter()
    for page in pages:
        edges = page.blocks[:1] + page.blocks[-1:]
        counts.update({_DIGITS.sub("", page.text[block.start : block.end]) for block in edges})
    return {text for text, count in counts.items() if count >= max(3, _RUNNING_SHARE * len(pages))}


def _type(block: PageBlock) -> tuple[float, bool]:
    return round(block.size * 2) / 2, block.bold
