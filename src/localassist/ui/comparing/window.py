"""The window that compares models, as the rest of the window knows it: made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget

from localassist.domain.documents import Scope
from localassist.ui.cloud.choosing_presenter import ChoosingPresenter
from localassist.ui.cloud.presenter import ReviewPresenter
from localassist.ui.comparing.approving import Approvals
from localassist.ui.comparing.lists_page import ListsPage
from localassist.ui.comparing.lists_presenter import ListsPresenter
from localassist.ui.comparing.models import Contender
from localassist.ui.comparing.side_page import SideBySidePage
from localassist.ui.comparing.side_presenter import SideBySidePresenter
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from localassist.domain.outbound import Target
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

SIZE: Final = (300 * STEP, 200 * STEP)


class ComparingDialog(QDialog):
    """It never blocks the main window."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compare models")
        self.side = SideBySidePage(icons)
        self.lists = ListsPage(icons)
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        self.pages.tabBar().setDrawBase(False)
        self.pages.setAccessibleName("Ways to compare")
        self.pages.addTab(self.side, "One question")
        self.pages.addTab(self.lists, "Saved lists")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * STEP, 0, 0)
        layout.addWidget(self.pages)
        room = parent.screen().availableSize()
        self.resize(min(SIZE[0], room.width()), min(SIZE[1], room.height()))


class ComparingWindow(QObject):
    """`settings_requested` asks for the settings, to set a model elsewhere up."""

    settings_requested = Signal()

    def __init__(self, parent: QWidget, services: Services, jobs: Jobs, icons: Icons) -> None:
        super().__init__(parent)
        self._parent = parent
        self._services = services
        self._jobs = jobs
        self._icons = icons
        self._scope, self._name = Scope(), ""
        self._column = 0
        self._choosing: ChoosingPresenter | None = None
        self._side: SideBySidePresenter | None = None
        self._lists: ListsPresenter | None = None
        self.dialog: ComparingDialog | None = None

    def use(self, scope: Scope, name: str) -> None:
        """Ask these documents from now on; `name` is what people call them, "" for none."""
        self._scope, self._name = scope, name
        if self._side is not None and self._lists is not None:
            self._side.use(scope, name)
            self._lists.use(scope)

    def show(self, question: str = "") -> ComparingDialog:
        """Open it; with a question where there is none yet."""
        dialog = self.dialog or self._make()
        if question and not dialog.side.question.toPlainText().strip():
            dialog.side.ask(question)
        if self._side is not None and self._lists is not None:
            self._side.refresh()
            self._lists.refresh()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        dialog.side.question.setFocus()
        return dialog

    def _make(self) -> ComparingDialog:
        self.dialog = dialog = ComparingDialog(self._icons, self._parent)
        self._side = SideBySidePresenter(dialog.side, self._services, self._jobs, self._approvals(dialog))
        self._lists = ListsPresenter(dialog.lists, self._services, self._jobs, self._icons, self._approvals(dialog))
        self._side.contenders_known.connect(self._lists.show_contenders)
        self._choosing = ChoosingPresenter(self._services, self._jobs, self._icons, dialog)
        self._choosing.question_chosen.connect(self._on_model_chosen)
        self._choosing.settings_requested.connect(self.settings_requested)
        dialog.side.other_requested.connect(self._on_other_requested)
        self.use(self._scope, self._name)
        return dialog

    def _approvals(self, dialog: QWidget) -> Approvals:
        return Approvals(ReviewPresenter(self._services, self._jobs, self._icons, dialog))

    def _on_other_requested(self, column: int) -> None:
        self._column = column
        if self._choosing is not None:
            self._choosing.choose_for_question(column)

    def _on_model_chosen(self, column: int, target: Target) -> None:
        if self.dialog is not None:
            self.dialog.side.choose(column, Contender(target.name, target.name))
