"""One mail: its headers in words, the body that was meant to be read, and what was attached to it."""

from __future__ import annotations

import email
import mimetypes
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.policy import compat32
from functools import partial
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers import html
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.text import add_paragraphs
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from email.message import Message

    from localassist.adapters.readers.assembly import TextAssembly
    from localassist.adapters.readers.parts import Parts

    Mail = Message[str, str]

_SHOWN: Final = ("From", "To", "Cc", "Date")
_SIGNATURES: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_SEALED: Final = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_DECORATION_BYTES: Final = 20_000
"""Pictures inside the text below that are logos and lines; larger ones may be pictures of text."""

_MAX_LISTED: Final = 2000
"""Characters of a list of addresses that are shown."""

_MAX_MIME_PARTS: Final = 5000
_STUB_SHARE: Final = 0.25
"""A plain text shorter than this share of the page beside it only says to open the page."""

_SOFT_BREAK: Final = re.compile(r"^(?!>)(?!-- $)(.*) \n(?=[^>\n])", re.MULTILINE)
_TAG: Final = re.compile(r"<[^>]{0,2000}>")
_ROW: Final = re.compile(r"<tr[\s>]", re.IGNORECASE)
_CELL: Final = re.compile(r"<t[dh][\s>]", re.IGNORECASE)
_FOLDED: Final = re.compile(r"\r?\n[ \t]+")


def parsed(data: bytes) -> Mail:
    """A mail from its bytes. Raises `UnreadableError` for one whose groups nest without end."""
    try:
        # The older policy: the newer one raises errors of many kinds over malformed headers.
        return email.message_from_bytes(data, policy=compat32)
    except RecursionError as error:
        raise UnreadableError("nests its parts deeper than any mail does", "It may be made to do harm.") from error


def header(mail: Mail, name: str) -> str:
    """A header in words: encoded words decoded, on one line; "" where it is missing."""
    raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
    return words_of(str(raw))


def words_of(raw: str) -> str:
    """A header's value with its encoded words and its bytes beyond ASCII decoded."""
    raw = _FOLDED.sub(" ", raw)
    if not raw.isascii():
        raw = _decoded(raw.encode("utf-8", "surrogateescape"), "")
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError):
        return " ".join(raw.split())
    shown = "".join(piece if isinstance(piece, str) else _decoded(piece, encoding or "") for piece, encoding in pieces)
    return " ".join(shown.split())


def add_heading(assembly: TextAssembly, subject: str, lines: list[tuple[str, str]]) -> None:
    """Append a mail's subject as a heading, and who wrote it to whom and when."""
    assembly.add(BlockKind.HEADING, subject, 1)
    shown = [f"{name}: {value[:_MAX_LISTED]}" for name, value in lines if value]
    assembly.add(BlockKind.PARAGRAPH, "\n".join(shown))


def add_mail(assembly: TextAssembly, mail: Mail, parts: Parts, folder: str = "") -> None:
    """Append a mail, quoted replies and all; what is attached goes to `parts`, named as below `folder`."""
    attached: list[Mail] = []
    bodies = _bodies(mail, attached)
    names = [folder + _name(part, number) for number, part in enumerate(attached, 1)]
    headers = [(name, header(mail, name)) for name in _SHOWN]
    headers.append(("Attachments", ", ".join(name.removeprefix(folder) for name in names)))
    add_heading(assembly, header(mail, "Subject"), headers)
    for body in bodies:
        _add_body(assembly, body)
    for name, part in zip(names, attached, strict=True):
        parts.add(name, partial(_bytes, part))


def _bodies(mail: Mail, attached: list[Mail]) -> list[Mail]:
    """The texts to be read, in order; all else that is worth it is appended to `attached`."""
    bodies: list[Mail] = []
    ahead, seen = [mail], 0
    while ahead and seen < _MAX_MIME_PARTS:
        part = ahead.pop()
        seen += 1
        kind = part.get_content_type()
        if kind in _SEALED:
            bodies.append(part)
        elif kind == "multipart/alternative":
            ahead.extend(_chosen(_inside(part)))
        elif part.is_multipart() and not kind.startswith("message/"):
            ahead.extend(reversed(_inside(part)))
        elif _is_body(part, kind):
            bodies.append(part)
        elif _is_worth_reading(part, kind):
            attached.append(part)
    return bodies


