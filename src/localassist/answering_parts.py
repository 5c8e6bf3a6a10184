"""Builds what answers questions, here and elsewhere, for the app."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from localassist.usecases.answering import AnswerQuestion
from localassist.usecases.concluding import ConcludeAnswer
from localassist.usecases.gathering import GatherMaterial
from localassist.usecases.labelling import LabelMatter
from localassist.usecases.proving import ProveAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.adapters.cloud.known_providers import KnownProviders
    from localassist.adapters.cloud.prices import BundledPrices
    from localassist.adapters.database import Database, DatabaseEscalationStore, DatabaseLabelStore
    from localassist.adapters.network import NetworkDoor
    from localassist.domain.outbound import Recognised
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.recognising import Recogniser
    from localassist.domain.ports.settings import SettingsStore
    from localassist.usecases.budgeting import Budget
    from localassist.usecases.escalating import SendEscalation, TellMatter
    from localassist.usecases.filling import Comparing
    from localassist.usecases.retrieval import SearchPassages
    from localassist.usecases.reviewing import MakeReview
    from localassist.usecases.services import Escalation


@dataclass(eq=False)
class LateRecogniser:
    """Makes a recogniser with its first use: reading its patterns takes a third of a second."""

    make: Callable[[], Recogniser]

    @cached_property
    def _made(self) -> Recogniser:
        return self.make()

    @property
    def name(self) -> str:
        """Who looks, for people."""
        return self._made.name

    def __call__(self, text: str) -> Sequence[Recognised]:
        """What it found, by position, none overlapping another."""
        return self._made(text)


@dataclass(eq=False)
class AnsweringParts:
    """The parts over the app's own. `kept` are the conversations of the history, `unrecorded` those in memory."""

    kept: ConversationStore
    unrecorded: ConversationStore
    search: SearchPassages
    documents: DocumentStore
    models: ChatModels
    settings: SettingsStore
    activity: Activity
    database: Database
    door: NetworkDoor

    @cached_property
    def labels(self) -> DatabaseLabelStore:
        """What may leave."""
        from localassist.adapters.database import DatabaseLabelStore

        return DatabaseLabelStore(self.database)

    def answering(self, conversations: ConversationStore) -> AnswerQuestion:
        """What answers here."""
        label = self._label(conversations)
        return AnswerQuestion(conversations, self._gather, self.models, self.settings, self.activity, label)

    @cached_property
    def escalation(self) -> Escalation:
        """What asks elsewhere."""
        from localassist.usecases.escalating import PrepareEscalation
        from localassist.usecases.services import Escalation

        kept, unrecorded = self._tell(self.kept), self._tell(self.unrecorded)
        return Escalation(
            providers=self._providers,
            prices=self._prices,
            labels=self.labels,
            store=self._store,
            prepare=PrepareEscalation(kept, self._make),
            send=self._send(kept),
            prepare_unrecorded=PrepareEscalation(unrecorded, self._make),
            send_unrecorded=self._send(unrecorded),
        )

    @cached_property
    def comparing(self) -> Comparing:
        """What puts questions to several models."""
        from localassist.adapters.database.comparisons import DatabaseComparisonStore
        from localassist.usecases.filling import Comparing, FillComparison
        from localassist.usecases.side_by_side import CompareModels, Elsewhere

        def elsewhere() -> Elsewhere:
            parts = self.escalation
            return Elsewhere(parts.providers, parts.prepare_unrecorded, parts.send_unrecorded)

        ask = CompareModels(self.unrecorded, self.answering(self.unrecorded), elsewhere)
        saved = DatabaseComparisonStore(self.database)
        return Comparing(ask, FillComparison(saved, ask), saved)

    def _tell(self, conversations: ConversationStore) -> TellMatter:
        from localassist.usecases.escalating import TellMatter

        return TellMatter(conversations, self._gather, self.settings, self._label(conversations))

    def _send(self, tell: TellMatter) -> SendEscalation:
        from localassist.adapters.cloud.cloud_models import ProviderModels
        from localassist.usecases.escalating import SendEscalation

        conclude = ConcludeAnswer(tell.conversations, ProveAnswer(self._gather), tell.label)

        def silence_s() -> float:
            return self.settings.load().cloud_patience_seconds

        models = ProviderModels(self._providers, self._prices, silence_s)
        return SendEscalation(tell, models, self._store, self._budget, conclude, self.activity)

    def _label(self, conversations: ConversationStore) -> LabelMatter:
        return LabelMatter(self.labels, self.documents, lasting=conversations.lasts)

    @cached_property
    def _gather(self) -> GatherMaterial:
        return GatherMaterial(self.search, self.documents, self.settings)

    @cached_property
    def _make(self) -> MakeReview:
        from localassist.usecases.redacting import Redactor
        from localassist.usecases.reviewing import MakeReview

        redactor = Redactor(LateRecogniser(self._recogniser))
        return MakeReview(self._providers, self._prices, self._store, self.settings, redactor, self._budget)

    def _recogniser(self) -> Recogniser:
        from localassist.adapters.recognising.rules import RuleRecogniser

        return RuleRecogniser(self._store.private_words)

    @cached_property
    def _budget(self) -> Budget:
        from localassist.usecases.budgeting import Budget

        return Budget(self._store, self.settings)

    @cached_property
    def _store(self) -> DatabaseEscalationStore:
        from localassist.adapters.database import DatabaseEscalationStore

        return DatabaseEscalationStore(self.database)

    @cached_property
    def _prices(self) -> BundledPrices:
        from localassist.adapters.cloud.prices import BundledPrices

        return BundledPrices()

    @cached_property
    def _providers(self) -> KnownProviders:
        from localassist.adapters.cloud.known_providers import KnownProviders
        from localassist.adapters.database import DatabaseServers
        from localassist.adapters.secrets import KeyringSecrets

        return KnownProviders(KeyringSecrets(), lambda: DatabaseServers(self.database), self.door, self._prices)
