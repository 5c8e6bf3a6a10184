"""What a question elsewhere is noted to have cost, however it ends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from escalation_room import PRICE, EscalationRoom, FakeCloudModels
from fakes import FakeChatModel
from localassist.domain.chat import Figures, MessageStatus
from localassist.domain.documents import Scope
from localassist.domain.errors import CloudError, LocalAssistError, StorageError
from localassist.domain.events import Asked, ReasoningDelta, Routed
from localassist.domain.ports.cloud import CloudEnded
from localassist.usecases.budgeting import estimated_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.events import GenerationEvent
    from localassist.domain.outbound import Outbound
    from localassist.domain.ports.escalations import Spending
    from localassist.domain.stopping import Stop

NOTHING = Scope()
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def room() -> EscalationRoom:
    return EscalationRoom(FakeChatModel("Fine."))


def only(room: EscalationRoom) -> Spending:
    (spending,) = room.store.spendings(ALWAYS)
    return spending


@pytest.mark.parametrize("last", [Asked, Routed])
def test_whoever_walks_away_before_anything_leaves_pays_nothing(room: EscalationRoom, last: type) -> None:
    events = room.desk.send(room.review(room.question("Hello?"), NOTHING), room.stop)
    assert any(isinstance(event, last) for event in events)
    events.close()  # type: ignore[attr-defined]  # a generator
    assert not room.models.sent
    assert only(room).cost == 0


def test_an_answer_that_can_not_be_begun_costs_nothing(room: EscalationRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    review = room.review(room.question("Hello?"), NOTHING)

    def full(_question: int) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(room.conversations, "answer_again", full)
    with pytest.raises(StorageError):
        room.send(review)
    assert only(room).cost == 0


def test_a_full_disk_takes_nothing_from_an_answer_that_came(
    room: EscalationRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = room.review(room.question("Hello?"), NOTHING)

    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(room.store, "settle", full)
    answer = room.send(review)
    assert (answer.status, answer.text) == (MessageStatus.COMPLETE, "Fine.")
    assert only(room).cost == review.cost  # what it may have cost at most stays noted


class Untold(FakeCloudModels):
    """Says nothing of what it used: the line broke behind the answer, or the server never does."""

    @override
    def generate(self, outbound: Outbound, stop: Stop) -> Iterator[GenerationEvent | CloudEnded]:
        for event in super().generate(outbound, stop):
            yield CloudEnded("end", Figures()) if isinstance(event, CloudEnded) else event


def test_what_nobody_counted_is_estimated_and_not_free(room: EscalationRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.models, "generate", Untold(["A long answer. "] * 50).generate)
    review = room.review(room.question("Hello?"), NOTHING)
    answer = room.send(review)
    came = estimated_tokens("A long answer. " * 50)
    assert only(room).cost == PRICE.cost(review.tokens, came)
    assert (only(room).prompt_tokens, only(room).answer_tokens) == (review.tokens, came)
    assert answer.evidence.sent is not None
    assert answer.evidence.sent.cost == only(room).cost


class Thinking(FakeCloudModels):
    """Thinks, then breaks off."""

    @override
    def generate(self, outbound: Outbound, stop: Stop) -> Iterator[GenerationEvent | CloudEnded]:
        yield ReasoningDelta("Well, let me think about that. " * 100)
        raise CloudError("It broke off.")


def test_thoughts_are_paid_for_where_no_answer_follows(room: EscalationRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.models, "generate", Thinking().generate)
    review = room.review(room.question("Hello?"), NOTHING)
    with pytest.raises(CloudError):
        room.send(review)
    assert (only(room).cost or 0) > PRICE.cost(review.tokens, 500)


def test_a_question_that_may_have_arrived_counts_and_one_that_was_refused_does_not(room: EscalationRoom) -> None:
    room.models.says = ()
    refused, arrived = CloudError("No."), CloudError("It broke off.", may_have_arrived=True)
    costs = []
    for room.models.error in (refused, arrived):
        review = room.review(room.question("Hello?"), NOTHING)
        with pytest.raises(LocalAssistError):
            room.send(review)
        costs.append(room.store.spendings(ALWAYS)[-1].cost)
    assert costs[0] == 0
    assert (costs[1] or 0) >= PRICE.cost(review.tokens, 0)
