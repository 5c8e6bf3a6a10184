"""What in documents reads like orders to a model, or is hidden from people: to be told, never to be obeyed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Caution
from localassist.domain.locating import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from localassist.domain.documents import Document, HiddenText, Passage, StructuredText

_MODEL: Final = (
    r"(?:AI|A\.I\.|KI|LLM|GPT|ChatGPT|Claude|Gemini|Copilot|(?:language|sprach)\s?-?model\w*|chat\s?bot|"
    r"(?:AI|KI|virtual|digital)[\s-]assistant)"
)
_EARLIER: Final = (
    r"(?:all\s|any\s|the\s|your\s|every\s|of\s|these\s|those\s|and\s)*"
    r"(?:previous|prior|earlier|above|preceding|former|foregoing|system|original|initial|other)\s"
    r"(?:\w+\s){0,2}(?:instructions?|prompts?|rules?|directions?|orders?|commands?|guidelines?|messages?)"
)
_EARLIER_GERMAN: Final = r"(?:vorherigen|bisherigen|früheren|obigen|vorangegangenen|vorigen)"
_INSTRUCTIONS_GERMAN: Final = r"(?:anweisungen|befehle|regeln|instruktionen|vorgaben)"
_ADDRESSED: Final = (
    r"(?:as|dear|attention|note\sto|instructions?\s(?:for|to)|hey|hinweis\san|anweisung(?:en)?\s(?:für|an))"
)
_ARTICLE: Final = r"(?:an?\s|the\s|any\s|all\s|die\s|den\s|das\s|eine\s)"
_TOLD: Final = (
    r"(?:you|please|must|do|say|write|reply|answer|respond|when|if|that|ignore|du|bitte|sie|schreibe|antworte)"
)
_SECRETS: Final = r"(?:conversation|chat|history|passwords?|secrets?|credentials|user's|everything)"
_PATTERNS: Final = rf"""
\b(?:ignore|disregard|forget|override|bypass)\s(?:\w+\s)?{_EARLIER}\b
\b(?:ignore|disregard|forget)\s(?:everything|all|anything)\s(?:above|before|you\s(?:were|have\sbeen)\stold)\b
\bignorier(?:e|en\ssie|t)\s(?:bitte\s)?(?:\w+\s){{0,2}}{_EARLIER_GERMAN}\s(?:\w+\s)?{_INSTRUCTIONS_GERMAN}
\bvergiss\s(?:alle|alles)\s(?:\w+\s){{0,2}}(?:{_INSTRUCTIONS_GERMAN}|vorher|bisher)
\bignore[zr]?\s(?:\w+\s){{0,2}}(?:instructions|consignes)\s(?:précédentes|antérieures|ci-dessus)
\b(?:ignor[ae]|olvid[ae])\s(?:todas\s)?(?:las\s)?(?:instrucciones|órdenes)\s(?:anteriores|previas)
\bignora\s(?:tutte\s)?(?:le\s)?istruzioni\sprecedenti
忽略(?:之前|以上|先前|前面)?(?:的)?(?:所有)?(?:的)?(?:指令|指示|提示)
(?:以前|上記|これまで)の(?:指示|命令)を無視
\byou\sare\snow\s(?:an?\s|the\s|in\s)?(?:\w+\s){{0,3}}(?:{_MODEL}|DAN|jailbroken|unrestricted|developer\smode)\b
\b{_ADDRESSED}\s{_ARTICLE}?(?:\w+\s)?{_MODEL}\b\W{{0,3}}{_TOLD}\b
\bif\syou\sare\san?\s(?:\w+\s){{0,2}}{_MODEL}\b
\b(?:do\snot|don't|never)\s(?:tell|inform|show|alert|warn|(?:mention|reveal)\s(?:this|it)?\s?to)\s(?:this\sto\s)?the\suser\b
\b(?:sag|sage|verrate|erzähle)\s(?:es\s|das\s|dies\s)?dem\s(?:nutzer|benutzer|anwender)\snicht
\b(?:reveal|print|repeat|output|show)\s(?:\w+\s){{0,2}}(?:system\sprompt|hidden\sinstructions)\b
\b(?:send|post|upload|forward|exfiltrate|transmit)\b[^.\n]{{0,60}}\b{_SECRETS}\b[^.\n]{{0,60}}\b(?:to|at)\s(?:https?://|www\.)
\b(?:append|include|insert|render|embed)\b[^.\n]{{0,60}}!\[[^\]\n]{{0,40}}\]\(
"""
_ORDERS: Final = re.compile("|".join(_PATTERNS.split()), re.IGNORECASE)
_FORGED: Final = re.compile(
    r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text)\|?>?"
    r"|\[/?INST\]|<<SYS>>|<(?:start|end)_of_turn>|<\/?(?:tool_call|function_call)>"
    r"|^[ \t]*(?:#{1,4}[ \t]*)?(?:system|assistant)[ \t]*:[ \t]*(?:you|ignore|from|the user|do not|always|never)\b",
    re.IGNORECASE | re.MULTILINE,
)
_CODED: Final = re.compile(
    r"(?<![A-Za-z0-9+/=_-])(?<!base64,)"
    r"(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+/]{400,}={0,2}"
)
"""What nobody reads and a model may decode; pictures in addresses are left alone."""
_QUOTED_BEFORE: Final = re.compile(r"[\"'“„‘«»`(][\s…]*$")
_TALK_OF_IT: Final = re.compile(
    r"\b(?:prompt[\s-]injections?|jailbreak\w*|adversarial|attack(?:s|er|ers)?|red[\s-]team\w*|injected|malicious|"
    r"angriff\w*|angreifer\w*|guardrails?|such as|for example|e\.g\.|zum beispiel|z\. ?b\.)",
    re.IGNORECASE,
)
_AROUND: Final = 300
_WORDS_SHOWN: Final = 160
_MOST_EACH: Final = 3
"""Cautions of one kind about one document."""
_ORDINARY: Final = "hidden by its page"
"""The reason that a reader gives for what web pages hide as a matter of course: menus and the like."""


def orders_in(text: str) -> Iterator[tuple[int, int]]:
    """Where a text speaks to the model that reads it instead of to people: spans (start, end), in order.

    Text about such attempts, which quotes them or calls them by their name, is none.
    """
    for match in _ORDERS.finditer(text):
        if not _is_quoted(text, match):
            yield match.span()
    for match in _FORGED.finditer(text):
        if not _is_quoted(text, match):
            yield match.span()
    for match in _CODED.finditer(text):
        yield match.span()


def cautions_about(
    passages: Iterable[Passage], documents: Sequence[Document], find: Callable[[int], StructuredText | None]
) -> tuple[Caution, ...]:
    """What to beware of in the passages behind an answer, and what their `documents` hide; a few of each.

    `find` gives a document's text by its id, None when it is gone.
    """
    found: dict[tuple[int, str], Caution] = {}
    told: dict[tuple[int, bool], int] = {}
    for caution in (*_in_passages(passages, find), *_hidden(documents, find)):
        kind = caution.document_id, bool(caution.hidden)
        if told.get(kind, 0) < _MOST_EACH and (caution.document_id, caution.words) not in found:
            told[kind] = told.get(kind, 0) + 1
            found[caution.document_id, caution.words] = caution
    return tuple(found.values())


def _in_passages(passages: Iterable[Passage], find: Callable[[int], StructuredText | None]) -> Iterator[Caution]:
    for passage in passages:
        for start, end in orders_in(passage.text):
            document = find(passage.document_id)
            first = passage.char_start + start
            place = place_of(document, first, passage.char_start + end) if document else passage.place
            words = _shown(passage.text, start, end)
            yield Caution(passage.document_id, passage.path, place, words, orders=True)


def _hidden(documents: Sequence[Document], find: Callable[[int], StructuredText | None]) -> Iterator[Caution]:
    for document in documents:
        content = find(document.id) if document.hidden else None
        each = sorted(content.hidden, key=lambda hidden: not _is_order(hidden)) if content else []
        for hidden in each:
            orders = _is_order(hidden)
            if orders or not hidden.reason.startswith(_ORDINARY):
                place = f"page {hidden.page}" if hidden.page is not None else ""
                words = _shown(hidden.text, 0, len(hidden.text))
                yield Caution(document.id, document.path, place, words, orders, hidden.reason)


def _is_order(hidden: HiddenText) -> bool:
    """Hidden words are nobody's example of anything: here quotes make no difference."""
    return bool(_ORDERS.search(hidden.text) or _FORGED.search(hidden.text))


def _is_quoted(text: str, match: re.Match[str]) -> bool:
    before = text[max(match.start() - _AROUND, 0) : match.start()]
    around = before + text[match.end() : match.end() + _AROUND]
    return bool(_QUOTED_BEFORE.search(before) or _TALK_OF_IT.search(around))


def _shown(text: str, start: int, end: int) -> str:
    words = " ".join(text[start : max(end, min(start + _WORDS_SHOWN, len(text)))].split())
    return words if len(words) <= _WORDS_SHOWN else f"{words[:_WORDS_SHOWN].rstrip()}…"
