"""A conversation in the terminal: while a question is typed, the model reads what it will follow."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from localassist.cli.talking import Talk

if TYPE_CHECKING:
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services


def test_reading_ahead_lasts_until_the_question_is_typed() -> None:
    read: list[tuple[int, str]] = []
    began, ended = threading.Event(), threading.Event()

    def read_ahead(conversation_id: int, stop: Stop, model: str) -> None:
        read.append((conversation_id, model))
        asked = threading.Event()
        with stop.while_waiting(asked.set):
            began.set()
            assert asked.wait(5), "nobody stopped it"
        ended.set()

    services = cast("Services", SimpleNamespace(read_ahead=read_ahead))
    with Talk(services).read_ahead():
        assert read == [], "there is no conversation yet"
    with Talk(services, 7, 8, model="small").read_ahead():
        assert began.wait(5)
        assert not ended.is_set()
    assert read == [(7, "small")]
    assert ended.is_set()
