"""What would be sent to a model elsewhere, as the terminal and programs are shown it before it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localassist.cli.console import one_line
from localassist.cli.label_words import held_object
from localassist.domain.privacy import Destination
from localassist.usecases.budgeting import money
from localassist.usecases.clearing import fixed_words
from localassist.usecases.labelling import passage_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.outbound import Matter, MatterKind, Replacement
    from localassist.domain.reviewing import Piece, Review

_INDENT = "    "


def review_lines(review: Review) -> Iterator[str]:
    """All that is known before sending: to whom and why, each piece to the letter, what is replaced, the price."""
    yield f"To {recipient(review)}."
    if review.reason:
        yield one_line(review.reason)
    yield from _provider_lines(review)
    if words := _instructions(review):
        yield "This would be sent: instructions of this program"
        yield from _indented(words)
    for piece in review.sent:
        yield f"This would be sent: {_piece(piece)}"
        yield from _indented(piece.text)
    yield from _withheld(review)
    yield from map(_replacement, review.replacements)
    yield f"Names and numbers were looked for by {one_line(review.recogniser)}."
    yield cost_line(review)
    if review.obstacle:
        yield f"It can't be sent: {one_line(review.obstacle)}"


def recipient(review: Review) -> str:
    """Which model at whose place."""
    provider = one_line(review.provider.name)
    where = "" if review.provider.destination is Destination.CLOUD else f", {review.provider.destination}"
    return f"{one_line(review.target.model)} at {provider}{where}"


def waiting_line(review: Review) -> str:
    """What is waited for from sending to the first word, as progress."""
    return f"Waiting for {one_line(review.target.model)} at {one_line(review.provider.name)} ..."


def cost_line(review: Review) -> str:
    """How much is sent and may come back, and what it may cost."""
    volume = f"About {review.tokens:,} tokens are sent, {review.answer_tokens:,} may come back"
    if review.cost is None:
        return f"{volume}; nobody here knows what it costs."
    return f"{volume}; it costs {f'{money(review.cost)} at most' if review.cost else 'nothing'}."


def _provider_lines(review: Review) -> Iterator[str]:
    provider = review.provider
    for sentence in (provider.region, provider.retention):
        if sentence:
            yield one_line(sentence)
    if provider.source and (provider.region or provider.retention):
        yield f"Source: {one_line(provider.source)}"
    elif provider.destination is Destination.CLOUD and not provider.source:
        yield "Where it runs, and what it keeps, is not known here."


def _piece(piece: Piece) -> str:
    matter = piece.matter
    place = f" from {one_line(matter.place)}" if matter.place else ""
    return f"{matter.kind}{place} ({matter.labelled.sensitivity})"


def _withheld(review: Review) -> Iterator[str]:
    """What stays here: pieces of one kind and one document that stay for one reason are told together."""
    titles = {passage_key(passage): passage.title for passage in review.passages}
    alike: dict[tuple[MatterKind, str, str], list[Matter]] = {}
    for each in review.withheld:
        alike.setdefault((each.kind, titles.get(each.key, each.place), each.labelled.by), []).append(each)
    for (kind, title, by), matters in alike.items():
        is_one = len(matters) == 1
        whence = matters[0].place if is_one else title
        source = f" from {one_line(whence)}" if whence else ""
        reason = f", as you said of {one_line(by)}" if by else ""
        what = f"{kind}{source}, which never leaves" if is_one else f"{len(matters)} {kind}s{source}, which never leave"
        yield f"This stays here: {what}{reason}."


def _replacement(replacement: Replacement) -> str:
    times = "" if replacement.count == 1 else f", {replacement.count} times"
    return f"{replacement.placeholder} stands for {one_line(replacement.original)}{times}."


def _instructions(review: Review) -> str:
    """What the program itself says in the prompt; the word that encloses passages is made when it is sent."""
    return fixed_words(review).replace("{fence}", "a word made for this conversation")


def _indented(text: str) -> Iterator[str]:
    return (f"{_INDENT}{line}".rstrip() for line in text.splitlines())


def review_object(review: Review) -> dict[str, Any]:
    """The review for programs."""
    provider = review.provider
    return {
        "model": review.target.name,
        "provider": provider.name,
        "destination": provider.destination.value,
        "region": provider.region,
        "retention": provider.retention,
        "source": provider.source,
        "reason": review.reason,
        "instructions": _instructions(review),
        "pieces": [{**_matter_object(piece.matter), "text": piece.text} for piece in review.sent],
        "withheld": [_matter_object(matter) for matter in review.withheld],
        "replacements": [
            {
                "placeholder": each.placeholder,
                "original": each.original,
                "kind": each.kind.value,
                "count": each.count,
            }
            for each in review.replacements
        ],
        "recogniser": review.recogniser,
        "tokens": review.tokens,
        "answer_tokens": review.answer_tokens,
        "cost": review.cost,
        "obstacle": review.obstacle,
    }


def _matter_object(matter: Matter) -> dict[str, Any]:
    return {"kind": matter.kind.value, "place": matter.place, **held_object(matter.labelled)}
