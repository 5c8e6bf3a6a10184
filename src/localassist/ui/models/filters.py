"""What somebody asks of models in a search: a size, an ability, a quantisation, and that they fit this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from localassist.ui.theme import STEP
from localassist.usecases.narrowing import CAPABILITIES, Narrowing

if TYPE_CHECKING:
    from collections.abc import Iterable

BILLIONS: Final = (1, 2, 4, 9, 15, 35)
QUANTISATIONS: Final = ("Q2_K", "Q3_K_M", "Q4_0", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16", "BF16")
ABILITIES: Final = {
    "tools": "Uses tools",
    "vision": "Sees pictures",
    "reasoning": "Thinks first",
    "code": "Writes code",
}
SIZE: Final = (
    "How many numbers a model is made of, in billions (B): with more it knows more, takes more memory and writes more "
    "slowly."
)
FITS: Final = "Guessed from how large a model is. Choose one and look its files up to know better."


class FiltersView(QWidget):
    """`changed` says that something else is asked for than before."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        sizes = [(f"Up to {count}B", count * 10**9) for count in BILLIONS]  # as models are named: there is little room
        self.size_limit = _choice("Size in parameters", [("Any size", 0), *sizes])
        self.size_limit.setToolTip(SIZE)
        abilities = [(ABILITIES[each], each) for each in CAPABILITIES]
        self.ability = _choice("What it can do", [("Any ability", ""), *abilities])
        self.quantisation = _choice("Quantisation", [("Any variant", ""), *((each, each) for each in QUANTISATIONS)])
        self.fits = QCheckBox("Fits here")
        self.fits.setAccessibleName("Fits this computer")
        self.fits.setToolTip(FITS)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * STEP)
        for choice in (self.size_limit, self.ability, self.quantisation):
            choice.activated.connect(self.changed)
            row.addWidget(choice, 1)
        self.fits.clicked.connect(self.changed)
        row.addWidget(self.fits)

    @property
    def narrowing(self) -> Narrowing:
        """What is asked for."""
        ability = self.ability.currentData()
        return Narrowing(
            frozenset({ability} if ability else ()),
            self.size_limit.currentData(),
            self.quantisation.currentData(),
            self.fits.isChecked(),
        )


def _choice(name: str, choices: Iterable[tuple[str, object]]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    for words, value in choices:
        made.addItem(words, value)
    made.setMinimumContentsLength(8)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made
