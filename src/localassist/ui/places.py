"""Where words of a document stand, as people say it: the file's name, and the page, slide or cells."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localassist.domain.documents import Citation, Passage


def place_of_citation(citation: Citation) -> str:
    """ "lease.pdf, page 4", "costs.xlsx, sheet Costs, A2:D9"."""
    return named(citation.passage.path, citation.place, citation.page)


def place_of_passage(passage: Passage) -> str:
    """The same of a passage."""
    return named(passage.path, passage.place, passage.page)


def named(path: str, place: str, page: int | None) -> str:
    """A file's name with a place in it; answers stored before places had words know only a page."""
    where = place or (f"page {page}" if page is not None else "")
    return f"{PurePath(path).name}, {where}" if where else PurePath(path).name
