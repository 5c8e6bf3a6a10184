"""Ctrl-C: once stops the work, twice ends the program, and afterwards all is as before."""

import signal
import threading

import pytest

from localassist.cli.interrupts import stopped_by_ctrl_c


def test_the_first_requests_a_stop_and_raises_nothing() -> None:
    with stopped_by_ctrl_c() as stop:
        seen = threading.Event()
        with stop.while_waiting(seen.set):
            signal.raise_signal(signal.SIGINT)
            assert seen.wait(5)
        assert stop.requested


def test_the_second_raises() -> None:
    with stopped_by_ctrl_c():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_nothing_is_left_behind() -> None:
    handler, threads = signal.getsignal(signal.SIGINT), threading.active_count()
    with stopped_by_ctrl_c() as stop:
        pass
    assert signal.getsignal(signal.SIGINT) is handler
    assert threading.active_count() == threads
    assert not stop.requested


def test_nested_blocks_give_back_what_they_found() -> None:
    with stopped_by_ctrl_c() as outer:
        with stopped_by_ctrl_c():
            pass
        seen = threading.Event()
        with outer.while_waiting(seen.set):
            signal.raise_signal(signal.SIGINT)
            assert seen.wait(5)
