"""What `cloud` tells of providers, keys, models, servers, words, spendings and consents, and changes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from cli_console import Told
from fake_escalations import FakeEscalationStore
from fake_providers import ALPHA, BETA, PRICE, FakeProviders, model
from fakes import FakeConversationStore, FakeSettingsStore
from localassist.cli.arguments import UsageError
from localassist.cli.commands import COMMANDS
from localassist.cli.parser import parse
from localassist.domain.errors import CloudError, LocalAssistError, NotFoundError
from localassist.domain.outbound import Consent, Target
from localassist.domain.ports.cloud import Price
from localassist.domain.ports.escalations import Spending
from localassist.domain.settings import Settings

if TYPE_CHECKING:
    from localassist.usecases.services import Services

KEY = "sk-canary-0123456789-3fa9"


class House:
    """Providers and what is remembered of asking them, in memory."""

    def __init__(self, *, lasting: bool = True) -> None:
        self.providers = FakeProviders(lasting=lasting)
        self.conversations = FakeConversationStore()
        self.store = FakeEscalationStore(self.conversations)
        self.settings = FakeSettingsStore(Settings())

    def run(self, words: str, *typed: str) -> Told:
        """What a command told; `code` of it is not 0 for none of these."""
        parsed = parse(words.split(), "1.0")
        told = Told(*typed, as_json=parsed.json)
        escalation = SimpleNamespace(providers=self.providers, store=self.store)
        services = SimpleNamespace(
            escalation=lambda: escalation, settings=self.settings, conversations=self.conversations
        )
        code = COMMANDS[parsed.command, parsed.verb](parsed, cast("Services", services), told.console)
        assert code == 0
        return told


@pytest.fixture
def house() -> House:
    return House()


def test_providers_are_told_with_what_there_is_of_their_keys(house: House) -> None:
    house.providers.keys["alpha"] = KEY
    house.run("cloud server add Office http://192.168.1.20:8000/v1")
    assert house.run("cloud providers").lines == [
        "alpha   Alpha   key …3fa9     Alpha runs its models in Ruritania.",
        "beta    Beta    no key yet",
        "office  Office  needs no key",
    ]
    alpha, _, office = house.run("cloud providers --json").objects[0]["providers"]
    assert (alpha["key"], alpha["retention"]) == ("…3fa9", ALPHA.retention)
    assert (office["destination"], office["address"]) == ("your server", "http://192.168.1.20:8000/v1")


def test_a_keyring_that_does_not_answer_hides_no_provider(house: House) -> None:
    house.providers.broken = LocalAssistError("The keyring is locked.", "Unlock it.")
    told = house.run("cloud providers")
    assert [line.split()[0] for line in told.lines] == ["alpha", "beta"]
    assert "key unknown" in told.text
    assert told.warnings[0] == "The keyring is locked. Unlock it."


def test_a_key_is_typed_kept_and_shown_by_its_end_alone(house: House) -> None:
    told = house.run("cloud key set alpha", f" {KEY}\n")
    assert house.providers.keys == {"alpha": KEY}
    assert told.lines == [
        "Keys of Alpha are made at https://alpha.example/keys.",
        "The key …3fa9 is kept in the system's keyring, and nowhere else.",
    ]
    assert house.run("cloud key set alpha --json", KEY).objects == [{"provider": "alpha", "key": "…3fa9"}]


@pytest.mark.parametrize("typed", [[], [""], ["   "]])
def test_without_a_key_nothing_is_kept(house: House, typed: list[str]) -> None:
    with pytest.raises(LocalAssistError, match="No key was typed"):
        house.run("cloud key set alpha", *typed)
    assert house.providers.keys == {}


def test_a_key_is_no_argument() -> None:
    with pytest.raises(UsageError):
        parse(["cloud", "key", "set", "alpha", KEY], "1.0")


def test_without_a_keyring_the_command_says_that_the_key_was_not_kept() -> None:
    with pytest.raises(LocalAssistError, match="never written to a file"):
        House(lasting=False).run("cloud key set alpha", KEY)


def test_a_key_is_tested_with_one_call_and_its_failure_told(house: House) -> None:
    with pytest.raises(NotFoundError, match="no key of Alpha"):
        house.run("cloud key test alpha")
    house.providers.keys["alpha"] = KEY
    house.providers.listing["alpha"] = (model("big"), model("small"))
    assert house.run("cloud key test alpha").lines == ["The key …3fa9 works: Alpha lists 2 models."]
    house.providers.listing["alpha"] = CloudError("Alpha does not know this key.", "Make another.")
    with pytest.raises(CloudError):
        house.run("cloud key test alpha")


def test_a_removed_key_was_looked_for_again(house: House) -> None:
    house.providers.keys["alpha"] = KEY
    assert "has none" in house.run("cloud key remove alpha").text
    with pytest.raises(NotFoundError):
        house.run("cloud key remove alpha")
    house.providers.keys["alpha"], house.providers.sticks = KEY, True
    with pytest.raises(LocalAssistError, match="still in the system's keyring"):
        house.run("cloud key remove alpha")


def test_no_command_shows_a_key(house: House) -> None:
    told = [house.run("cloud key set alpha", KEY), house.run("cloud key test alpha"), house.run("cloud providers")]
    told += [house.run(f"cloud {words} --json", KEY) for words in ("key set alpha", "key test alpha", "providers")]
    everything = "".join(f"{each.text}{each.objects}{each.warnings}{each.asked}" for each in told)
    assert KEY not in everything
    assert KEY[:10] not in everything


def test_models_are_told_with_context_and_price_as_far_as_known(house: House) -> None:
    house.providers.listing["alpha"] = (
        model("big", context_length=200_000, price=PRICE, vision=True, tools=True),
        model("free", price=Price(0.0, 0.0)),
        model("new"),
    )
    assert house.run("cloud models alpha").lines == [
        "alpha/big   200,000 tokens   $1.25 sent, $10 received, for a million tokens  vision, tools",
        "alpha/free  context unknown  costs nothing",
        "alpha/new   context unknown  price unknown",
    ]
    big, _, new = house.run("cloud models alpha --json").objects[0]["models"]
    assert big["price"] == {"sent": 1.25, "received": 10.0, "source": "a list of prices"}
    assert new["price"] is None
    assert house.run(f"cloud models {BETA.id}").lines == ["Beta lists no chat models."]


def test_a_server_is_added_and_forgotten_by_its_name(house: House) -> None:
    added = house.run("cloud server add Office http://192.168.1.20:8000/v1")
    assert added.lines == ["Office is your server: `localassist cloud models office` asks it."]
    house.run("cloud server remove Office")
    assert house.providers.servers == {}
    with pytest.raises(NotFoundError):
        house.run("cloud server remove Office")


def test_private_words_are_added_listed_and_removed(house: House) -> None:
    assert "There are none yet" in house.run("cloud words").text
    house.run("cloud words add project Heron")
    assert house.run("cloud words add Falke").lines == ["Falke", "project Heron"]
    assert house.run("cloud words remove project Heron --json").objects == [{"words": ["Falke"]}]
    with pytest.raises(NotFoundError):
        house.run("cloud words remove Zanzibar")
    for words in ("add", "remove"):
        with pytest.raises(LocalAssistError):
            house.run(f"cloud words {words}")


def test_what_this_month_cost_is_told_by_model(house: House) -> None:
    now, last_month = datetime.now(UTC), datetime.now(UTC) - timedelta(days=32)
    big, new = Target("alpha", "big"), Target("alpha", "new")
    for spending in (
        Spending(last_month, big, 1, 1, 100.0),
        Spending(now, big, 1000, 100, 0.25),
        Spending(now, big, 500, 50, 0.05),
        Spending(now, new, 10, 5, None),
    ):
        house.store.reserve(spending)
    house.settings = FakeSettingsStore(Settings(monthly_budget=5.0))
    assert house.run("cloud spent").lines == [
        "$0.30 of $5.00 this month, for 3 questions to models elsewhere.",
        "Not among them is what 1 question cost: no price is known.",
        "alpha/big  2 questions  1,500 tokens sent, 150 received  $0.30",
        "alpha/new  1 question   10 tokens sent, 5 received       unknown",
    ]
    found = house.run("cloud spent --json").objects[0]
    assert (found["cost"], found["unknown"], found["budget"]) == (pytest.approx(0.3), 1, 5.0)


def test_consents_are_listed_and_withdrawn(house: House) -> None:
    assert house.run("cloud consents").lines == ["Every conversation asks before it sends."]
    talk = house.conversations.create("Lease", "")
    house.store.remember_consent(talk.id, "alpha", Consent(datetime(2026, 3, 1, 12, tzinfo=UTC)))
    assert house.run("cloud consents").lines[0].endswith("alpha  Lease")
    assert house.run("cloud consents --json").objects[0]["consents"][0]["given"] == "2026-03-01T12:00:00+00:00"
    withdrawn = house.run("cloud consents withdraw")
    assert withdrawn.lines == ["1 consent withdrawn; every conversation asks again before it sends."]
    assert house.store.consents() == ()
