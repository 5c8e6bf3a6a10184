"""Python's garbage collected on the window's thread alone: another would delete objects that Qt is using there."""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

EVERY_MS: Final = 200
COLLECTED: Final = (700, 10, 1000)
"""Python's own thresholds, but for the oldest objects: with the libraries of embedding in memory, looking through them
took 55 to 250 ms every few seconds of indexing, in which nothing moved on the screen."""


class GarbageCollector(QObject):
    """Takes the place of Python's own, which runs on whatever thread happens to make the next object.

    Qt deletes widgets on their thread wherever they were let go, but other objects (jobs, timers, models) at once.
    """

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def end(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()

    def _on_timeout(self) -> None:
        """Collect the oldest generation whose turn it is, and with it all that are younger."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > COLLECTED[generation]:
                gc.collect(generation)
                return
