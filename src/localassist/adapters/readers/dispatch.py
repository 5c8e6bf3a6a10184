"""Hands each file to the reader of its format; only the libraries that this one needs are imported."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.formats import Format
from localassist.adapters.readers.telling import tell_format

if TYPE_CHECKING:
    from localassist.adapters.readers.parts import Parts
    from localassist.domain.documents import StructuredText

_READERS: Final = {
    Format.DOCX: "docx",
    Format.PPTX: "pptx",
    Format.SHEET: "sheets",
    Format.CSV: "csv",
    Format.ODT: "odt",
    Format.ODP: "odp",
    Format.RTF: "rtf",
    Format.EPUB: "epub",
    Format.WEB_ARCHIVE: "web_archive",
    Format.NOTEBOOK: "notebook",
    Format.FEED: "feed",
    Format.CODE: "code",
    Format.MARKDOWN: "markdown",
    Format.HTML: "html",
    Format.TEXT: "text",
}
"""The module of each format, with `read(path) -> StructuredText`."""

_CONTAINERS: Final = {
    Format.PDF: "pdf",
    Format.IMAGE: "images",
    Format.MAIL: "mail",
    Format.MAILBOX: "mailbox",
    Format.OUTLOOK: "outlook",
    Format.WINMAIL: "winmail",
    Format.ARCHIVE: "archive",
}
"""Those whose files hold others, have passwords or are pictures, with `read(path, parts) -> StructuredText`."""


def read_file(path: str, parts: Parts) -> StructuredText:
    """The structured text of a file on disk with the files inside it, which go through `parts`.

    Raises `UnreadableError`, `OSError` and whatever a library raises on a bad file.
    """
    form = tell_format(path)
    content: StructuredText
    if form in _CONTAINERS:
        content = _module(_CONTAINERS[form]).read(path, parts)
    else:
        content = _module(_READERS[form]).read(path)
    return parts.within(content)


def _module(name: str) -> Any:
    return importlib.import_module(f"{__package__}.{name}")
