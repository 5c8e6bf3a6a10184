"""Mail addresses in a text, also those broken over lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.outbound import Identifier, Recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMON: Final = "com|org|net|edu|gov|info|biz|io|eu|de|fr|es|it|uk|at|ch|be|nl|pt|pl|us|ca|au|mx|br|jp|test|example"
_AT: Final = r"[ ]?\n?(?:@|[(\[{] ?at ?[)\]}])\n?[ ]?"
_LOCAL: Final = r"(?:[^\W_][\w+%'-]*[._+-]\n)?[\w][\w.+%'-]*"
_DOMAIN: Final = r"(?:[\w-]+\.)+[^\W\d_]{2,}"
_BROKEN: Final = r"[\w-]+(?:\n[\w-]+)?(?:[ ]?\n?(?:\.|[(\[{] ?dot ?[)\]}])[ ]?\n?[\w-]+){1,3}"
_MAIL: Final = re.compile(rf"(?<![\w.+%-]){_LOCAL}{_AT}(?:(?P<whole>{_DOMAIN})(?![\w-])|{_BROKEN})", re.IGNORECASE)
_MORE: Final = re.compile(r"\.\n[a-z]{2,6}(?![\w])")
_USER: Final = re.compile(r"://[^\s/@]*:\Z")
"""Before a password in an address of the web, which ends with an "@" too."""
_LONGEST_USER: Final = 80
_ENDS: Final = re.compile(rf"\.(?:{_COMMON})\Z", re.IGNORECASE)


def find_mails(text: str) -> Iterator[Recognised]:
    """Mail addresses in a text that was read."""
    for match in _MAIL.finditer(text) if "@" in text or "at" in text else ():
        if _USER.search(text, max(match.start() - _LONGEST_USER, 0), match.start()):
            continue
        end = match.end()
        if match["whole"] is None:
            known = re.search(rf"\.(?:{_COMMON})(?!\w)", match.group(), re.IGNORECASE)
            end = match.start() + known.end() if known else end
        elif not _ENDS.search(match["whole"]) and (more := _MORE.match(text, end)):
            end = more.end()
        yield Recognised(Identifier.MAIL, match.start(), end)
