"""How values that are no plain columns are written into the database and read back."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Any, Final

from localassist.domain.chat import Caution, Coverage, Evidence, Figures, Given, Sent, Sources
from localassist.domain.documents import (
    Block,
    BlockKind,
    Citation,
    HiddenText,
    PageSpan,
    Passage,
    Scope,
    SentenceSupport,
    StructuredText,
    SupportStatus,
)
from localassist.domain.labels import Origin, Sensitivity
from localassist.domain.privacy import Destination, Route

_EVIDENCE_VERSION: Final = 1
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with halves of surrogate pairs, which no encoding can hold, replaced; positions stay."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text


def path_to_bytes(path: str) -> bytes:
    """A path as a column: file names that are not valid text survive."""
    return path.encode("utf-8", "surrogatepass")


def path_from_bytes(column: bytes) -> str:
    """The path that `path_to_bytes` wrote."""
    return column.decode("utf-8", "surrogatepass")


def evidence_to_json(evidence: Evidence) -> str:
    """Evidence as a column; escaped to ASCII, so that any text survives."""
    return json.dumps({"version": _EVIDENCE_VERSION, **asdict(evidence)}, separators=(",", ":"))


def evidence_from_json(column: str) -> Evidence:
    """The evidence that `evidence_to_json` wrote; an empty column is empty evidence."""
    if not column:
        return Evidence()
    stored: dict[str, Any] = json.loads(column)
    return Evidence(
        route=_route(stored["route"]) if stored["route"] else None,
        citations=tuple(_citation(each) for each in stored["citations"]),
        found=tuple(Passage(**each) for each in stored["found"]),
        sentences=tuple(_sentence(each) for each in stored["sentences"]),
        left_out=stored["left_out"],
        dropped=stored.get("dropped", 0),
        given=tuple(Given(**each) for each in stored.get("given", ())),
        said=stored.get("said", ""),
        reasoning=stored.get("reasoning", ""),
        ended=stored.get("ended", ""),
        searched=stored["searched"],
        unused=tuple(stored.get("unused", ())),
        figures=Figures(**stored["figures"]),
        timings=stored["timings"],
        before=stored.get("before", ""),
        matched=stored.get("matched", 0),
        matched_documents=stored.get("matched_documents", 0),
        coverage=tuple(Coverage(**each) for each in stored.get("coverage", ())),
        notes=stored.get("notes", ""),
        covered=stored.get("covered", ""),
        cautions=tuple(Caution(**each) for each in stored.get("cautions", ())),
        origins=tuple(map(_origin, stored.get("origins", ()))),
        doubt=stored.get("doubt"),
        sent=Sent(**stored["sent"]) if stored.get("sent") else None,
        nearest=stored.get("nearest", False),
    )


def _route(stored: dict[str, Any]) -> Route:
    return Route(Destination(stored["destination"]), stored["model"], stored["reason"])


def _origin(stored: dict[str, Any]) -> Origin:
    return Origin(stored["document_id"], Sensitivity(stored["sensitivity"]))


def _citation(stored: dict[str, Any]) -> Citation:
    return Citation(**{**stored, "passage": Passage(**stored["passage"])})


def _sentence(stored: dict[str, Any]) -> SentenceSupport:
    return SentenceSupport(
        start=stored["start"],
        end=stored["end"],
        citations=tuple(stored["citations"]),
        unsupported=tuple((start, end) for start, end in stored["unsupported"]),
        status=SupportStatus(stored.get("status", SupportStatus.NO_CLAIM)),
    )


def sources_to_json(sources: Sources) -> str:
    """Which documents a conversation asks, as a column."""
    return json.dumps(asdict(sources), separators=(",", ":"))


def sources_from_json(column: str | None) -> Sources | None:
    """The sources that `sources_to_json` wrote; None where none were."""
    if column is None:
        return None
    stored: dict[str, Any] = json.loads(column)
    chosen = stored["chosen"]
    scope = Scope(tuple(chosen["collection_ids"]), tuple(chosen["document_ids"]), chosen["all_collections"])
    return Sources(scope, tuple(stored["attached"]))


def structure_to_json(content: StructuredText) -> tuple[str, str, str, str]:
    """The blocks, pages, notes and hidden texts of a text as columns."""
    blocks = [_shortened((b.kind.value, b.start, b.end, b.level), b.place, b.box) for b in content.blocks]
    pages = [_shortened((page.number, page.start, page.end), page.label, page.recognised) for page in content.pages]
    hidden = [(each.reason, each.text, each.page) for each in content.hidden]
    return json.dumps(blocks), json.dumps(pages), json.dumps(content.notes), json.dumps(hidden)


def _shortened(always: tuple[Any, ...], *seldom: Any) -> tuple[Any, ...]:
    """What is mostly not there is mostly not written."""
    return (*always, *seldom) if any(seldom) else always


def structure_from_json(text: str, title: str, columns: tuple[str, str, str, str], *, partly: bool) -> StructuredText:
    """The text that `structure_to_json` took apart."""
    blocks, pages, notes, hidden = map(json.loads, columns)
    return StructuredText(
        text=text,
        blocks=tuple(_block(*each) for each in blocks),
        pages=tuple(PageSpan(*page) for page in pages),
        title=title,
        notes=tuple(notes),
        partly=partly,
        hidden=tuple(HiddenText(*each) for each in hidden),
    )


def _block(kind: str, start: int, end: int, level: int, place: str = "", box: list[float] | None = None) -> Block:
    return Block(BlockKind(kind), start, end, level, place, (box[0], box[1], box[2], box[3]) if box else None)
