"""The settings that have no page of their own in one column, made from their definition."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from localassist.domain.settings import Settings
from localassist.ui.icons import SIZE
from localassist.ui.settings.fields import SettingView
from localassist.ui.theme import STEP
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from collections.abc import Collection

    from localassist.ui.errors import Problem
    from localassist.ui.icons import Icons


class SettingsView(QWidget):
    """All settings but those that are shown `apart`; `changed` carries a name and a value."""

    changed = Signal(str, object)

    def __init__(self, icons: Icons, apart: Collection[str] = ()) -> None:
        super().__init__()
        self.setAccessibleName("Settings")
        self._icons = icons
        self._rows = {item.name: SettingView(item, icons) for item in fields(Settings) if item.name not in apart}
        self._offline = True
        self.note = NoteView(icons, closable=False)
        self._column = self._lay_out()
        for row in self._rows.values():
            row.changed.connect(self.changed)
        icons.theme.changed.connect(self._paint_padlock)

    def row(self, name: str) -> SettingView:
        """One setting's row."""
        return self._rows[name]

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        self.note.hide()
        for name, row in self._rows.items():
            row.show_value(getattr(settings, name))
        self.show_offline(offline=settings.offline)

    def point_to(self, name: str) -> None:
        """Bring a setting into view and let it be changed by the next key."""
        row = self._rows[name]
        row.control.setFocus()
        self._column.ensureWidgetVisible(row)

    def show_value(self, name: str, value: object) -> None:
        """Show what one of them is."""
        self._rows[name].show_value(value)

    def show_offline(self, *, offline: bool) -> None:
        """Show the padlock closed or open."""
        self._offline = offline
        self._paint_padlock()

    def show_problem(self, name: str, problem: Problem) -> None:
        """Say beside a setting why it can't be so."""
        self._rows[name].note.complain(problem)

    def _paint_padlock(self) -> None:
        icon, tint = ("lock", "green") if self._offline else ("lock-open", "amber")
        padlock = self._rows["offline"].sign
        padlock.setPixmap(self._icons.icon(icon, tint).pixmap(SIZE, SIZE))
        padlock.setAccessibleName("Offline" if self._offline else "Connections are allowed")

    def _lay_out(self) -> ScrolledColumn:
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(6 * STEP, 4 * STEP, 6 * STEP, 6 * STEP)
        rows.setSpacing(5 * STEP)
        rows.addWidget(self.note)
        for row in self._rows.values():
            rows.addWidget(row)
        rows.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        scrolled = ScrolledColumn(column)
        layout.addWidget(scrolled)
        return scrolled
