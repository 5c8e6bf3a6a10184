"""What leaves for a model elsewhere, to the letter: what was cleared and what the API needs, and nothing besides."""

import json
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from cloud_room import CONSENT, KEY, Heard, HereProviders, models_at, outbound
from localassist.adapters.cloud.cloud_models import ProviderModels
from localassist.adapters.network import NetworkDoor
from localassist.domain.labels import Labelled
from localassist.domain.outbound import Cleared, Matter, MatterKind, Outbound
from localassist.domain.stopping import Stop
from provider_server import Answer, completion, listed, message, running

EVENTS = {"openai": completion("Yes."), "anthropic": message(("text", ["Yes."]))}
OURS = {"Host", "Connection", "Content-Length", "User-Agent", "Accept-Encoding", "Authorization"}
VARIABLES = {
    "OPENAI_API_KEY": "sk-of-the-environment",
    "OPENAI_ADMIN_KEY": "sk-of-the-environment",
    "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
    "OPENAI_ORG_ID": "org-of-the-environment",
    "OPENAI_PROJECT_ID": "proj-of-the-environment",
    "OPENAI_CUSTOM_HEADERS": "X-Told: environment\nAuthorization: Bearer environment",
    "ANTHROPIC_API_KEY": "sk-of-the-environment",
    "ANTHROPIC_AUTH_TOKEN": "token-of-the-environment",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:1",
    "ANTHROPIC_CUSTOM_HEADERS": "X-Told: environment\nAuthorization: Bearer environment",
    "ANTHROPIC_PROFILE": "environment",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("provider", "path", "body"),
    [
        (
            "openai",
            "/chat/completions",
            {"max_completion_tokens": 300, "stream": True, "stream_options": {"include_usage": True}},
        ),
        ("google", "/chat/completions", {"max_tokens": 300, "stream": True, "stream_options": {"include_usage": True}}),
        ("mistral", "/chat/completions", {"max_tokens": 300, "stream": True}),
        ("anthropic", "/v1/messages", {"max_tokens": 300, "stream": True}),
    ],
)
def test_the_request_is_what_was_shown_and_says_nothing_of_this_computer(environment, provider, path, body):
    with running(Answer(EVENTS["anthropic" if provider == "anthropic" else "openai"])) as server:
        assert Heard(models_at(server.address), outbound(provider)).text == "Yes."
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", path)
    system = {"role": "system", "content": "Answer briefly."}
    question = {"role": "user", "content": "What does the secret plan cost?"}
    told = (
        {"messages": [system, question]}
        if provider != "anthropic"
        else {
            "system": "Answer briefly.",
            "messages": [question],
        }
    )
    assert asked.json == {"model": "model-1"} | told | body
    sent = {name.title() for name in asked.headers}
    assert sent == OURS | {"Accept", "Content-Type"} | ({"Anthropic-Version"} if provider == "anthropic" else set())
    assert asked.headers["User-Agent"] == "localassist"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    everything = f"{asked.path} {asked.headers} {asked.body!r}"
    assert "environment" not in everything
    assert "tainless" not in everything


def with_picture(asked: Outbound, address: str) -> Outbound:
    picture = Cleared(Matter("p", MatterKind.QUESTION, address, Labelled()), address, CONSENT)
    return replace(asked, turns=(*asked.turns[:-1], replace(asked.turns[-1], pictures=(picture,))))


@pytest.mark.parametrize(
    ("provider", "picture"),
    [
        ("openai", {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}),
        (
            "anthropic",
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
        ),
    ],
)
def test_a_picture_goes_before_the_words_to_it(provider, picture):
    with running(Answer(EVENTS[provider])) as server:
        asked = with_picture(outbound(provider), "data:image/png;base64,iVBORw0KGgo=")
        assert Heard(models_at(server.address), asked).text == "Yes."
    content = server.asked[0].json["messages"][-1]["content"]
    assert content == [picture, {"type": "text", "text": "What does the secret plan cost?"}]


