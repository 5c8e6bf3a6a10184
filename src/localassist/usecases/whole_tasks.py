"""Which questions are about whole documents, and what they want of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from localassist.domain.terms import stem, terms, words
from localassist.usecases.breadth import asks_for_all

_LOOKED_AT: Final = 300
_SINGULAR: Final = (
    r"(?:documents?|files?|papers?|contracts?|agreements?|leases?|letters?|reports?|articles?|books?|texts?|e-?mails?|"
    r"policy|policies|minutes|memos?|theses|thesis|stud(?:y|ies)|manuals?|handbooks?|presentations?|slides|pdfs?|"
    r"versions?|drafts?|chapters?|notes|invoices?|"
    r"dokumente?n?s?|datei(?:en)?|verträgen?|vertrage?s?|briefe?n?s?|berichte?n?s?|artikeln?|büchern?|buche?s?|"
    r"bücher|texte?n?s?|mietverträgen?|mietvertrage?s?|richtlinien?|protokolle?n?s?|handbuche?s?|handbücher|"
    r"präsentation(?:en)?|fassung(?:en)?|version(?:en)?|entwürfen?|entwurfe?s?|aufsatz(?:es)?|aufsätzen?|studien?|"
    r"arbeit(?:en)?|rechnung(?:en)?)"
)
_DOCUMENT: Final = re.compile(rf"\b(?:\w+[-_])?{_SINGULAR}\b", re.IGNORECASE)
_POLITE: Final = (
    r"(?:(?:please|bitte|now|so|ok(?:ay)?|hi|hello|hallo|and|und)\b[\s,]*)*"
    r"(?:(?:can|could|would|will|kannst|könntest|können|könnten|würdest|würden) (?:you|du|sie)\s)?(?:please |bitte )?"
    r"(?:(?:i need|i want|i'd like|i would like|ich brauche|ich möchte|ich hätte gern) )?"
)
_ADJECTIVES: Final = (
    r"(?:a|an|the|your|me|us|short|brief|quick|concise|long|detailed|\w+-sentence|\w+-paragraph|"
    r"ein\w{0,2}|die|den|mir|uns|kurze?n?|knappe?n?|ausführliche?n?)"
)
_SUMMARY: Final = re.compile(
    rf"\W*{_POLITE}(?:"
    rf"summari[sz]e\b|sum up\b|tl;?dr\b|outline\b"
    rf"|(?:(?:give|write|make|provide|create|show|gib|schreib|schreibe|erstelle|mach|mache)\s)?(?:{_ADJECTIVES}\s)*"
    r"(?:summary|overview|outline|gist|abstract|zusammenfassung|überblick|übersicht|inhaltsangabe)\b"
    r"|fass\w*\b.{0,200}\bzusammen\b"
    rf"|what(?:'s|’s| is| are) .{{0,100}}?{_SINGULAR}\b.{{0,100}} about\W*$"
    r"|what(?:'s|’s| is) (?:this|it|that)(?: all)? about\W*$"
    rf"|what (?:does|do) .{{0,100}}?{_SINGULAR}\b.{{0,60}} (?:say|contain|cover|deal with)\W*$"
    rf"|(?:what are |list |give me |tell me )?(?:the )?(?:main|key|most important|central) "
    rf"(?:points?|ideas?|findings?|messages?|topics?|takeaways?|statements?)\b.{{0,60}}{_SINGULAR}"
    r"|worum (?:geht es|geht's|handelt es sich)\b|wovon handelt\b"
    rf"|was steht (?:in|im)\b.{{0,60}}?{_SINGULAR}\W*$"
    rf"|(?:was sind |nenne |liste )?(?:die )?(?:wichtigsten|zentralen) "
    rf"(?:punkte|aussagen|inhalte|themen|ergebnisse)\b.{{0,60}}{_SINGULAR}"
    r")",
    re.IGNORECASE,
)
_COMPARISON: Final = re.compile(
    rf"\W*{_POLITE}(?:"
    r"compare\b|contrast\b|(?:show|list|tell|explain|find)\b.{0,30}\b(?:differences?|changes)\b"
    r"|what(?:'s|’s| is| are)(?: all)? (?:the )?(?:differences?|different|changes)\b"
    r"|what (?:has |have )?(?:was )?changed\b"
    r"|how (?:do|does|did)\b.{0,120}\b(?:differ|change)\b|(?:the )?differences? between\b"
    r"|vergleiche?n?\b|(?:was|welche\w?|worin|wie)\b.{0,120}\b(?:unterschied\w*|unterscheide\w*|geändert)\b"
    r"|(?:zeige?|nenne|liste|finde)\b.{0,60}\b(?:unterschiede|änderungen)\b|(?:die )?unterschiede zwischen\b"
    r")",
    re.IGNORECASE,
)
_TOPIC: Final = re.compile(
    r"\b(?:what|how|why|whether|section|chapter|paragraph|clause|wie|warum|ob|abschnitt|kapitel|absatz|paragraf|klausel)\b"
    r"|\b(?:says?|said|sagt|states?)\b|\b(?:regarding|concerning|bezüglich|hinsichtlich)\b",
    re.IGNORECASE,
)
"""What follows "summarise" where only a part of a document is meant."""
_WITHIN_ONE: Final = re.compile(
    rf"\b(?:in|within|im|innerhalb)\b(?: (?:the|this|that|my|our|der|dem|diese[mr]|meine[mr]|unsere[mr]))?"
    rf"(?: \w+)?? {_SINGULAR}\b",
    re.IGNORECASE,
)
"""Things that are compared within one document."""
_GENERIC_WORDS: Final = """
summarise summarize summary overview outline gist abstract short brief quick concise detailed give write make please
whole entire complete compare comparison contrast difference differences different change changes changed differ between
both two versions version main key important central points findings list every all each about say contain cover
following attached zusammenfassung fasse zusammen überblick kurz kurze bitte ganze gesamte vergleiche vergleich
unterschied unterschiede unterscheiden geändert beide beiden zwei fassung fassungen handelt geht worum steht inhalt
wichtigsten punkte nenne liste old new latest previous alte alten neue neuen sentence sentences words bullet paragraph
sätzen satz wörter tl dr tl;dr
"""
_GENERIC: Final = frozenset(map(stem, words(_GENERIC_WORDS)))


class Wanted(StrEnum):
    """What a question wants of whole documents."""

    SUMMARY = "summary"
    COMPARISON = "comparison"
    DEADLINES = "deadlines"
    DATES = "dates"
    AMOUNTS = "amounts"
    PARTIES = "parties"
    DUTIES = "duties"


_LISTED: Final = {
    Wanted.DEADLINES: """
