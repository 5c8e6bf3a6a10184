"""Pictures of text: what is recognised in them, a page for every picture in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.ocr import MAX_SIDE, Recogniser
from localassist.adapters.readers.pdf_layout import lay_out
from localassist.adapters.readers.pdf_lines import Placement
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.parts import Parts
    from localassist.adapters.readers.patience import Patience
    from localassist.domain.documents import StructuredText

_MAX_PIXELS: Final = 150_000_000
_MAX_PAGES: Final = 2000
_FORMATS: Final = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
_SMALLER: Final = "Save a smaller copy of it and add that."
_SMALL: Final = 16
"""Pixels: a picture that is narrower or lower holds no text."""


def read(path: str, parts: Parts) -> StructuredText:
    """The text recognised in a picture, with a page for each of several (TIFF). Raises `UnreadableError`."""
    assembly = TextAssembly()
    reading = _Reading(assembly, parts.patience)
    for picture in _pictures(path, assembly):
        reading.take(picture)
    reading.note()
    return assembly.finish()


class _Reading:
    """Reads one picture after the other."""

    def __init__(self, assembly: TextAssembly, patience: Patience) -> None:
        self._assembly = assembly
        self._patience = patience
        self._recogniser = Recogniser()
        self._unsure = self._left_out = 0

    def take(self, picture: Any) -> None:
        """Append a picture's text as a page."""
        if self._patience.is_over:
            self._left_out += 1
            self._assembly.add_page("", [], continues=False, recognised=True)
            return
        with self._patience.spent():
            found = self._recogniser.read(picture)
        self._unsure += found.unsure
        text = lay_out(found.lines, Placement(1, 0, 0, -1, 0, picture.height))
        blocks = [Block(block.kind, block.start, block.end, box=block.box) for block in text.blocks]
        self._assembly.add_page(text.text, blocks, continues=False, recognised=True)

    def note(self) -> None:
        """Say what was left out."""
        self._patience.left_out += self._left_out
        if self._left_out:
            self._assembly.note(
                f"The text of {self._left_out} of its pictures was not recognised, for that takes long.",
                misses_text=True,
            )
        if self._unsure:
            lines = "line was" if self._unsure == 1 else "lines were"
            self._assembly.note(f"{self._unsure} {lines} too unclear to be recognised.")


def _pictures(path: str, assembly: TextAssembly) -> Iterator[Any]:
    """The pictures of a file, upright and no larger than needed. An animation is its first picture."""
    from PIL import Image, ImageOps

    shown = 0
    try:
        with Image.open(path, formats=_FORMATS) as file:
            if file.width * file.height > _MAX_PIXELS:
                raise UnreadableError("is too large a picture", _SMALLER)
            for place in range(min(getattr(file, "n_frames", 1), _MAX_PAGES) if file.format == "TIFF" else 1):
                file.seek(place)
                picture = ImageOps.exif_transpose(_in_colours(file))
                picture.thumbnail((MAX_SIDE, MAX_SIDE))
                if min(picture.size) >= _SMALL:
                    shown += 1
                    yield picture
    except Image.DecompressionBombError:
        raise UnreadableError("is too large a picture", _SMALLER) from None
    except (OSError, ValueError, EOFError, SyntaxError):
        if not shown:
            raise UnreadableError("is damaged and can't be shown", "Open it and save it again.") from None
        assembly.note("Its other pictures are damaged and were left out.", misses_text=True)


def _in_colours(picture: Any) -> Any:
    """The picture as red, green and blue; what is transparent becomes white."""
    from PIL import Image

    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda shade: shade / 256).convert("L")
    if "transparency" in picture.info or picture.mode in {"RGBA", "LA", "PA"}:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture)
        white.info.update(picture.info)
        picture = white
    return picture.convert("RGB")
