"""What answers questions over fakes, put together as the app does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_escalations import FakeLabelStore
from localassist.usecases.answering import AnswerQuestion
from localassist.usecases.gathering import GatherMaterial
from localassist.usecases.labelling import LabelMatter

if TYPE_CHECKING:
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.labels import LabelStore
    from localassist.domain.ports.settings import SettingsStore
    from localassist.usecases.retrieval import SearchPassages


def answering(
    conversations: ConversationStore,
    search: SearchPassages,
    documents: DocumentStore,
    models: ChatModels,
    settings: SettingsStore,
    activity: Activity,
    labels: LabelStore | None = None,
) -> AnswerQuestion:
    """`AnswerQuestion`; without `labels` nothing has one."""
    label = LabelMatter(labels or FakeLabelStore(documents, conversations), documents)
    return AnswerQuestion(conversations, GatherMaterial(search, documents, settings), models, settings, activity, label)
