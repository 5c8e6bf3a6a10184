"""Pictures in a message, as each dialect wants them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from localassist.domain.outbound import OutboundTurn

# What the references of all of them take. An address on the web would have the provider fetch it, and tell that it did.
_PICTURE: Final = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/]+={0,2})")


def pictures_of(turn: OutboundTurn) -> list[tuple[str, str]]:
    """The media type of each picture, and itself in base64. Raises `ValueError` for what is none."""
    found = [_PICTURE.fullmatch(picture.text) for picture in turn.pictures]
    if None in found:
        raise ValueError("A picture is sent as it is, never as an address.")
    return [(picture[1], picture[2]) for picture in found if picture]


def as_openai(turn: OutboundTurn) -> str | list[dict[str, Any]]:
    """The content of a message of chat completions."""
    pictures = [
        {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}} for kind, data in pictures_of(turn)
    ]
    return [*pictures, {"type": "text", "text": turn.text}] if pictures else turn.text


def as_anthropic(turn: OutboundTurn) -> str | list[dict[str, Any]]:
    """The content of one of Anthropic's messages."""
    pictures = [
        {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}
        for kind, data in pictures_of(turn)
    ]
    return [*pictures, {"type": "text", "text": turn.text}] if pictures else turn.text
