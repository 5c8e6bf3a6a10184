"""What a review says of what would be sent, in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from localassist.domain.outbound import MatterKind
from localassist.domain.privacy import Destination
from localassist.ui.figures import money, tokens

if TYPE_CHECKING:
    from localassist.domain.labels import Labelled
    from localassist.domain.outbound import Matter
    from localassist.domain.ports.cloud import Provider
    from localassist.domain.reviewing import Review

KINDS: Final = {
    MatterKind.INSTRUCTIONS: "Instructions",
    MatterKind.EARLIER_QUESTION: "Your earlier question",
    MatterKind.EARLIER_ANSWER: "Earlier answer",
    MatterKind.PASSAGE: "Passage",
    MatterKind.QUESTION: "Your question",
}
UNKNOWN_KEEPING: Final = "Where it is kept, and for how long, is not known here."
OWN_SERVER: Final = "This is your own server: what is sent stays with whoever runs it."
ASKS_AGAIN: Final = (
    "It asks again each time: the next question would bring along what you kept from this one or put in other words."
)
HERE: Final = "This server runs on this computer: nothing leaves it."


def name_of(matter: Matter) -> str:
    """What a piece is called: where it stands, or what it is."""
    return matter.place or KINDS[matter.kind]


def label_words(labelled: Labelled) -> str:
    """How sensitive it is, and who said so of what."""
    return f"{labelled.sensitivity}, as you said of {labelled.by}" if labelled.by else str(labelled.sensitivity)


def kept_words(review: Review) -> list[str]:
    """What never leaves, in the order it would have gone along: how many passages of which document, and why."""
    documents = {passage.chunk_id: (passage.document_id, passage.title) for passage in review.passages}
    kept: dict[tuple[tuple[int, str], Labelled], list[Matter]] = {}
    for matter in review.withheld:
        document = documents.get(matter.chunk_id, (0, name_of(matter)))
        kept.setdefault((document, matter.labelled), []).append(matter)
    return [
        f"{name_of(matters[0]) if len(matters) == 1 else _counted(title, matters)}: {label_words(labelled)}"
        for ((_, title), labelled), matters in kept.items()
    ]


def kept_places(review: Review) -> list[str]:
    """Where each piece that never leaves stands, those of a document together, with how many stand there."""
    documents = {passage.chunk_id: passage.document_id for passage in review.passages}
    pieces = sorted(review.withheld, key=lambda matter: documents.get(matter.chunk_id, 0))
    counted = Counter(name_of(matter) for matter in pieces)
    return [name if count == 1 else f"{name} ({count:,})" for name, count in counted.items()]


def _counted(name: str, matters: list[Matter]) -> str:
    return f"{name}, {len(matters):,} {'passages' if matters[0].chunk_id else 'in all'}"


def keeping_words(provider: Provider) -> str:
    """Where a provider works and how long it keeps what is sent."""
    if provider.destination is Destination.THIS_COMPUTER:
        return HERE
    if provider.destination is Destination.YOUR_SERVER:
        return OWN_SERVER
    return " ".join(filter(None, (provider.region, provider.retention))) or UNKNOWN_KEEPING


def changes_words(review: Review) -> str:
    """How much of what might be sent is replaced or stays here, "" for nothing."""
    left = len(review.pieces) - len(review.sent)
    counted = (
        ("Replaced by placeholders", len(review.replacements)),
        ("Never leaves", len(review.withheld)),
        ("Left out by you", left),
    )
    return " · ".join(f"{what}: {count:,}" for what, count in counted if count)


def price_words(review: Review) -> str:
    """How much goes out and comes back, and what that costs at most."""
    volume = f"About {tokens(review.tokens)} go out, at most {review.answer_tokens:,} come back."
    if review.cost is None:
        return f"{volume} The price is not known."
    return f"{volume} It costs {money(review.cost)} at most." if review.cost else f"{volume} It costs nothing."


def remembered_words(review: Review) -> str:
    """What is remembered of an earlier consent, "" for nothing."""
    if review.remembered is None:
        return ""
    given = review.remembered.given.astimezone().strftime("%Y-%m-%d %H:%M")
    return f"On {given} you said not to ask again in this conversation for {review.provider.name}."
