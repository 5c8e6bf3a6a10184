"""One piece of what would be sent: its place, its tick, its words, and changing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from localassist.ui.cloud.sent_text import SentText
from localassist.ui.cloud.words import label_words, name_of
from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from localassist.domain.reviewing import Piece, Review
    from localassist.ui.icons import Icons

EDIT_HEIGHT = 40 * STEP


class PieceView(QFrame):
    """A piece with its tick. All signals carry its key or words of it.

    `ticked`: whether it goes along; `edited`: the words it goes in, None for its own; `editing_changed`: somebody
    begins or ends to change them; `showing_requested`, `hiding_requested` and `words_selected` as its text says.
    """

    ticked = Signal(str, bool)
    edited = Signal(str, object)
    editing_changed = Signal()
    showing_requested = Signal(str)
    hiding_requested = Signal(str)
    words_selected = Signal(str)

    def __init__(self, icons: Icons, piece: Piece, *, is_open: bool) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._piece = piece
        self._own_words = piece.matter.text
        self._open = is_open
        name = name_of(piece.matter)
        self.tick = QCheckBox()
        self.tick.setAccessibleName(f"Send {name}")
        self.tick.setToolTip("Untick it and it stays on this computer.")
        self.tick.setHidden(piece.is_required)
        self._name = ElidedLabel(name)
        self._name.setProperty("kind", "title")
        self._label = QLabel()
        self._label.setProperty("kind", "muted")
        self.fold = IconButton(icons, "chevron-right", f"Show {name}")
        self.edit = IconButton(icons, "pencil", f"Change the words of {name}")
        self.text = SentText(icons.theme, name)
        self.field = QPlainTextEdit()
        self.field.setProperty("kind", "field")
        self.field.setAccessibleName(f"Words to send for {name}")
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(EDIT_HEIGHT)
        self.use = QPushButton("Use these words")
        self.leave = QPushButton("Leave it as it was")
        self._editor = self._make_editor()
        self._lay_out()
        self._connect()

    def _make_editor(self) -> QWidget:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * STEP)
        for button in (self.use, self.leave):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch()
        editor = QWidget()
        column = QVBoxLayout(editor)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * STEP)
        column.addWidget(self.field)
        column.addLayout(buttons)
        editor.hide()
        return editor

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(2 * STEP)
        top.addWidget(self.tick)
        top.addWidget(self._name, 1)
        top.addWidget(self._label)
        top.addWidget(self.edit)
        top.addWidget(self.fold)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * STEP, STEP, STEP, STEP)
        column.setSpacing(STEP)
        column.addLayout(top)
        below = QVBoxLayout()
        below.setContentsMargins(0, 0, 2 * STEP, STEP)
        below.addWidget(self.text)
        below.addWidget(self._editor)
        column.addLayout(below)

    def _connect(self) -> None:
        self.tick.clicked.connect(lambda on: self.ticked.emit(self._piece.matter.key, on))
        self.fold.clicked.connect(self._on_folded)
        self.edit.clicked.connect(self._on_edit)
        self.use.clicked.connect(self._on_used)
        self.leave.clicked.connect(self._on_left)
        self.text.showing_requested.connect(self.showing_requested)
        self.text.hiding_requested.connect(self.hiding_requested)
        self.text.words_selected.connect(self.words_selected)

    @property
    def is_edited(self) -> bool:
        """Whether somebody is changing its words just now."""
        return not self._editor.isHidden()

    def show_piece(self, piece: Piece, review: Review) -> None:
        """Show how it would be sent by now."""
        self._piece = piece
        self._own_words = review.revision.edited.get(piece.matter.key, piece.matter.text)
        self.tick.setChecked(piece.ticked)
        words = str(piece.matter.labelled.sensitivity)
        self._label.setText(f"{words} · edited" if piece.edited else words)
        self._label.setToolTip(plain_tip(label_words(piece.matter.labelled)))
        self.text.show_text(piece.text, review.replacements)
        self._show_words()

    def _show_words(self) -> None:
        is_shown = self._open and self._piece.ticked
        self.text.setVisible(is_shown and not self.is_edited)
        self.edit.setEnabled(self._piece.ticked and not self.is_edited)
        self.fold.setEnabled(self._piece.ticked and not self.is_edited)
        name = name_of(self._piece.matter)
        self.fold.show_icon(*(("chevron-down", f"Hide {name}") if is_shown else ("chevron-right", f"Show {name}")))

    def _on_folded(self) -> None:
        self._open = not self._open
        self._show_words()

    def _on_edit(self) -> None:
        self.field.setPlainText(self._own_words)
        self._editor.show()
        self._open = True
        self._show_words()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.editing_changed.emit()

    def _on_used(self) -> None:
        text = self.field.toPlainText()
        self._end_editing()
        own = self._piece.matter.text
        if text != self._own_words and text.strip():
            self.edited.emit(self._piece.matter.key, None if text == own else text)

    def _on_left(self) -> None:
        self._end_editing()

    def _end_editing(self) -> None:
        self._editor.hide()
        self._show_words()
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.editing_changed.emit()
