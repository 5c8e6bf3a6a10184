"""PDF files: their text page by page in reading order, and what else there is in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.ocr import Recogniser
from localassist.adapters.readers.pdf_files import open_pdf, read_outline, take_attachments
from localassist.adapters.readers.pdf_headings import Headings
from localassist.adapters.readers.pdf_layout import PageText, lay_out
from localassist.adapters.readers.pdf_pages import PageReader
from localassist.adapters.readers.pdf_running import REACH, edges_of, running_lines
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.adapters.readers.parts import Parts
    from localassist.adapters.readers.pdf_files import Bookmark
    from localassist.adapters.readers.pdf_lines import Line
    from localassist.adapters.readers.pdf_pages import Page
    from localassist.adapters.readers.pdf_running import Edge
    from localassist.domain.documents import StructuredText

_MACHINE_TITLE: Final = re.compile(r"^(?:microsoft \w+ - |untitled|\(anonymous\)|.*\.\w{2,4}$)", re.IGNORECASE)
_NAMED: Final = 10


@dataclass(slots=True)
class _Sheet:
    """A page as it goes into the document; the lines it was made of are not kept.

    `running` are those of its lines that other pages have too and that stayed all the same.
    """

    text: PageText
    running: tuple[str, ...]
    recognised: bool
    hidden: list[tuple[str, str]]


@dataclass(slots=True)
class _Account:
    """What happened to the pages, by their numbers from 1."""

    invisible: int = 0
    unsure: int = 0
    damaged: list[int] = field(default_factory=list)
    unrecognised: list[int] = field(default_factory=list)

    def take(self, number: int, page: Page) -> None:
        """Take account of a page."""
        self.invisible += page.invisible
        self.unsure += page.unsure
        if page.is_damaged:
            self.damaged.append(number)
        if page.unrecognised:
            self.unrecognised.append(number)


def read(path: str, parts: Parts) -> StructuredText:
    """The structured text of a PDF; files attached to it go to `parts`.

    Raises `UnreadableError` for a damaged file, `LockedError` for one whose password isn't that of `parts`.
    """
    account = _Account()
    with open_pdf(path, parts.password) as (document, is_whole):
        reader = PageReader(document, Recogniser(), parts.patience)
        sheets = list(_sheets(reader, len(document), account))
        outline = read_outline(document)
        title = document.get_metadata_value("Title").strip()
        attached = take_attachments(document, parts)
    parts.patience.left_out += len(account.unrecognised)
    assembly = TextAssembly()
    _assemble(assembly, sheets, outline)
    if not is_whole:
        assembly.note("The file is broken: what was left of its pages was read.", misses_text=True)
    _note(assembly, account, attached)
    return assembly.finish("" if _MACHINE_TITLE.match(title) else title)


def page_text(pages: PageReader, neighbours: PageReader, index: int, count: int) -> tuple[Page, PageText]:
    """The page with that index, of `count`, and the very text that `read` makes of it.

    `neighbours` reads the pages around it, whose pictures don't matter.
    """
    page = pages.read(index)
    around = [edges_of(neighbours.read(other)) for other in _around(index, count)]
    return page, lay_out(_kept(index, page, edges_of(page), around), page.placement)


def _sheets(reader: PageReader, count: int, account: _Account) -> Iterator[_Sheet]:
    """All pages in turn, each laid out once those after it that it is compared with are read."""
    pages: dict[int, tuple[Page, dict[int, Edge]]] = {}
    for index in range(count + REACH):
        if index < count:
            page = reader.read(index)
            account.take(index + 1, page)
            pages[index] = page, edges_of(page)
        due = index - REACH
        if due < 0:
            continue
        page, edges = pages[due]
        around = [pages[other][1] for other in _around(due, count)]
        text = lay_out(_kept(due, page, edges, around), page.placement)
        stayed = () if due else tuple(page.lines[place].text for place in running_lines(edges, around))
        yield _Sheet(text, stayed, page.recognised, page.hidden)
        pages.pop(due - REACH, None)


def _around(index: int, count: int) -> list[int]:
    return [other for other in range(max(index - REACH, 0), min(index + REACH + 1, count)) if other != index]


def _kept(index: int, page: Page, edges: dict[int, Edge], around: Sequence[dict[int, Edge]]) -> list[Line]:
    """The lines of a page without its head and foot; on the first page they stay, so that their words are found."""
    dropped = running_lines(edges, around) if index else set()
    return [line for place, line in enumerate(page.lines) if place not in dropped]


def _assemble(assembly: TextAssembly, sheets: list[_Sheet], outline: list[Bookmark]) -> None:
    headings = Headings([sheet.text for sheet in sheets], outline, sheets[0].running if sheets else ())
    before: PageText | None = None
    for number, sheet in enumerate(sheets):
        blocks = headings.blocks(number, sheet.text)
        continues = _continues(before, sheet.text)
        assembly.add_page(sheet.text.text, blocks, continues=continues, recognised=sheet.recognised)
        for reason, words in sheet.hidden:
            assembly.hide(reason, words)
        before = sheet.text


def _continues(before: PageText | None, page: PageText) -> bool:
    """Whether a page begins in the middle of the sentence that the page before ended in."""
    if before is None or not before.blocks or not page.blocks:
        return False
    both = before.blocks[-1].kind is page.blocks[0].kind is BlockKind.PARAGRAPH
    alike = abs(before.blocks[-1].size - page.blocks[0].size) < 0.5
    return both and alike and before.text[-1].isalpha() and page.text[0].islower()


def _note(assembly: TextAssembly, account: _Account, attached: list[str]) -> None:
    """Say what was left out."""
    assembly.count_invisible(account.invisible)
    if account.damaged:
        assembly.note(f"Damaged, and left out: {_name(account.damaged)}.", misses_text=True)
    if account.unrecognised:
        assembly.note(
            f"Pictures whose text was not recognised, for that takes long: {_name(account.unrecognised)}.",
            misses_text=True,
        )
    if account.unsure:
        lines = "line was" if account.unsure == 1 else "lines were"
        assembly.note(f"{account.unsure} {lines} too unclear to be recognised.")
    if attached:
        more = f" and {len(attached) - _NAMED} more" if len(attached) > _NAMED else ""
        assembly.note(f"Attached to it: {', '.join(name[:80] for name in attached[:_NAMED])}{more}.")


def _name(pages: list[int]) -> str:
    shown = ", ".join(str(page) for page in pages[:_NAMED])
    more = f" and {len(pages) - _NAMED} more" if len(pages) > _NAMED else ""
    return f"page{'s' if len(pages) > 1 else ''} {shown}{more}"
