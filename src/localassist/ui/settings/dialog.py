"""The window with the settings, models elsewhere, and what is found out about this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout, QWidget
from typing_extensions import override

from localassist.ui.settings.diagnosis import DiagnosisView
from localassist.ui.settings.elsewhere.view import SHOWN_HERE, ElsewhereView
from localassist.ui.settings.view import SettingsView
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from localassist.ui.icons import Icons


class SettingsDialog(QDialog):
    """Three pages; changes count at once, so there is nothing to confirm."""

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.settings = SettingsView(icons, apart=SHOWN_HERE)
        self.elsewhere = ElsewhereView(icons)
        self.diagnosis = DiagnosisView(icons)
        self._pages = QTabWidget()
        self._pages.setDocumentMode(True)
        self._pages.tabBar().setDrawBase(False)
        self._pages.addTab(self.settings, "Settings")
        self._pages.addTab(self.elsewhere, "Models elsewhere")
        self._pages.addTab(self.diagnosis, "This computer")
        self.elsewhere.switch_requested.connect(self._on_switch_requested)
        self._pages.currentChanged.connect(self._on_page_changed)
        self._checked = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * STEP, 0, 0)
        layout.addWidget(self._pages)
        self.resize(150 * STEP, 170 * STEP)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter in a field would press whichever button Qt takes for the dialog's own: there is nothing to confirm.
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)

    def show_diagnosis(self) -> None:
        """Show what is found out about this computer."""
        self._show_page(self.diagnosis)

    def show_elsewhere(self) -> None:
        """Show the page about models elsewhere."""
        self._show_page(self.elsewhere)

    def page_of(self, name: str) -> SettingsView | ElsewhereView:
        """The page that a setting is on."""
        return self.elsewhere if name in SHOWN_HERE else self.settings

    def _show_page(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self.show()
        self.raise_()

    def _on_switch_requested(self) -> None:
        self._show_page(self.settings)
        self.settings.point_to("offline")

    def _on_page_changed(self) -> None:
        if self._pages.currentWidget() is self.diagnosis and not self._checked:
            self._checked = True
            self.diagnosis.check_requested.emit()