@pytest.mark.parametrize("address", ["https://example.org/a.png", "file:///etc/passwd", "data:text/html;base64,AA=="])
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_nobody_is_sent_to_fetch_a_picture(provider, address):
    with running(Answer(EVENTS[provider])) as server:
        assert isinstance(Heard(models_at(server.address), with_picture(outbound(provider), address)).error, ValueError)
    assert not server.asked


def test_a_temperature_is_sent_where_one_was_chosen():
    with running(Answer(EVENTS["openai"])) as server:
        Heard(models_at(server.address), outbound("openai", temperature=0.3))
    assert server.asked[0].json["temperature"] == 0.3


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_look_at_the_list_tells_no_more(environment, provider):
    with running(listed(has_more=False)) as server:
        assert HereProviders(server.address).models(provider, Stop()) == ()
    (asked,) = server.asked
    assert (asked.method, asked.body) == ("GET", b"")
    assert {name.title() for name in asked.headers} <= OURS | {"Accept", "Content-Type", "Anthropic-Version"}
    assert asked.headers["Authorization"] == f"Bearer {KEY}"


def test_a_server_without_a_key_is_sent_none(environment):
    with running(Answer(EVENTS["openai"])) as server:
        providers = HereProviders()
        mine = providers.add_server("Mine", server.address)
        models = ProviderModels(providers, providers.prices, lambda: 10.0)
        assert Heard(models, outbound(mine.id)).ended.cost == 0.0
    assert "Authorization" not in server.asked[0].headers
    assert server.asked[0].path == "/v1/chat/completions"


def test_two_questions_at_once_get_their_own_answers():
    with running(Answer(completion("Yes."))) as server:
        models = models_at(server.address)
        heard: list[str] = []
        threads = [
            threading.Thread(target=lambda n=number: heard.append(Heard(models, outbound("openai", f"m-{n}")).text))
            for number in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert heard == ["Yes."] * 6
    assert sorted(asked.json["model"] for asked in server.asked) == [f"m-{n}" for n in range(6)]


SWITCHED = """
import logging, os, sys
sys.path.insert(0, "tests")
os.environ |= {"OPENAI_LOG": "debug", "ANTHROPIC_LOG": "debug"}
from localassist import process
process.set_up()
from cloud_room import Heard, models_at, outbound
for provider in ("openai", "anthropic"):
    Heard(models_at(sys.argv[1]), outbound(provider))
"""


@pytest.mark.slow
def test_no_switch_of_the_clients_prints_what_is_asked(tmp_path):
    with running(Answer(EVENTS["openai"])) as server:
        done = subprocess.run(
            [sys.executable, "-c", SWITCHED, server.address], capture_output=True, text=True, check=True
        )
    assert len(server.asked) == 2
    assert "secret plan" not in done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr


LOADED = """
import json, sys
from localassist.adapters.cloud.cloud_models import ProviderModels
from localassist.adapters.cloud.known_providers import KnownProviders
from localassist.adapters.cloud.prices import BundledPrices
from localassist.adapters.network import NetworkDoor
prices = BundledPrices()
providers = KnownProviders(None, lambda: None, NetworkDoor(offline=bool), prices)
ProviderModels(providers, prices, lambda: 1.0)
print(json.dumps(sorted({"openai", "anthropic", "genai_prices", "httpx2", "pydantic"} & set(sys.modules))))
"""


def test_the_clients_are_loaded_by_the_first_question_alone():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_door_is_the_only_way_they_know(monkeypatch):
    def nobody(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a client of its own")

    import httpx2

    for transport in ("HTTPTransport", "AsyncHTTPTransport"):
        monkeypatch.setattr(httpx2, transport, nobody)
    with running(Answer(EVENTS["openai"])) as server:
        door = NetworkDoor(offline=lambda: False)
        assert Heard(models_at(server.address, door), outbound("openai")).text == "Yes."
        assert door.traffic.sent >= len(server.asked[0].body)
