"""Which models can be compared, and the box that one is chosen in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from localassist.domain.settings import NO_MODEL
from localassist.ui.chat.standing import read_choices
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.usecases.services import Services

QUOTES: Final = "No model: quotes only"
OTHER: Final = "Another model elsewhere…"
NARROWEST: Final = 36 * STEP


@dataclass(frozen=True, slots=True)
class Contender:
    """A model that can be compared: `reference` is what it is asked as, `label` what people read."""

    reference: str
    label: str


def contenders(services: Services) -> tuple[Contender, ...]:
    """The models of this computer, the one that answers first, then known ones elsewhere. It belongs into a job."""
    usual = services.models.default()
    files = [file for file in services.models.files() if not file.problem]
    files.sort(key=lambda file: usual is None or file.path != usual.description.path)
    here = [Contender(file.name, file.name) for file in files]
    elsewhere = [
        Contender(each.target.name, f"{each.target.model} at {each.provider.name}")
        for each in read_choices(services, None, None).all
    ]
    return (*here, Contender(NO_MODEL, QUOTES), *elsewhere)


class ModelChooser(QComboBox):
    """Chooses a contender; `other_requested` asks for a model elsewhere that is not among them."""

    other_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._before = 0
        self.setAccessibleName("Model of this column")
        self.setMinimumContentsLength(12)
        self.setMinimumWidth(NARROWEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self._on_activated)

    def show_contenders(self, known: Sequence[Contender], reference: str) -> None:
        """Offer these, with that one chosen, as far as it is among them."""
        self.clear()
        for each in known:
            self.addItem(each.label, each.reference)
        self.addItem(OTHER, "")
        self._before = max(self.findData(reference), 0)
        self.setCurrentIndex(self._before)

    @property
    def reference(self) -> str:
        """What the chosen one is asked as, "" while there is none."""
        return str(self.currentData() or "")

    def _on_activated(self, index: int) -> None:
        if self.itemData(index):
            self._before = index
        else:
            self.setCurrentIndex(self._before)
            self.other_requested.emit()
