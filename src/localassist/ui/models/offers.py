"""A model that can be had: what the catalogue says of it, what the hub says of it, or both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from localassist.domain.library import Licence
from localassist.usecases.narrowing import entry_of
from localassist.usecases.suggesting import first_look

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localassist.domain.library import CatalogEntry, Repository, Variant
    from localassist.usecases.looking_up import Wanted
    from localassist.usecases.suggesting import Suggestion


class GoodAt(Enum):
    """What models of the catalogue are grouped by; the value is the group's heading."""

    THINKING = "Hard questions: think first"
    PICTURES = "Text and pictures"
    WORK = "Instructions, tools and code"
    CHAT = "Conversation and short questions"
    FINDING = "Finding passages by meaning"
    RANKING = "Putting found passages in order"

    @classmethod
    def of(cls, entry: CatalogEntry) -> GoodAt:
        """The one group that a model stands in: the most telling thing that it can do."""
        if entry.kind != "chat":
            return cls.FINDING if entry.kind == "embedder" else cls.RANKING
        if "vision" in entry.capabilities:
            return cls.PICTURES
        if "reasoning" in entry.capabilities:
            return cls.THINKING
        return cls.WORK if entry.capabilities else cls.CHAT


@dataclass(frozen=True, slots=True)
class Offer:
    """At least one of the first two is there; `named_licence` is what the hub's name of a licence means, and `wanted`
    what looking it up gave: its files; `suggestion` is which of them to take, once it is known how they fit.
    """

    entry: CatalogEntry | None = None
    repository: Repository | None = None
    named_licence: Licence | None = None
    wanted: Wanted | None = None
    suggestion: Suggestion | None = None

    @classmethod
    def of(cls, wanted: Wanted) -> Offer:
        """One that was looked up."""
        return cls(wanted.entry, wanted.repository, wanted.licence, wanted)

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return self.entry.id if self.entry else self.repository_name

    @property
    def name(self) -> str:
        """What people call it."""
        return self.entry.name if self.entry else self.repository_name

    @property
    def repository_name(self) -> str:
        """Where its files are, "owner/name"; empty where no source says."""
        if self.repository is not None:
            return self.repository.name
        return self.entry.repository if self.entry else ""

    @property
    def known(self) -> CatalogEntry:
        """What the catalogue says of it, or else as much of that as the hub does."""
        if self.entry is not None:
            return self.entry
        assert self.repository is not None, "one of the two is there"
        return entry_of(self.repository)

    @property
    def licence(self) -> Licence:
        """What is known of its licence; its `id` is empty where none is named."""
        if self.entry is not None:
            return self.entry.licence
        return self.named_licence or Licence("", "none is named")

    @property
    def is_looked_up(self) -> bool:
        """Whether its files are known."""
        return self.wanted is not None

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The ways to have it, smallest first; none before it was looked up."""
        return self.wanted.variants if self.wanted else ()

    @property
    def suggested(self) -> Variant | None:
        """The variant to take, as far as that is known by now; None before it was looked up."""
        if self.suggestion is not None:
            return self.suggestion.variant
        return first_look(self.wanted) if self.wanted else None


def matching(entries: Iterable[CatalogEntry], words: str) -> list[CatalogEntry]:
    """Those in which every one of the words stands somewhere."""
    wanted = words.casefold().split()
    return [entry for entry in entries if all(word in _all_of(entry) for word in wanted)]


def grouped(entries: Sequence[CatalogEntry]) -> list[tuple[str, list[Offer]]]:
    """The groups that have any, each with its models in the catalogue's order."""
    groups = [(group.value, [Offer(each) for each in entries if GoodAt.of(each) is group]) for group in GoodAt]
    return [(heading, offers) for heading, offers in groups if offers]


def _all_of(entry: CatalogEntry) -> str:
    said = (entry.name, entry.family, entry.maker, entry.good_at, entry.notes, entry.licence.name, entry.repository)
    return " ".join((*said, entry.licence.id, *entry.capabilities, *entry.languages)).casefold()
