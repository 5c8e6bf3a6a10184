"""Addresses of the user's own servers: checked, and written in one way."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from localassist.domain.errors import LocalAssistError
from localassist.domain.privacy import Destination, destination_of

_USUAL_PATH: Final = "/v1"
"""Under which vLLM, Ollama, llama.cpp's server, LM Studio and text-generation-webui speak as OpenAI does."""
_HOST: Final = re.compile(r"[\w.:%-]+")


def checked_address(address: str) -> str:
    """The address as it is kept: with the usual path where it has none, without a slash at its end.

    Raises `LocalAssistError` for what is no address of a web server, holds a name and password, or would send text
    readable for everybody on the way through the internet.
    """
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError as error:
        raise _no_address() from error
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or port == 0:
        raise _no_address()
    if parts.username is not None or parts.query or parts.fragment:
        raise LocalAssistError(
            "The address has more in it than host, port and path.",
            "Leave out names, passwords and parameters; a key is kept by itself.",
        )
    if parts.scheme == "http" and destination_of(host) is Destination.CLOUD:
        raise LocalAssistError(
            f"Without https everybody on the way to {host} could read the text and the key.",
            "Use an address with https; a server in your own network can be named by its number, like 192.168.1.20.",
        )
    path = parts.path.rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path or _USUAL_PATH, "", ""))


def _no_address() -> LocalAssistError:
    return LocalAssistError(
        "That is no address of a server.", "Addresses look like http://localhost:8080 or https://192.168.1.20:8000/v1."
    )
