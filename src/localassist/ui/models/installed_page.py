"""The models that are here: where they are, how big, when last used, whether verified; and others on this disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from localassist.domain.keeping import FoundModel, KeptModel
from localassist.ui.models.sizes import size_words
from localassist.ui.models.words import date_words
from localassist.ui.theme import STEP
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.model_list import ModelList, Row
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.ui.icons import Icons

COLUMNS: Final = (
    ("Model", 0),
    ("For", 36 * STEP),
    ("Size", 18 * STEP),
    ("Licence", 30 * STEP),
    ("Last used", 24 * STEP),
    ("Verified", 24 * STEP),
)
KINDS: Final = {"chat": "conversation", "embedder": "finding passages", "reranker": "ranking passages"}
FINDING: Final = "Looks where other programs keep models. Nothing is changed there, and nothing leaves this computer."
IN_USE: Final = "in use"


class InstalledPage(QWidget):
    """Every signal carries the `KeptModel` that is chosen, `use_requested` and `folder_requested` also a `FoundModel`.

    `find_requested` asks for those that other programs keep.
    """

    use_requested = Signal(object)
    verify_requested = Signal(object)
    folder_requested = Signal(object)
    removal_requested = Signal(object)
    removal_confirmed = Signal(object)
    find_requested = Signal()
    stop_requested = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._models: dict[str, KeptModel] = {}
        self._others: dict[str, FoundModel] = {}
        self._in_use: frozenset[str] = frozenset()
        self._busy = False
        self._list = ModelList(icons, "Models on this computer", COLUMNS)
        self._path = ElidedLabel()
        self._remarks = WordsLabel(kind="muted", selectable=True)
        self.note = NoteView(icons)
        self.work = StatusLine(icons)
        self.use = QPushButton("Use it")
        self.verify = QPushButton("Verify")
        self.folder = QPushButton("Open folder")
        self.remove = QPushButton("Remove…")
        self.others = QPushButton("Find others on this disk")
        self.others.setToolTip(FINDING)
        self.others.setAccessibleDescription(FINDING)
        self._lay_out()
        self._connect()
        self._on_chosen_changed()

    def show_models(self, models: Sequence[KeptModel], in_use: frozenset[str]) -> None:
        """Show these; `in_use` are the paths of those that the settings choose."""
        self._models = {model.path: model for model in models}
        self._in_use = in_use
        self._show()

    def show_others(self, found: Sequence[FoundModel]) -> None:
        """Show what other programs keep, as far as it is not here already."""
        self._others = {each.path: each for each in found if not each.known_as}
        self._show()
        if not self._others:
            self.note.say("No other program keeps a model here that is not in the list already.")

    def choose(self, path: str) -> None:
        """Choose the one of that path."""
        self._list.choose(path)

    @property
    def chosen(self) -> KeptModel | FoundModel | None:
        """The one that is chosen."""
        chosen = self._list.chosen
        return (self._models.get(chosen[0]) or self._others.get(chosen[0])) if chosen else None

    def show_busy(self, *, busy: bool) -> None:
        """While something that takes long is done, nothing else of that kind can be begun."""
        self._busy = busy
        if not busy:
            self.work.clear()
        self._on_chosen_changed()

    def ask_to_remove(self, model: KeptModel, consequences: Sequence[str]) -> None:
        """Say what removing it means, and offer to do it."""
        self.note.say(
            f"Remove {model.name}? {' '.join(consequences)}", "Remove it", lambda: self._confirm_removal(model)
        )

    def _confirm_removal(self, model: KeptModel) -> None:
        self.note.hide()
        self.removal_confirmed.emit(model)

    def _show(self) -> None:
        others = [each for path, each in self._others.items() if path not in self._models]
        groups = [("", [self._row(model) for model in self._models.values()])]
        if others:
            groups.append(("Kept by other programs", [_row_of(each) for each in others]))
        self._list.show_groups(groups)
        self._on_chosen_changed()

    def _row(self, model: KeptModel) -> Row:
        used = IN_USE if model.path in self._in_use else date_words(model.last_used)
        return Row(
            model.path,
            (
                model.name,
                KINDS.get(model.kind, model.kind),
                size_words(model.size),
                model.licence or "not known",
                used,
                date_words(model.verified),
            ),
            (
                "red" if model.problem else "",
                "muted",
                "muted",
                "" if model.licence else "muted",
                "green" if used == IN_USE else "muted",
                "" if model.verified else "muted",
            ),
            f"{model.path}\n{model.problem or model.warning}".strip(),
        )

    def _on_chosen_changed(self) -> None:
        model = self.chosen
        self._path.setText(model.path if model else "")
        self._remarks.setText(" ".join(_remarks(model)) if model else "Choose a model to see where it is.")
        is_usable = model is not None and not model.problem and model.path not in self._in_use
        is_chat = not isinstance(model, KeptModel) or model.kind == "chat"
        self.use.setEnabled(is_usable and (is_chat or not self._busy))
        self.folder.setEnabled(model is not None)
        self.verify.setEnabled(isinstance(model, KeptModel) and not self._busy)
        self.others.setEnabled(not self._busy)
        self.remove.setEnabled(isinstance(model, KeptModel) and not model.came_along)

    def _connect(self) -> None:
        self._list.chosen_changed.connect(self._on_chosen_changed)
        self._list.key_activated.connect(lambda _key: self.use_requested.emit(self.chosen))
        self.use.clicked.connect(lambda: self.use_requested.emit(self.chosen))
        self.verify.clicked.connect(lambda: self.verify_requested.emit(self.chosen))
        self.folder.clicked.connect(lambda: self.folder_requested.emit(self.chosen))
        self.remove.clicked.connect(lambda: self.removal_requested.emit(self.chosen))
        self.others.clicked.connect(self.find_requested)
        self.work.stop_requested.connect(self.stop_requested)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * STEP)
        for button in (self.use, self.verify, self.folder, self.remove):
            buttons.addWidget(button)
        buttons.addWidget(self.work, 1)
        buttons.addWidget(self.others)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 3 * STEP, 4 * STEP, 4 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addWidget(self._list, 1)
        for widget in (self._path, self._remarks, self.note):
            layout.addWidget(widget)
        layout.addLayout(buttons)


def _row_of(found: FoundModel) -> Row:
    tone = "red" if found.problem else "muted"
    return Row(found.path, (found.name, found.place, size_words(found.size), "", "", ""), (tone, "muted", "muted"))


def _remarks(model: KeptModel | FoundModel) -> list[str]:
    if isinstance(model, FoundModel):
        kept = f"{model.place} keeps it; it is used where it lies, and nothing is written there."
        return [told for told in (model.problem, kept, model.orphaned) if told]
    where = "It lies in the folder of models." if model.own else "It is used where it lies."
    if model.came_along:
        where = "It came along with localassist."
    verified = model.against.meaning if model.verified and model.against else "It was never verified."
    return [told for told in (model.problem, model.warning, where, verified) if told]
