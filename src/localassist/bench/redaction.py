"""How well what names somebody is found and replaced before a text leaves, and what that takes."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Final

from localassist.adapters.recognising.rules import RuleRecogniser
from localassist.bench.inventing import KINDS, PRIVATE_WORDS, invent
from localassist.bench.judging import read_documents, read_set_names
from localassist.bench.report import Result
from localassist.usecases.redacting import Redactor
from localassist.usecases.restoring import Restorer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from localassist.bench.inventing import Invented, Named
    from localassist.domain.outbound import Recognised, Replacement

_TEXTS: Final = 1_000
_SEED: Final = 6
_SPELT_OUT: Final = frozenset({"person", "address"})
"""Kinds without a form that could be checked."""
_LONG: Final = 20_000
_LEAST_STRUCTURED: Final = 0.99
_LEAST_NAMES: Final = 0.8
_MOST_FALSE: Final = 2.0
_MOST_MS: Final = 50.0
_RUNS: Final = 9
_PROSE: Final = (
    "The old harbour froze over twice in the winter of 1929, and both times the Ferry Company moved its boats to the "
    "southern pier, where the ice was thinner. Freight from Riverside and the Lower Mills went by road until March. In "
    "that year 1,240 carts and 96 lorries crossed the new bridge on an average day, four times as many as before. "
)
_STREAMS: Final = 100


def run(data: str = "") -> Iterator[Result]:
    """Redact letters that are made up, and texts that name nobody; restore answers cut anywhere.

    `data` is a folder of sets in BEIR's layout, or one with such a folder `retrieval`, for false replacements; "" is
    the one that `LOCALASSIST_CORPUS` names. Without one those figures are left out.
    """
    yield from measure(invent(_TEXTS, _SEED), "letters")
    yield from measure(invent(_TEXTS, _SEED, others=True), "letters of other wordings and countries")
    yield from _restoring()
    folder = Path(data or os.environ.get("LOCALASSIST_CORPUS", ""))
    folder = folder / "retrieval" if (folder / "retrieval").is_dir() else folder
    for name in read_set_names(folder) if str(folder) != "." else ():
        yield _false(name, [content.text for _, content in read_documents(folder / name)])
    yield from _speed()


def measure(letters: Iterable[Invented], called: str) -> Iterator[Result]:
    """How much of what names somebody in `letters` is replaced, by kind and together.

    Something counts as replaced when none of its letters and digits is left.
    """
    redactor = Redactor(RuleRecogniser(lambda: PRIVATE_WORDS))
    there, gone = Counter[str](), Counter[str]()
    for letter in letters:
        (spans,) = redactor.find([letter.text])
        for named in letter.named:
            there[named.kind] += 1
            gone[named.kind] += is_replaced(letter.text, named, spans)
    structured = [kind for kind in KINDS if kind not in _SPELT_OUT]
    each = ", ".join(f"{kind} {gone[kind]} of {there[kind]}" for kind in structured)
    share = sum(gone[kind] for kind in structured) / sum(there[kind] for kind in structured)
    yield Result(
        f"{called}: structured identifiers replaced", share, "share", each, "at least 0.99", share >= _LEAST_STRUCTURED
    )
    share = gone["person"] / there["person"]
    reference = f"{there['person']} names, by rules"
    yield Result(f"{called}: names replaced", share, "share", reference, "at least 0.8", share >= _LEAST_NAMES)
    share = gone["address"] / there["address"]
    yield Result(f"{called}: addresses replaced to the last letter", share, "share", f"{there['address']} addresses")


def is_replaced(text: str, named: Named, spans: Sequence[Recognised]) -> bool:
    """Whether no letter or digit of an identifier is outside of what would be replaced."""
    return all(
        not text[place].isalnum() or any(span.start <= place < span.end for span in spans)
        for place in range(named.start, named.end)
    )


def _false(name: str, texts: Sequence[str]) -> Result:
    """Counts every replacement as a false one, also those of people who are really named."""
    redactor = Redactor(RuleRecogniser(tuple))
    count = sum(len(redactor.find([text])[0]) for text in texts)
    words = sum(len(text.split()) for text in texts)
    share = count * 1_000 / words
    reference = f"{count} in {words} words, real people among them"
    return Result(f"{name}, replacements", share, "per 1,000 words", reference, "at most 2", share <= _MOST_FALSE)


def _restoring() -> Iterator[Result]:
    redactor = Redactor(RuleRecogniser(lambda: PRIVATE_WORDS))
    random = Random(_SEED)  # noqa: S311  a draw that can be repeated, no secret
    streams = restored = 0
    slowest = 0.0
    for letter in invent(_STREAMS, _SEED):
        redacted = redactor([letter.text])
        whole = _streamed([redacted.texts[0]], redacted.known)
        for cut in range(len(redacted.texts[0]) + 1):
            streams += 1
            halves = (redacted.texts[0][:cut], redacted.texts[0][cut:])
            restored += _streamed(halves, redacted.known) == whole and not _left(whole, redacted.known)
        pieces = tuple(redacted.texts[0][n : n + 4] for n in range(0, len(redacted.texts[0]), 4))
        started = time.perf_counter()
        _streamed(random.sample(pieces, len(pieces)), redacted.known)
        slowest = max(slowest, (time.perf_counter() - started) * 1e6 / len(pieces))
    share = restored / streams
    yield Result("streams restored, cut at every position", share, "share", f"{streams} streams", "1", share >= 1)
    yield Result("restoring a piece of four characters", slowest, "us", "mean of the slowest letter")


def _left(text: str, known: Sequence[Replacement]) -> bool:
    return any(each.placeholder in text for each in known)


def _streamed(pieces: Iterable[str], known: Sequence[Replacement]) -> str:
    restorer = Restorer(known)
    return "".join([*(restorer.feed(piece) for piece in pieces), restorer.end()])


def _speed() -> Iterator[Result]:
    letters = "\n\n".join(letter.text for letter in invent(_TEXTS // 10, _SEED))[:_LONG]
    prose = "\n\n".join([letters[: _LONG // 10], *[_PROSE] * (_LONG // len(_PROSE))])[:_LONG]
    yield _timed(prose, "redacting 20,000 characters, a tenth of them letters", "at most 50")
    yield _timed(letters, "redacting 20,000 characters of letters")


def _timed(text: str, called: str, target: str = "") -> Result:
    redactor = Redactor(RuleRecogniser(lambda: PRIVATE_WORDS))
    times = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        redacted = redactor([text])
        times.append((time.perf_counter() - started) * 1_000)
    took = median(times)
    reference = f"median of {_RUNS}, first {times[0]:.0f} ms; {len(redacted.replacements)} originals"
    return Result(called, took, "ms", reference, target, took <= _MOST_MS if target else None)
