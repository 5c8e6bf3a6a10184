"""What it means when the hub refuses, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.adapters.hub.patience import PassingError
from localassist.domain.errors import AccessError, LocalAssistError, NetworkError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKENS: Final = "https://huggingface.co/settings/tokens"
KEEP: Final = "`localassist models token`, or the variable HF_TOKEN"

# The hub says in a header what a status alone leaves open; the words are those that huggingface_hub 2.4.0 knows
# (utils/_http.py, hf_raise_for_status).
_CODE: Final = "X-Error-Code"
_MESSAGE: Final = "X-Error-Message"
_BAD_TOKEN: Final = "Invalid credentials in Authorization header"  # noqa: S105  what the hub says of one
_BUSY: Final = frozenset({408, 425, 500, 502, 503, 504})


class AnswerError(NetworkError):
    """An answer of the hub that it should not give, and that asking again does not change."""


def refusal(status: int, headers: Mapping[str, str], asked: str, *, with_token: bool) -> LocalAssistError:
    """The error that a status of 400 or more stands for; `asked` is the repository or the host, in people's words."""
    code = headers.get(_CODE, "")
    is_known = code not in _NOT_THERE and (code == "GatedRepo" or with_token)
    if status in (401, 403) and (is_known or headers.get(_MESSAGE) == _BAD_TOKEN):
        return _no_access(code, headers, asked, with_token=with_token)
    if status in (401, 403, 404) or code in _NOT_THERE:
        message, hint = _NOT_THERE.get(code, _NOT_THERE["RepoNotFound"])
        return NotFoundError(message.format(asked=asked), hint)
    if status == 429:
        after = seconds_asked(headers)
        wait = f"in {after:.0f} seconds" if after else "later"
        return PassingError("The hub gets too many questions from here just now.", f"Try again {wait}.", after)
    if status == 416:
        return AnswerError(
            f"A file of {asked} is shorter than the hub says, so it is another.", "Look the model up again."
        )
    if status in _BUSY:
        return PassingError(f"The hub is out of order just now ({status}).", "Try again later.", seconds_asked(headers))
    return AnswerError(f"The hub refused to answer about {asked} ({status}).", "Try again later.")


def seconds_asked(headers: Mapping[str, str]) -> float | None:
    """How long the hub asks to be left alone; None where it does not say, or names an hour instead."""
    value = headers.get("Retry-After", "").strip()
    return float(value) if value.isdecimal() else None


_NOT_THERE: Final = {
    "RepoNotFound": (
        "The hub has no model called {asked}, or shows it to nobody without a token.",
        f"Check its name; a private model needs a token: {KEEP}.",
    ),
    "RevisionNotFound": ("The hub has no such version of {asked} any more.", "Look the model up again."),
    "EntryNotFound": ("The hub has no such file in {asked} any more.", "Look the model up again."),
}


def _no_access(code: str, headers: Mapping[str, str], asked: str, *, with_token: bool) -> AccessError:
    page = f"https://huggingface.co/{asked}"
    if headers.get(_MESSAGE) == _BAD_TOKEN:
        return AccessError("The hub does not accept the token.", f"Make a new one at {TOKENS}, then keep it: {KEEP}.")
    if not with_token:
        return AccessError(
            f"{asked} is given only to people who agreed to its terms, and there is no token that says who you are.",
            f"Agree to its terms at {page}, make a token that may read at {TOKENS}, then keep it: {KEEP}.",
        )
    if code == "GatedRepo":
        return AccessError(
            f"{asked} is given only to people who agreed to its terms; yours are not agreed to, or not granted yet.",
            f"Open {page} in a browser, logged in as the one the token belongs to, and agree to its terms.",
        )
    return AccessError(
        f"The token does not allow to read {asked}.", f"Give it that right at {TOKENS}, or make another that may."
    )
