"""Web pages saved with all they show (.mht): the page's text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from localassist.adapters.readers import html
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.message import header, parsed
from localassist.adapters.readers.text import read_bytes
from localassist.adapters.readers.unreadable import UnreadableError

if TYPE_CHECKING:
    from localassist.domain.documents import StructuredText


def read(path: str) -> StructuredText:
    """The structured text of a saved page, without its pictures and the frames around them."""
    archive = parsed(read_bytes(path))
    for part in archive.walk():
        data = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(data, bytes):
            content = html.structure(decode(data, str(part.get_content_charset() or html.declared_encoding(data))))
            return content if content.title else replace(content, title=header(archive, "Subject")[:200])
    raise UnreadableError("holds no page", "Open it in a browser and save it again.")
