"""Reads and changes settings, and checks this computer, away from the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.ui.errors import describe
from localassist.ui.settings.elsewhere.presenter import ElsewherePresenter

if TYPE_CHECKING:
    from collections.abc import Generator

    from localassist.domain.settings import Settings
    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Job, Jobs
    from localassist.ui.settings.dialog import SettingsDialog
    from localassist.usecases.services import Services


class SettingsPresenter(QObject):
    """Between the settings dialog and the settings; `settings_changed` carries the new `Settings`, `servers_changed`
    says that there are other servers of the user's own than before.
    """

    settings_changed = Signal(object)
    servers_changed = Signal()

    def __init__(self, dialog: SettingsDialog, services: Services, jobs: Jobs) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._pages = (dialog.settings, dialog.elsewhere)
        self._diagnosis = dialog.diagnosis
        self._services = services
        self._jobs = jobs
        self._waiting: dict[str, object] = {}
        self._changing = False
        self._check: Job | None = None
        self._elsewhere = ElsewherePresenter(dialog.elsewhere, services.escalation, jobs)
        self._elsewhere.servers_changed.connect(self.servers_changed)
        for page in self._pages:
            page.changed.connect(self._on_changed)
        self._diagnosis.check_requested.connect(self._on_check_requested)

    def refresh(self) -> None:
        """Show what is set now."""
        self._jobs.call(self._services.settings.load, self._show, self._on_unreadable)

    def _show(self, settings: Settings) -> None:
        for page in self._pages:
            page.show_settings(settings)

    def _on_unreadable(self, error: BaseException) -> None:
        for page in self._pages:
            page.note.complain(describe(error))

    def _on_changed(self, name: str, value: object) -> None:
        self._waiting[name] = value
        self._change_next()

    def _change_next(self) -> None:
        """Change one setting after the other, so that the last word on each is the user's last."""
        if self._changing or not self._waiting:
            return
        name, value = next(iter(self._waiting.items()))
        del self._waiting[name]
        self._changing = True
        self._jobs.call(
            lambda: self._services.settings.change(**{name: value}),
            lambda settings: self._on_set(name, settings),
            lambda error: self._on_refused(name, error),
        )

    def _on_set(self, name: str, settings: Settings) -> None:
        self._changing = False
        if name not in self._waiting:
            self._dialog.page_of(name).show_value(name, getattr(settings, name))
        for page in self._pages:
            page.show_offline(offline=settings.offline)
        self.settings_changed.emit(settings)
        self._change_next()

    def _on_refused(self, name: str, error: BaseException) -> None:
        self._changing = False
        self._dialog.page_of(name).show_problem(name, describe(error))
        self._change_next()

    def _on_check_requested(self) -> None:
        if self._check is not None:
            return

        def work(stop: Stop) -> Generator[object, None, None]:
            for finding in self._services.diagnose():
                stop.raise_if_requested()
                yield finding

        self._diagnosis.begin()
        self._check = self._jobs.prepare(work)
        self._check.progressed.connect(self._diagnosis.add)
        self._check.failed.connect(lambda error: self._diagnosis.note.complain(describe(error)))
        self._check.ended.connect(self._on_checked)
        self._check.start()

    def _on_checked(self) -> None:
        self._check = None
        self._diagnosis.end()
