"""Which of the models that were found are as large, as able and as fitting as somebody asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.library import CatalogEntry, Licence, Suitability
from localassist.domain.quantisations import variants

if TYPE_CHECKING:
    from localassist.domain.library import Repository
    from localassist.usecases.fitting_models import Judge

# "image-text-to-text" is the hub's own name of a task; the others are words that makers put on their models.
_TAGS: Final = {
    "tools": frozenset({"tools", "tool-use", "tool-calling", "function-calling"}),
    "vision": frozenset({"vision", "image-text-to-text", "multimodal"}),
    "reasoning": frozenset({"reasoning", "thinking"}),
    "code": frozenset({"code", "coder", "coding"}),
}
CAPABILITIES: Final = tuple(_TAGS)
"""What a model may have to be able to do, as the catalogue names it."""

_COUNT: Final = re.compile(r"(?<![a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)(b|m)(?![a-z0-9])", re.IGNORECASE)
_FACTORS: Final = {"b": 10**9, "m": 10**6}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a model must be: able to do all of these, of at most so many parameters, to be had in that quantisation,
    and fit this computer well. Empty fields ask for nothing; what is not known of a model is not so.
    """

    capabilities: frozenset[str] = frozenset()
    parameters: int = 0
    quantisation: str = ""
    fits: bool = False

    def __bool__(self) -> bool:
        return bool(self.capabilities or self.parameters or self.quantisation or self.fits)

    def keeps(self, entry: CatalogEntry, judge: Judge | None) -> bool:
        """Whether a model is so as far as an entry of it tells; how it fits, `judge` guesses, needed for `fits` alone.

        The quantisation is no matter of an entry: `keeps_found` looks at it.
        """
        if not entry.capabilities.issuperset(self.capabilities):
            return False
        if self.parameters and not 0 < entry.parameters <= self.parameters:
            return False
        if not self.fits or judge is None:
            return True
        return bool(entry.repository) and judge.guess(entry) is Suitability.FITS

    def keeps_found(self, repository: Repository, entry: CatalogEntry | None, judge: Judge | None) -> bool:
        """As `keeps`, of what a search in detail found; `entry` is the catalogue's of it, where there is one."""
        if self.quantisation and self.quantisation not in {each.quantisation for each in variants(repository.files)}:
            return False
        return self.keeps(entry or entry_of(repository), judge)


def entry_of(repository: Repository) -> CatalogEntry:
    """What the hub's list tells of a chat model, as far as an entry has room for it: abilities are read off the tags,
    and where the hub counted no parameters, these off the name.
    """
    tags = {tag.casefold() for tag in repository.tags}
    return CatalogEntry(
        id=repository.name,
        name=repository.name,
        kind="chat",
        family="",
        maker=repository.name.partition("/")[0],
        licence=Licence(repository.licence, repository.licence),
        sources=(),
        repository=repository.name,
        parameters=repository.parameters or _named_parameters(repository.name),
        context_length=repository.context_length,
        capabilities=frozenset(each for each, words in _TAGS.items() if words & tags),
    )


def _named_parameters(name: str) -> int:
    """The count in a name: "Qwen3-4B-GGUF", "Mixtral-8x7B"; the first, as those that work at a time stand behind it."""
    found = _COUNT.search(name.partition("/")[2].replace("_", "-"))
    return int(int(found[1] or 1) * float(found[2]) * _FACTORS[found[3].lower()]) if found else 0
