"""What was spent elsewhere this month, beside what may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from localassist.ui.figures import money
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.ports.escalations import Spending

STEPS: Final = 1000
NOTHING: Final = "Nothing was asked elsewhere this month."


class SpendingView(QWidget):
    """A sentence and, where there is a budget, a bar."""

    def __init__(self) -> None:
        super().__init__()
        self._spendings: tuple[Spending, ...] = ()
        self._budget = 0.0
        self._told = WordsLabel(selectable=True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setRange(0, STEPS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * STEP)
        layout.addWidget(self._told)
        layout.addWidget(self.bar)
        self._update()

    def show_budget(self, budget: float) -> None:
        """Show what may be spent in a month, in US dollars; 0 for no bound."""
        self._budget = budget
        self._update()

    def show_spendings(self, spendings: Sequence[Spending]) -> None:
        """Show what was spent this month."""
        self._spendings = tuple(each for each in spendings if each.prompt_tokens or each.cost)  # what was sent
        self._update()

    def _update(self) -> None:
        spent = sum(each.cost or 0.0 for each in self._spendings)
        unknown = sum(each.cost is None for each in self._spendings)
        told = _spent_words(spent, len(self._spendings), self._budget)
        if unknown:
            told += f" What {'one' if unknown == 1 else f'{unknown:,}'} of them cost is not known and not counted."
        self._told.setText(told)
        self.bar.setVisible(self._budget > 0)
        if self._budget > 0:
            self.bar.setValue(round(STEPS * min(1.0, spent / self._budget)))
            tone = "red" if spent >= self._budget else ""
            if self.bar.property("tone") != tone:
                self.bar.setProperty("tone", tone)
                self.bar.style().unpolish(self.bar)
                self.bar.style().polish(self.bar)
            self.bar.setAccessibleName(told)


def _spent_words(spent: float, count: int, budget: float) -> str:
    if not count:
        return NOTHING
    told = f"{money(spent)}{f' of {money(budget)}' if budget else ''} spent this month"
    told += f", for {'one question' if count == 1 else f'{count:,} questions'}."
    if budget and spent >= budget:
        told += " Nothing more is sent before the next month, or a larger budget."
    return told
