"""The ways to have a model, as a table: size, what each loses, how it fits; and the button that downloads one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from localassist.domain.library import Suitability
from localassist.ui.models.sizes import size_words
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.model_list import ModelList, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.library import Fit, Variant
    from localassist.ui.icons import Icons
    from localassist.usecases.suggesting import Suggestion

COLUMNS: Final = (("Variant", 0), ("Size", 18 * STEP), ("Fits", 22 * STEP), ("What it loses", 40 * STEP))
SPARE: Final = (3,)  # said of the variant that is chosen, too
LEAST_WIDTH: Final = 26 * STEP
FIT_TONES: Final = {
    Suitability.FITS: "green",
    Suitability.TIGHT: "amber",
    Suitability.SLOW: "amber",
    Suitability.WONT_RUN: "red",
}
MOST_ROWS: Final = 8
NOTHING: Final = "Nothing in this repository can be run here: it has no GGUF file that is whole."


class VariantsView(QWidget):
    """The variants of one model; `download_requested` carries the one that is chosen."""

    download_requested = Signal(object)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._variants: dict[str, Variant] = {}
        self._fits: dict[str, Fit] = {}
        self._suggested = ""
        self._reason = ""
        self._list = ModelList(icons, "Variants of this model", COLUMNS, SPARE, LEAST_WIDTH)
        self._told = WordsLabel(kind="muted", selectable=True)
        self.button = QPushButton("Download")
        self.button.setProperty("kind", "primary")
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * STEP)
        for widget in (self._list, self._told, self.button):
            layout.addWidget(widget)
        self._list.chosen_changed.connect(self._on_chosen_changed)
        self.button.clicked.connect(self._on_clicked)

    def show_variants(self, variants: Sequence[Variant], suggested: Variant | None) -> None:
        """Show these, the suggested one chosen."""
        self._variants = {variant.files[0].path: variant for variant in variants}
        self._fits = {}
        self._suggested, self._reason = suggested.files[0].path if suggested else "", ""
        self._list.show_groups([("", [_row(variant) for variant in variants])])
        self._list.show_rows(min(len(variants), MOST_ROWS))
        self._list.setVisible(bool(variants))
        self.button.setVisible(bool(variants))
        self._list.choose(self._suggested)
        self._on_chosen_changed()

    def suggest(self, suggestion: Suggestion) -> None:
        """Say which to take and why, and choose it unless somebody chose another one meanwhile."""
        before, self._suggested = self._suggested, suggestion.variant.files[0].path
        self._reason = suggestion.reason
        self.show_fits({self._suggested: suggestion.fit})
        if self._list.chosen == [before]:
            self._list.choose(self._suggested)
        self._on_chosen_changed()

    def show_fits(self, fits: Mapping[str, Fit]) -> None:
        """Say how variants fit this computer, each under the path of its first file."""
        self._fits.update(fits)
        for path, fit in fits.items():
            self._list.change_cell(path, 2, fit.suitability.value, FIT_TONES[fit.suitability])
        self._on_chosen_changed()

    def _chosen(self) -> Variant | None:
        chosen = self._list.chosen
        return self._variants[chosen[0]] if chosen else None

    def _on_chosen_changed(self) -> None:
        variant = self._chosen()
        self.button.setEnabled(variant is not None)
        if variant is None:
            self._told.setText("" if self._variants else NOTHING)
            self._told.setVisible(not self._variants)
            return
        self.button.setText(f"Download {size_words(variant.size)}")
        self.button.setAccessibleName(f"Download {_name(variant)}")
        fit = self._fits.get(variant.files[0].path)
        parts = f"In {len(variant.files)} files." if len(variant.files) > 1 else ""
        why = self._reason if variant.files[0].path == self._suggested else ""
        self._told.setText(" ".join(filter(None, (why, fit.reason if fit else "", variant.loses, parts))))
        self._told.setVisible(bool(self._told.text()))

    def _on_clicked(self) -> None:
        variant = self._chosen()
        if variant is not None:
            self.download_requested.emit(variant)


def _name(variant: Variant) -> str:
    """Its quantisation, or its file where it names none; models that are a folder come as a whole."""
    path = variant.files[0].path
    is_folder = not path.lower().endswith(".gguf")
    return "the whole model" if is_folder else variant.quantisation or path.rpartition("/")[2]


def _row(variant: Variant) -> Row:
    path = variant.files[0].path
    loses = variant.loses.partition(":")[0].partition(" (")[0].removesuffix(".").removeprefix("Loses ")
    return Row(path, (_name(variant), size_words(variant.size), "", loses), tip=f"{path}\n{variant.loses}")
