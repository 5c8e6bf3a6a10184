"""The sentences that say how much of what was asked about was read, and what quotes from it are."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from localassist.domain.names import is_german
from localassist.usecases.whole_tasks import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Coverage

_UNITS: Final = {"pages": "Seiten", "slides": "Folien", "sheets": "Tabellenblätter"}
_SUMMARY: Final = ("The sentences of {names} that say most:", "Die Sätze aus {names}, die am meisten sagen:")
_LISTED: Final = {
    Wanted.DEADLINES: ("periods and deadlines", "Fristen und Termine"),
    Wanted.DATES: ("dates", "Daten"),
    Wanted.AMOUNTS: ("amounts of money", "Geldbeträge"),
    Wanted.PARTIES: ("parties and persons", "Parteien und Personen"),
    Wanted.DUTIES: ("what somebody must do", "was jemand tun muss"),
}
_NAMING: Final = ("Sentences of {names} that name {what} ({count}):", "Sätze aus {names}, die {what} nennen ({count}):")
_FIRST_ONLY: Final = ("{count}, the first {shown} of them here", "{count}, hier die ersten {shown}")
_NOTHING_LISTED: Final = ("No sentence of {names} names {what}.", "Kein Satz aus {names} nennt {what}.")
_CHANGED: Final = (
    "What differs between {old} and {new} ({count} sentences):",
    "Was sich zwischen {old} und {new} unterscheidet ({count} Sätze):",
)
_SAME: Final = (
    "Every sentence of {old} and {new} is the same.",
    "{old} und {new} stimmen Satz für Satz überein.",
)
_ONLY: Final = ("Only in {name}:", "Nur in {name}:")
_REWORDED: Final = ("In {old} → in {new}:", "In {old} → in {new}:")
_WHICH: Final = (
    "Which document do you mean? Ask again with the name of its file, or ask that document alone: {names}.",
    "Welches Dokument ist gemeint? Fragen Sie noch einmal mit dem Namen der Datei, oder nur dieses Dokument: {names}.",
)
_NAMES_SHOWN: Final = 10
_READ_ALL: Final = ("Read all of {name}.", "{name} wurde ganz gelesen.")
_READ_ALL_OF: Final = ("Read all {total} {unit} of {name}.", "Alle {total} {unit} von {name} wurden gelesen.")
_READ_ONE: Final = ("Read the only {unit} of {name}.", "Die einzige Seite von {name} wurde gelesen.")
_READ_SOME: Final = (
    "Read {read} of {total} {unit} of {name}: what the others say is not in this answer.",
    "{read} von {total} {unit} von {name} wurden gelesen: Was die übrigen sagen, fehlt in dieser Antwort.",
)
_READ_SHARE: Final = (
    "Read {read} percent of {name}: what the rest says is not in this answer.",
    "{read} Prozent von {name} wurden gelesen: Was der Rest sagt, fehlt in dieser Antwort.",
)
_MATCHED: Final = (
    "At least {matched} passages in {documents} speak of this; {seen} of them were looked at for this answer.",
    "Mindestens {matched} Stellen in {documents} sprechen davon; {seen} davon wurden für diese Antwort gelesen.",
)


def covered_sentence(question: str, coverage: Sequence[Coverage]) -> str:
    """How much of the documents was read, in the question's language."""
    return " ".join(_read(question, each) for each in coverage)


def matched_sentence(question: str, matched: int, documents: int, seen: int) -> str:
    """How many passages speak of what a question wants all of, and how many of them the answer could see."""
    word = ("Dokument" if documents == 1 else "Dokumenten") if is_german(question) else "document"
    if not is_german(question) and documents != 1:
        word = "documents"
    return said(_MATCHED, question, matched=matched, documents=f"{documents} {word}", seen=min(seen, matched))


def which_one(question: str, paths: Sequence[str]) -> str:
    """What to ask back where several documents can be meant."""
    names = [PurePath(path).name for path in paths[:_NAMES_SHOWN]]
    more = ["…"] if len(paths) > _NAMES_SHOWN else []
    return said(_WHICH, question, names=", ".join([*names, *more]))


def summary_lead(question: str, names: str) -> str:
    """What stands before the most telling sentences."""
    return said(_SUMMARY, question, names=names)


def listing_lead(question: str, names: str, wanted: Wanted, count: int, shown: int) -> str:
    """What stands before a list of sentences, or instead of one."""
    what = said(_LISTED[wanted], question)
    if not count:
        return said(_NOTHING_LISTED, question, names=names, what=what)
    number = str(count) if shown == count else said(_FIRST_ONLY, question, count=count, shown=shown)
    return said(_NAMING, question, names=names, what=what, count=number)


def changes_lead(question: str, old: str, new: str, count: int) -> str:
    """What stands before differences, or instead of any."""
    return said(_CHANGED if count else _SAME, question, old=old, new=new, count=count)


def only_lead(question: str, name: str) -> str:
    """What stands before sentences that only one of two documents has."""
    return said(_ONLY, question, name=name)


def reworded_lead(question: str, old: str, new: str) -> str:
    """What stands before the two wordings of a sentence."""
    return said(_REWORDED, question, old=old, new=new)


def said(words: tuple[str, str], question: str, **values: object) -> str:
    """English or German words, by the question's language."""
    return words[is_german(question)].format(**values)


def _read(question: str, coverage: Coverage) -> str:
    name = PurePath(coverage.path).name
    unit = _UNITS.get(coverage.unit, coverage.unit) if is_german(question) else coverage.unit
    values = {"name": name, "read": coverage.read, "total": coverage.total, "unit": unit}
    whole = coverage.read >= coverage.total
    if coverage.unit == "percent":
        return said(_READ_ALL if whole else _READ_SHARE, question, **values)
    if whole and coverage.total == 1:
        return said(_READ_ONE, question, **{**values, "unit": coverage.unit.removesuffix("s")})
    return said(_READ_ALL_OF if whole else _READ_SOME, question, **values)
