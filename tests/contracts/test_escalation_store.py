"""What every keeper of consents, spendings and private words does: the one for tests and the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from fake_escalations import FakeEscalationStore
from fakes import FakeConversationStore
from localassist.adapters.database import Database, DatabaseConversationStore, DatabaseEscalationStore
from localassist.domain.errors import NotFoundError
from localassist.domain.outbound import Consent, Target
from localassist.domain.ports.escalations import RememberedConsent, Spending

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.escalations import EscalationStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GPT = Target("openai", "gpt-5-mini")


@dataclass
class Room:
    """What is remembered, and the conversations it is remembered of."""

    store: EscalationStore
    conversations: ConversationStore

    def conversation(self, title: str = "") -> int:
        """A new conversation's id."""
        return self.conversations.create(title, "").id


@pytest.fixture(params=["fake", "file", "memory"])
def room(request: pytest.FixtureRequest, home: Path) -> Iterator[Room]:
    if request.param == "fake":
        conversations = FakeConversationStore()
        yield Room(FakeEscalationStore(conversations), conversations)
        return
    database = Database(home / "localassist.db" if request.param == "file" else None)
    yield Room(DatabaseEscalationStore(database), DatabaseConversationStore(database))
    database.close()


def test_a_consent_is_remembered_for_one_conversation_and_one_provider(room: Room) -> None:
    one, other = room.conversation(), room.conversation()
    room.store.remember_consent(one, "openai", Consent(NOON))
    assert room.store.consent(one, "openai") == Consent(NOON, remembered=True)
    assert room.store.consent(one, "mistral") is None
    assert room.store.consent(other, "openai") is None


def test_all_consents_are_listed_the_newest_first(room: Room) -> None:
    one, other = room.conversation("Lease"), room.conversation("Taxes")
    room.store.remember_consent(one, "openai", Consent(NOON))
    room.store.remember_consent(other, "mistral", Consent(NOON + timedelta(hours=1)))
    assert room.store.consents() == (
        RememberedConsent(other, "Taxes", "mistral", Consent(NOON + timedelta(hours=1), remembered=True)),
        RememberedConsent(one, "Lease", "openai", Consent(NOON, remembered=True)),
    )


def test_withdrawn_consents_are_forgotten(room: Room) -> None:
    one, other = room.conversation(), room.conversation()
    for conversation in (one, other):
        for provider in ("openai", "mistral"):
            room.store.remember_consent(conversation, provider, Consent(NOON))
    assert room.store.withdraw_consents(one) == 2
    assert room.store.consent(one, "openai") is None
    assert room.store.consent(other, "openai") is not None
    assert room.store.withdraw_consents() == 2
    assert room.store.consents() == ()
    assert room.store.withdraw_consents() == 0


def test_consents_and_the_chosen_model_go_with_their_conversation(room: Room) -> None:
    conversation = room.conversation()
    room.store.remember_consent(conversation, "openai", Consent(NOON))
    room.store.choose_target(conversation, GPT)
    room.conversations.delete(conversation)
    assert room.store.consents() == ()
    assert room.store.consent(conversation, "openai") is None
    with pytest.raises(NotFoundError):
        room.store.target(conversation)


def test_nothing_is_remembered_of_a_conversation_that_is_not_there(room: Room) -> None:
    with pytest.raises(NotFoundError):
        room.store.remember_consent(77, "openai", Consent(NOON))
    with pytest.raises(NotFoundError):
        room.store.choose_target(77, GPT)


def test_a_conversation_asks_this_computer_until_a_model_is_chosen(room: Room) -> None:
    conversation = room.conversation()
    assert room.store.target(conversation) is None
    for target in (GPT, Target("openrouter", "anthropic/claude-haiku-4.5"), None):
        room.store.choose_target(conversation, target)
        assert room.store.target(conversation) == target


def test_what_is_reserved_counts_until_it_is_settled(room: Room) -> None:
    number = room.store.reserve(Spending(NOON, GPT, 1000, 500, 0.25))
    other = room.store.reserve(Spending(NOON + timedelta(seconds=1), GPT, 10, 5, None))
    assert other != number
    assert room.store.spendings(NOON) == (
        Spending(NOON, GPT, 1000, 500, 0.25),
        Spending(NOON + timedelta(seconds=1), GPT, 10, 5, None),
    )
    room.store.settle(number, 980, 120, 0.03)
    assert room.store.spendings(NOON)[0] == Spending(NOON, GPT, 980, 120, 0.03)
    with pytest.raises(NotFoundError):
        room.store.settle(999, 0, 0, 0.0)


def test_spendings_are_told_from_a_moment_on_whatever_the_clock(room: Room) -> None:
    tokyo = timezone(timedelta(hours=9))
    for minutes in (0, -1, 1):
        room.store.reserve(Spending((NOON + timedelta(minutes=minutes)).astimezone(tokyo), GPT, 1, 1, 0.1))
    assert [each.time for each in room.store.spendings(NOON)] == [NOON, NOON + timedelta(minutes=1)]
    assert len(room.store.spendings(NOON.astimezone(timezone(timedelta(hours=-5))))) == 2


def test_what_was_spent_outlives_the_conversation(room: Room) -> None:
    conversation = room.conversation()
    room.store.reserve(Spending(NOON, GPT, 1, 1, 0.1))
    room.conversations.delete(conversation)
    assert len(room.store.spendings(NOON)) == 1


def test_private_words_are_replaced_as_a_list(room: Room) -> None:
    assert room.store.private_words() == ()
    room.store.set_private_words(("Zanzibar", " project  Heron ", "", "  ", "Zanzibar", "Ångström"))
    assert room.store.private_words() == ("project Heron", "Zanzibar", "Ångström")
    room.store.set_private_words(("Heron",))
    assert room.store.private_words() == ("Heron",)
