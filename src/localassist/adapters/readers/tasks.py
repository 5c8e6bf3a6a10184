"""What the child process does for the readers: reads one file, or draws one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from localassist.adapters.readers.formats import Format, tell_format
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.adapters.child_messages import JSON
    from localassist.domain.documents import StructuredText


def read(path: str) -> tuple[JSON, bytes]:
    """Read a file: its text as UTF-8 bytes, what stands where in it as JSON. Raises `DocumentError`."""
    try:
        content = _reader(tell_format(path))(path)
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
        from localassist.adapters.readers import pdf_drawing

        image = pdf_drawing.draw(path, page, width, (mark[0], mark[1]) if mark else None)
    except UnreadableError as error:
        raise DocumentError(f"{Path(path).name} {error.predicate}.", error.hint) from None
    except OSError as error:
        raise _unopened(path, error) from None
    return {"width": image.width, "height": image.height, "marks": [list(box) for box in image.marks]}, image.png


def _reader(form: Format) -> Callable[[str], StructuredText]:
    """The reader of a format; only the libraries that this one needs are imported."""
    match form:
        case Format.PDF:
            from localassist.adapters.readers.pdf import read
        case Format.DOCX:
            from localassist.adapters.readers.docx import read
        case Format.MARKDOWN:
            from localassist.adapters.readers.markdown import read
        case Format.HTML:
            from localassist.adapters.readers.html import read
        case Format.TEXT:
            from localassist.adapters.readers.text import read
    return read


def _unopened(path: str, error: OSError) -> DocumentError:
    return DocumentError(
        f"{Path(path).name} could not be opened: {error.strerror or 'the system gave no reason'}.",
        "Check that it is still there and that you may read it.",
    )
