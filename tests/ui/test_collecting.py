import gc
import threading

import pytest
from PySide6.QtCore import QObject, Qt

from localassist.ui.collecting import GarbageCollector


@pytest.fixture
def collector(qapp):
    gc.enable()
    made = GarbageCollector()
    yield made
    made.end()


@pytest.mark.usefixtures("collector")
def test_what_is_let_go_in_a_cycle_dies_on_the_windows_thread_however_busy_others_are(qtbot):
    died_on = []

    def note(*_):
        died_on.append(threading.current_thread())

    def let_go():
        thing = QObject()
        thing.destroyed.connect(note, Qt.ConnectionType.DirectConnection)
        thing.itself = thing

    let_go()
    made = []
    busy = threading.Thread(target=lambda: made.extend([each] for each in range(200_000)))
    busy.start()
    busy.join()
    assert died_on == []
    qtbot.waitUntil(lambda: bool(died_on))
    assert died_on == [threading.main_thread()]


def test_at_the_end_python_collects_again(qapp):
    GarbageCollector().end()
    assert gc.isenabled()
