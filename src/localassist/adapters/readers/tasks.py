"""What the child process does for the readers: reads one file, or draws one page."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from localassist.adapters.readers.dispatch import read_file
from localassist.adapters.readers.formats import Format
from localassist.adapters.readers.layout import described
from localassist.adapters.readers.parts import Allowance, Parts, Scratch, SoughtPart
from localassist.adapters.readers.patience import Patience
from localassist.adapters.readers.telling import tell_format
from localassist.adapters.readers.unreadable import LockedError, UnreadableError
from localassist.domain.errors import DocumentError, PasswordNeededError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.child_messages import JSON

_TOGETHER_SECONDS: Final = 45.0
"""After that, files inside a file are left for calls of their own: a slow one must not cost those beside it."""


class Inside(TypedDict):
    """Where in the file on disk to look.

    `inner` is the path of the file meant inside that one, "" for itself; `passwords` go by such paths; `scratch`
    is a folder that does not exist yet and that the caller removes.
    """

    inner: str
    passwords: dict[str, str]
    scratch: str


def read(
    path: str,
    inside: Inside,
    apart: bool,  # noqa: FBT001  an argument of a message
    recognising: float,
) -> tuple[JSON, bytes]:
    """Read a file: what `layout.described` says of its text and of the files inside it, and what took too long.

    `apart` names those files only, to be read one by one; `recognising` are the seconds for text in pictures, of
    which "unrecognised" were then left. Raises `DocumentError`.
    """
    deadline = time.monotonic() + (-1.0 if apart else _TOGETHER_SECONDS)
    with _found(path, inside) as (found, above):
        allowance = Allowance(inside["scratch"], deadline, Patience(recognising))
        told, texts = described(read_file(found, Parts(read_file, allowance, inside["passwords"], above)))
        return {**told, "unrecognised": allowance.patience.left_out}, texts


def draw(path: str, inside: Inside, page: int, width: int, mark: list[int] | None) -> tuple[JSON, bytes]:
    """Draw a page of a PDF: its size and boxes as JSON, the picture as PNG. Raises `DocumentError`."""
    with _found(path, inside) as (found, _):
        if tell_format(found) is not Format.PDF:
            raise UnreadableError("has no pages that could be shown", "Only PDF files have.")
        from localassist.adapters.readers import pdf_drawing

        password = inside["passwords"].get(inside["inner"], "")
        image = pdf_drawing.draw(found, page, width, (mark[0], mark[1]) if mark else None, password)
    return {"width": image.width, "height": image.height, "marks": [list(box) for box in image.marks]}, image.png


@contextmanager
def _found(path: str, inside: Inside) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The path of the file meant, taken out of those around it, and the names that lead to it.

    What goes wrong with it becomes a sentence about it.
    """
    name = Path(inside["inner"] or path).name
    try:
        if inside["inner"]:
            with _taken_out(path, inside["inner"], (), inside["scratch"]) as found:
                yield found
        else:
            yield path, ()
    except LockedError as error:
        raise PasswordNeededError(f"{name} {error.predicate}.", error.hint) from None
    except UnreadableError as error:
        raise DocumentError(f"{name} {error.predicate}.", error.hint) from None
    except OSError as error:
        raise DocumentError(
            f"{name} could not be opened: {error.strerror or 'the system gave no reason'}.",
            "Check that it is still there and that you may read it.",
        ) from None


@contextmanager
def _taken_out(path: str, wanted: str, above: tuple[str, ...], scratch: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    sought = SoughtPart(wanted, Allowance(scratch, deadline=float("inf")))
    read_file(path, sought)
    if sought.found is None:
        raise UnreadableError("is not inside its file any more", "Read that file again.")
    with Scratch(scratch, sought.name, sought.found) as found:
        if sought.rest:
            with _taken_out(found, sought.rest, (*above, sought.name), scratch) as deeper:
                yield deeper
        else:
            yield found, (*above, sought.name)
