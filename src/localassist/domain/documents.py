"""Documents, the text inside them, and the passages and citations taken from that text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_DOCUMENT_BYTES: Final = 500_000_000
"""Larger files are refused unread: their text would not fit the memory of a laptop."""


AS_LOCKED: Final = "; without the password"
"""Ends the version of the reader that a failure is remembered with, where a password was all that was missing."""


class BlockKind(StrEnum):
    """What a stretch of a document's text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    TABLE_ROW = "table row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch `text[start:end]` of a document, in characters; `level` is a heading's 1 to 6, else 0.

    `place` is the range of cells it fills in a sheet ("A2:D2"), else "". `box` is where it stands on its page,
    (x, y, width, height) in points from the page's upper left corner, None for formats that don't say.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    place: str = ""
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class PageSpan:
    """The characters `text[start:end]` that stand on page `number` (1-based).

    `label` is what people call it where it is no page ("slide 3", "sheet Costs"), else "". `recognised`: it was
    a picture, and its text is what character recognition made of it.
    """

    number: int
    start: int
    end: int
    label: str = ""
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Words that a file holds and does not show. They are no part of its text: no search and no model sees them.

    `reason` completes "This text is ..." ("white on white", "too small to be seen"); `page` is 1-based, None for
    formats without pages.
    """

    reason: str
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class StructuredText:
    """What every reader makes of a file: its whole text, and what stands where in it.

    `blocks` and `pages` are in reading order and do not overlap; `pages` is empty for formats without pages.
    `notes` are sentences about what was left out and why (pictures without text); `partly` says that this was
    text somebody would miss (damaged or unread pages, a bound that was reached). `hidden` is kept apart from the
    text. `parts` are the files inside this one (attachments, an archive's members), each a document of its own.
    """

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...] = ()
    title: str = ""
    notes: tuple[str, ...] = ()
    partly: bool = False
    hidden: tuple[HiddenText, ...] = ()
    parts: tuple[Part, ...] = ()

    def page_at(self, position: int) -> int | None:
        """The page (1-based) on which the character at `position` stands, None for formats without pages."""
        return page_at(self.pages, position)

    def label_at(self, position: int) -> str:
        """What people call the page at `position` where it is none ("slide 3"), else ""."""
        index = bisect_right(self.pages, position, key=lambda page: page.start)
        return self.pages[index - 1].label if index else ""


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside another one, called `name` there ("annex.pdf", in an archive "2024/annex.pdf").

    `content` is None where it could not be read; `problem` then says why and what to do.
    """

    name: str
    content: StructuredText | None
    problem: str = ""


def page_at(pages: tuple[PageSpan, ...], position: int) -> int | None:
    """The number of the page that holds the character at `position`, None if there are no pages."""
    index = bisect_right(pages, position, key=lambda page: page.start)
    return pages[index - 1].number if index else None


class DocumentStatus(StrEnum):
    """Where a document stands on its way to being answerable.

    `PARTLY` is answerable, but some of its text was left out; `LOCKED` failed for want of its password; `IGNORED` was
    passed over on purpose.
    """

    WAITING = "waiting"
    READING = "reading"
    INDEXED = "indexed"
    PARTLY = "partly"
    EMPTY = "no text"
    FAILED = "failed"
    LOCKED = "password needed"
    IGNORED = "ignored"

    @property
    def is_answerable(self) -> bool:
        """Whether questions find it."""
        return self in {DocumentStatus.INDEXED, DocumentStatus.PARTLY}

    @property
    def is_failure(self) -> bool:
        """Whether it could not be read."""
        return self in {DocumentStatus.FAILED, DocumentStatus.LOCKED}


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was added. `modified` is seconds since the epoch, `size` bytes, `content_hash` hex SHA-256.

    `problem` says, for `FAILED`, `LOCKED` and `EMPTY`, what is wrong and what to do. `title` is the document's own or
    its file name. `pending` of its chunks have no vector yet; `container_id` is that of the document whose part it is;
    `hidden` is how many hidden texts it has; `notes` say what was left out of it.
    """

    id: int
    path: str
    title: str
    content_hash: str
    size: int
    modified: float
    page_count: int
    chunk_count: int
    status: DocumentStatus
    problem: str = ""
    pending: int = 0
    container_id: int | None = None
    hidden: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of documents; `roots` are the folders and files that were added to it."""

    id: int
    name: str
    roots: tuple[str, ...] = ()
    document_count: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a search looks at: those of any of the collections, and the named ones.

    `Scope.everything()` is every document that is in some collection; documents kept only in the cache are
    found by their id alone.
    """

    collection_ids: tuple[int, ...] = ()
    document_ids: tuple[int, ...] = ()
    all_collections: bool = False

    @classmethod
    def everything(cls) -> Scope:
        """Every document of every collection."""
        return cls(all_collections=True)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is to be searched."""
        return not (self.collection_ids or self.document_ids or self.all_collections)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch `text[start:end]` of a document that is embedded and searched as one.

    `heading` is the path of headings above it, outermost first, joined by `HEADING_JOINER`.
    """

    start: int
    end: int
    heading: str = ""


HEADING_JOINER: Final = " > "


@dataclass(frozen=True, slots=True)
class Scored:
    """A chunk's id with its score in one search; higher is better, scales differ between searches."""

    chunk_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as retrieval returns it: `text` is the document's `[char_start:char_end]`, verbatim.

    `page` is the page of its first character (1-based, None without pages); `score` is 0 to 1, higher is
    better, comparable within one search only. `place` says in people's words where it stands ("page 4", "slide 3",
    "sheet Costs, A2:D9", "lines 10 to 24"), "" where there is nothing to say. `words` and `meaning` are the parts
    that searching by either has in its score, `rerank` what a reranker made of it, None where none looked; 0 to 1 each.
    """

    chunk_id: int
    document_id: int
    path: str
    title: str
    page: int | None
    heading: str
    text: str
    char_start: int
    char_end: int
    score: float = 0.0
    place: str = ""
    words: float = 0.0
    meaning: float = 0.0
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer rests on, with the words that carry it.

    `n` is the number shown in the answer (1-based). `quote` is the document's `[char_start:char_end]`,
    verbatim; `page` is where its first character stands, `place` says it in people's words, as a passage's does.
    """

    n: int
    passage: Passage
    quote: str
    char_start: int
    char_end: int
    page: int | None
    place: str = ""


class SupportStatus(StrEnum):
    """Whether the documents bear out what a sentence says.

    `PARTLY`: its words stand in a passage, but a number, date, name or negation in it does not. `NO_CLAIM` says
    nothing that could be borne out (a question, a heading, code), or was never checked.
    """

    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "unsupported"
    NO_CLAIM = "no claim"


@dataclass(frozen=True, slots=True)
class SentenceSupport:
    """What one sentence `answer[start:end]` rests on.

    `citations` are the numbers of the passages it is aligned with, best first; `unsupported` are the spans
    (start, end) in the answer of the numbers, dates, names and negations that these passages do not bear out.
    """

    start: int
    end: int
    citations: tuple[int, ...] = ()
    unsupported: tuple[tuple[int, int], ...] = ()
    status: SupportStatus = SupportStatus.NO_CLAIM


@dataclass(frozen=True, slots=True)
class PageImage:
    """A drawn page: `png` bytes of `width` x `height` pixels, `marks` are (x, y, w, h) boxes in those pixels."""

    png: bytes
    width: int
    height: int
    marks: tuple[tuple[float, float, float, float], ...] = ()
