"""What it means when a provider refuses, and what to do: its own words are looked at, never shown or kept."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import CloudError
from localassist.domain.privacy import Destination

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from localassist.domain.ports.cloud import Provider


class Kind(StrEnum):
    """What a provider may object to; the value is for logs."""

    KEY = "key"
    PERMISSION = "permission"
    CREDIT = "credit"
    RATE = "rate"
    LENGTH = "length"
    CONTENT = "content"
    MODEL = "model"
    BUSY = "busy"
    STRANGE = "strange"
    OTHER = "other"


# Types and codes of errors as the references have them: OpenAI (error codes), Anthropic (errors), OpenRouter (errors
# and debugging), Google (status of google.rpc.Code), llama.cpp's server.
_CODES: Final = {
    "insufficient_quota": Kind.CREDIT,
    "billing_error": Kind.CREDIT,
    "billing_not_active": Kind.CREDIT,
    "billing_hard_limit_reached": Kind.CREDIT,
    "enforced_spend_limit_reached": Kind.CREDIT,
    "content_filter": Kind.CONTENT,
    "content_policy_violation": Kind.CONTENT,
    "context_length_exceeded": Kind.LENGTH,
    "exceed_context_size_error": Kind.LENGTH,
    "request_too_large": Kind.LENGTH,
    "string_above_max_length": Kind.LENGTH,
    "invalid_api_key": Kind.KEY,
    "authentication_error": Kind.KEY,
    "unauthenticated": Kind.KEY,
    "permission_error": Kind.PERMISSION,
    "permission_denied": Kind.PERMISSION,
    "unsupported_country_region_territory": Kind.PERMISSION,
    "model_not_found": Kind.MODEL,
    "invalid_model": Kind.MODEL,
    "not_found_error": Kind.MODEL,
    "rate_limit_exceeded": Kind.RATE,
    "rate_limit_error": Kind.RATE,
    "resource_exhausted": Kind.RATE,
    "overloaded_error": Kind.BUSY,
    "api_error": Kind.BUSY,
    "server_error": Kind.BUSY,
    "timeout_error": Kind.BUSY,
    "unavailable": Kind.BUSY,
}
# Where the code leaves it open, the words decide: a request is "invalid" for many reasons.
_WORDS: Final = (
    (re.compile(r"api[ _-]?key (is )?(not valid|invalid|expired)|(invalid|incorrect) api[ _-]?key"), Kind.KEY),
    (re.compile(r"credit balance|insufficient (balance|credit|funds|quota)|spend(ing)? limit|billing"), Kind.CREDIT),
    (
        re.compile(
            r"context[ _](length|window|size)|maximum context|prompt is too long|too many (input )?tokens"
            r"|input token count|exceeds? .{0,40}context|too large for model"
        ),
        Kind.LENGTH,
    ),
    (re.compile(r"flagged|moderation|content (policy|filter|management)|safety (system|reasons)"), Kind.CONTENT),
    (
        re.compile(r"model\b.{0,120}(not exist|not found|not a valid|no longer|deprecated|retired|decommission)"),
        Kind.MODEL,
    ),
    (re.compile(r"(unknown|invalid|no such|not a valid) model"), Kind.MODEL),
)
_STATUSES: Final = {
    401: Kind.KEY,
    402: Kind.CREDIT,
    403: Kind.PERMISSION,
    404: Kind.MODEL,
    408: Kind.BUSY,
    409: Kind.BUSY,
    413: Kind.LENGTH,
    429: Kind.RATE,
}
_PASSES: Final = frozenset({408, 409, 429})
_NOT_MADE: Final = 501
_LONGEST: Final = 2_000
"""Characters of a provider's words that are looked at."""


class RefusalError(Exception):
    """A provider's no: its kind, the status of its answer, the seconds after which it asks to come back.

    `passing`: it surely answered nothing, and may when it is asked again.
    """

    def __init__(self, kind: Kind, status: int = 0, retry_after: float | None = None, *, passing: bool = False) -> None:
        super().__init__(f"{kind} {status}")
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.passing = passing


