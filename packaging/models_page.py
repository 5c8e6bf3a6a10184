"""docs/models.md, made from models.toml: `python packaging/models_page.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.catalog_file import read_catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.domain.library import CatalogEntry, Licence

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "models.md"
_TOP: Final = """\
# The models known by name

This page is made from `models.toml` by `python packaging/models_page.py`; change that file, not this page. What
stands here was read in the sources that each line names, some of them in stored copies, and what no source says is
left out. It says what makers and others claim, not what was measured here. Sizes and hashes of files are not in the
catalogue: the hub gives them when they are needed. What a licence means is said in plain words below; the text
behind its link is what counts.
"""
_KINDS: Final = {
    "chat": ("Models that chat", "A model that sees needs its projector as well, a file in the same repository."),
    "embedder": ("Embedders", "They turn text into vectors, so that passages are found by meaning."),
    "reranker": ("Rerankers", "They read question and passage together, and put what was found in a better order."),
}


def page(entries: Iterable[CatalogEntry]) -> str:
    """The page as Markdown: a table a kind, then what each licence means."""
    entries = tuple(entries)
    parts = [_TOP]
    for kind, (title, about) in _KINDS.items():
        parts += [f"## {title}\n\n{about}\n", _table(entry for entry in entries if entry.kind == kind)]
    licences = {entry.licence.id: entry.licence for entry in entries}
    parts += ["## What the licences mean\n", *(_licence(licence) for licence in licences.values())]
    return "\n".join(parts)


def _table(entries: Iterable[CatalogEntry]) -> str:
    lines = [
        "| model | maker | parameters | context | good at | can | languages | licence | files | sources |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for entry in entries:
        cells = (
            f"**{entry.name}**<br>`{entry.id}`",
            entry.maker,
            _parameters(entry),
            _context(entry),
            " ".join(filter(None, (entry.good_at, entry.notes))),
            ", ".join(sorted(entry.capabilities)),
            ", ".join("many" if code == "mul" else code for code in entry.languages),
            f"[{entry.licence.name}](#{_anchor(entry.licence.name)})",
            _files(entry),
            ", ".join(f"[{number}]({address})" for number, address in enumerate(entry.sources, start=1)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _licence(licence: Licence) -> str:
    sources = ", ".join(f"<{address}>" for address in licence.sources)
    lines = (
        f"### {licence.name}\n",
        f"- Business use: {licence.commercial}.",
        f"- {licence.meaning}",
        f"- {licence.attribution}" if licence.attribution else "",
        f"- Text: <{licence.link}>. Read: {sources}.",
    )
    return "\n".join(line for line in lines if line) + "\n"


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _parameters(entry: CatalogEntry) -> str:
    active = f" ({_count(entry.active_parameters)} used)" if entry.active_parameters else ""
    return _count(entry.parameters) + active if entry.parameters else ""


def _count(number: int) -> str:
    return f"{number / 1e9:.3g}B" if number >= 10**9 else f"{number / 1e6:.3g}M"


def _context(entry: CatalogEntry) -> str:
    tokens = entry.context_length
    length = f"{tokens // 1024}K" if tokens >= 1024 else str(tokens or "")
    return f"{length}, {entry.dimension} numbers a vector" if entry.dimension else length


def _files(entry: CatalogEntry) -> str:
    if not entry.repository:
        return ""
    patterns = ", ".join(f"`{pattern}`" for pattern in (entry.pattern, entry.projector) if pattern)
    return f"[{entry.repository}](https://huggingface.co/{entry.repository}): {patterns}"


if __name__ == "__main__":
    PAGE.write_text(page(read_catalog(ROOT / "models.toml").entries), encoding="utf-8", newline="\n")
