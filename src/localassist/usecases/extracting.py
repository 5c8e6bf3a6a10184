"""What of a whole document matters most, in its own words, and answers that are made of nothing but quotes."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Citation, SentenceSupport, SupportStatus
from localassist.domain.names import find_names
from localassist.domain.quantities import find_quantities
from localassist.domain.terms import terms
from localassist.usecases.citing import Grounded
from localassist.usecases.stretches import sentences_of, stretch_of
from localassist.usecases.whole_tasks import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from localassist.domain.documents import Document, Passage, StructuredText

    Centrality = Callable[[Sequence[str]], Sequence[float]]

_LOOKED_AT: Final = 200
"""Sentences whose meaning is looked at: embedding them takes about two seconds on two cores."""
_FEWEST: Final = 5
_MOST: Final = 12
_ONE_OF: Final = 25
"""A summary has one sentence in 25, within these bounds."""
_MOST_LISTED: Final = 60
_SHORTEST: Final = 30
_LONGEST: Final = 600
"""Characters of a sentence that can stand for others."""
_MEANING_WEIGHT: Final = 0.5
_FIRST_WEIGHT: Final = 0.15
"""For what stands first: documents begin with what they are about."""
_REPEATED: Final = 0.6
"""Of the smaller sentence's words, from which on two say the same."""
_LONGEST_QUOTE: Final = 500