def _inside(part: Mail) -> list[Mail]:
    inside = part.get_payload()
    return [each for each in inside if not isinstance(each, str)] if isinstance(inside, list) else []


def _chosen(versions: list[Mail]) -> list[Mail]:
    """Of several versions of one text the plain one, unless it only says to open another or that one has tables.

    They come with calendars and the like, which stay; in reverse, as they are taken from the end.
    """
    plain = next((part for part in versions if part.get_content_type() == "text/plain"), None)
    rich = next((part for part in reversed(versions) if _holds_page(part)), None)
    others = [part for part in versions if part is not plain and not _holds_page(part)]
    if plain is None or (rich is not None and _says_more(rich, plain)):
        best = rich if rich is not None else plain
    else:
        best = plain
    return [*reversed(others), *([best] if best is not None else [])]


def _holds_page(part: Mail) -> bool:
    kind = part.get_content_type()
    return kind == "text/html" or (kind.startswith("multipart/") and any(_holds_page(each) for each in _inside(part)))


def _says_more(rich: Mail, plain: Mail) -> bool:
    """Whether a page has more than the plain text beside it: most of the words, or tables, which that scatters."""
    page = _text(next((part for part in rich.walk() if part.get_content_type() == "text/html"), rich))
    has_tables = len(_ROW.findall(page)) > 1 and len(_CELL.findall(page)) >= 2 * len(_ROW.findall(page))
    return has_tables or len(_text(plain).split()) < _STUB_SHARE * len(_TAG.sub(" ", page).split())


def _is_body(part: Mail, kind: str) -> bool:
    # A group without boundaries is its text.
    is_text = kind in {"text/plain", "text/html", "message/delivery-status"} or kind.startswith("multipart/")
    return is_text and part.get_content_disposition() != "attachment" and not part.get_filename()


def _is_worth_reading(part: Mail, kind: str) -> bool:
    if kind in _SIGNATURES:
        return False
    is_inside_text = part.get_content_disposition() == "inline" or part.get("Content-ID")
    if kind.startswith("image/") and is_inside_text:
        return len(_bytes(part)) >= _DECORATION_BYTES
    return True


def _add_body(assembly: TextAssembly, part: Mail) -> None:
    kind = part.get_content_type()
    if kind in _SEALED:
        assembly.note("The mail is encrypted or sealed by a signature; its text was not read.", misses_text=True)
        return
    text = _text(part)
    if kind == "text/html":
        html.add_fragment(assembly, text)
        return
    if "flowed" in str(part.get_param("format", "")).lower():
        text = _SOFT_BREAK.sub(r"\1 ", text.replace("\r\n", "\n"))
    add_paragraphs(assembly, text)


def _text(part: Mail) -> str:
    if part.is_multipart():  # a report of delivery: groups of headers
        return "\n\n".join(
            "\n".join(f"{key}: {words_of(str(value))}" for key, value in each.raw_items()) for each in _inside(part)
        )
    return _decoded(_bytes(part), str(part.get_content_charset() or ""))


def _bytes(part: Mail) -> bytes:
    """What a part carries, its transfer encoding undone; a mail inside a mail as it was sent."""
    inside = _inside(part)
    if inside:
        try:
            return inside[0].as_bytes()
        except Exception as error:  # the generator fails in many ways on what the parser forgave
            raise UnreadableError("is damaged and can't be read", "Open the mail and save it by itself.") from error
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return decode(data, encoding)
    except UnreadableError:
        return data.decode("utf-8", "replace")


def _name(part: Mail, number: int) -> str:
    """What an attachment is called: by its own name, a mail's subject, or its kind."""
    kind = part.get_content_type()
    name = words_of(str(part.get_filename() or ""))
    if not name and kind == "message/rfc822" and _inside(part):
        name = header(_inside(part)[0], "Subject").replace("/", "-").strip(". ")[:100]
    name = name or f"attachment {number}"
    if "." in name[-6:]:
        return name
    return name + (".eml" if kind == "message/rfc822" else mimetypes.guess_extension(kind) or "")
