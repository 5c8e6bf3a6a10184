"""What is known of a model, in the few words of a table's cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.domain.library import Commercial
from localassist.ui.models.sizes import size_words

if TYPE_CHECKING:
    from localassist.domain.library import CatalogEntry, Download, Licence

UNKNOWN: Final = "not known"
MANY: Final = "mul"  # as the catalogue has it
BUSINESS: Final = {
    Commercial.YES: "Business use: yes",
    Commercial.CONDITIONS: "Business use: on conditions",
    Commercial.NO: "Business use: no",
    Commercial.UNKNOWN: "Business use: not known",
}
TONES: Final = {Commercial.YES: "green", Commercial.CONDITIONS: "amber", Commercial.NO: "red"}


def count_words(parameters: int) -> str:
    """ "8 billion", "1.2 billion", "270 million"."""
    if not parameters:
        return UNKNOWN
    if parameters >= 1_000_000_000:
        return f"{parameters / 1_000_000_000:.3g} billion"
    return f"{parameters / 1_000_000:.3g} million"


def parameter_words(entry: CatalogEntry) -> str:
    """How large it is, and how much of that works at a time."""
    whole = count_words(entry.parameters)
    return f"{whole}, {count_words(entry.active_parameters)} at a time" if entry.active_parameters else whole


def context_words(tokens: int) -> str:
    """ "131,072 tokens"."""
    return f"{tokens:,} tokens" if tokens else UNKNOWN


def licence_words(licence: Licence) -> str:
    """Its name, and whether it allows business use."""
    return f"{licence.name or licence.id}: {BUSINESS[licence.commercial].lower()}"


def language_words(entry: CatalogEntry) -> str:
    """The codes of its languages."""
    codes = ", ".join(code for code in entry.languages if code != MANY)
    if MANY not in entry.languages:
        return codes or UNKNOWN
    return f"{codes} and many more" if codes else "many"


def date_words(moment: str) -> str:
    """The day of an ISO 8601 time."""
    return moment[:10] or "never"


def duration_words(seconds: float) -> str:
    """A length of time in one rounded unit."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def pace_words(download: Download) -> str:
    """ "1.2 GB of 4.9 GB, 11 MB a second, 5 min left"."""
    told = [f"{size_words(download.received)} of {size_words(download.total)}"]
    left = download.seconds_left
    if left is not None:
        told += [f"{size_words(round(download.bytes_per_second))} a second", f"{duration_words(left)} left"]
    return ", ".join(told)
