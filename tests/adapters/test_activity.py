"""Background work waits while somebody waits for an answer."""

import threading

import pytest

from localassist.adapters.activity import ForegroundActivity
from localassist.domain.stopping import Stop


def waiting(activity: ForegroundActivity, stop: Stop) -> threading.Thread:
    thread = threading.Thread(target=activity.wait_until_idle, args=(stop,), daemon=True)
    thread.start()
    return thread


def test_idle_lets_pass_at_once() -> None:
    activity = ForegroundActivity()
    waiting(activity, Stop()).join(5)
    with activity.answering():
        pass
    activity.wait_until_idle(Stop())


def test_waits_for_the_last_of_several_answers() -> None:
    activity = ForegroundActivity()
    with activity.answering():
        with activity.answering():
            background = waiting(activity, Stop())
        background.join(0.05)
        assert background.is_alive()
    background.join(5)
    assert not background.is_alive()


def test_a_stop_ends_the_wait() -> None:
    activity = ForegroundActivity()
    stop = Stop()
    with activity.answering():
        background = waiting(activity, stop)
        stop.request()
        background.join(5)
        assert not background.is_alive()


def test_an_answer_that_fails_is_over() -> None:
    activity = ForegroundActivity()
    with pytest.raises(RuntimeError), activity.answering():
        raise RuntimeError
    activity.wait_until_idle(Stop())
