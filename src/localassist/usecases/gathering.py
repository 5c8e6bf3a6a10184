"""What an answer is made from: whole documents or passages, widened to what is worth most; what to beware of in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Role, Turn
from localassist.domain.documents import Scope
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.events import Retrieved
from localassist.usecases import covering
from localassist.usecases.injections import cautions_about
from localassist.usecases.retrieval import LONGEST_QUERY
from localassist.usecases.stretches import coverage_of
from localassist.usecases.whole_documents import FindWhole, characters_a_token
from localassist.usecases.widening import LOOKED_AT, widen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.chat import Coverage
    from localassist.domain.documents import StructuredText
    from localassist.domain.events import AnswerEvent
    from localassist.domain.ports.chat_model import ChatModel, Framing
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.stopping import Stop
    from localassist.usecases.drafting import Draft
    from localassist.usecases.retrieval import SearchPassages

_TOKENS_A_PASSAGE: Final = 250
_FOR_ALL: Final = 2
"""Times as much room is given to a question about all there is of something."""
_PASSAGES_SHARE: Final = 0.5
"""Of the context, that passages may fill."""


class GatherMaterial:
    """Finds what an answer may be made from, by `search` in `documents`."""

    def __init__(self, search: SearchPassages, documents: DocumentStore, settings: SettingsStore) -> None:
        self.search = search
        self.documents = documents
        self._settings = settings
        self._find_whole = FindWhole(search, documents)

    def __call__(self, draft: Draft, stop: Stop) -> Iterator[AnswerEvent]:
        """Find the documents that the question is about as wholes, else passages that may answer it.

        Raises `StorageError`, and `Stopped` on request.
        """
        if draft.scope.is_empty:
            return
        with draft.timed("search"):
            spoken_of = [each.passage.document_id for each in draft.history.last_given]
            whole = yield from self._find_whole(draft.question.text, draft.scope, spoken_of, stop)
        if whole is None:
            yield from self._retrieve(draft, stop)
        elif whole.eligible:
            draft.eligible = whole.eligible
        else:
            draft.whole = whole
            draft.passages = tuple(whole.stretches())
            draft.evidence = replace(draft.evidence, searched=True)
        self._beware(draft)

    def _retrieve(self, draft: Draft, stop: Stop) -> Iterator[AnswerEvent]:
        limit = self._settings.load().passages
        with draft.timed("search"):
            for event in self.search(draft.question.text, draft.scope, max(limit, LOOKED_AT), stop, draft.before):
                if isinstance(event, Retrieved):
                    event = draft.note_found(event, limit)  # noqa: PLW2901  what is told is what is used
                yield event

    def widen(self, draft: Draft, model: ChatModel, framing: Framing) -> None:
        """Take of what was found, and of what stands around it, what is worth most to the question."""

        def count(texts: Sequence[str]) -> list[int]:
            return [int(len(text) / density) + 1 for text in texts]

        density = characters_a_token(
            draft.candidates, lambda text: model.count_tokens((Turn(Role.USER, text),), framing)
        )
        tokens = self._settings.load().passages * _TOKENS_A_PASSAGE * (_FOR_ALL if draft.evidence.matched else 1)
        tokens = min(tokens, int(_PASSAGES_SHARE * model.description.context_length))
        query = f"{draft.before[:LONGEST_QUERY]}\n{draft.question.text[:LONGEST_QUERY]}".strip()
        with draft.timed("search"):
            widened = widen(query, draft.candidates, self.content, count, tokens)
        taken = {passage.chunk_id for passage in widened}
        rest = tuple(passage for passage in draft.passages if passage.chunk_id not in taken)
        draft.passages = widened or draft.passages
        draft.evidence = replace(draft.evidence, found=(*draft.passages, *rest))
        self._beware(draft)

    def _beware(self, draft: Draft) -> None:
        """Note what in the documents reads like orders, and what they hide."""
        ids = tuple(dict.fromkeys(passage.document_id for passage in draft.passages))
        used = self.documents.documents(Scope(document_ids=ids)) if ids else ()
        used = tuple(document for document in used if document.id in ids)
        draft.evidence = replace(draft.evidence, cautions=cautions_about(draft.passages, used, self.content))

    def centrality(self, texts: Sequence[str], stop: Stop) -> Sequence[float]:
        """How near in meaning texts are to their mean; all alike where that can't be known."""
        try:
            return self.search.nearness.to_the_mean(texts, stop)
        except LocalAssistError:
            return [0.0] * len(texts)

    def content(self, document_id: int) -> StructuredText | None:
        """A document's text, None when it is gone."""
        try:
            return self.documents.content(document_id)
        except NotFoundError:
            return None


def tell_covered(draft: Draft) -> None:
    """End the answer with how much of what was asked about it was made from."""
    evidence, question = draft.evidence, draft.question.text
    coverage: tuple[Coverage, ...] = ()
    told = ""
    if draft.whole:
        coverage = tuple(coverage_of(*each, draft.read) for each in draft.whole.documents)
        told = covering.covered_sentence(question, coverage)
    elif evidence.matched:
        seen = len(evidence.given) or len(draft.passages)
        told = covering.matched_sentence(question, evidence.matched, evidence.matched_documents, seen)
    if told:
        draft.text = f"{draft.text}\n\n{told}".strip()
        draft.evidence = replace(evidence, coverage=coverage, covered=told)
