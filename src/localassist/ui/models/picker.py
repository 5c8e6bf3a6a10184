"""The model chip of the composer: which model answers and where it runs, and the way to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QWidget, QWidgetAction

from localassist.domain.settings import NO_MODEL
from localassist.ui.models.choosing import choose_model_file
from localassist.ui.models.sizes import size_words
from localassist.ui.theme import STEP
from localassist.ui.widgets.chip import ChipButton
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.diagnosis import Finding
    from localassist.domain.models import ModelFile
    from localassist.ui.icons import Icons

WITHOUT_MODEL: Final = "No model: quotes only"
MENU_WIDTH: Final = 80 * STEP
NAME_LENGTH: Final = 28  # characters of a model's name in the chip; the tooltip has all of them


class ModelPicker(ChipButton):
    """Shows the model in use; its menu offers the others. `model_chosen` carries a name (`NO_MODEL` for none),
    `file_chosen` a path.
    """

    model_chosen = Signal(str)
    file_chosen = Signal(str)
    library_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._files: tuple[ModelFile, ...] = ()
        self._current = ""
        self._device = ""
        self._unused = ""
        icons.theme.changed.connect(self._paint)
        self._paint()

    def show_models(self, files: Sequence[ModelFile], current: str) -> None:
        """Show these files with the one in use; an empty `current` means that no model answers."""
        self._files, self._current = tuple(files), current
        self._device = ""
        self._paint()

    def show_device(self, device: str) -> None:
        """Say where the model runs, now that it is loaded."""
        self._device = device
        self._paint()

    def show_unused(self, gpu: Finding | None) -> None:
        """Name a GPU that is there and not used, with what to do about it."""
        self._unused = f"{gpu.detail.rstrip('.')}. {gpu.remedy}" if gpu else ""
        self._paint()

    def _paint(self) -> None:
        name = self._current or WITHOUT_MODEL
        self.setText(_label(name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"))
        self.setIcon(
            self._icons.icon("warning" if self._unused else "chevron-down", "amber" if self._unused else "muted")
        )
        told = [name, f"Runs on {self._device}." if self._device else "", self._unused]
        self.setToolTip(plain_tip("\n".join(filter(None, told))))
        self.setAccessibleName(f"Model: {name}")
        self.setAccessibleDescription(" ".join(filter(None, told[1:])))
        self._fill()

    def _fill(self) -> None:
        self.choices.clear()
        group = QActionGroup(self.choices)
        for file in self._files:
            group.addAction(self._entry(file))
        group.addAction(self._without_model())
        self.choices.addSeparator()
        self.choices.addAction("Models…", self.library_requested.emit)
        self.choices.addAction("Use a model file…", lambda: choose_model_file(self, self.file_chosen.emit))
        if self._device or self._unused:
            self.choices.addSeparator()
        if self._device:
            self._say(f"{self._current} runs on {self._device}.", "muted")
        if self._unused:
            self._say(self._unused, "warning")

    def _entry(self, file: ModelFile) -> QAction:
        action = QAction(f"{_label(file.name)}\t{size_words(file.size)}", self.choices)
        action.setCheckable(True)
        action.setChecked(file.name == self._current)
        action.setEnabled(not file.problem)
        action.setToolTip(plain_tip(file.problem or file.warning or file.path))
        action.triggered.connect(lambda: self.model_chosen.emit(file.name))
        self.choices.addAction(action)
        return action

    def _without_model(self) -> QAction:
        action = self.choices.addAction(WITHOUT_MODEL)
        action.setCheckable(True)
        action.setChecked(not self._current)
        action.triggered.connect(lambda: self.model_chosen.emit(NO_MODEL))
        return action

    def _say(self, words: str, kind: str) -> None:
        """A line of the menu that is read, not pressed."""
        label = WordsLabel(words, kind)
        label.setContentsMargins(4 * STEP, STEP, 4 * STEP, STEP)
        label.setMinimumWidth(MENU_WIDTH)
        action = QWidgetAction(self.choices)
        action.setDefaultWidget(label)
        self.choices.addAction(action)


def _label(name: str) -> str:
    """A name as buttons and menus show it: they take an ampersand for a key and a tab for the end."""
    return name.replace("&", "&&").replace("\t", " ")