_DUE: Final = re.compile(
    r"\b(?:deadline|due|no later than|not later than|at the latest|within|until|before|by|notice|expires?|ends?|period|"
    r"term|prior to|frist\w*|spätestens|bis|innerhalb|binnen|vor|läuft ab|endet|kündig\w*|fällig\w*)\b",
    re.IGNORECASE,
)
_MUST: Final = re.compile(
    r"\b(?:must|shall|is required to|are required to|has to|have to|is obliged to|are obliged to|agrees? to|"
    r"undertakes? to|may not|is responsible for|are responsible for|muss|müssen|ist verpflichtet|"
    r"sind verpflichtet|verpflichtet sich|hat \w+ zu|haben \w+ zu|darf nicht|dürfen nicht|obliegt)\b",
    re.IGNORECASE,
)
_PARTY: Final = re.compile(
    r"\b(?:between|hereinafter|part(?:y|ies)|landlord|tenant|seller|buyer|lessor|lessee|employer|employee|licensor|"
    r"licensee|client|customer|contractor|supplier|signed|zwischen|nachfolgend|vertragspartei\w*|vermieter\w*|mieter\w*|"
    r"verkäufer\w*|käufer\w*|arbeitgeber\w*|arbeitnehmer\w*|auftraggeber\w*|auftragnehmer\w*|unterzeichne\w*)\b",
    re.IGNORECASE,
)
_SPANS: Final = frozenset({"day", "week", "month", "quarter", "year", "hour"})
_MONEY: Final = frozenset({"euro", "dollar", "pound", "franc", "yen", "cent"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or row `[start:end]` of a document."""

    document: Document
    content: StructuredText
    start: int
    end: int

    @property
    def text(self) -> str:
        """Its words."""
        return self.content.text[self.start : self.end]

    def passage(self) -> Passage:
        """It as a passage."""
        return stretch_of(self.document, self.content, self.start, self.end)


def sentences_in(document: Document, content: StructuredText) -> list[Sentence]:
    """All sentences and rows of a document, in order."""
    return [Sentence(document, content, start, end) for start, end in sentences_of(content)]


def most_central(sentences: Sequence[Sentence], centrality: Centrality) -> list[Sentence]:
    """The sentences that best stand for all, in their order, no two of which say the same.

    A sentence counts by how much of the document's words, and then of its meaning, it shares: as in LexRank's degree
    centrality (Erkan and Radev, 2004), against the mean of all instead of each. `centrality` gives how near texts
    are to their mean.
    """
    held = [Counter(terms(each.text)) for each in sentences]
    fitting = [place for place, each in enumerate(sentences) if _SHORTEST <= len(each.text) <= _LONGEST and held[place]]
    by_words = dict(zip(fitting, _lexical([held[place] for place in fitting]), strict=True))
    best = sorted(sorted(fitting, key=lambda place: -by_words[place])[:_LOOKED_AT])
    near = _scaled(centrality([sentences[place].text for place in best]))
    value = {
        place: by_words[place] + _MEANING_WEIGHT * cosine + _FIRST_WEIGHT / (1 + place)
        for place, cosine in zip(best, near, strict=True)
    }
    count = min(max(len(sentences) // _ONE_OF, _FEWEST), _MOST)
    chosen: list[int] = []
    for place in sorted(best, key=lambda each: -value[each]):
        if len(chosen) < count and not any(_says_the_same(held[place], held[other]) for other in chosen):
            chosen.append(place)
    return [sentences[place] for place in sorted(chosen)]


def listed(sentences: Iterable[Sentence], wanted: Wanted) -> tuple[list[Sentence], int]:
    """The sentences that name what is wanted, in order, each wording once, and how many there are of them.

    Only the first 60 are given.
    """
    kept: dict[str, Sentence] = {}
    for each in sentences:
        if _names(each.text, wanted):
            kept.setdefault(" ".join(terms(each.text)), each)
    return list(kept.values())[:_MOST_LISTED], len(kept)


def _names(text: str, wanted: Wanted) -> bool:
    if wanted is Wanted.DUTIES:
        return _MUST.search(text) is not None
    if wanted is Wanted.PARTIES:
        return _PARTY.search(text) is not None and bool(find_names(text))
    units = {quantity.unit for quantity in find_quantities(text)}
    if wanted is Wanted.AMOUNTS:
        return bool(units & _MONEY)
    if wanted is Wanted.DATES:
        return "date" in units
    return bool(units & {"date", *_SPANS}) and _DUE.search(text) is not None


def quoting_answer(groups: Sequence[tuple[str, Sequence[Sequence[Sentence]]]], first: int = 1) -> Grounded:
    """Quotes below their leads, one to a line or the old and the new wording, each with its own citation.

    Citations are numbered from `first` on.
    """
    parts: list[str] = []
    citations: list[Citation] = []
    supports: list[SentenceSupport] = []
    length = 0
    for lead, lines in groups:
        parts.append(f"{lead}\n" if lines else lead)
        length += len(parts[-1])
        for place, sentence in ((place, sentence) for line in lines for place, sentence in enumerate(line)):
            n = first + len(citations)
            words = _shown(sentence.text)
            parts.append(f" → “{words}” [{n}]" if place else f"\n- “{words}” [{n}]")
            supports.append(SentenceSupport(length + 3, length + 5 + len(words), (n,), status=SupportStatus.SUPPORTED))
            length += len(parts[-1])
            citations.append(_citation(n, sentence))
        parts.append("\n\n")
        length += 2
    return Grounded("".join(parts).rstrip(), tuple(citations), tuple(supports))


def joined(one: Grounded, other: Grounded) -> Grounded:
    """Two answers one below the other; the second's citations go on counting already."""
    shift = len(one.text) + 2
    moved = tuple(
        SentenceSupport(each.start + shift, each.end + shift, each.citations, each.unsupported, each.status)
        for each in other.sentences
    )
    text = f"{one.text}\n\n{other.text}"
    return Grounded(text, (*one.citations, *other.citations), (*one.sentences, *moved))


def _citation(n: int, sentence: Sentence) -> Citation:
    passage = sentence.passage()
    return Citation(n, passage, sentence.text, sentence.start, sentence.end, passage.page, passage.place)


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE].rpartition(' ')[0]} …"


def _lexical(held: Sequence[Counter[str]]) -> list[float]:
    """How near each sentence's words, weighed by their rarity, are to those of all: cosines, scaled to 0 to 1."""
    holders = Counter(term for counts in held for term in counts)
    weights = {term: math.log(1 + len(held) / count) for term, count in holders.items()}
    mean: Counter[str] = Counter()
    vectors = []
    for counts in held:
        vector = {term: count * weights[term] for term, count in counts.items()}
        size = math.sqrt(sum(weight * weight for weight in vector.values()))
        vectors.append({term: weight / size for term, weight in vector.items()})
        mean.update(vectors[-1])
    return _scaled([sum(weight * mean[term] for term, weight in vector.items()) for vector in vectors])


def _scaled(values: Sequence[float]) -> list[float]:
    low, high = min(values, default=0.0), max(values, default=0.0)
    return [(value - low) / (high - low) if high > low else 0.0 for value in values]


def _says_the_same(one: Counter[str], other: Counter[str]) -> bool:
    shared = len(one.keys() & other.keys())
    return shared >= _REPEATED * min(len(one), len(other))
