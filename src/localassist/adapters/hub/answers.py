"""What the hub says of repositories, as our values; anything that is not what it should be is a sentence."""

from __future__ import annotations

from typing import Any, Final

from localassist.adapters.hub.asking import repository_path
from localassist.domain.errors import NotFoundError
from localassist.domain.library import RemoteFile, Repository

# What `list_models(expand=...)` of huggingface_hub 2.4.0 names them.
WANTED: Final = ("downloads", "gated", "lastModified", "likes", "sha", "tags")
DETAILS: Final = ("gguf", "siblings")
_LICENCE: Final = "license:"


def repository_from(answer: Any) -> Repository:
    """A repository from the hub's JSON. Raises `ValueError` where it is none."""
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
        raise ValueError("no repository")  # noqa: TRY004  one error for all that is wrong with it
    try:
        name = repository_path(answer["id"])  # it becomes the name of a folder
    except NotFoundError as error:
        raise ValueError("no name of a repository") from error
    tags = tuple(tag for tag in _list(answer, "tags") if isinstance(tag, str))
    licence = next((tag.removeprefix(_LICENCE) for tag in tags if tag.startswith(_LICENCE)), "")
    header = answer.get("gguf")
    gguf = header if isinstance(header, dict) else {}
    return Repository(
        name,
        _text(answer, "sha"),
        tuple(_file(entry) for entry in _list(answer, "siblings")),
        licence,
        bool(answer.get("gated")),
        _number(answer, "downloads"),
        _number(answer, "likes"),
        _text(answer, "lastModified"),
        tags,
        _number(gguf, "total"),
        _number(gguf, "context_length"),
    )


def _file(entry: Any) -> RemoteFile:
    """One file; those too large for Git have their hash and size in `lfs`."""
    if not isinstance(entry, dict) or not isinstance(entry.get("rfilename"), str):
        raise ValueError("no file")  # noqa: TRY004  as above
    lfs = entry.get("lfs")
    if isinstance(lfs, dict):
        return RemoteFile(entry["rfilename"], _number(lfs, "size"), _text(lfs, "sha256").lower())
    return RemoteFile(entry["rfilename"], _number(entry, "size"), git_sha1=_text(entry, "blobId").lower())


def _list(values: dict[str, Any], name: str) -> list[Any]:
    value = values.get(name) or []
    if not isinstance(value, list):
        raise ValueError("no list")  # noqa: TRY004  as above
    return value


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _number(values: dict[str, Any], name: str) -> int:
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
