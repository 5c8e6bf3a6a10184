"""Mails saved as files (.eml): their headers, text and attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.message import add_mail, header, parsed
from localassist.adapters.readers.text import read_bytes

if TYPE_CHECKING:
    from localassist.adapters.readers.parts import Parts
    from localassist.domain.documents import StructuredText


def read(path: str, parts: Parts) -> StructuredText:
    """The structured text of a mail; what is attached goes to `parts`."""
    mail = parsed(read_bytes(path))
    assembly = TextAssembly()
    add_mail(assembly, mail, parts)
    return assembly.finish(header(mail, "Subject"))
