"""The window: three columns, a title line and the keyboard; it holds the views and knows no services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from localassist.ui.theme import LEFT_WIDTH, RIGHT_WIDTH, SMALL_PIXELS, STEP
from localassist.ui.widgets import keys
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.elided import ElidedLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from localassist.ui.chat.conversations import ConversationsView
    from localassist.ui.chat.view import ChatView
    from localassist.ui.documents.view import CollectionsView
    from localassist.ui.evidence.view import EvidenceView
    from localassist.ui.icons import Icons
    from localassist.ui.models.first_start import FirstStartView

TITLE_HEIGHT = 12 * STEP
MIDDLE_WIDTH = 108 * STEP  # the chips below a question can be read
FOOT = (
    ("model", "Models"),
    ("compare", "Compare models"),
    ("ledger", "Ledger: what left this computer"),
    ("settings", "Settings"),
)
OFFLINE = "The offline switch is on: every connection that leaves this computer is refused."


@dataclass(frozen=True, slots=True)
class Views:
    """What the window shows."""

    conversations: ConversationsView
    collections: CollectionsView
    chat: ChatView
    first_start: FirstStartView
    evidence: EvidenceView


class MainWindow(QMainWindow):
    """The one window of a home."""

    new_requested = Signal()
    switch_requested = Signal()
    stop_requested = Signal()
    models_requested = Signal()
    downloads_requested = Signal()
    settings_requested = Signal()
    ledger_requested = Signal()
    comparison_requested = Signal()

    def __init__(self, icons: Icons, views: Views) -> None:
        super().__init__()
        self.setWindowTitle("localassist")
        self._views = views
        self._evidence_closed = False
        self._left_folded = False  # by the window, for want of room
        self._title = ElidedLabel()
        self._title.setAccessibleName("Conversation on show")
        self._left_button = IconButton(icons, "sidebar", "Hide conversations")
        self._right_button = IconButton(icons, "evidence", "Show evidence")
        self._lock = IconButton(icons, "lock", OFFLINE, tint="green")
        self._models, self._compare, self._ledger, self._settings = (IconButton(icons, *each) for each in FOOT)
        self._downloads = _quiet_button("Show the downloads")
        self._middle = QStackedWidget()
        self._middle.addWidget(views.chat)
        self._middle.addWidget(views.first_start)
        self._left = self._left_column()
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setHandleWidth(1)
        self._columns.setChildrenCollapsible(False)
        self._middle_column_view = self._middle_column()
        for column in (self._left, self._middle_column_view, views.evidence):
            self._columns.addWidget(column)
        for place, stretch in enumerate((0, 1, 0)):
            self._columns.setStretchFactor(place, stretch)
        self.setCentralWidget(self._columns)
        self.show_evidence(shown=False)
        self._connect()
        self._add_shortcuts()
        self.resize(1280, 800)
        self.setMinimumSize(720, 480)
        self._columns.setSizes([LEFT_WIDTH, self.width() - LEFT_WIDTH - RIGHT_WIDTH, RIGHT_WIDTH])

    def show_title(self, title: str) -> None:
        """Name the conversation on show."""
        self._title.setText(title)
        self.setWindowTitle(f"{title} – localassist" if title else "localassist")

    def show_offline(self, *, offline: bool) -> None:
        """Whether the offline switch is on: a closed padlock says so."""
        self._lock.setVisible(offline)

    def show_downloads(self, words: str) -> None:
        """Say how far downloads are; "" while nothing is downloaded."""
        self._downloads.setText(words)
        self._downloads.setVisible(bool(words))

    def show_first_start(self, *, shown: bool) -> None:
        """Show the four ways in instead of a conversation."""
        self._middle.setCurrentIndex(1 if shown else 0)

    def show_evidence(self, *, shown: bool) -> None:
        """Open or close the right column; in a narrow window the left one gives way to it."""
        self._views.evidence.setVisible(shown)
        self._make_room()
        self._right_button.rename("Hide evidence" if shown else "Show evidence")

    def offer_evidence(self, *, there_is: bool) -> None:
        """Open the right column when there is something in it, unless it was closed by hand."""
        self.show_evidence(shown=there_is and not self._evidence_closed)

    def come_to_front(self) -> None:
        """Show the window above others: somebody started the app again."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _left_column(self) -> QWidget:
        foot = QHBoxLayout()
        foot.setContentsMargins(2 * STEP, STEP, 2 * STEP, 2 * STEP)
        foot.setSpacing(STEP)
        foot.addWidget(self._models)
        foot.addWidget(self._compare)
        foot.addWidget(self._ledger)
        foot.addWidget(self._settings)
        foot.addStretch()
        foot.addWidget(self._downloads)
        column = QWidget()
        column.setProperty("kind", "side")
        column.setMinimumWidth(45 * STEP)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._views.conversations, 3)
        rows.addWidget(_rule())
        rows.addWidget(self._views.collections, 2)
        rows.addLayout(foot)
        return column

    def _middle_column(self) -> QWidget:
        bar = QHBoxLayout()
        bar.setContentsMargins(2 * STEP, 0, 2 * STEP, 0)
        bar.setSpacing(2 * STEP)
        font = self._title.font()
        font.setPixelSize(SMALL_PIXELS)
        font.setBold(True)
        self._title.setFont(font)
        bar.addWidget(self._left_button)
        bar.addWidget(self._title, 1)
        bar.addWidget(self._lock)
        bar.addWidget(self._right_button)
        title = QWidget()
        title.setFixedHeight(TITLE_HEIGHT)
        title.setLayout(bar)
        column = QWidget()
        column.setProperty("kind", "page")
        column.setMinimumWidth(MIDDLE_WIDTH)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(title)
        rows.addWidget(self._middle, 1)
        return column

    def _connect(self) -> None:
        self._left_button.clicked.connect(self._on_left_toggled)
        self._right_button.clicked.connect(self._on_right_toggled)
        self._lock.clicked.connect(self.settings_requested)
        self._models.clicked.connect(self.models_requested)
        self._downloads.clicked.connect(self.downloads_requested)
        self._compare.clicked.connect(self.comparison_requested)
        self._ledger.clicked.connect(self.ledger_requested)
        self._settings.clicked.connect(self.settings_requested)
        self._views.conversations.new_requested.connect(self.new_requested)

    def _add_shortcuts(self) -> None:
        slots: dict[str, Callable[[], object]] = {
            keys.NEW: self.new_requested.emit,
            keys.SWITCH: self.switch_requested.emit,
            keys.SEARCH: self._on_search_requested,
            keys.COMPOSE: self._views.chat.composer.field.setFocus,
            keys.LEFT: self._on_left_toggled,
            keys.RIGHT: self._on_right_toggled,
            keys.SETTINGS: self.settings_requested.emit,
            keys.STOP: self.stop_requested.emit,
        }
        for key, slot in slots.items():
            QShortcut(QKeySequence(key), self).activated.connect(slot)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Fold the left column where the three have no room beside each other, and unfold it where they have."""
        columns = (self._left, self._middle_column_view, self._views.evidence)
        fits = sum(column.minimumWidth() for column in columns) <= self.width()
        crowded = not self._views.evidence.isHidden() and not fits
        if crowded and not self._left_folded and not self._left.isHidden():
            self._left_folded = True
            self._show_left(shown=False)
        elif self._left_folded and not crowded:
            self._left_folded = False
            self._show_left(shown=True)

    def _on_left_toggled(self) -> None:
        self._show_left(shown=self._left.isHidden())

    def _show_left(self, *, shown: bool) -> None:
        self._left.setVisible(shown)
        self._left_button.rename("Hide conversations" if shown else "Show conversations")

    def _on_right_toggled(self) -> None:
        self._evidence_closed = not self._views.evidence.isHidden()
        self.show_evidence(shown=not self._evidence_closed)

    def _on_search_requested(self) -> None:
        self._show_left(shown=True)
        self._views.conversations.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._views.conversations.search.selectAll()


def _quiet_button(tip: str) -> QPushButton:
    """Hidden until there is something to say."""
    button = QPushButton()
    button.setProperty("kind", "quiet")
    button.setToolTip(tip)
    button.hide()
    return button


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("kind", "rule")
    rule.setFixedHeight(1)
    return rule
