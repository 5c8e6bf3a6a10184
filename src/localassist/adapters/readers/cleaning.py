"""Text as people see it: no invisible characters, one kind of line break and space, no ligatures."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

INVISIBLE: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
    # Joiners carry meaning in Persian, Indic scripts and emoji, and hide between Latin letters.
    r"|(?<![\u0590-\u1cff\u2600-\u27ff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
"""Characters that show nothing: controls, zero-width ones, marks of text direction, tags, halves of pairs."""

_TAGS: Final = re.compile(r"[\U000e0020-\U000e007e]+")
_SELECTORS: Final = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")
_FLAG: Final = "\U0001f3f4"

_LINE_BREAK: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ODD_SPACE: Final = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_SOFT_HYPHEN: Final = "\u00ad"
_PRESENTATION_FORM: Final = re.compile(r"[\ufb00-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]")
_SPACES: Final = re.compile(r"[ \t]+")
_AROUND_BREAK: Final = re.compile(r" ?\n ?")


def clean(text: str) -> tuple[str, int]:
    """The text without what can't be seen, and how many such characters it had.

    Line breaks become newlines, odd spaces plain ones, ligatures and other presentation forms their letters.
    """
    text = _LINE_BREAK.sub("\n", text)
    text, removed = INVISIBLE.subn("", text)
    if text.isascii():
        return text, removed
    text = _ODD_SPACE.sub(" ", text.replace(_SOFT_HYPHEN, ""))
    text = _PRESENTATION_FORM.sub(_letters, text)
    return unicodedata.normalize("NFC", text), removed


def spelled_unseen(text: str) -> str:
    """What characters that show nothing spell to a program that reads them, "" for nothing.

    Tag characters stand for ASCII (Unicode chapter 23.9); variation selectors in a row can stand for bytes. Tags
    after a black flag make the flags of regions and spell nothing.
    """
    spelled = [
        "".join(chr(ord(tag) - 0xE0000) for tag in run.group())
        for run in _TAGS.finditer(text)
        if text[run.start() - 1 : run.start()] != _FLAG
    ]
    for run in _SELECTORS.finditer(text):
        data = bytes(ord(sign) - 0xFE00 if sign < "\U000e0000" else ord(sign) - 0xE0100 + 16 for sign in run.group())
        words = data.decode("utf-8", "ignore")
        if len(words) > 1 and words.isprintable():
            spelled.append(words)
    return "\n".join(words for words in spelled if len(words) > 1)


def squeeze(text: str) -> str:
    """The text with every run of spaces as one, and none around line breaks or at the ends."""
    return _AROUND_BREAK.sub("\n", _SPACES.sub(" ", text)).strip()


def _letters(form: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", form.group())
