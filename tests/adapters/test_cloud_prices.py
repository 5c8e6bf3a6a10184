"""What models cost, from the data that comes along: nothing is asked, and what is not known is said to be so."""

import subprocess
import sys

import pytest

from cloud_room import HereProviders
from localassist.adapters.cloud.prices import BundledPrices
from localassist.domain.ports.cloud import Price, Provider
from localassist.domain.privacy import Destination


def company(name: str) -> Provider:
    return HereProviders().get(name)


@pytest.mark.parametrize(
    ("provider", "model", "sent", "received", "holds"),
    [  # as genai-prices 0.2.3 has them
        ("openai", "gpt-5-mini", 0.25, 2.0, 400_000),
        ("anthropic", "claude-sonnet-4-5-20250929", 3.0, 15.0, 200_000),
        ("google", "gemini-2.5-pro", 1.25, 10.0, 0),
        ("mistral", "mistral-large-latest", 2.0, 6.0, 0),
        ("openrouter", "anthropic/claude-sonnet-4.5", 3.0, 15.0, 1_000_000),
    ],
)
def test_a_known_model_has_its_price_and_says_who_says_so(provider, model, sent, received, holds):
    prices = BundledPrices()
    price = prices.of(company(provider), model)
    assert price is not None
    assert (price.sent, price.received) == (sent, received)
    assert price.source.startswith("genai-prices 0.2.")
    assert "https://" in price.source
    assert prices.context_length(company(provider), model) == holds


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "mistral", "deepseek", "openrouter"])
def test_nobody_makes_up_a_price(provider):
    prices = BundledPrices()
    assert prices.of(company(provider), "a model that nobody made") is None
    assert prices.context_length(company(provider), "a model that nobody made") == 0


def test_the_same_model_costs_nothing_on_a_server_of_one_s_own_and_is_unknown_at_another_one_s():
    here = Provider("mine", "Mine", "http://localhost/v1", Destination.THIS_COMPUTER, needs_key=False)
    far = Provider("far", "Far", "https://models.example.org/v1", Destination.CLOUD, needs_key=False)
    assert BundledPrices().of(here, "gpt-5-mini") == Price(0.0, 0.0, "your own server")
    assert BundledPrices().of(far, "gpt-5-mini") is None


ASKED = """
import sys
from localassist.adapters.network import NetworkDoor
door = NetworkDoor(offline=bool)
door.guard_process()
from localassist.adapters.cloud.entries import read_companies
from localassist.adapters.cloud.prices import BundledPrices
prices = BundledPrices()
for entry in read_companies():
    for model in ("gpt-5-mini", "claude-sonnet-4-5", "none"):
        prices.of(entry.provider, model)
import threading
print(door.traffic.refused, threading.active_count())
"""


def test_prices_open_no_connection_and_start_no_updater():
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]
