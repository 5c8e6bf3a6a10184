"""OpenDocument presentations (.odp): their slides, each a page, with what the speaker noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.odt import Body, open_document
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.documents import StructuredText

_URN: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _DRAW, _STYLE = (f"{{{_URN}{name}:1.0}}" for name in ("text", "drawing", "style"))
_PRESENTATION: Final = f"{{{_URN}presentation:1.0}}"
_NOTES: Final = "Speaker notes"
_FURNITURE: Final = frozenset({"page-number", "footer", "date-time", "header"})
"""Frames that say the same on every slide."""

_DAMAGED: Final = (
    "is damaged or no complete OpenDocument presentation",
    "Open it in LibreOffice and save it again as .odp or .pptx.",
)


def read(path: str) -> StructuredText:
    """The structured text of a presentation: each slide a page, its title a heading, its shapes as they lie.

    Slides that the show leaves out are read and say so. Raises `UnreadableError`.
    """
    document = open_document(path, "presentation", _DAMAGED)
    body = Body(document.styles, on_colour=True)  # what a slide's background is, a style of another page may say
    unshown = set(_unshown(document.body.getroottree().getroot()))
    for number, slide in enumerate(document.body.iterchildren(f"{_DRAW}page"), 1):
        is_hidden = slide.get(f"{_DRAW}style-name") in unshown
        body.assembly.start_page(f"slide {number}" + (" (hidden in the show)" if is_hidden else ""))
        _add_slide(body, slide, number)
    return body.finish(document.title)


def _unshown(root: Any) -> Iterator[str]:
    """The names of the styles of slides that the show leaves out."""
    for style in root.iter(f"{_STYLE}style"):
        if any(part.get(f"{_PRESENTATION}visibility") == "hidden" for part in style):
            yield style.get(f"{_STYLE}name")


def _add_slide(body: Body, slide: Any, number: int) -> None:
    titles = [shape for shape in slide if shape.get(f"{_PRESENTATION}class") == "title"]
    title = " ".join(words for shape in titles for words in _words(shape))
    if title:
        body.assembly.add(BlockKind.HEADING, title, 1)
    elif any(_words(slide)):
        body.assembly.add_label(f"Slide {number}", 1)
    for shape in slide:
        if shape.tag == f"{_PRESENTATION}notes":
            if any(_words(shape)):
                body.assembly.add_label(_NOTES, 2)
                body.add(shape)
        elif shape not in titles and shape.get(f"{_PRESENTATION}class") not in _FURNITURE:
            body.add(shape)


def _words(shape: Any) -> list[str]:
    paragraphs = shape.iter(f"{_TEXT}p", f"{_TEXT}h")
    return [words for paragraph in paragraphs if (words := "".join(paragraph.itertext()).strip())]
