"""Tells text from other bytes, and which encoding it is in."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final

from localassist.adapters.readers.alphabets import likeliest
from localassist.adapters.readers.unreadable import UnreadableError

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES: Final = 65_536
_LONGEST_LINE: Final = 8192
_CONTEXT: Final = 20
"""Plain letters before one beyond ASCII that are looked at with it."""

_MAX_CONTROL_SHARE: Final = 0.1
_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
_JAPANESE_SHIFT: Final = re.compile(rb"\x1b\$(?:[@B]|\([DO])")
_MULTIBYTE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_MAX_DAMAGE: Final = 0.05
"""The share of bytes beyond ASCII that may be damaged in a text which is UTF-8 all the same."""

_WIDER: Final = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks-c-5601-1987": "cp949",
    "big5": "big5hkscs",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
}
"""What encodings really are that programs declare by an older name; from the WHATWG's Encoding Standard."""

_UNWRITTEN: Final = frozenset({"Cc", "Cn", "Co", "Cs"})


def decode(data: bytes, declared: str = "") -> str:
    """Text from bytes: by its byte order mark, the `declared` encoding, as UTF-8, else by the likeliest guess.

    Raises `UnreadableError` for bytes that are no text.
    """
    sample = data[:_SAMPLE_BYTES]
    encoding = _marked(data) or _wide_encoding(sample)
    if encoding:
        return data.decode(encoding, "replace")
    if not _is_free_of_controls(sample):
        raise UnreadableError(
            "holds no text", "Its name says text, but it looks like a program, a picture or an archive."
        )
    if _JAPANESE_SHIFT.search(sample):
        return data.decode("iso2022_jp_2", "replace")
    for sure in ("utf-8", _WIDER.get(declared.lower().replace("_", "-"), declared)):
        try:
            if sure:
                return data.decode(sure)
        except (UnicodeError, LookupError):
            continue
    telling = _telling(data)
    return data.decode("utf-8" if _is_damaged_utf8(telling) else likeliest(telling), "replace")


def holds_text(sample: bytes) -> bool:
    """Whether bytes from a file's beginning are text in some encoding."""
    return bool(_marked(sample) or _wide_encoding(sample)) or _is_free_of_controls(sample)


def _marked(data: bytes) -> str:
    return next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), "")


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 without a mark: NUL bytes stand all at odd or all at even places, and what it says is all writing."""
    if len(sample) < 4 or 0 not in sample:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    if min(even, odd) > 0.05 * max(even, odd):
        return ""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeError:
        return ""
    unwritten = sum(unicodedata.category(sign) in _UNWRITTEN and sign not in "\t\n\r\f" for sign in text)
    if unwritten > 0.01 * len(text):
        return ""
    # Fewer different scripts than chance gives: real text uses few of the 256 pages of signs.
    pages = {ord(sign) >> 8 for sign in text}
    is_spread = len(pages) > max(4, len(text) // 8) and len(text) < 512
    return "" if is_spread else encoding


def _is_free_of_controls(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls <= _MAX_CONTROL_SHARE * len(sample)


def _telling(data: bytes) -> bytes:
    """What tells the encoding: the lines from the first byte beyond ASCII in each on, from the whole text.

    Of a long line its beginning, without bytes that may be half of a sign.
    """
    pieces: list[bytes] = []
    size = position = 0
    while size < _SAMPLE_BYTES and (found := _HIGH.search(data, position)):
        start = max(position, found.start() - _CONTEXT)
        line_end = data.find(b"\n", found.start())
        end = line_end if line_end >= 0 else len(data)
        piece = data[start:end]
        if len(piece) > _LONGEST_LINE:
            piece = piece[:_LONGEST_LINE].rstrip(bytes(range(128, 256)))
        pieces.append(piece)
        size += len(piece)
        position = end
    return b"\n".join(pieces)


def _is_damaged_utf8(sample: bytes) -> bool:
    high = len(_HIGH.findall(sample))
    whole = sum(map(len, _MULTIBYTE.findall(sample)))
    return high - whole <= max(_MAX_DAMAGE * high, 3 if high > 60 else 0)
