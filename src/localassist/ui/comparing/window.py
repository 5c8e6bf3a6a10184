"""The window that compares models, as the rest of the window knows it: made when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.documents import Scope

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from localassist.domain.outbound import Target
    from localassist.ui.cloud.choosing_presenter import ChoosingPresenter
    from localassist.ui.comparing.approving import Approvals
    from localassist.ui.comparing.dialog import ComparingDialog
    from localassist.ui.comparing.lists_presenter import ListsPresenter
    from localassist.ui.comparing.side_presenter import SideBySidePresenter
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services


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
        from localassist.ui.cloud.choosing_presenter import ChoosingPresenter
        from localassist.ui.comparing.dialog import ComparingDialog
        from localassist.ui.comparing.lists_presenter import ListsPresenter
        from localassist.ui.comparing.side_presenter import SideBySidePresenter

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
        from localassist.ui.cloud.presenter import ReviewPresenter
        from localassist.ui.comparing.approving import Approvals

        return Approvals(ReviewPresenter(self._services, self._jobs, self._icons, dialog))

    def _on_other_requested(self, column: int) -> None:
        self._column = column
        if self._choosing is not None:
            self._choosing.choose_for_question(column)

    def _on_model_chosen(self, column: int, target: Target) -> None:
        from localassist.ui.comparing.models import Contender

        if self.dialog is not None:
            self.dialog.side.choose(column, Contender(target.name, target.name))
