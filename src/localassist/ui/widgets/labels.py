"""Words on the screen: shown as they are, broken into lines where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel
from typing_extensions import override


class WordsLabel(QLabel):
    """Plain text in the look of its `kind` (see the style sheet); a long word never widens what it stands in.

    Nothing in it is interpreted, so text of documents and files can stand here. `selectable` lets it be copied.
    """

    def __init__(self, words: str = "", kind: str = "", *, selectable: bool = False) -> None:
        super().__init__(words)
        self.setProperty("kind", kind)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth(), super().minimumSizeHint().height())
