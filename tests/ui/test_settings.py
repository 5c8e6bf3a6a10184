"""Settings in the window: made from their definition, kept at once, problems beside the field; and this computer."""

from __future__ import annotations

import threading
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest
from looking import said
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTabWidget,
)

from fakes import FakeSettingsStore
from localassist.domain.diagnosis import Finding, State
from localassist.domain.errors import SettingsError, StorageError
from localassist.domain.settings import Settings
from localassist.ui.settings.dialog import SettingsDialog
from localassist.ui.settings.presenter import SettingsPresenter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services


@pytest.fixture
def dialog(qtbot: QtBot, icons: Icons) -> SettingsDialog:
    made = SettingsDialog(icons)
    qtbot.addWidget(made)
    made.show()
    return made


def opened(qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs) -> SettingsPresenter:
    presenter = SettingsPresenter(dialog, services, jobs)
    presenter.refresh()
    qtbot.waitUntil(lambda: dialog.settings.row("passages").control.value() == 6)  # type: ignore[attr-defined]
    return presenter


def test_every_setting_has_a_field_with_its_meaning_and_value(
    qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs
) -> None:
    opened(qtbot, dialog, services, jobs)
    own_words = {"cloud_model", "escalation"}
    for setting in fields(Settings):
        page = dialog.page_of(setting.name)
        if setting.name not in own_words:
            row = page.row(setting.name)
            assert setting.metadata["meaning"] in said(row)
            assert row.control.accessibleName()
    prompt = dialog.settings.row("system_prompt").control
    assert isinstance(prompt, QPlainTextEdit)
    assert prompt.toPlainText() == Settings().system_prompt


def test_a_changed_field_is_kept_at_once(qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs) -> None:
    presenter = opened(qtbot, dialog, services, jobs)
    theme, offline = dialog.settings.row("theme").control, dialog.settings.row("offline").control
    assert isinstance(theme, QComboBox)
    assert isinstance(offline, QCheckBox)
    with qtbot.waitSignal(presenter.settings_changed) as changed:
        qtbot.keyClick(theme, Qt.Key.Key_D)
    assert changed.args[0].theme == "dark"
    with qtbot.waitSignal(presenter.settings_changed):
        qtbot.keyClick(offline, Qt.Key.Key_Space)
    assert not services.settings.load().offline
    assert dialog.settings.row("offline").sign.accessibleName() == "Connections are allowed"


def test_a_number_is_kept_when_it_is_entered_and_within_its_range(
    qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs
) -> None:
    presenter = opened(qtbot, dialog, services, jobs)
    passages = dialog.settings.row("passages").control
    assert isinstance(passages, QSpinBox)
    assert (passages.minimum(), passages.maximum()) == (1, 30)
    passages.selectAll()
    with qtbot.waitSignal(presenter.settings_changed):
        qtbot.keyClicks(passages, "12")
        qtbot.keyClick(passages, Qt.Key.Key_Return)
    assert services.settings.load().passages == 12


def test_quick_changes_of_one_setting_end_with_the_last(
    qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs
) -> None:
    slow = threading.Event()

    class SlowStore(FakeSettingsStore):
        def change(self, **values: object) -> Settings:
            assert slow.wait(20)
            return super().change(**values)

    store = SlowStore()
    opened(qtbot, dialog, replace(services, settings=store), jobs)
    passages = dialog.settings.row("passages").control
    assert isinstance(passages, QSpinBox)
    for value in (7, 8, 9):
        passages.setValue(value)
    slow.set()
    qtbot.waitUntil(lambda: store.load().passages == 9)
    assert passages.value() == 9


def test_a_setting_that_cannot_be_kept_says_so_beside_its_field(
    qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs
) -> None:
    class ReadOnlyStore(FakeSettingsStore):
        def change(self, **values: object) -> Settings:
            raise StorageError("The settings file is read-only.", "Make it writable.")

    opened(qtbot, dialog, replace(services, settings=ReadOnlyStore()), jobs)
    passages = dialog.settings.row("passages")
    passages.control.setValue(9)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: "The settings file is read-only. Make it writable." in said(passages))
    assert "read-only" not in said(dialog.settings.row("threads"))


def test_settings_that_cannot_be_read_say_so_on_top(
    qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs
) -> None:
    class BadStore(FakeSettingsStore):
        def load(self) -> Settings:
            raise SettingsError("settings.toml, line 3: passages is 99.", "It can be 1 to 30.")

    SettingsPresenter(dialog, replace(services, settings=BadStore()), jobs).refresh()
    qtbot.waitUntil(lambda: dialog.settings.note.text == "settings.toml, line 3: passages is 99. It can be 1 to 30.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("context_length", "chosen by the app"),
        ("threads", "chosen by the app"),
        ("unload_after_minutes", "never"),
        ("max_reasoning_tokens", "no thinking"),
    ],
)
def test_a_zero_says_what_it_means(dialog: SettingsDialog, name: str, said: str) -> None:
    dialog.settings.show_settings(replace(Settings(), **{name: 0}))  # type: ignore[arg-type]
    control = dialog.settings.row(name).control
    assert isinstance(control, QSpinBox)
    assert control.text() == said
    dialog.settings.show_settings(replace(Settings(), **{name: 60}))  # type: ignore[arg-type]
    assert control.text() == "60"


def test_the_wheel_passes_over_a_number_without_changing_it(
    qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs
) -> None:
    opened(qtbot, dialog, services, jobs)
    dialog.settings.row("system_prompt").control.setFocus()
    passages = dialog.settings.row("passages").control
    turn = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(passages, turn)
    assert passages.value() == 6  # type: ignore[attr-defined]


def test_this_computer_is_checked_when_its_page_is_opened(
    qtbot: QtBot, dialog: SettingsDialog, services: Services, jobs: Jobs
) -> None:
    checks: list[str] = []

    def diagnose() -> Iterator[Finding]:
        checks.append(threading.current_thread().name)
        yield Finding("Python", "version", State.GOOD, "3.11.7")
        yield Finding("Keyring", "keyring", State.BAD, "There is none.", "Install one.")

    opened(qtbot, dialog, replace(services, diagnose=diagnose), jobs)
    assert checks == []
    pages = dialog.findChild(QTabWidget)
    assert pages is not None
    pages.setCurrentWidget(dialog.diagnosis)
    qtbot.waitUntil(lambda: "Install one." in said(dialog.diagnosis))
    again = next(b for b in dialog.diagnosis.findChildren(QPushButton) if b.text() == "Check again")
    qtbot.waitUntil(again.isEnabled)
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(checks) == 2 and again.isEnabled())
    qtbot.waitUntil(lambda: said(dialog.diagnosis).count("Install one.") == 1)
    assert all(name.startswith("job") for name in checks)
