"""Whether a question wants one answer, or all there is of something."""

from __future__ import annotations

import re
from typing import Final

_ENGLISH: Final = (
    r"(?:list|name|enumerate|give|show|find|collect|tell me)\b.{0,30}?\b(?:all|every|each|any)\b"
    r"|(?:list|enumerate)\b"
    r"|(?:which|what|who|where) (?:all|of (?:the|these|those|my|our|them))\b"
    r"|which \w+[^siu\W]s (?!(?:is|was|has|did|does|can|could|will|would)\b)\w*[^s\W]\b"
    r"|(?:what|which|who) (?:are|were) (?:all|the (?:different|various))\b"
    r"|how many of (?:the|these|those|my|our|them)\b"
)
_GERMAN: Final = (
    r"(?:nenne|zeig|zeige|finde|gib|sammle|suche)\b.{0,30}?\b(?:alle|allen|jede|jeden|jedes|sämtliche)\b"
    r"|(?:liste|zähle)\b.{0,200}\bauf\b|(?:liste|auflistung)\b"
    r"|(?:welche|welcher|was|wer) (?:alle|alles)\b"
    r"|(?:welche|welcher|welches) (?:der|von|dieser|meiner|unserer)\b"
    r"|welche \w+ (?:sind|\w+en)\b"
    r"|wer (?:sind|waren) alle\b"
)
_ASKS_FOR_ALL: Final = re.compile(rf"\W*(?:please |bitte |can you |could you )?(?:{_ENGLISH}|{_GERMAN})", re.IGNORECASE)
"""Plurals tell: "which tenants pay", "welche Mieter zahlen", but not "which process causes"."""
_LOOKED_AT: Final = 300


def asks_for_all(question: str) -> bool:
    """Whether a question (English or German) asks to list things, or which of many are so."""
    return _ASKS_FOR_ALL.match(" ".join(question[:_LOOKED_AT].split())) is not None
