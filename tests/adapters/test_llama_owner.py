"""One thread serves several askers: in turn, patient work last, and nobody waits for one who left."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import pytest

from localassist.adapters.llama.owner import Owner
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.events import TokenDelta
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.adapters.llama.owner import Emit
    from localassist.adapters.llama.session import Session


class StubSession:
    """Notes what is asked of a session; `running` is set while a step can be aborted."""

    is_usable = True

    def __init__(self) -> None:
        self.aborted = threading.Event()
        self.closed = False

    def abort(self) -> None:
        self.aborted.set()

    def resume(self) -> None:
        self.aborted.clear()

    def close(self) -> None:
        self.closed = True

    def decode_for_ever(self) -> None:
        """As a long decode does: ends with the abort alone."""
        self.aborted.wait()
        raise Stopped


@pytest.fixture
def session() -> StubSession:
    return StubSession()


@pytest.fixture
def owner(session: StubSession) -> Iterator[Owner]:
    owner = Owner("stub", lambda _stop, _report: cast("Session", session))
    list(owner.load(Stop()))
    yield owner
    owner.close()


def say(text: str) -> Callable[[Session, Emit], None]:
    return lambda _session, emit: emit(TokenDelta(text))


def endless(session: Session, emit: Emit) -> None:
    emit(TokenDelta("begun"))
    cast("StubSession", session).decode_for_ever()


def heard(owner: Owner, work: Callable[[Session, Emit], None]) -> list[str]:
    return [event.text for event in owner.run(work, Stop()) if isinstance(event, TokenDelta)]


def test_events_arrive_in_order(owner: Owner) -> None:
    def count(_session: Session, emit: Emit) -> None:
        for number in range(2_000):
            emit(TokenDelta(str(number)))

    assert heard(owner, count) == [str(number) for number in range(2_000)]


def test_the_work_waits_for_an_asker_who_does_not_take(owner: Owner) -> None:
    emitted = []

    def count(_session: Session, emit: Emit) -> None:
        for number in range(100_000):
            emit(TokenDelta(str(number)))
            emitted.append(number)

    events = owner.run(count, Stop())
    next(events)
    events.close()
    assert len(emitted) < 1_000


def test_an_error_reaches_the_asker_and_the_next_is_served(owner: Owner) -> None:
    def fail(_session: Session, _emit: Emit) -> None:
        raise ModelError("The model stopped computing.")

    with pytest.raises(ModelError, match="stopped computing"):
        heard(owner, fail)
    assert heard(owner, say("fine")) == ["fine"]


def test_a_stop_ends_a_running_step(owner: Owner, session: StubSession) -> None:
    stop = Stop()
    events = owner.run(endless, stop)
    next(events)
    stop.request()
    with pytest.raises(Stopped):
        list(events)
    assert heard(owner, say("next")) == ["next"]
    assert not session.aborted.is_set()


def test_closing_the_answer_ends_a_running_step(owner: Owner) -> None:
    events = owner.run(endless, Stop())
    next(events)
    events.close()
    assert heard(owner, say("next")) == ["next"]


def test_one_who_leaves_the_queue_stops_nobody_else(owner: Owner) -> None:
    first = owner.run(endless, Stop())
    next(first)
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        list(owner.run(say("never"), stop))
    ended = threading.Thread(target=first.close)
    ended.start()
    ended.join(10)
    assert not ended.is_alive()


def test_patient_work_gives_way(owner: Owner) -> None:
    begun = threading.Event()

    def read_ahead(session: Session, _emit: Emit) -> None:
        begun.set()
        cast("StubSession", session).decode_for_ever()

    ahead = threading.Thread(target=lambda: list(owner.run(read_ahead, Stop(), patient=True)))
    ahead.start()
    begun.wait(10)
    assert heard(owner, say("at once")) == ["at once"]
    ahead.join(10)
    assert not ahead.is_alive()


def test_closing_tells_who_still_waits_and_frees_the_session(session: StubSession) -> None:
    owner = Owner("stub", lambda _stop, _report: cast("Session", session))
    list(owner.load(Stop()))
    events = owner.run(endless, Stop())
    next(events)
    owner.close()
    with pytest.raises(ModelError, match="unloaded"):
        list(events)
    with pytest.raises(ModelError, match="unloaded"):
        list(owner.run(say("too late"), Stop()))
    assert session.closed


def test_loading_is_cancelled_when_the_last_who_waits_leaves() -> None:
    cancelled = threading.Event()

    def open_for_ever(stop: Stop, report: Callable[[float], None]) -> Session:
        report(0.5)
        with stop.while_waiting(cancelled.set):
            cancelled.wait(10)
        stop.raise_if_requested()
        raise AssertionError("was not cancelled")

    owner = Owner("stub", open_for_ever)
    one, two = owner.load(Stop()), owner.load(Stop())
    next(one)
    next(two)
    one.close()
    assert not cancelled.is_set()
    two.close()
    with pytest.raises(Stopped):
        list(owner.load(Stop()))


def test_a_failed_load_is_raised_for_each_who_waits() -> None:
    def fail(_stop: Stop, _report: Callable[[float], None]) -> Session:
        raise ModelError("x.gguf can't be loaded.")

    owner = Owner("stub", fail)
    for _ in range(2):
        with pytest.raises(ModelError, match="can't be loaded"):
            list(owner.load(Stop()))


def test_who_waits_behind_a_load_that_fails_is_told(session: StubSession) -> None:
    begun, fail = threading.Event(), threading.Event()

    def open_session(_stop: Stop, _report: object) -> Session:
        begun.set()
        fail.wait(10)
        raise ModelError("The file is damaged.", "Download it again.")

    owner = Owner("stub", open_session)
    begun.wait(10)
    waiting = owner.run(lambda _session, _emit: None, Stop())
    assert next(waiting) is None
    fail.set()
    with pytest.raises(ModelError, match="unloaded"):
        list(waiting)
    with pytest.raises(ModelError, match="damaged"):
        list(owner.load(Stop()))


def test_a_session_that_became_useless_is_closed(session: StubSession) -> None:
    owner = Owner("stub", lambda _stop, _report: cast("Session", session))
    list(owner.load(Stop()))

    def break_it(session: Session, _emit: object) -> None:
        session.is_usable = False  # type: ignore[misc]

    list(owner.run(break_it, Stop()))
    owner._thread.join(10)
    assert owner.is_closed