deadlines? due_dates? time_?limits? notice_periods? periods? time_?frames? durations? fristen? \\w*fristen laufzeiten
zeiträume stichtage
""",
    Wanted.DATES: "dates? appointments? days termine?n? datum daten datumsangaben",
    Wanted.AMOUNTS: """
amounts? sums? payments? costs? fees? prices? charges? rents? salar(?:y|ies) figures? beträgen? betrag summen?
zahlungen kosten gebühren preise?n? entgelte?n?
""",
    Wanted.PARTIES: """
part(?:y|ies) persons? people names? companies signator(?:y|ies) participants? parteien? vertragsparteien personen
namen? firmen beteiligten? teilnehmer\\w*
""",
    Wanted.DUTIES: """
obligations? dut(?:y|ies) requirements? responsibilities pflichten \\w*pflichten verpflichtungen auflagen anforderungen
""",
}
_KINDS: Final = tuple(
    (wanted, re.compile(rf"\b(?:{'|'.join(named.split()).replace('_', ' ')})\b", re.IGNORECASE))
    for wanted, named in _LISTED.items()
)


@dataclass(frozen=True, slots=True)
class WholeTask:
    """What is wanted of whole documents.

    `kinds` are the stems by which the question speaks of a document as such ("this contract"). `telling` are those
    of its words that tell one document from another.
    """

    wanted: Wanted
    kinds: frozenset[str]
    telling: frozenset[str]

    @property
    def names_kind(self) -> bool:
        """Whether it speaks of a document at all."""
        return bool(self.kinds)

    @property
    def count(self) -> int:
        """How many documents it takes."""
        return 2 if self.wanted is Wanted.COMPARISON else 1


def whole_task(question: str) -> WholeTask | None:
    """What a question (English or German) wants of whole documents, None where it asks for something in them."""
    text = " ".join(question[:_LOOKED_AT].split())
    wanted = _wanted(text)
    if wanted is None:
        return None
    kinds = {term for match in _DOCUMENT.finditer(text) for term in terms(match.group())}
    listed = {term for _, kind in _KINDS for match in kind.finditer(text) for term in terms(match.group())}
    return WholeTask(wanted, frozenset(kinds), frozenset(terms(text)) - _GENERIC - kinds - listed)


def _wanted(text: str) -> Wanted | None:
    if _COMPARISON.match(text):
        return None if _WITHIN_ONE.search(text) else Wanted.COMPARISON
    summary = _SUMMARY.match(text)
    if summary:
        return None if _TOPIC.search(text, summary.end()) else Wanted.SUMMARY
    if not asks_for_all(text):
        return None
    found = [(match.start(), wanted) for wanted, kind in _KINDS if (match := kind.search(text))]
    return min(found, default=(0, None), key=lambda each: each[0])[1]
