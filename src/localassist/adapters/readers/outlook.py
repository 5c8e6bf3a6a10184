"""Mails saved by Outlook (.msg): their headers, text and attachments."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers import html
from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.message import add_heading, words_of
from localassist.adapters.readers.text import add_paragraphs
from localassist.adapters.readers.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.adapters.readers.parts import Parts
    from localassist.domain.documents import StructuredText

_DAMAGED: Final = ("is damaged or no complete Outlook mail", "Open it in Outlook and save it again.")
_HTML: Final = 0x1013
_CODE_PAGE: Final = 0x3FDE
_SENDER: Final = 0x0C1A
_DISPLAY_TO: Final = 0x0E04
_DISPLAY_CC: Final = 0x0E03
_SHORT_NAME: Final = 0x3704
_SHOWN_NAME: Final = 0x3001
"""Ids of properties that python-oxmsg has no names for, from Microsoft's MS-OXPROPS."""

_PROPERTIES: Final = "__properties_version1.0"
_SHORT_HEADER: Final = 24
"""Bytes before the properties of a mail inside a mail; 8 more stand before those of one by itself (MS-OXMSG 2.4)."""

_EMBEDDED: Final = "__substg1.0_3701000D"
"""The storage of a mail attached to a mail, from MS-OXMSG 2.2.2.1."""


def read(path: str, parts: Parts) -> StructuredText:
    """The structured text of an Outlook mail; what is attached goes to `parts`, mails inside it are appended."""
    from oxmsg import Message

    try:
        message = Message.load(path)
    except Exception as error:  # python-oxmsg and olefile have no errors of their own
        raise UnreadableError(*_DAMAGED) from error
    assembly = TextAssembly()
    _add(assembly, message, parts)
    return assembly.finish(_told(lambda: message.subject))


def _add(assembly: TextAssembly, message: Any, parts: Parts) -> None:
    """Append a mail and those inside it, which python-oxmsg holds as open folders and not as files."""
    from oxmsg import Message

    ahead = [message]
    while ahead:
        current = ahead.pop(0)
        attached = _attached(current)
        files = [(name, file) for name, file in attached if _embedded(file) is None]
        add_heading(assembly, _told(lambda: current.subject), _headers(current, [name for name, _ in attached]))  # noqa: B023  called at once
        _add_body(assembly, current)
        for name, file in files:
            parts.add(name, partial(_bytes, file))
        ahead.extend(Message(_embedded(file)) for _, file in attached if _embedded(file) is not None)


def _headers(message: Any, attached: list[str]) -> list[tuple[str, str]]:
    sent = _told(lambda: message.message_headers.get("Date", "") or f"{message.sent_date:%Y-%m-%d %H:%M} UTC")
    return [
        ("From", words_of(_told(lambda: message.sender) or _told(lambda: message.properties.str_prop_value(_SENDER)))),
        ("To", _told(lambda: message.properties.str_prop_value(_DISPLAY_TO))),
        ("Cc", _told(lambda: message.properties.str_prop_value(_DISPLAY_CC))),
        ("Date", sent),
        ("Attachments", ", ".join(attached)),
    ]


def _add_body(assembly: TextAssembly, message: Any) -> None:
    body = _told(lambda: message.body)
    if body.strip():
        add_paragraphs(assembly, body)
        return
    page = _page(message)
    if page.strip():
        html.add_fragment(assembly, page)
    else:
        assembly.note("Its body is empty, or one that Outlook alone can show.")


def _page(message: Any) -> str:
    """The body as HTML: bytes in the encoding that the mail or the page itself names, in old mails a string."""
    data = _told(lambda: message.properties.binary_prop_value(_HTML).decode("latin-1")).encode("latin-1")
    if not data:
        return _told(lambda: message.html_body)
    named = _told(lambda: message.properties.int_prop_value(_CODE_PAGE) and message.properties.body_encoding)
    return decode(data, named or html.declared_encoding(data))


def _attached(message: Any) -> list[tuple[str, Any]]:
    try:
        files = list(message.attachments)
    except Exception as error:  # as above
        raise UnreadableError(*_DAMAGED) from error
    return [(_name(file, number), file) for number, file in enumerate(files, 1)]


def _name(file: Any, number: int) -> str:
    told = (
        _told(lambda: file.file_name)
        or _told(lambda: file.properties.str_prop_value(_SHORT_NAME))
        or _told(lambda: file.properties.str_prop_value(_SHOWN_NAME))
    )
    return told or f"attachment {number}"


def _embedded(file: Any) -> Any | None:
    """The folder of a mail that is attached as such, in the form of one that is a file of its own; else None."""
    folders = file.properties._storage.storages  # noqa: SLF001  the library reads no mail inside a mail
    folder = next((folder for folder in folders if folder.name == _EMBEDDED), None)
    if folder is None or all(stream.name != _PROPERTIES for stream in folder.streams):
        return None
    streams = tuple(
        replace(stream, bytes_=stream.bytes_[:_SHORT_HEADER] + bytes(8) + stream.bytes_[_SHORT_HEADER:])
        if stream.name == _PROPERTIES
        else stream
        for stream in folder.streams
    )
    return replace(folder, streams=streams)


def _bytes(file: Any) -> bytes:
    try:
        data = file.file_bytes
    except Exception as error:  # as above
        raise UnreadableError("is damaged inside its mail", "Save it from Outlook.") from error
    if not data:
        raise UnreadableError("is not inside the mail, or is no file", "Save it from Outlook.")
    return bytes(data)


def _told(ask: Callable[[], Any]) -> str:
    """A property as text, "" where it is missing or damaged: one bad property costs itself alone."""
    try:
        value = ask()
    except Exception:  # noqa: BLE001  as above
        return ""
    return value.strip("\0") if isinstance(value, str) else ""
