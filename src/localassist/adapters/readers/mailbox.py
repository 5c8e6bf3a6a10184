"""Mailboxes (.mbox): one mail after the other, each a page of its own."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import MAX_CHARACTERS, TextAssembly
from localassist.adapters.readers.message import add_mail, header, parsed
from localassist.adapters.readers.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.parts import Parts
    from localassist.domain.documents import StructuredText

_MAX_SECONDS: Final = 75.0
"""A mailbox of many years is read from its beginning for so long; the rest is said to be missing."""

_MAX_TEXT: Final = MAX_CHARACTERS // 2
_MAX_MAIL_BYTES: Final = 100_000_000
_MAX_LABEL: Final = 60
_POSTMARK: Final = re.compile(rb"From \S+.*\d\d:\d\d.*")
_ESCAPED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


def read(path: str, parts: Parts) -> StructuredText:
    """The structured text of a mailbox; what is attached goes to `parts`, in a folder "message 12" for each mail."""
    assembly = TextAssembly()
    until = time.monotonic() + _MAX_SECONDS
    for number, data in enumerate(_mails(path), 1):
        if assembly.length > _MAX_TEXT or time.monotonic() > until:
            assembly.note(
                f"Only its first {number - 1:,} mails were read: it holds too many. Split it into smaller mailboxes.",
                misses_text=True,
            )
            break
        try:
            mail = parsed(data)
        except UnreadableError:
            assembly.note("A mail that nests its parts without end was left out.", misses_text=True)
            continue
        subject = header(mail, "Subject")
        label = f"message {number}"
        assembly.start_page(f"{label}: {subject[:_MAX_LABEL]}" if subject else label)
        add_mail(assembly, mail, parts, f"{label}/")
    return assembly.finish(Path(path).stem)


def _mails(path: str) -> Iterator[bytes]:
    """The mails of a mailbox, each from its first header on; one that is too long is cut off."""
    lines: list[bytes] = []
    size, after_blank = 0, True
    with Path(path).open("rb") as file:
        for line in file:
            if after_blank and line.startswith(b"From ") and _POSTMARK.match(line):
                if lines:
                    yield _unescaped(lines)
                lines, size = [], 0
            elif size < _MAX_MAIL_BYTES:
                lines.append(line)
                size += len(line)
            after_blank = not line.strip()
    if lines:
        yield _unescaped(lines)


def _unescaped(lines: list[bytes]) -> bytes:
    return _ESCAPED.sub(rb"\1", b"".join(lines))
