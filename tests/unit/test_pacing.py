"""How fast work goes on is told from what it yields."""

from collections.abc import Iterator

from fakes import FakeDocumentStore
from localassist.domain.events import DocumentIndexed, Embedding, MirrorEvent, Pace
from localassist.domain.ports.documents import FoundFile
from localassist.usecases.pacing import with_pace

DOCUMENT = FakeDocumentStore().save_failure(FoundFile("/a", 1, 1.0), "", "It is damaged.")


def clock() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 1.0


def paces(*events: MirrorEvent) -> list[Pace]:
    ticks = clock()
    return [e for e in with_pace(iter(events), lambda: next(ticks)) if isinstance(e, Pace)]


def test_a_rate_and_the_time_left_follow_each_step() -> None:
    assert paces(*(Embedding(n * 64, 640) for n in range(1, 4)))[-1] == Pace(192, 640, 64.0, 7.0)


def test_unchanged_files_are_no_work() -> None:
    steps = [DocumentIndexed(DOCUMENT, n, 10, n < 9) for n in range(1, 11)]
    told = paces(*steps)
    assert [pace.done for pace in told] == [9, 10]
    assert told[-1].per_second == 2 / 10
    assert told[-1].seconds_left == 0


def test_embedding_is_measured_by_itself() -> None:
    told = paces(*(DocumentIndexed(DOCUMENT, n, 4, unchanged=False) for n in range(1, 5)), Embedding(100, 200))
    assert told[-1] == Pace(100, 200, 100.0, 1.0)
