"""What a front end is handed: the use cases, and the ports it may read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from localassist.domain.diagnosis import Finding
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.cloud import Prices, Providers
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentReader, DocumentStore, PassageIndex
    from localassist.domain.ports.embedder import EmbeddingModels
    from localassist.domain.ports.escalations import EscalationStore
    from localassist.domain.ports.hub import Hub
    from localassist.domain.ports.keeping import ModelShelf
    from localassist.domain.ports.labels import LabelStore
    from localassist.domain.ports.ledger import Ledger
    from localassist.domain.ports.library import ModelCatalog
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.privacy import Traffic
    from localassist.usecases.answering import AnswerQuestion
    from localassist.usecases.downloading import DownloadModels
    from localassist.usecases.escalating import PrepareEscalation, SendEscalation
    from localassist.usecases.evaluating import EvaluateSearch
    from localassist.usecases.filling import Comparing
    from localassist.usecases.fitting_models import FitModels
    from localassist.usecases.forgetting import ForgetConversation, ForgetDocuments
    from localassist.usecases.ingesting import IngestPaths
    from localassist.usecases.keeping import FindModels, ListModels, MoveModels, RemoveModel, VerifyModels
    from localassist.usecases.looking_up import LookUpModel
    from localassist.usecases.mirroring import MirrorFolders
    from localassist.usecases.packing_models import PackModels, UnpackModels
    from localassist.usecases.reading_ahead import ReadAhead
    from localassist.usecases.recommending import RecommendModel
    from localassist.usecases.reembedding import ChangeEmbedder
    from localassist.usecases.retrieval import SearchPassages
    from localassist.usecases.tuning import TuneModel


@dataclass(frozen=True, slots=True)
class ModelLibrary:
    """What is done with models besides asking them. Building it looks at nothing but the settings.

    `hub` has them, `look_up` tells which is meant, `downloads` bring files into `shelf`, our folder of them.
    `fit` judges how models go with this computer, `recommend` names one to begin with.
    `keep_token` keeps a token of the hub in the system's keyring; False says that no keyring works here and that it
    lasts until the program ends.
    """

    hub: Hub
    look_up: LookUpModel
    downloads: DownloadModels
    fit: FitModels
    recommend: RecommendModel
    shelf: ModelShelf
    kept: ListModels
    find: FindModels
    remove: RemoveModel
    verify: VerifyModels
    move: MoveModels
    pack: PackModels
    unpack: UnpackModels
    tune: TuneModel
    keep_token: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Escalation:
    """Asking models elsewhere. Building it asks nobody and opens no keyring.

    `providers` have them, `prices` says what they cost, `labels` what may leave, `store` what was agreed and spent.
    `prepare` makes the review of a question, `send` sends one that the user approved; the other two do so for questions
    of `unrecorded_conversations`.
    """

    providers: Providers
    prices: Prices
    labels: LabelStore
    store: EscalationStore
    prepare: PrepareEscalation
    send: SendEscalation
    prepare_unrecorded: PrepareEscalation
    send_unrecorded: SendEscalation


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a front end may call. Building it loads nothing heavy.

    `answer` keeps questions and answers in `conversations`; `answer_unrecorded` keeps them in
    `unrecorded_conversations`, which live in memory only. `read_ahead` prepares a model for the next question of
    one of `conversations`. `mirror` keeps collections true to the disk: a window iterates `mirror(stop)` once, in a job
    of its own, and need not ingest what it adds with `documents.add_collection`, which is taken up within seconds.
    `change_embedder` makes everything ready for another embedding model; what runs already goes on with the one before.
    `catalogue` has the models known by name. `library` gives what else is done with models: the first call takes some
    hundredths of a second and raises `SettingsError`, so make it in a job.
    `escalation` gives what is done with models elsewhere; make the first call in a job.
    `comparing` puts questions to several models.
    `ledger` has every request that passed the door or was refused there.
    `samples` is the folder of sample documents, `demo_questions` what the demo asks about them. `diagnose` yields
    findings as they are made, some of which take a second.
    """

    conversations: ConversationStore
    unrecorded_conversations: ConversationStore
    documents: DocumentStore
    reader: DocumentReader
    models: ChatModels
    embedding_models: EmbeddingModels
    catalogue: ModelCatalog
    library: Callable[[], ModelLibrary]
    settings: SettingsStore
    index: PassageIndex
    ingest: IngestPaths
    mirror: MirrorFolders
    change_embedder: ChangeEmbedder
    forget: ForgetDocuments
    forget_conversation: ForgetConversation
    search: SearchPassages
    evaluate: EvaluateSearch
    answer: AnswerQuestion
    answer_unrecorded: AnswerQuestion
    read_ahead: ReadAhead
    escalation: Callable[[], Escalation]
    comparing: Comparing
    traffic: Callable[[], Traffic]
    ledger: Ledger
    diagnose: Callable[[], Iterable[Finding]]
    samples: str
    demo_questions: tuple[str, ...]
