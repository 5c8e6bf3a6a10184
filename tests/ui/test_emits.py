"""PySide6 6.12.0 on Python 3.11 loses a reference at every emit and aborts after about 570; ours must not."""

from PySide6.QtCore import QObject, Signal


class _Counter(QObject):
    counted = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0
        self.counted.connect(self._on_counted)

    def _on_counted(self, yes: bool) -> None:
        self.seen += yes


def test_twenty_thousand_signals_arrive(qapp):
    counter = _Counter()
    for _ in range(20_000):
        counter.counted.emit(True)
    assert counter.seen == 20_000
