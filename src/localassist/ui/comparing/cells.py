"""The table of a saved list: a row a question, a column a model, a last row with each column's totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from typing_extensions import override

from localassist.domain.settings import NO_MODEL
from localassist.ui.comparing.models import QUOTES
from localassist.ui.widgets.tips import plain_tip
from localassist.usecases.figuring import cost_words, total_words

if TYPE_CHECKING:
    from localassist.domain.comparisons import ComparedAnswer, ComparedQuestion, ComparisonTable

Index = QModelIndex | QPersistentModelIndex
TOP: Final = QModelIndex()
ANSWER_ROLE: Final = Qt.ItemDataRole.UserRole
NOT_ASKED: Final = "Not asked yet"
NOW: Final = "Being asked…"


class ComparisonCells(QAbstractTableModel):
    """Cells with answers can be given a verdict; `judged` carries the question's id, the model and the words."""

    judged = Signal(int, str, str)

    def __init__(self) -> None:
        super().__init__()
        self._table: ComparisonTable | None = None
        self._under_way: tuple[int, str] | None = None

    def show_table(self, table: ComparisonTable | None) -> None:
        """Show this list; None for none."""
        self.beginResetModel()
        self._table = table
        self.endResetModel()

    def show_under_way(self, question_id: int, model: str) -> None:
        """Say which cell is being asked; a question's id of 0 for none."""
        self._under_way = (question_id, model) if question_id else None
        if self._table:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def question(self, index: Index) -> ComparedQuestion | None:
        """The question of a row; None for the totals."""
        questions = self._table.questions if self._table else ()
        return questions[index.row()] if index.isValid() and index.row() < len(questions) else None

    def model_of(self, index: Index) -> str:
        """The model of a column, "" for the questions'."""
        models = self._table.comparison.models if self._table else ()
        return models[index.column() - 1] if index.isValid() and 0 < index.column() <= len(models) else ""

    def answer(self, index: Index) -> ComparedAnswer | None:
        """The answer in a cell."""
        question = self.question(index)
        return question.answers.get(self.model_of(index)) if question else None

    @override
    def rowCount(self, parent: Index = TOP) -> int:
        if parent.isValid() or self._table is None or not self._table.questions:
            return 0
        return len(self._table.questions) + 1

    @override
    def columnCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() or self._table is None else 1 + len(self._table.comparison.models)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole or self._table is None:
            return None
        if orientation is Qt.Orientation.Horizontal:
            models = self._table.comparison.models
            return "Question" if section == 0 else QUOTES if models[section - 1] == NO_MODEL else models[section - 1]
        return str(section + 1) if section < len(self._table.questions) else "∑"

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsEditable if self._can_be_judged(index) else usual

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        answer = self.answer(index)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._words(index)
            case Qt.ItemDataRole.EditRole:
                return answer.verdict if answer else ""
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(answer.problem) if answer and answer.problem else None
            case Qt.ItemDataRole.AccessibleTextRole:
                verdict = answer.verdict if answer else ""
                return ". ".join(filter(None, (verdict, self._words(index), figures(answer))))
            case _ if role == ANSWER_ROLE:
                return answer
        return None

    @override
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        question, answer = self.question(index), self.answer(index)
        words = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or question is None or answer is None or words == answer.verdict:
            return False
        self.judged.emit(question.id, answer.model, words)
        return True

    def _can_be_judged(self, index: Index) -> bool:
        answer = self.answer(index)
        return answer is not None and not answer.problem

    def _words(self, index: Index) -> str:
        question, model = self.question(index), self.model_of(index)
        if question is None:
            return self._total(index.column() - 1)
        if not model:
            return question.text
        if self._under_way == (question.id, model):
            return NOW
        answer = self.answer(index)
        if answer is None:
            return NOT_ASKED
        return answer.problem or " ".join(answer.text.split())

    def _total(self, column: int) -> str:
        if self._table is None or column < 0:
            return "All"
        return "\n".join(f"{what}: {how_much}" for what, how_much in total_words(self._table.totals[column]))


def figures(answer: ComparedAnswer | None) -> str:
    """What an answer took, on one line; "" for what is none."""
    if answer is None or answer.problem:
        return ""
    facts = [f"{answer.seconds:.1f} s"]
    if answer.grounding:
        proof = answer.grounding
        facts.append(f"{proof.supported} of {proof.supported + proof.partly + proof.unsupported} borne out")
    if answer.cost != 0:
        facts.append(f"cost {cost_words(answer.cost)}")
    return ", ".join(facts)
