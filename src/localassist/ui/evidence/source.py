"""What a citation opens: the drawn page or the stored text, decided away from the GUI thread."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from localassist.domain.documents import PageSpan, page_at
from localassist.domain.errors import DocumentError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.documents import Block, Citation, Document, Passage, StructuredText
    from localassist.domain.ports.documents import DocumentReader, DocumentStore

DRAWN_SUFFIXES: Final = frozenset({".pdf"})
SURROUNDINGS: Final = 3000  # characters shown on each side of the marked words; a whole book is never laid out
LEAST: Final = 400
CELLS: Final = 400  # of a table, in as many characters; laying them out takes Qt a tenth of a second
FARTHEST: Final = 12_000  # and at most: laying out 24,000 characters on one line takes Qt 27 ms


@dataclass(frozen=True, slots=True)
class Place:
    """Words in a document, as an answer knew them: `text` is what stood at `[start:end]` then.

    `where` says in people's words what of the file that is ("page 4", "sheet Costs, A2:D9").
    """

    document_id: int
    path: str
    page: int | None
    start: int
    end: int
    text: str
    surroundings: str
    where: str = ""

    @classmethod
    def of_citation(cls, citation: Citation) -> Place:
        """The words that a citation quotes."""
        passage = citation.passage
        return cls(
            passage.document_id,
            passage.path,
            citation.page,
            citation.char_start,
            citation.char_end,
            citation.quote,
            passage.text,
            citation.place,
        )

    @classmethod
    def of_passage(cls, passage: Passage) -> Place:
        """A whole passage."""
        return cls(
            passage.document_id,
            passage.path,
            passage.page,
            passage.char_start,
            passage.char_end,
            passage.text,
            passage.text,
            passage.place,
        )

    @property
    def name(self) -> str:
        """The file's name."""
        return Path(self.path).name


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page as its file looks, `marks` in pixels of `image`; `marked_text` are the words below them."""

    image: QImage
    marks: tuple[QRectF, ...]
    marked_text: str
    page: int
    page_count: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Stored text around some words: `mark` is their (start, end) in `text`, None when they stand elsewhere.

    `blocks` say what stands where in `text`. `page` is None for formats without pages, `label` what people call it
    ("slide 3"). `note` says why the text is shown instead of the file, if it is.
    """

    text: str
    mark: tuple[int, int] | None
    page: int | None
    page_count: int
    more_before: bool
    more_after: bool
    note: str = ""
    blocks: tuple[Block, ...] = ()
    label: str = ""


class Sources:
    """Opens places; every call reads files and may take a second, so it belongs into a job."""

    def __init__(self, documents: DocumentStore, reader: DocumentReader) -> None:
        self._documents = documents
        self._reader = reader

    def open(self, place: Place, page: int | None, width: int, reach: int) -> DrawnPage | Excerpt:
        """Page `page` of the place's document `width` pixels wide, or its stored text where no page can be drawn.

        `reach` is how many characters of text are shown on each side of the words, `FARTHEST` at most. What keeps
        the file itself from being shown is told in the excerpt's `note`.
        """
        try:
            content = self._documents.content(place.document_id)
        except NotFoundError:
            return _remembered(place, "This document is no longer among your documents.")
        if content.text[place.start : place.end] != place.text:
            return _remembered(place, f"{place.name} was read again since this answer and says something else now.")
        note = self._departure(place)
        if not note and page is not None and Path(place.path).suffix.lower() in DRAWN_SUFFIXES:
            try:
                return self._draw(place, page, width, content)
            except DocumentError as error:
                note = f"{error} This is its stored text."
        return _excerpt(place, page, reach, content, note)

    def _departure(self, place: Place) -> str:
        """How the file differs from what was read from it, as a sentence; empty if it doesn't."""
        file = on_disk(Path(place.path))
        try:
            if _has_changed(file, self._documents.find_document(str(file))):
                return f"{file.name} has changed since it was indexed. This is its text as it was then."
        except FileNotFoundError:
            return f"{file.name} is no longer in {file.parent}. This is its text as it was indexed."
        except OSError as error:
            return f"{file.name} can't be opened: {error.strerror}. This is its text as it was indexed."
        return ""

    def _draw(self, place: Place, page: int, width: int, content: StructuredText) -> DrawnPage:
        span = _span(content, page)
        mark = _overlap(place, span)
        drawn = self._reader.draw_page(place.path, page, width, mark)
        image = QImage.fromData(drawn.png)
        if image.isNull():
            raise DocumentError(f"Page {page} of {place.name} can't be drawn.")
        start, end = mark or (0, 0)
        marked = content.text[span.start + start : span.start + end]
        marks = tuple(QRectF(*box) for box in drawn.marks)
        return DrawnPage(image, marks, marked, page, len(content.pages))


def _span(content: StructuredText, page: int) -> PageSpan:
    for span in content.pages:
        if span.number == page:
            return span
    raise DocumentError(f"There is no page {page}.")


def _overlap(place: Place, span: PageSpan) -> tuple[int, int] | None:
    start, end = max(place.start, span.start), min(place.end, span.end)
    return (start - span.start, end - span.start) if start < end else None


def _excerpt(place: Place, page: int | None, reach: int, content: StructuredText, note: str) -> Excerpt:
    """Text around the words, or from the top of a page on which they do not stand."""
    reach = min(reach, FARTHEST)
    span = _span(content, page) if page is not None else PageSpan(0, 0, len(content.text))
    here = page is None or page == page_at(content.pages, place.start)
    first, last = (place.start, place.end) if here else (span.start, span.start)
    most = round(CELLS * reach / SURROUNDINGS)
    start, end = max(span.start, first - reach), min(max(span.end, last), last + reach)
    while reach > LEAST and content.text.count(" | ", start, end) > most:
        reach //= 2
        start, end = max(span.start, first - reach), min(max(span.end, last), last + reach)
    return Excerpt(
        text=content.text[start:end],
        mark=(place.start - start, place.end - start) if here else None,
        page=page,
        page_count=len(content.pages) if page is not None else 0,
        more_before=start > span.start and reach < FARTHEST,
        more_after=end < span.end and reach < FARTHEST,
        note=note,
        blocks=tuple(_blocks(content, start, end)),
        label=span.label,
    )


def _blocks(content: StructuredText, start: int, end: int) -> Iterator[Block]:
    """The blocks of `text[start:end]`, counted from its beginning and cut at its ends."""
    first = bisect_right(content.blocks, start, key=lambda block: block.end)
    last = bisect_left(content.blocks, end, key=lambda block: block.start)
    for block in content.blocks[first:last]:
        yield replace(block, start=max(block.start, start) - start, end=min(block.end, end) - start)


def _remembered(place: Place, note: str) -> Excerpt:
    """The passage as the answer was given it, for when the document itself has gone on."""
    at = place.surroundings.find(place.text)
    mark = (at, at + len(place.text)) if at >= 0 else None
    return Excerpt(place.surroundings, mark, None, 0, more_before=False, more_after=False, note=note)


def on_disk(path: Path) -> Path:
    """The file that a path names or, for an attachment or an archive's member, the one that it is inside of."""
    return next((above for above in (path, *path.parents) if above.is_file()), path)


def _has_changed(file: Path, document: Document | None) -> bool:
    """Whether the file holds other bytes than were read; it is only hashed where that can't be told otherwise."""
    found = file.stat()
    if document is None:
        return False
    if found.st_size != document.size:
        return True
    if found.st_mtime == document.modified:
        return False
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest() != document.content_hash
