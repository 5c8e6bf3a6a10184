"""What providers say when they refuse, as their public references have it, and the one sentence that people read."""

import pytest

from cloud_room import Heard, models_at, outbound
from localassist.adapters.cloud.refusals import seconds_asked
from localassist.domain.errors import CloudError
from provider_server import error, running


def openai(message: str, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def anthropic(kind: str, message: str, **details: str) -> dict[str, object]:
    told = {"type": kind, "message": message} | ({"details": details} if details else {})
    return {"type": "error", "error": told, "request_id": "req_1"}


def google(status: int, name: str, message: str) -> list[dict[str, object]]:
    return [{"error": {"code": status, "message": message, "status": name}}]


KEY = "does not accept the key"
PERMISSION = "does not let this key ask"
CREDIT = "credit or the spending limit"
RATE = "more questions with this key than it allows"
LENGTH = "longer than model-1 can take"
CONTENT = "refused the content"
MODEL = "has no model model-1"
BUSY = "overloaded or out of order"
OTHER = "did not accept the question in this form"

REFUSALS = [
    ("openai", 401, openai("Incorrect API key provided: sk-x.", code="invalid_api_key"), KEY),
    ("openai", 403, openai("Not allowed", "invalid_request_error", "unsupported_country_region_territory"), PERMISSION),
    ("openai", 429, openai("You exceeded your current quota", "insufficient_quota", "insufficient_quota"), CREDIT),
    ("openai", 429, openai("Rate limit reached for gpt-5", "tokens", "rate_limit_exceeded"), RATE),
    (
        "openai",
        400,
        openai("This model's maximum context length is 8192 tokens.", code="context_length_exceeded"),
        LENGTH,
    ),
    ("openai", 404, openai("The model `x` does not exist or you do not have access", code="model_not_found"), MODEL),
    ("openai", 400, openai("Your input was flagged", code="content_policy_violation"), CONTENT),
    ("openai", 400, openai("Unsupported value: 'temperature'", code="unsupported_value"), OTHER),
    ("openai", 500, openai("The server had an error", "server_error"), BUSY),
    ("anthropic", 401, anthropic("authentication_error", "invalid x-api-key"), KEY),
    ("anthropic", 403, anthropic("permission_error", "Your API key does not have permission"), PERMISSION),
    ("anthropic", 402, anthropic("billing_error", "There is an issue with your billing"), CREDIT),
    ("anthropic", 400, anthropic("invalid_request_error", "Your credit balance is too low to access"), CREDIT),
    (
        "anthropic",
        429,
        anthropic("rate_limit_error", "Limit reached", error_code="enforced_spend_limit_reached"),
        CREDIT,
    ),
    ("anthropic", 429, anthropic("rate_limit_error", "This request would exceed your rate limit"), RATE),
    (
        "anthropic",
        400,
        anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        LENGTH,
    ),
    ("anthropic", 413, anthropic("request_too_large", "Request exceeds the maximum size"), LENGTH),
    ("anthropic", 404, anthropic("not_found_error", "model: claude-none"), MODEL),
    ("anthropic", 529, anthropic("overloaded_error", "Overloaded"), BUSY),
    ("anthropic", 500, anthropic("api_error", "Internal server error"), BUSY),
    ("google", 400, google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."), KEY),
    ("google", 403, google(403, "PERMISSION_DENIED", "Denied"), PERMISSION),
    ("google", 429, google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted"), RATE),
    (
        "google",
        400,
        google(400, "INVALID_ARGUMENT", "The input token count (2000000) exceeds the maximum number of tokens"),
        LENGTH,
    ),
    ("google", 404, google(404, "NOT_FOUND", "models/x is not found for API version v1main"), MODEL),
    ("google", 503, google(503, "UNAVAILABLE", "The model is overloaded."), BUSY),
    ("mistral", 401, {"message": "Unauthorized", "request_id": "1"}, KEY),
    (
        "mistral",
        400,
        {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"},
        MODEL,
    ),
    ("mistral", 422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "x"]}]}, OTHER),
    ("deepseek", 402, openai("Insufficient Balance", "unknown_error"), CREDIT),
    ("deepseek", 401, openai("Authentication Fails", "authentication_error"), KEY),
    ("openrouter", 402, {"error": {"code": 402, "message": "Insufficient credits"}}, CREDIT),
    ("openrouter", 403, {"error": {"code": 403, "message": "Your input was flagged", "metadata": {}}}, CONTENT),
    ("openrouter", 400, {"error": {"code": 400, "message": "x is not a valid model ID"}}, MODEL),
    ("openrouter", 502, {"error": {"code": 502, "message": "Provider returned error"}}, BUSY),
    # vLLM, llama.cpp's server, llama-cpp-python's server and Ollama
    ("openai", 400, {"object": "error", "message": "maximum context length is 4096", "code": 400}, LENGTH),
    (
        "openai",
        400,
        {"error": {"code": 400, "message": "request exceeds the available context size", "type": "x"}},
        LENGTH,
    ),
    ("openai", 400, openai("Requested tokens exceed context window of 512"), LENGTH),
    ("openai", 404, openai('model "x" not found, try pulling it first', "api_error"), MODEL),
]


@pytest.mark.parametrize(("provider", "status", "body", "sentence"), REFUSALS)
def test_each_refusal_is_told_in_its_sentence(provider, status, body, sentence):
    with running(error(status, body)) as server:
        failed = Heard(models_at(server.address), outbound(provider)).error
    assert isinstance(failed, CloudError)
    assert sentence in failed.message
    assert failed.hint
    assert "{" not in str(failed)


def test_where_to_make_a_key_is_said():
    with running(error(401, {})) as server:
        assert "https://platform.claude.com/settings/keys" in str(
            Heard(models_at(server.address), outbound("anthropic")).error
        )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "Wed, 25 Nov 2026 12:00:00 GMT"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_how_long_to_wait_is_read_from_what_is_said(headers, seconds):
    assert seconds_asked(headers) == seconds
