"""One question on its way elsewhere and its answer on the way back, put together again as it comes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Given, Sent
from localassist.domain.events import ReasoningDelta, TokenDelta
from localassist.domain.outbound import MatterKind
from localassist.domain.ports.cloud import CloudEnded
from localassist.domain.privacy import Destination, Route
from localassist.usecases.budgeting import estimated_tokens
from localassist.usecases.labelling import passage_key
from localassist.usecases.restoring import Restorer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from localassist.domain.events import GenerationEvent
    from localassist.domain.outbound import Outbound
    from localassist.domain.reviewing import Review
    from localassist.usecases.drafting import Draft

_WHERE: Final = {
    Destination.THIS_COMPUTER: "a server on this computer",
    Destination.YOUR_SERVER: "your own server",
    Destination.CLOUD: "the cloud",
}


@dataclass(slots=True)
class Sending:
    """What was reviewed, as it is sent; `number` is that of its spending. `ended` is known once all of it came.

    `has_begun`: some of it may have left. `is_refused`: it surely was not answered, if nothing came.
    """

    review: Review
    outbound: Outbound
    number: int
    ended: CloudEnded | None = None
    has_begun: bool = False
    is_refused: bool = False
    is_settled: bool = False

    def begin(self, draft: Draft) -> Route:
        """Note in the draft what the model is given, and where it goes."""
        review = self.review
        kept = {piece.matter.key for piece in review.sent if piece.matter.kind is MatterKind.PASSAGE}
        draft.passages = tuple(passage for passage in review.passages if passage_key(passage) in kept)
        given = tuple(
            Given(n, each.chunk_id, each.document_id, each.char_start, each.char_end)
            for n, each in enumerate(draft.passages, 1)
        )
        route = Route(review.provider.destination, review.target.name, self._reason(checked=bool(draft.passages)))
        draft.evidence = replace(
            draft.evidence,
            route=route,
            searched=bool(draft.passages),
            found=draft.passages,
            given=given,
            sent=Sent(
                provider=review.provider.name,
                model=review.target.model,
                consent=self.outbound.consent.words if self.outbound.consent else "",
                recogniser=review.recogniser,
                replaced=len(review.replacements),
            ),
        )
        return route

    def _reason(self, *, checked: bool) -> str:
        provider, where = self.review.provider, _WHERE[self.review.provider.destination]
        at = (
            f"at {provider.name}, in {where}"
            if provider.destination is Destination.CLOUD
            else f"on {where} {provider.name}"
        )
        told = [f"You sent it to {self.review.target.model} {at}.", self.review.reason]
        if self.review.passages and not checked:
            told.append("No passage of your documents went along, so its answer is not checked against any.")
        return " ".join(filter(None, told))

    def heard(self, draft: Draft, events: Iterable[GenerationEvent | CloudEnded]) -> Iterator[GenerationEvent]:
        """What comes back with the originals in place of placeholders; the draft takes it."""
        said, thought = Restorer(self.review.replacements), Restorer(self.review.replacements)
        self.has_begun = True
        try:
            for event in events:
                match event:
                    case CloudEnded():
                        self.ended = event
                    case TokenDelta(text):
                        yield from _taken(draft, TokenDelta(said.feed(text)))
                    case ReasoningDelta(text):
                        yield from _taken(draft, ReasoningDelta(thought.feed(text)))
                    case _:
                        yield event
        finally:
            # What was held back of a cut answer is part of it: kept, though nobody may be listening any more.
            rest = TokenDelta(said.end())
            draft.hear(ReasoningDelta(thought.end()))
            if rest.text:
                draft.hear(rest)
            self._note_ended(draft)
        if rest.text:
            yield rest

    def spent(self, draft: Draft) -> tuple[int, int, float | None]:
        """Tokens sent, tokens that came, and what they cost in US dollars; estimated where nobody counted them."""
        figures = self.ended.figures if self.ended else None
        written = f"{draft.growing.text}{''.join(draft.thoughts)}"
        if figures and figures.prompt_tokens:
            sent, came = figures.prompt_tokens, figures.answer_tokens
        elif not self.has_begun or (self.is_refused and not written):
            return 0, 0, 0.0
        else:
            sent, came = self.review.tokens, estimated_tokens(written)
        return sent, came, self._cost(sent, came)

    def _cost(self, prompt_tokens: int, answer_tokens: int) -> float | None:
        if self.ended and self.ended.cost is not None:
            return self.ended.cost
        return self.review.price.cost(prompt_tokens, answer_tokens) if self.review.price else None

    def _note_ended(self, draft: Draft) -> None:
        if self.ended is None or draft.evidence.sent is None:
            return
        sent = replace(draft.evidence.sent, request_id=self.ended.request_id, cost=self.spent(draft)[2])
        draft.evidence = replace(draft.evidence, figures=self.ended.figures, ended=self.ended.reason, sent=sent)


def _taken(draft: Draft, event: TokenDelta | ReasoningDelta) -> Iterator[GenerationEvent]:
    if event.text:
        draft.hear(event)
        yield event
