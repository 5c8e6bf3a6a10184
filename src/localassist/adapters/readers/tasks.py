"""What the child process does for the readers: reads one file, or draws one page."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.formats import Format, tell_format
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.errors import DocumentError

if TYPE_CHECKING:
    from localassist.adapters.child_messages import JSON
    from localassist.domain.documents import StructuredText

_MODULES: Final = {
    Format.PDF: "pdf",
    Format.DOCX: "docx",
    Format.MARKDOWN: "markdown",
    Format.HTML: "html",
    Format.TEXT: "text",
}


def read(path: str) -> tuple[JSON, bytes]:
    """Read a file: its text as UTF-8 bytes, what stands where in it as JSON. Raises `DocumentError`."""
    try:
        module = importlib.import_module(f"localassist.adapters.readers.{_MODULES[tell_format(path)]}")
        content: StructuredText = module.read(path)
    except UnreadableError as error:
        raise DocumentError(f"{Path(path).name} {error.predicate}.", error.hint) from None
    except OSError as error:
        raise _unopened(path, error) from None
    layout: dict[str, JSON] = {
        "blocks": [[block.kind.value, block.start, block.end, block.level] for block in content.blocks],
        "pages": [[page.number, page.start, page.end] for page in content.pages],
        "title": content.title,
        "notes": list(content.notes),
    }
    return layout, content.text.encode()


def draw(path: str, page: int, width: int, mark: list[int] | None) -> tuple[JSON, bytes]:
    """Draw a page of a PDF: its size and boxes as JSON, the picture as PNG. Raises `DocumentError`."""
    try:
        if tell_format(path) is not Format.PDF:
            raise UnreadableError("has no pages that could be shown", "Only PDF files have.")
        pdf: Any = importlib.import_module("localassist.adapters.readers.pdf_drawing")
        image = pdf.draw(path, page, width, tuple(mark) if mark else None)
    except UnreadableError as error:
        raise DocumentError(f"{Path(path).name} {error.predicate}.", error.hint) from None
    except OSError as error:
        raise _unopened(path, error) from None
    return {"width": image.width, "height": image.height, "marks": [list(box) for box in image.marks]}, image.png


def _unopened(path: str, error: OSError) -> DocumentError:
    return DocumentError(
        f"{Path(path).name} could not be opened: {error.strerror or 'the system gave no reason'}.",
        "Check that it is still there and that you may read it.",
    )
