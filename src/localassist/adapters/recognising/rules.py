"""Recognises identifiers by rules: shapes, checksums, and the words around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.adapters.recognising.accounts import find_accounts
from localassist.adapters.recognising.addresses import find_addresses
from localassist.adapters.recognising.identities import find_identities
from localassist.adapters.recognising.keys import find_keys
from localassist.adapters.recognising.mails import find_mails
from localassist.adapters.recognising.paths import find_paths
from localassist.adapters.recognising.persons import find_persons
from localassist.adapters.recognising.phones import find_phones
from localassist.adapters.recognising.reading import read
from localassist.domain.outbound import Identifier, Recognised
from localassist.domain.private_words import find_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SUREST: Final = (
    Identifier.IBAN,
    Identifier.SECRET,
    Identifier.MAIL,
    Identifier.PATH,
    Identifier.ADDRESS,
    Identifier.CARD,
    Identifier.NATIONAL_ID,
    Identifier.PHONE,
    Identifier.WORD,
    Identifier.PERSON,
)
"""What something is that may be several, best first."""


class RuleRecogniser:
    """Recognises without any model. Safe to call from any thread."""

    def __init__(self, private_words: Callable[[], tuple[str, ...]]) -> None:
        self._private_words = private_words

    @property
    def name(self) -> str:
        """Who looks, for people."""
        return "rules"

    def __call__(self, text: str) -> Sequence[Recognised]:
        """Identifiers in a text, by position, none overlapping another."""
        reading = read(text)
        mails = list(find_mails(reading.text))
        addresses = list(find_addresses(reading.text))
        phones = list(find_phones(reading.text))
        found = [*mails, *addresses, *phones, *find_persons(reading.text, mails, [*addresses, *phones])]
        for find in (find_accounts, find_identities, find_keys, find_paths):
            found += find(reading.text)
        own = (Recognised(Identifier.WORD, *span) for span in find_words(text, self._private_words()))
        return apart(
            [
                *(
                    Recognised(each.kind, *reading.source(each.start, each.end))
                    for each in found
                    if each.start < each.end
                ),
                *own,
            ]
        )


def apart(found: Iterable[Recognised]) -> list[Recognised]:
    """Identifiers in order; those that overlap are one, of the surest kind."""
    united: list[Recognised] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if not united or each.start >= united[-1].end:
            united.append(each)
            continue
        last = united[-1]
        kind = min(last.kind, each.kind, key=_SUREST.index)
        united[-1] = Recognised(kind, last.start, max(last.end, each.end))
    return united
