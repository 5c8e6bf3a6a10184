"""Letting somebody point at a model file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


def choose_model_file(parent: QWidget, then: Callable[[str], object]) -> None:
    """Open a dialog beside the window and hand over the path of the file that is chosen in it."""
    dialog = QFileDialog(parent, "Use a model file", "", "Model files (*.gguf);;All files (*)")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(then)
    dialog.open()
