"""What a window is made of: builds views and presenters and connects what one says to what another does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from localassist.domain.chat import Role, Sources
from localassist.ui.chat.conversations_presenter import ConversationsPresenter
from localassist.ui.chat.markdown import warm_up
from localassist.ui.chat.markdown_view import MarkdownView
from localassist.ui.chat.presenter import ChatPresenter
from localassist.ui.chat.switcher import SwitcherDialog
from localassist.ui.cloud.choosing_presenter import ChoosingPresenter
from localassist.ui.cloud.presenter import ReviewPresenter
from localassist.ui.comparing.window import ComparingWindow
from localassist.ui.documents.attaching import AttachmentsPresenter
from localassist.ui.documents.drops import FileDrops
from localassist.ui.documents.presenter import DocumentsPresenter
from localassist.ui.errors import describe
from localassist.ui.evidence.presenter import EvidencePresenter
from localassist.ui.following import EvidenceFollower
from localassist.ui.front import TEACHING
from localassist.ui.ledger.presenter import LedgerPresenter
from localassist.ui.models.library import ModelsLibrary
from localassist.ui.models.library_dialog import Page
from localassist.ui.models.presenter import FirstStartPresenter, ModelsPresenter
from localassist.ui.settings.dialog import SettingsDialog
from localassist.ui.settings.presenter import SettingsPresenter

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint

    from localassist.domain.chat import Conversation
    from localassist.domain.documents import Document
    from localassist.domain.settings import Settings
    from localassist.ui.errors import Problem
    from localassist.ui.front import Front
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

SAMPLES: Final = "Samples"
GONE: Final = (
    "Some of what this conversation asked is no longer kept here. Its answers stay; to ask those files again, drop "
    "them in or choose them on the left."
)
STILL_READING: Final = "The files of this conversation are still being read. Ask once they are, or stop reading them."


class Assembly(QObject):
    """What a window does, behind its front. `begin` once it is on screen."""

    def __init__(self, services: Services, jobs: Jobs, front: Front) -> None:
        super().__init__()
        self._services = services
        self._jobs = jobs
        self._settings: tuple[SettingsDialog, SettingsPresenter] | None = None
        self._icons = icons = front.icons
        self.picker = front.picker
        self.chat = front.chat
        self.conversations = front.conversations
        self.collections = front.collections
        self.first_start = front.first_start
        self.evidence = front.evidence
        self.window = front.window
        self._drops = FileDrops(self.window)
        self._chat = ChatPresenter(services, jobs, self.chat)
        self._list = ConversationsPresenter(services, jobs, self.conversations)
        self._documents = DocumentsPresenter(self.collections, services, jobs, icons)
        self._attachments = AttachmentsPresenter(services, jobs, icons)
        self.chat.composer.put_above(self._attachments.view)
        self._models = ModelsPresenter(self.picker, services, jobs)
        self.comparing = ComparingWindow(self.window, services, jobs, icons)
        self._library = ModelsLibrary(self.window, services, jobs, icons, self._make_card)
        self._ways_in = FirstStartPresenter(self.first_start, services, jobs)
        EvidencePresenter(self.evidence, services, jobs)
        EvidenceFollower(self._chat, self.evidence, self.window)
        self.review = ReviewPresenter(services, jobs, icons, self.window)
        self.choosing = ChoosingPresenter(services, jobs, icons, self.window)
        self._connect_chat()
        self._connect_documents()
        self._connect_window()
        self._use_scope()

    def begin(self) -> None:
        """Read what is stored, now that the window can be seen."""
        self._jobs.call(warm_up, lambda _: None, self._on_failed)
        self._jobs.call(self._read_beginning, lambda first: self._on_begun(first=first), self._on_failed)

    def _read_beginning(self) -> bool:
        services = self._services
        services.conversations.mark_interrupted()
        return not services.conversations.recent() and not services.documents.collections()

    def _on_begun(self, *, first: bool) -> None:
        self.window.show_first_start(shown=first)
        self._list.refresh()
        self.chat.composer.field.setFocus()
        self._chat.elsewhere.refresh()
        self._documents.follow()
        self._library.begin()

    def _connect_chat(self) -> None:
        self._chat.sources_recalled.connect(self._on_sources_recalled)
        self._chat.conversation_shown.connect(self._on_conversation_shown)
        self._chat.conversations_changed.connect(self._list.refresh)
        self._chat.model_ready.connect(self._models.note_ready)
        self._models.failed.connect(self._on_problem)
        self._list.failed.connect(self.chat.composer.complain)
        self._list.deleting.connect(self._chat.leave_alone)
        self._list.deleted.connect(self._chat.let_go)
        self.conversations.conversation_chosen.connect(self._chat.open)
        self._connect_elsewhere()

    def _connect_elsewhere(self) -> None:
        elsewhere, destination = self._chat.elsewhere, self.chat.composer.destination
        elsewhere.review_ready.connect(lambda review, answered: self.review.show(review, answered=answered))
        elsewhere.other_requested.connect(self.choosing.choose_for_question)
        destination.other_requested.connect(self.choosing.choose_for_conversation)
        destination.settings_requested.connect(self._on_settings_requested)
        self.review.sent.connect(elsewhere.send)
        self.review.local_chosen.connect(self._chat.answer_here)
        self.review.cancelled.connect(lambda _: self.chat.composer.field.setFocus())
        self.choosing.question_chosen.connect(elsewhere.ask_other)
        self.choosing.conversation_chosen.connect(elsewhere.choose)
        self.choosing.settings_requested.connect(self._on_elsewhere_requested)
        self.chat.ledger_requested.connect(self.window.ledger_requested)

    def _connect_documents(self) -> None:
        self.collections.scope_changed.connect(self._use_scope)
        self._documents.in_line.connect(self._explain)
        self._documents.files.file_chosen.connect(self._on_file_chosen)
        self._drops.dropped.connect(self._on_dropped)
        self._chat.conversation_stored.connect(self._attachments.keep_for)
        self._attachments.changed.connect(self._use_scope)
        self._attachments.folders_dropped.connect(self._documents.add)
        self._attachments.files_requested.connect(partial(self._documents.files.show, "this conversation"))
        self._attachments.failed.connect(self.chat.composer.complain)
        self.chat.demo_requested.connect(self._on_demo_requested)
        self.first_start.demo_chosen.connect(self._on_demo_requested)
        self._ways_in.ready.connect(self._on_way_gone)

    def _connect_window(self) -> None:
        self.window.new_requested.connect(self._on_new_requested)
        self.window.stop_requested.connect(self._chat.stop)
        self.window.switch_requested.connect(self._on_switch_requested)
        self.window.models_requested.connect(self._library.show)
        self.picker.library_requested.connect(self._library.show)
        self.first_start.library_chosen.connect(self._library.show_recommendation)
        self.window.downloads_requested.connect(lambda: self._library.show(Page.DOWNLOADS))
        self._library.told.connect(self.window.show_downloads)
        self._library.failed.connect(self._on_problem)
        self._library.models_changed.connect(self._models.refresh)
        self._library.model_used.connect(self._on_model_used)
        self._library.settings_requested.connect(self._on_settings_requested)
        self.window.settings_requested.connect(self._on_settings_requested)
        ledger = LedgerPresenter(self.window, self._services, self._jobs, self._icons)
        self.window.ledger_requested.connect(ledger.show)
        self.chat.ledger_requested.connect(ledger.show_answer)
        self.window.comparison_requested.connect(self._on_comparison_requested)
        self.comparing.settings_requested.connect(self._on_settings_requested)

    def _explain(self) -> None:
        """Say in the empty conversation what can be asked."""
        name = self._attachments.name or self.collections.scope_name
        words = f"Asking {name}: answers show the pages they rest on." if name else TEACHING
        is_read = self._documents.is_read(SAMPLES)
        suggestions = self._services.demo_questions if name == SAMPLES and is_read else ()
        self.chat.empty.explain(words, suggestions, offer_demo=not name)

    def _on_conversation_shown(self, conversation_id: int | None, title: str) -> None:
        self.review.leave_other(conversation_id)
        self.window.show_first_start(shown=False)
        self.window.show_title(title)
        self._attachments.show_conversation(conversation_id)
        self._list.mark(conversation_id)

    def _on_sources_recalled(self, conversation: Conversation, documents: tuple[Document, ...]) -> None:
        sources = conversation.sources
        if sources is None:
            return
        known = {document.id: document for document in documents}
        attached = [known[each] for each in sources.attached if each in known]
        self._attachments.recall(conversation.id, attached)
        files = [known[each] for each in sources.chosen.document_ids if each in known]
        self.collections.choose(sources.chosen, files)
        gone = not sources.chosen.is_empty and self.collections.scope.is_empty and not sources.attached
        if gone or len(attached) < len(sources.attached):
            self.chat.composer.say(GONE)

    def _use_scope(self) -> None:
        """Ask the files of the conversation on show or, where it has none, what is chosen in the left column."""
        attached = self._attachments.scope
        name = self.collections.scope_name if attached.is_empty else self._attachments.name
        sources = Sources(self.collections.scope, attached.document_ids)
        self._chat.use_sources(sources)
        self.comparing.use(sources.scope, name)
        self.chat.composer.show_scope(name)
        self.chat.composer.wait_for(STILL_READING if self._attachments.is_reading else "")
        self._explain()

    def _on_comparison_requested(self) -> None:
        """With the question that is being written, else the last one on show."""
        asked = [item.message.text for item in self.chat.transcript.items if item.message.role is Role.USER]
        self.comparing.show(self.chat.composer.field.toPlainText().strip() or "".join(asked[-1:]))

    def _on_file_chosen(self, document: Document) -> None:
        self.window.show_first_start(shown=False)
        self.collections.choose_file(document)
        self.chat.composer.field.setFocus()

    def _on_dropped(self, paths: list[str], where: QPoint) -> None:
        """Over the collections files become one; anywhere else they are asked in the conversation on show."""
        self.window.show_first_start(shown=False)
        panel = self.collections
        if panel.isVisible() and panel.rect().contains(panel.mapFrom(self.window, where)):
            self._documents.add(paths)
        else:
            self._attachments.add(paths)

    def _on_demo_requested(self) -> None:
        self._leave_first_start()
        self._documents.add([self._services.samples], SAMPLES)

    def _on_way_gone(self, _model: str) -> None:
        self._models.refresh()
        self._leave_first_start()

    def _on_new_requested(self) -> None:
        self._leave_first_start()
        self._chat.begin()

    def _leave_first_start(self) -> None:
        self.window.show_first_start(shown=False)
        self.chat.composer.field.setFocus()

    def _on_switch_requested(self) -> None:
        dialog = SwitcherDialog(self._list.recent, self.window)
        dialog.conversation_chosen.connect(self._chat.open)
        dialog.open()

    def _make_card(self) -> tuple[MarkdownView, Callable[[str], None]]:
        view = MarkdownView(self._icons, "What the model's maker says", "The model's maker")
        return view, view.show_markdown

    def _on_model_used(self) -> None:
        self._models.refresh()
        self.window.show_first_start(shown=False)

    def _on_elsewhere_requested(self) -> None:
        self._on_settings_requested().show_elsewhere()

    def _on_settings_requested(self) -> SettingsDialog:
        if self._settings is None:
            dialog = SettingsDialog(self._icons, self.window)
            presenter = SettingsPresenter(dialog, self._services, self._jobs)
            presenter.settings_changed.connect(self._on_settings_changed)
            presenter.servers_changed.connect(self._chat.elsewhere.refresh)
            self._settings = dialog, presenter
        dialog, presenter = self._settings
        presenter.refresh()
        dialog.show()
        dialog.raise_()
        return dialog

    def _on_settings_changed(self, settings: Settings) -> None:
        self._icons.theme.choose(settings.theme)
        self.window.show_offline(offline=settings.offline)
        self._chat.elsewhere.refresh()
        self._models.refresh()
        self._library.refresh()
        self._library.begin()

    def _on_problem(self, problem: Problem) -> None:
        self.chat.composer.complain(problem.text)

    def _on_failed(self, error: BaseException) -> None:
        self._on_problem(describe(error))
