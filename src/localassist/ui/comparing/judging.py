"""How a cell of a saved list is drawn, and how its verdict is chosen in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from localassist.domain.comparisons import LONGEST_VERDICT, VERDICTS, ComparedAnswer
from localassist.ui.comparing.cells import ANSWER_ROLE, figures
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel

    from localassist.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
LINES: Final = 3  # of an answer; all of it is below the table
WRAPPED: Final = 4  # lines more than there are facts: some are longer than a column is wide
MARGIN: Final = 2 * STEP
EDITOR_HEIGHT: Final = 7 * STEP
NO_VERDICT: Final = "Your verdict…"
TAKEN_BACK: Final = "None"


class CellDelegate(QStyledItemDelegate):
    """Draws the verdict, the answer's beginning and its figures below each other."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = QFontMetrics(option.font).lineSpacing()
        is_totals = index.data(ANSWER_ROLE) is None and index.row() == index.model().rowCount() - 1
        lines = str(index.data() or "").count("\n") + WRAPPED if is_totals else LINES + 2
        return QSize(option.rect.width(), 2 * MARGIN + lines * line)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = self._theme.tokens
        answer = index.data(ANSWER_ROLE)
        painter.save()
        painter.setClipRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(tokens.hover))
        room = option.rect.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        line = QFontMetrics(option.font).lineSpacing()
        painter.setFont(option.font)
        words = str(index.data() or "")
        if isinstance(answer, ComparedAnswer) and not answer.problem:
            self._draw_verdict(painter, option.font, room, answer.verdict)
            painter.setPen(QColor(tokens.muted))
            foot = QRect(room.left(), room.bottom() - line + 1, room.width(), line)
            told = QFontMetrics(option.font).elidedText(figures(answer), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, told)
            room.setTop(room.top() + line)
            room.setBottom(foot.top() - 1)
            painter.setPen(QColor(tokens.text))
        else:
            quiet = index.column() > 0
            painter.setPen(
                QColor(tokens.red if isinstance(answer, ComparedAnswer) else tokens.muted if quiet else tokens.text)
            )
        _draw_lines(painter, option.font, room, words)
        painter.restore()

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        box = QComboBox(parent)
        box.setEditable(True)
        box.addItems([*VERDICTS, TAKEN_BACK])
        box.setAccessibleName("Your verdict")
        line = QLineEdit()
        line.setMaxLength(LONGEST_VERDICT)
        line.setPlaceholderText("better, good, bad, or your own words")
        box.setLineEdit(line)
        box.activated.connect(lambda _index: self._commit(box))
        return box

    @override
    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            editor.setEditText(str(index.data(Qt.ItemDataRole.EditRole) or ""))

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QComboBox):
            words = editor.currentText().strip()
            model.setData(index, "" if words == TAKEN_BACK else words)

    @override
    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        height = max(editor.sizeHint().height(), EDITOR_HEIGHT)
        editor.setGeometry(option.rect.x(), option.rect.y(), option.rect.width(), height)

    @override
    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        # The list of a combo box takes the focus, which is no reason to end the choice.
        if event.type() is QEvent.Type.FocusOut and isinstance(editor, QComboBox) and editor.view().isVisible():
            return False
        return super().eventFilter(editor, event)

    def _commit(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def _draw_verdict(self, painter: QPainter, font: QFont, room: QRect, verdict: str) -> None:
        tokens = self._theme.tokens
        colours = {"better": tokens.green, "good": tokens.green, "bad": tokens.red}
        bold = QFont(font)
        bold.setBold(bool(verdict))
        painter.setFont(bold)
        painter.setPen(QColor(colours.get(verdict, tokens.accent) if verdict else tokens.muted))
        told = QFontMetrics(bold).elidedText(verdict or NO_VERDICT, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, told)
        painter.setFont(font)


def _draw_lines(painter: QPainter, font: QFont, room: QRect, words: str) -> None:
    """The words, broken into lines, as many as there is room for; the last one ends in dots if there are more."""
    metrics = QFontMetrics(font)
    height, top = metrics.lineSpacing(), room.top()
    for paragraph in words.split("\n"):
        layout = QTextLayout(paragraph, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(room.width())
            start = line.textStart()
            if top + 2 * height > room.bottom() + 1:
                rest = metrics.elidedText(paragraph[start:], Qt.TextElideMode.ElideRight, room.width())
                painter.drawText(QRect(room.left(), top, room.width(), height), Qt.AlignmentFlag.AlignLeft, rest)
                layout.endLayout()
                return
            shown = paragraph[start : start + line.textLength()]
            painter.drawText(QRect(room.left(), top, room.width(), height), Qt.AlignmentFlag.AlignLeft, shown)
            top += height
        layout.endLayout()
