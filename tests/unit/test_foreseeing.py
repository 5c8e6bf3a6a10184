"""Things are worked on ahead of their turn, handed out in order, and left alone once nobody wants them."""

import threading

import pytest

from localassist.domain.errors import Stopped
from localassist.domain.stopping import Stop
from localassist.usecases.foreseeing import AT_ONCE, foreseen

PATIENCE_S = 30


def test_results_come_in_the_order_of_their_items() -> None:
    found = [(item, future.result()) for item, future in foreseen(range(20), lambda item, _: item * item, Stop())]
    assert found == [(item, item * item) for item in range(20)]


def test_the_next_ones_are_begun_before_the_first_is_handed_out() -> None:
    begun = [threading.Event() for _ in range(5)]

    def work(item: int, _: Stop) -> None:
        begun[item].set()

    results = foreseen(range(5), work, Stop())
    next(results)[1].result()
    assert all(begun[item].wait(PATIENCE_S) for item in range(AT_ONCE + 1))
    assert not any(begun[item].is_set() for item in range(AT_ONCE + 1, 5))
    results.close()


def test_an_error_is_raised_where_its_result_is_asked_for() -> None:
    def work(item: int, _: Stop) -> int:
        return 12 // item

    first, second = (future for _, future in foreseen([0, 3], work, Stop()))
    with pytest.raises(ZeroDivisionError):
        first.result()
    assert second.result() == 4


def wait_for_the_end(_: int, ending: Stop) -> None:
    woken = threading.Event()
    with ending.while_waiting(woken.set):
        assert woken.wait(PATIENCE_S)
    ending.raise_if_requested()


def test_closing_ends_what_is_under_way() -> None:
    results = foreseen(range(9), wait_for_the_end, Stop())
    _, first = next(results)
    results.close()
    assert isinstance(first.exception(), Stopped)


def test_a_stop_reaches_the_work() -> None:
    stop = Stop()
    results = foreseen(range(9), wait_for_the_end, stop)
    _, first = next(results)
    stop.request()
    assert isinstance(first.exception(PATIENCE_S), Stopped)
    results.close()
