"""The providers there are: what is known of them, the user's own servers, keys, and the models they list."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.resources import files

import pytest

from cloud_room import KEY, HereProviders, KeptSecrets
from localassist.adapters.cloud.addresses import checked_address
from localassist.adapters.network import NetworkDoor
from localassist.domain.errors import CloudError, LocalAssistError, NotFoundError, OfflineError
from localassist.domain.outbound import Target
from localassist.domain.ports.cloud import CloudModel, KeyState, Price
from localassist.domain.privacy import Destination
from localassist.domain.stopping import Stop
from provider_server import Answer, error, listed, running


def test_six_companies_come_along_by_name_each_with_the_pages_that_say_so():
    providers = HereProviders().all()
    assert [provider.name for provider in providers] == [
        "Anthropic",
        "DeepSeek",
        "Google Gemini",
        "Mistral",
        "OpenAI",
        "OpenRouter",
    ]
    entries = tomllib.loads(files("localassist.adapters.cloud").joinpath("providers.toml").read_text())["provider"]
    for entry in entries:
        assert entry["reference"].startswith("https://")
        assert ("source" in entry) == ("region" in entry or "retention" in entry), entry["id"]
        assert re.fullmatch(r"https://[^/]+(/[^/]+)*", entry["address"])
    for provider in providers:
        assert (provider.destination, provider.needs_key) == (Destination.CLOUD, True)
        assert provider.keys_at.startswith("https://")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1"),
        ("  http://192.168.1.20:8000/v1/ ", "http://192.168.1.20:8000/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
        ("https://models.example.org", "https://models.example.org/v1"),
        ("https://models.example.org/team/openai/v1", "https://models.example.org/team/openai/v1"),
    ],
)
def test_an_address_is_kept_in_one_form(given, kept):
    assert checked_address(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "localhost:8080",
        "ftp://localhost",
        "http://",
        "http://:80",
        "http://local host",
        "http://localhost:99999",
        "http://[::1",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(LocalAssistError, match="no address of a server"):
        checked_address(given)


@pytest.mark.parametrize("given", ["http://me:word@localhost", "http://localhost/v1?key=k", "http://localhost/#a"])
def test_an_address_has_no_secrets_in_it(given):
    with pytest.raises(LocalAssistError, match="more in it") as raised:
        checked_address(given)
    assert "word" not in str(raised.value.message)


@pytest.mark.parametrize("host", ["models.example.org", "8.8.8.8", "my-server.local"])
def test_nothing_goes_through_the_internet_readable_for_everybody(host):
    with pytest.raises(LocalAssistError, match="Without https"):
        checked_address(f"http://{host}:8080")


def test_a_server_is_of_the_class_that_its_address_is():
    providers = HereProviders()
    here = providers.add_server("Here", "http://localhost:8080")
    near = providers.add_server("Near", "http://192.168.1.20:8000")
    far = providers.add_server("Far", "https://models.example.org")
    assert [server.destination for server in (here, near, far)] == list(Destination)
    assert not any(server.needs_key for server in (here, near, far))
    assert providers.all()[-3:] == (here, near, far)
    assert providers.get("near") == near


def test_a_server_can_t_take_a_company_s_place():
    providers = HereProviders()
    assert providers.add_server("OpenAI", "https://models.example.org").id == "openai-2"
    with pytest.raises(LocalAssistError):
        providers.add_server("  ", "http://localhost")


@pytest.mark.parametrize("again", ["http://localhost:8080", "http://LOCALHOST:8080/v1/"])
def test_an_address_that_is_known_is_not_added_again_and_its_server_named(again):
    providers = HereProviders()
    providers.add_server("Attic", "http://localhost:8080")
    before = providers.all()
    with pytest.raises(LocalAssistError, match="the server Attic"):
        providers.add_server("Cellar", again)
    assert providers.all() == before
    assert providers.add_server("Cellar", "http://localhost:8081") in providers.all()


def test_a_provider_that_there_is_not_points_to_those_there_are():
    with pytest.raises(NotFoundError, match="no provider nosuch") as raised:
        HereProviders().get("nosuch")
    assert "localassist cloud providers" in raised.value.hint


def test_a_server_goes_with_its_key():
    providers = HereProviders()
    server = providers.add_server("Here", "http://localhost:8080")
    providers.keep_key(server.id, KEY)
    providers.remove_server(server.id)
    assert "provider:here" not in providers.secrets.kept
    for call in (providers.get, providers.remove_server, providers.key):
        with pytest.raises(NotFoundError):
            call(server.id)
    with pytest.raises(NotFoundError):
        providers.remove_server("openai")


def test_of_a_key_only_its_end_is_shown():
    providers = HereProviders(secrets=KeptSecrets(lasting=True))
    assert providers.keep_key("openai", f" {KEY}\n") == KeyState("…cdef", lasting=True)
    assert providers.secrets.kept["provider:openai"] == KEY
    assert providers.key("openai") == KeyState("…cdef", lasting=True)
    assert providers.keep_key("openai", "short").masked == "…"
    assert HereProviders(secrets=KeptSecrets(lasting=False)).keep_key("openai", KEY).lasting is False


@pytest.mark.parametrize("key", ["", "   ", "two words", "schlüssel", "line\nbreak"])
def test_what_can_be_no_key_is_refused_without_being_shown(key):
    providers = HereProviders()
    with pytest.raises(LocalAssistError) as raised:
        providers.keep_key("openai", key)
    assert not key.strip() or key not in str(raised.value)
    assert providers.secrets.kept["provider:openai"] == KEY


def test_a_key_is_gone_when_it_was_looked_for_again():
    providers = HereProviders()
    assert providers.remove_key("openai") is True
    assert providers.key("openai").masked == ""

    class Stubborn(KeptSecrets):
        def delete(self, name: str) -> None:
            """Says nothing and keeps it, as some keyrings do."""

    assert HereProviders(secrets=Stubborn()).remove_key("openai") is False


def test_a_key_is_shown_by_nothing_that_holds_it():
    providers = HereProviders()
    line = providers.line("openai", 5.0)
    assert line.key == KEY
    assert KEY not in f"{line!r} {providers!r} {providers.all()!r} {providers.key('openai')!r}"


def test_nobody_is_asked_without_the_key_that_is_needed():
    with running(listed()) as server:
        providers = HereProviders(server.address)
        providers.remove_key("openai")
        with pytest.raises(CloudError, match="no key for OpenAI yet"):
            providers.models("openai", Stop())
    assert not server.asked


def test_openai_s_list_is_narrowed_to_what_chats():
    other = "gpt-audio gpt-4o-audio-preview text-embedding-3-small whisper-1 tts-1-hd dall-e-3 omni-moderation-latest"
    other += " gpt-realtime gpt-image-1 gpt-3.5-turbo-instruct babbage-002 sora-2"
    names = ["o4-mini", *other.split(), "gpt-5"]
    with running(listed(*({"id": name, "object": "model", "owned_by": "x"} for name in names))) as server:
        models = HereProviders(server.address).models("openai", Stop())
    assert [model.target for model in models] == [Target("openai", "gpt-5"), Target("openai", "o4-mini")]
    assert models[0].context_length == 400_000
    assert models[0].price is not None
    assert server.asked[0].path == "/models"


def test_google_s_names_are_those_that_its_other_addresses_take():
    names = [f"models/{name}" for name in ("gemini-2.5-pro", "gemini-embedding-001", "imagen-4.0", "veo-3.0", "aqa")]
    with running(listed(*({"id": name, "object": "model"} for name in names))) as server:
        models = HereProviders(server.address).models("google", Stop())
    assert [model.target.model for model in models] == ["gemini-2.5-pro"]


def test_mistral_says_itself_what_its_models_can():
    chat = {"completion_chat": True, "vision": True, "function_calling": True}
    models = [
        {"id": "mistral-large-latest", "name": "mistral-large-2512", "capabilities": chat, "max_context_length": 1000},
        {"id": "mistral-something", "capabilities": {"completion_chat": False}},
    ]
    with running(listed(*models)) as server:
        (model,) = HereProviders(server.address).models("mistral", Stop())
    assert (model.name, model.context_length, model.vision, model.tools, model.reasoning) == (
        "mistral-large-2512",
        1000,
        True,
        True,
        False,
    )


def test_openrouter_says_more_still():
    def shape(*makes: str) -> dict[str, list[str]]:
        return {"input_modalities": ["text", "image"], "output_modalities": list(makes)}

    models = [
        {
            "id": "somebody/model",
            "name": "Somebody: Model",
            "context_length": 32_000,
            "architecture": shape("text"),
            "supported_parameters": ["tools", "reasoning", "max_tokens"],
        },
        {"id": "somebody/paints", "architecture": shape("image")},
    ]
    with running(Answer([b'{"data": {}}'], kind="application/json"), listed(*models)) as server:
        found = HereProviders(server.address).models("openrouter", Stop())
    assert [asked.path for asked in server.asked] == ["/key", "/models"]
    target = Target("openrouter", "somebody/model")
    assert found == (CloudModel(target, "Somebody: Model", 32_000, None, vision=True, tools=True, reasoning=True),)


def anthropic_model(identity: str, lifecycle: str = "active") -> dict[str, object]:
    able = {"image_input": {"supported": True}, "thinking": {"supported": True, "types": {}}}
    return {
        "id": identity,
        "type": "model",
        "display_name": identity.title(),
        "lifecycle": lifecycle,
        "max_input_tokens": 200_000,
        "capabilities": able,
    }


def test_anthropic_s_list_is_read_page_by_page_without_what_is_retired():
    first = listed(anthropic_model("claude-b"), anthropic_model("claude-old", "retired"), has_more=True, last_id="x")
    with running(first, listed(anthropic_model("claude-a"), has_more=False, last_id="y")) as server:
        models = HereProviders(server.address).models("anthropic", Stop())
    assert [model.target.model for model in models] == ["claude-a", "claude-b"]
    assert (models[0].name, models[0].context_length) == ("Claude-A", 200_000)
    assert (models[0].vision, models[0].reasoning) == (True, True)
    assert [asked.path.partition("?")[0] for asked in server.asked] == ["/v1/models", "/v1/models"]
    assert "after_id=x" in server.asked[1].path


def test_a_server_of_one_s_own_costs_nothing_and_says_what_its_models_hold():
    models = [
        {"id": "Qwen/Qwen3-8B", "max_model_len": 40_960},  # vLLM
        {"id": "llama", "meta": {"n_ctx_train": 8192}},  # llama.cpp's server
        {"id": "smollm2-135m-instruct"},  # Ollama, LM Studio
        {"id": "text-embedding-nomic"},
    ]
    with running(listed(*models)) as server:
        providers = HereProviders()
        mine = providers.add_server("Mine", server.address)
        found = providers.models(mine.id, Stop())
    assert [(model.target.model, model.context_length) for model in found] == [
        ("llama", 8192),
        ("Qwen/Qwen3-8B", 40_960),
        ("smollm2-135m-instruct", 0),
    ]
    assert all(model.price == Price(0.0, 0.0, "your own server") for model in found)
    assert server.asked[0].path == "/v1/models"


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_an_address_without_a_list_is_said_to_be_wrong(provider):
    wrong = error(404, {"detail": "Not Found"})
    with running(wrong) as server, pytest.raises(CloudError, match="no answer of a model") as raised:
        HereProviders(server.address).models(provider, Stop())
    assert "address" in raised.value.hint


@pytest.mark.parametrize("provider", ["openai", "anthropic", "openrouter"])
def test_a_wrong_key_is_said_by_the_list_too(provider):
    with running(error(401, {"error": {"message": "no"}})) as server, pytest.raises(CloudError, match="key"):
        HereProviders(server.address).models(provider, Stop())


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "strange",
    [
        Answer([b"<html>Please sign in</html>"], kind="text/html"),
        Answer([b'{"data": 7}'], kind="application/json"),
        Answer([b'{"data": [7]}'], kind="application/json"),
        Answer([b"[]"], kind="application/json"),
        Answer([b"{"], kind="application/json"),
    ],
)
def test_a_list_that_is_none_is_said_to_be_none(provider, strange):
    with running(strange) as server, pytest.raises(CloudError, match="no answer"):
        HereProviders(server.address).models(provider, Stop())


def test_a_server_that_does_not_run_is_said_not_to():
    with running(listed()) as server:
        address = server.address
    providers = HereProviders()
    mine = providers.add_server("Mine", address)
    with pytest.raises(CloudError, match="Mine can't be reached") as raised:
        providers.models(mine.id, Stop())
    assert "server runs" in raised.value.hint


def test_a_list_can_t_be_asked_for_offline():
    with running(listed()) as server, pytest.raises(OfflineError):
        HereProviders(server.address, NetworkDoor(offline=lambda: True)).models("anthropic", Stop())
    assert not server.asked


@pytest.mark.parametrize("name", ["openai", "anthropic"])  # each has a client of that name
def test_a_client_is_read_beside_before_anything_is_asked(name: str):
    script = (
        "import sys, threading\n"
        "from cloud_room import HereProviders\n"
        f"HereProviders().make_ready({name!r})\n"
        "[thread.join() for thread in threading.enumerate() if thread is not threading.current_thread()]\n"
        f"assert {name!r} in sys.modules\n"
    )
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, **paths})
