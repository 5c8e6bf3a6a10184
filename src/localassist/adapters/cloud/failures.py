"""What went wrong under a provider's client: our own errors found in theirs, and answers that are none."""

from __future__ import annotations

import json
from typing import Any, Final

from localassist.adapters.cloud.refusals import Kind, RefusalError, refusal
from localassist.domain.errors import LocalAssistError, NetworkError, Stopped

MISREAD: Final = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What comes of events that are not what the API says: the clients take them as they are."""
_DEEPEST: Final = 8


def own_error(error: BaseException) -> Exception | None:
    """The error of ours, or the request to stop, that a client made one of its own of; None where there is none."""
    found: BaseException | None = error
    for _ in range(_DEEPEST):
        if found is None or isinstance(found, LocalAssistError | Stopped):
            return found
        found = found.__cause__
    return None


def is_broken_line(error: NetworkError) -> bool:
    """Whether the door says that a connection failed, not that it may not be, or that nobody proved who they are."""
    return type(error) is NetworkError and "CERTIFICATE_VERIFY_FAILED" not in str(error.__cause__)


def require_stream(response: Any) -> None:
    """Raise `RefusalError` for an answer that is no stream of events: a web page, or an error that says all is well."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/html":
        response.close()
        raise RefusalError(Kind.STRANGE)
    if kind != "application/json":
        return
    try:
        told = json.loads(response.read())["error"]
        failure = refusal(_status(told.get("code")), {}, (told.get("type"), told.get("code")), told.get("message"))
    except MISREAD:
        failure = RefusalError(Kind.STRANGE)
    response.close()
    failure.passing = False
    raise failure


def _status(code: object) -> int:
    return code if isinstance(code, int) else 0
