"""Presentations (.pptx): their slides in the order of the show, each a page, with what the speaker noted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.archives import check_office_file
from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.formats import BROKEN_ARCHIVE
from localassist.adapters.readers.pptx_order import P, R, all_text, in_reading_order
from localassist.adapters.readers.pptx_shapes import SlideText
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.adapters.readers.xml_parts import parse_xml
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.domain.documents import StructuredText

_DAMAGED: Final = (
    "is damaged or no complete presentation",
    "Open it in PowerPoint or LibreOffice and save it again as .pptx.",
)
_TEMPLATE_TITLES: Final = frozenset({"powerpoint presentation", "presentation", "untitled", "slide 1", "title"})
_NOTES: Final = "Speaker notes"
_COMMENTS: Final = "Comments"
_BROKEN: Final = (*BROKEN_ARCHIVE, SyntaxError, LookupError, AttributeError, TypeError)
"""What python-pptx raises over damaged packages: mostly whatever its parts raise."""


def read(path: str) -> StructuredText:
    """The structured text of a presentation: each slide a page, its title a heading.

    Slides that the show leaves out are read and say so. Raises `UnreadableError`.
    """
    from pptx.exc import PythonPptxError
    from pptx.package import Package

    check_office_file(path, _DAMAGED)
    try:
        # `pptx.Presentation` does the same and refuses slide shows (.ppsx) and templates.
        presentation: Any = Package.open(path).main_document_part.presentation
        slide_ids = [entry.get(f"{R}id") for entry in presentation.element.findall(f"{P}sldIdLst/{P}sldId")]
        return _Deck(presentation).read(slide_ids)
    except (*_BROKEN, PythonPptxError) as error:
        raise UnreadableError(*_DAMAGED) from error


class _Deck:
    """Reads a presentation slide by slide."""

    def __init__(self, presentation: Any) -> None:
        self._presentation = presentation
        self._size = (presentation.slide_width or 0, presentation.slide_height or 0)
        self._assembly = TextAssembly()
        self._pictures = 0

    def read(self, slide_ids: list[str]) -> StructuredText:
        """The whole, by the slides' ids in the order of the show."""
        for number, slide_id in enumerate(slide_ids, 1):
            try:
                slide = self._presentation.part.related_slide(slide_id)
                is_hidden = slide.element.get("show") in {"0", "false"}
            except _BROKEN:
                self._assembly.start_page(f"slide {number}")
                self._assembly.note(f"Slide {number} is damaged and was left out.", misses_text=True)
                continue
            self._assembly.start_page(f"slide {number}" + (" (hidden in the show)" if is_hidden else ""))
            self._add_slide(slide, number)
        if self._pictures:
            what = "1 picture was" if self._pictures == 1 else f"{self._pictures} pictures were"
            self._assembly.note(f"{what} not looked at: text that is part of a picture is missing.")
        return self._assembly.finish(_title(self._presentation))

    def _add_slide(self, slide: Any, number: int) -> None:
        text = SlideText(self._assembly, slide.part, number)
        try:
            for element in in_reading_order(slide, self._size, self._assembly.hide):
                text.add(element)
        except _BROKEN:
            self._assembly.note(f"Slide {number} is damaged: what could be read of it was.", misses_text=True)
        self._pictures += text.pictures
        notes = _notes(slide)
        if notes is not None:
            text.open_page()
            self._assembly.add_label(_NOTES, 2)
            text.add_paragraphs(notes)
        comments = _comments(slide)
        if comments:
            text.open_page()
            self._assembly.add_label(_COMMENTS, 2)
        for comment in comments:
            self._assembly.add(BlockKind.PARAGRAPH, comment)


def _notes(slide: Any) -> Any:
    """The text body of what the speaker noted, None without a word."""
    try:
        shape = slide.notes_slide.notes_placeholder if slide.has_notes_slide else None
    except _BROKEN:
        return None
    return None if shape is None or not shape.text_frame.text.strip() else shape.element.find(f"{P}txBody")


def _comments(slide: Any) -> list[str]:
    """What people remarked on a slide, each remark and each reply a text.

    They lie in parts of their own: `p:text` in those of ECMA-376-1, 19.4; text bodies in PowerPoint's newer ones.
    """
    comments: list[str] = []
    for relation in slide.part.rels.values():
        if relation.is_external or not relation.reltype.endswith("/comments"):
            continue
        with contextlib.suppress(SyntaxError):  # lxml's errors are SyntaxErrors
            root = parse_xml(relation.target_part.blob)
            comments += [text.text or "" for text in root.iter(f"{P}text")]
            comments += [all_text(body) for body in root.iter("{*}txBody")]
    return [comment for comment in comments if comment.strip()]


def _title(presentation: Any) -> str:
    try:
        title = (presentation.core_properties.title or "").strip()
    except _BROKEN:
        return ""
    return "" if title.lower() in _TEMPLATE_TITLES else title
