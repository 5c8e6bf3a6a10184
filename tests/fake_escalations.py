"""What is kept of labels and of asking elsewhere, in memory, for tests of what leans on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.domain.documents import Scope
from localassist.domain.errors import NotFoundError
from localassist.domain.labels import Label, LabelKind, Labelled, Sensitivity
from localassist.domain.ports.escalations import EscalationStore, RememberedConsent, Spending
from localassist.domain.ports.labels import LabelStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from localassist.domain.documents import Document
    from localassist.domain.outbound import Consent, Target
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentStore

_STRICT_LAST = (Sensitivity.MAY_GO_OUT, Sensitivity.ASK, Sensitivity.NEVER)


class FakeLabelStore(LabelStore):
    """Labels in memory, of what these two keep; copies have the same hash, links are not followed."""

    def __init__(self, documents: DocumentStore, conversations: ConversationStore) -> None:
        self._documents = documents
        self._conversations = conversations
        self._said: dict[tuple[LabelKind, str], Sensitivity] = {}

    @override
    def labels(self) -> tuple[Label, ...]:
        held = {(kind, target): said for (kind, target), said in self._said.items() if self._is_there(kind, target)}
        return tuple(Label(kind, target, said) for (kind, target), said in sorted(held.items()))

    @override
    def of(self, kind: LabelKind, target: str) -> Sensitivity | None:
        return self._said.get((kind, target)) if self._is_there(kind, target) else None

    @override
    def set(self, kind: LabelKind, target: str, sensitivity: Sensitivity | None) -> None:
        if not self._is_there(kind, target):
            raise NotFoundError(f"There is no {kind} {target}.")
        self._said.pop((kind, target), None)
        if sensitivity is not None:
            self._said[kind, target] = sensitivity

    def _is_there(self, kind: LabelKind, target: str) -> bool:
        if kind is LabelKind.FOLDER:
            return True
        there = self._documents.collections() if kind is LabelKind.COLLECTION else self._conversations.recent()
        return target in {str(each.id) for each in there}

    @override
    def of_documents(self, document_ids: Sequence[int]) -> Mapping[int, Labelled]:
        own = {each: max(self._told(each), key=_strictness, default=Labelled()) for each in self._all()}
        found = {}
        for document, itself in own.items():
            copies = [
                replace(labelled, by=f"{labelled.by}, where there is a copy of it")
                for other, labelled in own.items()
                if labelled.by and other is not document and _are_copies(other, document)
            ]
            found[document.id] = max([itself, *copies], key=lambda each: _STRICT_LAST.index(each.sensitivity))
        return {each: found[each] for each in document_ids if each in found}

    @override
    def never_leaving(self) -> Scope:
        labelled = self.of_documents([each.id for each in self._all()])
        return Scope(document_ids=tuple(i for i, each in labelled.items() if each.sensitivity is Sensitivity.NEVER))

    def _all(self) -> tuple[Document, ...]:
        return (*self._documents.documents(Scope.everything()), *self._documents.cached())

    def _told(self, document: Document) -> Iterator[Labelled]:
        for collection in self._documents.collections():
            said = self.of(LabelKind.COLLECTION, str(collection.id))
            if said and document in self._documents.documents(Scope(collection_ids=(collection.id,))):
                yield Labelled(said, f"the collection {collection.name}")
        for label in self.labels():
            if label.kind is LabelKind.FOLDER and f"{document.path}/".startswith(f"{label.target.rstrip('/')}/"):
                yield Labelled(label.sensitivity, f"the folder {label.target}")


def _are_copies(one: Document, other: Document) -> bool:
    return bool(one.content_hash) and one.content_hash == other.content_hash


def _strictness(labelled: Labelled) -> int:
    return _STRICT_LAST.index(labelled.sensitivity) + 1 if labelled.by else 0


class FakeEscalationStore(EscalationStore):
    """Consents, spendings, chosen models and private words in memory."""

    def __init__(self, conversations: ConversationStore) -> None:
        self._conversations = conversations
        self._consents: dict[tuple[int, str], Consent] = {}
        self._targets: dict[int, Target] = {}
        self._words: tuple[str, ...] = ()
        self.spent: list[Spending] = []

    @override
    def remember_consent(self, conversation_id: int, provider: str, consent: Consent) -> None:
        self._conversations.get(conversation_id)
        self._consents[conversation_id, provider] = replace(consent, remembered=True)

    @override
    def consent(self, conversation_id: int, provider: str) -> Consent | None:
        return next(
            (
                each.consent
                for each in self.consents()
                if (each.conversation_id, each.provider) == (conversation_id, provider)
            ),
            None,
        )

    @override
    def consents(self) -> tuple[RememberedConsent, ...]:
        titles = {each.id: each.title for each in self._conversations.recent()}
        held = [
            RememberedConsent(whose, titles[whose], provider, consent)
            for (whose, provider), consent in self._consents.items()
            if whose in titles
        ]
        return tuple(sorted(held, key=lambda each: each.consent.given, reverse=True))

    @override
    def withdraw_consents(self, conversation_id: int | None = None) -> int:
        leaving = [
            (each.conversation_id, each.provider)
            for each in self.consents()
            if conversation_id in {None, each.conversation_id}
        ]
        for key in leaving:
            del self._consents[key]
        return len(leaving)

    @override
    def choose_target(self, conversation_id: int, target: Target | None) -> None:
        self._conversations.get(conversation_id)
        self._targets.pop(conversation_id, None)
        if target is not None:
            self._targets[conversation_id] = target

    @override
    def target(self, conversation_id: int) -> Target | None:
        self._conversations.get(conversation_id)
        return self._targets.get(conversation_id)

    @override
    def reserve(self, spending: Spending) -> int:
        self.spent.append(spending)
        return len(self.spent)

    @override
    def settle(self, number: int, prompt_tokens: int, answer_tokens: int, cost: float | None) -> None:
        if not 1 <= number <= len(self.spent):
            raise NotFoundError(f"There is no spending {number}.")
        before = self.spent[number - 1]
        self.spent[number - 1] = replace(before, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens, cost=cost)

    @override
    def spendings(self, since: datetime) -> tuple[Spending, ...]:
        return tuple(sorted((each for each in self.spent if each.time >= since), key=lambda each: each.time))

    @override
    def private_words(self) -> tuple[str, ...]:
        return self._words

    @override
    def set_private_words(self, words: tuple[str, ...]) -> None:
        kept = {" ".join(word.split()) for word in words} - {""}
        self._words = tuple(sorted(kept, key=lambda word: (word.casefold(), word)))
