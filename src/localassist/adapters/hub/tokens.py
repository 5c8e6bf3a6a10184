"""The token that tells the hub who asks: from the keyring, the environment, or Hugging Face's own folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import AccessError, LocalAssistError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECRET: Final = "huggingface"  # noqa: S105  the name it has in the keyring
_TOKEN: Final = re.compile(r"[!-~]*")  # what a header takes; others would end in an error that shows them
_VARIABLES: Final = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")


def find_token(secret: Callable[[str], str | None], environment: Mapping[str, str]) -> str:
    """The first token there is, "" where there is none: keyring, HF_TOKEN, the file that `hf auth login` writes.

    That file is at HF_TOKEN_PATH, else in HF_HOME, else in the cache folder (huggingface_hub 2.4.0, constants.py).
    May wait for the keyring: never to be called on a thread that draws. Raises `LocalAssistError` where
    that refuses and there is no other token, `AccessError` for what can be no token.
    """
    try:
        found = secret(SECRET) or _elsewhere(environment)
    except LocalAssistError:
        if not (found := _elsewhere(environment)):
            raise
    if not _TOKEN.fullmatch(found):
        raise AccessError(
            "The token for the hub has characters that no token has.",
            "Copy it anew and keep it: `localassist models token`, or the variable HF_TOKEN.",
        )
    return found


def _elsewhere(environment: Mapping[str, str]) -> str:
    for name in _VARIABLES:
        if given := environment.get(name, "").strip():
            return given
    try:
        return _file(environment).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def _file(environment: Mapping[str, str]) -> Path:
    if named := environment.get("HF_TOKEN_PATH"):
        return Path(named).expanduser()
    cache = environment.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(environment.get("HF_HOME") or f"{cache}/huggingface").expanduser() / "token"
