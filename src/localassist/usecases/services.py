"""What a front end is handed: the use cases, and the ports it may read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from localassist.domain.diagnosis import Finding
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentReader, DocumentStore, PassageIndex
    from localassist.domain.ports.embedder import EmbeddingModels
    from localassist.domain.ports.hub import Hub
    from localassist.domain.ports.library import ModelCatalog
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.privacy import Traffic
    from localassist.usecases.answering import AnswerQuestion
    from localassist.usecases.downloading import DownloadModels
    from localassist.usecases.evaluating import EvaluateSearch
    from localassist.usecases.forgetting import ForgetConversation, ForgetDocuments
    from localassist.usecases.ingesting import IngestPaths
    from localassist.usecases.mirroring import MirrorFolders
    from localassist.usecases.reading_ahead import ReadAhead
    from localassist.usecases.reembedding import ChangeEmbedder
    from localassist.usecases.retrieval import SearchPassages


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a front end may call. Building it loads nothing heavy.

    `answer` keeps questions and answers in `conversations`; `answer_unrecorded` keeps them in
    `unrecorded_conversations`, which live in memory only. `read_ahead` prepares a model for the next question of
    one of `conversations`. `mirror` keeps collections true to the disk: a window iterates `mirror(stop)` once, in a job
    of its own, and need not ingest what it adds with `documents.add_collection`, which is taken up within seconds.
    `change_embedder` makes everything ready for another embedding model; what runs already goes on with the one before.
    `downloads` bring files of `hub` into folders below `models_folder`; `catalogue` has the models known by name.
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
    hub: Hub
    downloads: DownloadModels
    models_folder: str
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
    traffic: Callable[[], Traffic]
    diagnose: Callable[[], Iterable[Finding]]
    samples: str
    demo_questions: tuple[str, ...]