def refusal(status: int, headers: Mapping[str, str], codes: Iterable[object], words: object) -> RefusalError:
    """What an answer that is none stands for: its status, its headers, codes and types in it, what it says in words."""
    kind = _kind(status, [str(code).lower() for code in codes if code is not None], str(words)[:_LONGEST].lower())
    may_pass = status in _PASSES or (status >= 500 and status != _NOT_MADE)
    passing = may_pass and kind in (Kind.RATE, Kind.BUSY) and headers.get("x-should-retry") != "false"
    return RefusalError(kind, status, seconds_asked(headers), passing=passing)


def _kind(status: int, codes: list[str], words: str) -> Kind:
    for code in codes:
        if code in _CODES and _CODES[code] not in (Kind.RATE, Kind.BUSY):
            return _CODES[code]
    if status < 500 and status not in _PASSES - {429}:
        for pattern, kind in _WORDS:
            if pattern.search(words):
                return kind
    named = next((_CODES[code] for code in codes if code in _CODES), None)
    return named or _STATUSES.get(status) or (Kind.BUSY if status >= 500 else Kind.OTHER)


def seconds_asked(headers: Mapping[str, str]) -> float | None:
    """How long a provider asks to be left alone; None where it does not say, or names an hour instead."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def worded(error: RefusalError, provider: Provider, model: str, *, begun: bool = False) -> CloudError:
    """The error as people read it; `begun`: some of the answer came before."""
    message, hint = _SENTENCES[error.kind]
    if error.kind is Kind.KEY:
        hint = key_hint(provider)
    words = {"name": provider.name, "model": model, "keys": _at(provider), "status": error.status or "in its answer"}
    came = " What came until then is kept." if begun else ""
    if error.retry_after and error.kind in (Kind.RATE, Kind.BUSY):
        hint = f"Try again in {error.retry_after:.0f} seconds."
    return CloudError(message.format(**words) + came, hint.format(**words), error.retry_after)


def key_hint(provider: Provider) -> str:
    """What to do without a key that is accepted."""
    if provider.destination is not Destination.CLOUD:
        return "Keep the key that this server was started with."
    return f"Make a key{_at(provider)} and keep it: in the settings, or with `localassist cloud key set {provider.id}`."


def _at(provider: Provider) -> str:
    return f" at {provider.keys_at}" if provider.keys_at else ""


def broken_off(provider: Provider, reason: str, *, begun: bool) -> CloudError:
    """That the line to a provider broke once the question was on its way; `reason` is a clause."""
    where = "in the middle of its answer" if begun else "before an answer came"
    kept = "What came until then is kept. " if begun else ""
    return CloudError(
        f"{provider.name} {reason} {where}.",
        f"{kept}The question may have arrived and cost something, so it was not sent again; ask again if you like.",
        may_have_arrived=True,
    )


def unreachable(provider: Provider) -> CloudError:
    """That nobody took the connection."""
    if provider.destination is Destination.CLOUD:
        return CloudError(f"{provider.name} can't be reached.", "Check your internet connection and try again.")
    return CloudError(f"{provider.name} can't be reached.", "Check that the server runs, and its address.")


_SENTENCES: Final = {
    Kind.KEY: ("{name} does not accept the key, or wants one.", ""),
    Kind.PERMISSION: (
        "{name} does not let this key ask {model}, or not from where you are.",
        "Choose another model, or give the key that right{keys}.",
    ),
    Kind.CREDIT: (
        "The credit or the spending limit at {name} is used up.",
        "Add credit or raise the limit in your account there, or answer on this computer.",
    ),
    Kind.RATE: ("{name} gets more questions with this key than it allows just now.", "Try again in a while."),
    Kind.LENGTH: (
        "The question with its passages is longer than {model} can take.",
        "Leave out passages or earlier messages, or choose a model that holds more.",
    ),
    Kind.CONTENT: (
        "{name} refused the content: its filter objects to the question or to the answer.",
        "Put it in other words, or answer on this computer.",
    ),
    Kind.MODEL: ("{name} has no model {model}, or no longer.", "Choose another one; the list shows those there are."),
    Kind.BUSY: ("{name} is overloaded or out of order just now ({status}).", "Try again later."),
    Kind.STRANGE: (
        "{name} answered with something that is no answer of a model.",
        "Check the address; if this network has a sign-in page, open a browser and sign in.",
    ),
    Kind.OTHER: (
        "{name} did not accept the question in this form ({status}).",
        "Choose another model, or answer on this computer.",
    ),
}
