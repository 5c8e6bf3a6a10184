"""The review: all that would leave this computer, to the letter, before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from localassist.domain.outbound import MatterKind
from localassist.ui.chat.destination import DESTINATIONS
from localassist.ui.chat.links import link_dialog
from localassist.ui.cloud.piece import PieceView
from localassist.ui.cloud.replacing import ReplacementsView
from localassist.ui.cloud.revising import edited, replaced, ticked
from localassist.ui.cloud.sending import ENTER, Deliberation, SendButton
from localassist.ui.cloud.withheld import WithheldView
from localassist.ui.cloud.words import ASKS_AGAIN, changes_words, keeping_words, price_words, remembered_words
from localassist.ui.errors import Problem
from localassist.ui.theme import STEP
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from localassist.domain.reviewing import Review, Revision
    from localassist.ui.icons import Icons

WIDTH: Final = 180 * STEP
HEIGHT: Final = 170 * STEP
PLAIN_HEIGHT: Final = 120 * STEP
EDITING: Final = "Use or leave the words you are changing first."


class ReviewDialog(QDialog):
    """Shows a review and says what was asked for; `answered`: there is an answer from this computer already.

    `revised` carries the revision that is wanted now, `send_requested` whether the consent is to be remembered.
    Where nothing sensitive is in it, Enter sends; else Ctrl+Enter alone does, or the button.
    """

    revised = Signal(object)
    send_requested = Signal(bool)
    local_requested = Signal()
    forgetting_requested = Signal()

    def __init__(self, icons: Icons, review: Review, parent: QWidget, *, answered: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Review before sending to {review.provider.name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._icons = icons
        self._review = review
        self._wanted: Revision = review.revision
        self._busy = False
        self.guarded = not review.is_plain
        self.pieces = {each.matter.key: self._make_piece(each.matter.key, review) for each in review.pieces}
        self.withheld = WithheldView(icons)
        self.replacements = ReplacementsView()
        self.note = NoteView(icons, closable=False)
        self.changes = _button("", "link")
        self._price = WordsLabel(kind="body", selectable=True)
        self._remembered = WordsLabel(kind="muted")
        self.forget = _button("Ask each time again", "quiet")
        self.remember = QCheckBox(f"Don't ask again in this conversation for {review.provider.name}")
        self._asks_again = WordsLabel(ASKS_AGAIN, "muted")
        self.send = SendButton()
        self.send.setAutoDefault(False)
        self.send.setProperty("kind", "primary")
        self.deliberation = Deliberation(self)
        self.local = _button("Answer on this computer")
        self.local.setHidden(answered)
        self.cancel = _button("Cancel (Esc)")
        self._lay_out()
        self._connect()
        self.show_review(review)
        self._begin(parent)

    def _make_piece(self, key: str, review: Review) -> PieceView:
        piece = next(each for each in review.pieces if each.matter.key == key)
        is_open = self.guarded and piece.matter.kind is not MatterKind.INSTRUCTIONS
        return PieceView(self._icons, piece, is_open=is_open or piece.is_required)

    def _lay_out(self) -> None:
        pieces = QWidget()
        below = QVBoxLayout(pieces)
        below.setContentsMargins(0, 0, 2 * STEP, 0)
        below.setSpacing(2 * STEP)
        for piece in self.pieces.values():
            below.addWidget(piece)
        below.addWidget(self.withheld)
        below.addWidget(self.replacements)
        below.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * STEP, 4 * STEP, 4 * STEP, 4 * STEP)
        column.setSpacing(3 * STEP)
        column.addLayout(self._header())
        self.scrolled = ScrolledColumn(pieces)
        self.scrolled.setAccessibleName("All that is sent")
        self.scrolled.setProperty("kind", "list")
        column.addWidget(self.scrolled, 1)
        column.addWidget(self.note)
        told = QVBoxLayout()
        told.setSpacing(STEP)
        told.addWidget(self.changes, 0, Qt.AlignmentFlag.AlignLeft)
        told.addWidget(self._price)
        column.addLayout(told)
        column.addLayout(self._consent())
        column.addLayout(self._buttons())

    def _header(self) -> QVBoxLayout:
        provider, target = self._review.provider, self._review.target
        words, tone = DESTINATIONS[provider.destination]
        chip = QLabel(words)
        chip.setProperty("kind", "chip")
        chip.setProperty("tone", tone)
        name = ElidedLabel(f"{target.model} · {provider.name}")
        name.setProperty("kind", "heading")
        top = QHBoxLayout()
        top.setSpacing(3 * STEP)
        top.addWidget(chip)
        top.addWidget(name, 1)
        header = QVBoxLayout()
        header.setSpacing(STEP)
        header.addLayout(top)
        header.addWidget(WordsLabel(self._review.reason, "body"))
        header.addWidget(WordsLabel(keeping_words(provider), "muted"))
        if provider.source:
            source = _button(f"Where {provider.name} says so…", "link")
            source.clicked.connect(lambda: link_dialog(provider.source, self, "localassist").open())
            header.addWidget(source, 0, Qt.AlignmentFlag.AlignLeft)
        return header

    def _consent(self) -> QVBoxLayout:
        told = QHBoxLayout()
        told.setSpacing(2 * STEP)
        told.addWidget(self._remembered, 1)
        told.addWidget(self.forget)
        consent = QVBoxLayout()
        consent.setSpacing(STEP)
        consent.addLayout(told)
        consent.addWidget(self.remember)
        consent.addWidget(self._asks_again)
        return consent

    def _buttons(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * STEP)
        buttons.addWidget(self.send)
        buttons.addWidget(self.local)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        return buttons

    def _connect(self) -> None:
        for piece in self.pieces.values():
            piece.ticked.connect(lambda key, on: self.revise(ticked(self._wanted, key, on=on)))
            piece.edited.connect(lambda key, text: self.revise(edited(self._wanted, key, text)))
            piece.showing_requested.connect(lambda words: self.revise(replaced(self._wanted, words, on=False)))
            piece.hiding_requested.connect(lambda words: self.revise(replaced(self._wanted, words, on=True)))
            piece.words_selected.connect(self.replacements.suggest)
            piece.editing_changed.connect(self._show_sendable)
        self.replacements.added.connect(lambda words: self.revise(replaced(self._wanted, words, on=True)))
        self.replacements.changed.connect(lambda words, on: self.revise(replaced(self._wanted, words, on=on)))
        self.changes.clicked.connect(self._on_changes_clicked)
        self.forget.clicked.connect(self.forgetting_requested)
        self.send.clicked.connect(self._on_send)
        self.local.clicked.connect(self._on_local)
        self.cancel.clicked.connect(self.reject)

    def _begin(self, parent: QWidget) -> None:
        height = HEIGHT if self.guarded else PLAIN_HEIGHT
        room = parent.window().size()
        self.resize(min(WIDTH, room.width() - 8 * STEP), min(height, room.height() - 8 * STEP))
        # What somebody types on with neither sends nor unticks anything: keys scroll the list until it is left.
        (self.scrolled if self.guarded else self.send).setFocus(Qt.FocusReason.OtherFocusReason)
        self.deliberation.begin()

    def show_review(self, review: Review) -> None:
        """Show what would be sent by now."""
        self._review = review
        self._wanted = review.revision
        self._busy = False
        # What was sensitive once is not sent by an Enter that comes too early.
        self.guarded = self.guarded or not review.is_plain
        for piece in review.pieces:
            self.pieces[piece.matter.key].show_piece(piece, review)
        self.withheld.show_review(review)
        self.replacements.show_review(review)
        changes = changes_words(review)
        self.changes.setText(changes)
        self.changes.setAccessibleName(f"{changes}. Go there")
        self.changes.setVisible(bool(changes))
        self._price.setText(price_words(review))
        self._price.setToolTip(plain_tip(review.price.source if review.price else ""))
        self._show_consent(review)
        if review.obstacle:
            self.note.complain(Problem(review.obstacle, ""))
        else:
            self.note.hide()
        self.send.setText(f"Send to {review.provider.name} ({'Ctrl+Enter' if self.guarded else 'Enter'})")
        self._show_sendable()

    def _show_consent(self, review: Review) -> None:
        remembered = remembered_words(review)
        self._remembered.setText(remembered)
        self._remembered.setVisible(bool(remembered))
        self.forget.setVisible(bool(remembered))
        # A question that is only compared is in no conversation, of which anything could be remembered.
        can_be_asked = not remembered and bool(review.conversation_id)
        self.remember.setVisible(can_be_asked)
        self.remember.setEnabled(not review.holds_back)
        self.remember.setAccessibleDescription(ASKS_AGAIN if review.holds_back else "")
        self.remember.setChecked(self.remember.isChecked() and not review.holds_back)
        self._asks_again.setVisible(review.holds_back and bool(review.conversation_id))

    def complain(self, problem: str) -> None:
        """Say what went wrong with a change, and show what would be sent without it."""
        self.show_review(self._review)
        self.note.complain(Problem(problem, ""))

    @property
    def _is_sendable(self) -> bool:
        return not (self._busy or self._review.obstacle or any(piece.is_edited for piece in self.pieces.values()))

    def _show_sendable(self) -> None:
        self.send.setEnabled(self._is_sendable)
        is_edited = any(piece.is_edited for piece in self.pieces.values())
        self.send.setToolTip(EDITING if is_edited else plain_tip(self._review.obstacle))

    @property
    def wanted(self) -> Revision:
        """How the user wants it by now."""
        return self._wanted

    def revise(self, revision: Revision) -> None:
        """Have it changed so; nothing is sent before it is known what that is."""
        self._wanted = revision
        self._busy = True
        self._show_sendable()
        self.revised.emit(revision)

    def _on_changes_clicked(self) -> None:
        first = self.replacements if self.withheld.isHidden() else self.withheld
        self.scrolled.verticalScrollBar().setValue(first.y())
        self.replacements.take_focus()

    def _on_send(self) -> None:
        if self._is_sendable:
            self.send_requested.emit(not self.remember.isHidden() and self.remember.isChecked())

    def _on_local(self) -> None:
        self.local_requested.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        aimed = self.deliberation.sends(event, guarded=self.guarded) and self.send.hasFocus()
        with_control = event.key() in ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if aimed or with_control:
            self._on_send()
        elif event.key() not in ENTER:  # which a dialog would press a button with
            super().keyPressEvent(event)


def _button(words: str, kind: str = "") -> QPushButton:
    button = QPushButton(words.replace("&", "&&"))
    button.setAutoDefault(False)  # what Enter does is decided by what is in the review
    button.setProperty("kind", kind)
    return button
