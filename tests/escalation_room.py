"""Asking elsewhere over fakes, put together as the app does it; what is sent is kept instead."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from answering_room import answering
from fake_escalations import FakeEscalationStore, FakeLabelStore
from fakes import (
    FakeActivity,
    FakeChatModel,
    FakeChatModels,
    FakeConversationStore,
    FakeDocumentStore,
    FakeEmbedder,
    FakeFiles,
    FakePassageIndex,
    FakeReader,
    FakeSettingsStore,
)
from localassist.domain.chat import Figures, Question
from localassist.domain.documents import Scope
from localassist.domain.errors import NotFoundError
from localassist.domain.events import Finished, TokenDelta
from localassist.domain.outbound import Identifier, Recognised, Target
from localassist.domain.ports.cloud import (
    CloudEnded,
    CloudModel,
    CloudModels,
    KeyState,
    Price,
    Prices,
    Provider,
    Providers,
)
from localassist.domain.privacy import Destination
from localassist.domain.reviewing import Review
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop
from localassist.usecases.budgeting import Budget
from localassist.usecases.concluding import ConcludeAnswer
from localassist.usecases.escalating import PrepareEscalation, SendEscalation, TellMatter
from localassist.usecases.gathering import GatherMaterial
from localassist.usecases.ingesting import IngestPaths
from localassist.usecases.labelling import LabelMatter
from localassist.usecases.proving import ProveAnswer
from localassist.usecases.redacting import Redactor
from localassist.usecases.retrieval import SearchPassages
from localassist.usecases.reviewing import MakeReview
from localassist.usecases.services import Escalation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from localassist.domain.chat import Message
    from localassist.domain.errors import LocalAssistError
    from localassist.domain.events import AnswerEvent, GenerationEvent
    from localassist.domain.outbound import Outbound
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.settings import SettingsStore

CLOUD = Provider(
    "example", "Example Cloud", "https://api.example.test/v1", Destination.CLOUD, "Stored in Ruritania.", "30 days."
)
HOME = Provider("home", "Home", "http://192.168.1.9:8080/v1", Destination.YOUR_SERVER, needs_key=False)
BIG = Target("example", "big")
PRICE = Price(2.0, 8.0)
EVERYTHING = Scope.everything()
READY = Settings(offline=False, cloud_model="example/big")


class FakeProviders(Providers):
    """Two providers, keys in memory."""

    def __init__(self, *providers: Provider) -> None:
        self._providers = {provider.id: provider for provider in providers or (CLOUD, HOME)}
        self._keys: dict[str, str] = {}
        self.ready: list[str] = []

    @override
    def all(self) -> tuple[Provider, ...]:
        return tuple(self._providers.values())

    @override
    def get(self, provider_id: str) -> Provider:
        if provider_id not in self._providers:
            raise NotFoundError(f"There is no provider {provider_id}.")
        return self._providers[provider_id]

    @override
    def add_server(self, name: str, address: str) -> Provider:
        server = replace(HOME, id=name.lower(), name=name, address=address)
        self._providers[server.id] = server
        return server

    @override
    def remove_server(self, provider_id: str) -> None:
        self.get(provider_id)
        del self._providers[provider_id]

    @override
    def key(self, provider_id: str) -> KeyState:
        key = self._keys.get(provider_id, "")
        return KeyState(f"…{key[-4:]}" if key else "", lasting=bool(key))

    @override
    def keep_key(self, provider_id: str, key: str) -> KeyState:
        self._keys[provider_id] = key
        return self.key(provider_id)

    @override
    def remove_key(self, provider_id: str) -> bool:
        self._keys.pop(provider_id, None)
        return True

    @override
    def models(self, provider_id: str, stop: Stop) -> tuple[CloudModel, ...]:
        self.get(provider_id)
        return (CloudModel(Target(provider_id, "big"), "Big", 32_000, PRICE),)

    @override
    def make_ready(self, provider_id: str) -> None:
        self.ready.append(provider_id)


class FakePrices(Prices):
    """The same price for all in the cloud."""

    def __init__(self, price: Price | None = PRICE) -> None:
        self.price = price

    @override
    def of(self, provider: Provider, model: str) -> Price | None:
        return self.price if provider.destination is Destination.CLOUD else Price(0.0, 0.0)

    @override
    def context_length(self, provider: Provider, model: str) -> int:
        return 32_000


class FakeCloudModels(CloudModels):
    """Answers with `says` piece by piece, then raises `error` if there is one. `sent` keeps what it was given."""

    def __init__(self, says: Sequence[str] = ("Fine.",), error: LocalAssistError | None = None) -> None:
        self.says = says
        self.error = error
        self.sent: list[Outbound] = []

    @property
    def text(self) -> str:
        """All that was ever sent."""
        return "\n".join(turn.text for outbound in self.sent for turn in outbound.turns)

    @override
    def generate(self, outbound: Outbound, stop: Stop) -> Iterator[GenerationEvent | CloudEnded]:
        self.sent.append(outbound)
        for piece in self.says:
            stop.raise_if_requested()
            yield TokenDelta(piece)
        if self.error:
            raise self.error
        yield CloudEnded("end", Figures(prompt_tokens=100, answer_tokens=10), "req_1", 0.001)


class NameRecogniser:
    """Knows the names it is given."""

    name = "a list"

    def __init__(self, *names: str) -> None:
        self._names = names

    def __call__(self, text: str) -> Sequence[Recognised]:
        spans = (match.span() for name in self._names for match in re.finditer(re.escape(name), text))
        return [Recognised(Identifier.PERSON, start, end) for start, end in sorted(spans)]


def escalation(  # one part a port
    conversations: ConversationStore,
    gather: GatherMaterial,
    settings: SettingsStore,
    activity: Activity,
    labels: FakeLabelStore,
    store: FakeEscalationStore,
    models: CloudModels,
    prices: Prices,
    recogniser: NameRecogniser,
) -> Escalation:
    """What asks elsewhere, over the parts."""
    label, providers = LabelMatter(labels, gather.documents), FakeProviders()
    tell, budget = TellMatter(conversations, gather, settings, label), Budget(store, settings)
    make = MakeReview(providers, prices, store, settings, Redactor(recogniser), budget)
    conclude = ConcludeAnswer(conversations, ProveAnswer(gather), label)
    prepare, send = PrepareEscalation(tell, make), SendEscalation(tell, models, store, budget, conclude, activity)
    return Escalation(
        providers=providers,
        prices=prices,
        labels=labels,
        store=store,
        prepare=prepare,
        send=send,
        prepare_unrecorded=prepare,
        send_unrecorded=send,
    )


class EscalationRoom:
    """Documents, a conversation, a small model here and a big one elsewhere."""

    def __init__(
        self,
        *here: FakeChatModel,
        settings: Settings = READY,
        names: Iterable[str] = (),
        prices: Prices | None = None,
        **files: str,
    ) -> None:
        source = FakeFiles(**files)
        self.documents: DocumentStore = FakeDocumentStore()
        index, embedder, activity = FakePassageIndex(self.documents), FakeEmbedder(), FakeActivity()
        ingest = IngestPaths(source, FakeReader(source), embedder, self.documents, index, activity)
        list(ingest(["/files"], "all", Stop()))
        self.conversations = FakeConversationStore()
        self.settings = FakeSettingsStore(settings)
        search = SearchPassages(self.documents, index, embedder)
        gather = GatherMaterial(search, self.documents, self.settings)
        self.labels = FakeLabelStore(self.documents, self.conversations)
        self.store = FakeEscalationStore(self.conversations)
        self.models = FakeCloudModels()
        models = FakeChatModels(*here)
        self.answer = answering(
            self.conversations, search, self.documents, models, self.settings, activity, self.labels
        )
        self.desk = escalation(
            self.conversations,
            gather,
            self.settings,
            activity,
            self.labels,
            self.store,
            self.models,
            prices or FakePrices(),
            NameRecogniser(*names),
        )
        self.conversation = self.conversations.create("", "You are a helpful assistant. Answer briefly and truthfully.")
        self.stop = Stop()

    def ask(self, text: str, scope: Scope = EVERYTHING) -> Message:
        """Ask here; the answer."""
        events = list(self.events(text, scope))
        last = events[-1]
        assert isinstance(last, Finished)
        return last.answer

    def events(self, text: str, scope: Scope = EVERYTHING) -> Iterator[AnswerEvent]:
        """Ask here."""
        head = self.conversations.get(self.conversation.id).head_id
        return self.answer(Question(self.conversation.id, head, text, scope), self.stop)

    def question(self, text: str) -> Message:
        """A question that is stored and not answered."""
        head = self.conversations.get(self.conversation.id).head_id
        return self.conversations.store_question(self.conversation.id, head, text)

    def review(self, question: Message, scope: Scope = EVERYTHING, target: Target = BIG, reason: str = "") -> Review:
        """What would be sent for a stored question."""
        last = list(self.desk.prepare(question.id, scope, target, reason, self.stop))[-1]
        assert isinstance(last, Review)
        return last

    def send(self, review: Review, *, remember: bool = False, reviewed: bool = True) -> Message:
        """Send it; the answer."""
        last = list(self.desk.send(review, self.stop, remember=remember, reviewed=reviewed))[-1]
        assert isinstance(last, Finished)
        return last.answer
