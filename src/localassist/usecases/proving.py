"""What an answer under way rests on, and what of the documents it leaves unused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError, Stopped
from localassist.usecases import grounding
from localassist.usecases.citing import without_markers
from localassist.usecases.expecting import unused
from localassist.usecases.extracting import joined
from localassist.usecases.gathering import tell_covered
from localassist.usecases.reading_whole import shown_differences
from localassist.usecases.retrieval import LONGEST_QUERY
from localassist.usecases.whole_tasks import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.stopping import Stop
    from localassist.usecases.drafting import Draft
    from localassist.usecases.gathering import GatherMaterial
    from localassist.usecases.retelling import Numbered

_MEANING_UP_TO: Final = 40_000
"""Characters whose sentences are compared with the answer's by meaning; with more, words alone decide."""


class ProveAnswer:
    """Compares what was written with the passages it was written from, wherever the model runs."""

    def __init__(self, gather: GatherMaterial) -> None:
        self._gather = gather

    def __call__(self, draft: Draft, stop: Stop, *, complete: bool) -> None:
        """Give the draft its text with marks and what stands behind it; `complete`: it was written to its end."""
        with draft.timed("grounding"):
            answer = draft.growing.text.strip()
            if not draft.evidence.searched:
                draft.text = answer
                return
            # A passage from before that the answer names may be what it rests on.
            named = {n for n, _ in without_markers(answer)[1]} - {given.n for given in draft.evidence.given}
            earlier = [each for each in draft.standing if each.n in named]
            known = None if earlier else draft.known()
            grounder = known or grounding.Grounder(self.material(draft, stop, earlier))
            grounded = grounder.ground(answer, complete=complete and draft.whole is None)
            if complete and draft.whole and draft.whole.task.wanted is Wanted.COMPARISON:
                first = len(grounded.citations) + 1
                grounded = joined(grounded, shown_differences(draft.whole, draft.question.text, first))
            draft.take(grounded)
            if answer:
                tell_covered(draft)
            self.note_unused(draft)

    def note_unused(self, draft: Draft) -> None:
        """Keep which of the documents that were meant the answer does not rest on."""
        evidence, text = draft.evidence, draft.question.text
        left = unused(text, draft.scope, draft.passages, evidence.citations, self._gather.documents)
        draft.evidence = replace(evidence, unused=left)

    def material(self, draft: Draft, stop: Stop, earlier: Sequence[Numbered] = ()) -> grounding.Material:
        """What the answer may rest on."""
        by_words = draft.whole is not None and sum(len(each.text) for each in draft.passages) > _MEANING_UP_TO

        def compare(question: str, texts: Sequence[str]) -> Sequence[float]:
            with suppress(LocalAssistError, Stopped):
                if not by_words:
                    return self._gather.search.nearness(question, texts, stop)
            return [0.0] * len(texts)

        question = f"{draft.before[:LONGEST_QUERY]}\n{draft.question.text[:LONGEST_QUERY]}".strip()
        numbers = {} if draft.reads_lines else {given.chunk_id: given.n for given in draft.evidence.given}
        passages = (*draft.passages, *(each.passage for each in earlier))
        numbers |= {each.passage.chunk_id: each.n for each in earlier}
        return grounding.Material(question, passages, self._gather.content, compare, numbers)
