"""RecommendModel: which model to begin with on this computer, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError, ModelError, NetworkError, NotFoundError
from localassist.domain.fitting import size_words
from localassist.domain.library import Commercial, Suitability
from localassist.domain.quantisations import keeps_most, variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.library import CatalogEntry, Fit, Repository, Variant
    from localassist.domain.models import ModelFile
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.hub import Hub
    from localassist.domain.ports.library import ModelCatalog
    from localassist.domain.stopping import Stop
    from localassist.usecases.fitting_models import FitModels, Judge

_MOST_TRIED: Final = 12
"""Repositories that are looked at: each costs a question and some megabytes."""

_OF_THE_HUB: Final = "the largest model of the catalogue that fits well on this computer"
_OF_THE_DISK: Final = "the largest model on this disk that fits well on this computer"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A model and why it, in sentences: one of the hub, with `entry`, `repository` and `variant`, or a `file` here.

    One that nobody was asked about has the `entry` alone.
    """

    reason: str
    fit: Fit
    entry: CatalogEntry | None = None
    repository: Repository | None = None
    variant: Variant | None = None
    file: ModelFile | None = None


class RecommendModel:
    """The best that fits well: of the catalogue where the hub can be asked, else of what is on this disk.

    Best is what has most parameters, models that can use tools before others: how well they answer was measured by
    nobody here. Of its quantisations it is the one that loses least and still fits well. What can't be used for
    business is never recommended, nor what its maker gives only to people who agreed to terms.
    """

    def __init__(self, hub: Hub, catalog: ModelCatalog, models: ChatModels, fit_models: FitModels) -> None:
        self._hub = hub
        self._catalog = catalog
        self._models = models
        self._fit_models = fit_models

    def __call__(self, stop: Stop, context_length: int = 0) -> Recommendation | None:
        """What to begin with; None where nothing fits well.

        Raises `ModelError` where nothing can run, `NetworkError` where nothing here fits well and the hub can't be
        asked, and `Stopped`.
        """
        judge = self._fit_models()
        try:
            found = next(self._of_hub(judge, stop, context_length), None)
        except NetworkError as error:  # what is here must do
            here = self._of_disk(judge, context_length)
            if here is None:
                raise
            return replace(here, reason=f"{here.reason} The hub could not be asked. {error.message}")
        return found or self._of_disk(judge, context_length)

    def without_asking(self, context_length: int = 0) -> Recommendation | None:
        """The best of the catalogue by its parameters alone, as nobody was asked about it; None where nothing fits."""
        judge = self._fit_models()
        for entry in promising(self._catalog.entries(), judge):
            fit = judge.likely(entry, context_length)
            # Its file is smaller than what it takes of the memory, but nobody here knows by how much.
            if fit is not None and fit.needed <= judge.capacity.disk_free:
                able = " and can use tools" if "tools" in entry.capabilities else ""
                reason = (
                    f"{entry.name}: at a guess, {_OF_THE_HUB}{able}. {fit.reason} "
                    f"Its licence: {entry.licence.name}. How well it fits is known once its files are looked up."
                )
                return Recommendation(reason, fit, entry)
        return None

    def _of_hub(self, judge: Judge, stop: Stop, context_length: int) -> Iterator[Recommendation]:
        for entry in promising(self._catalog.entries(), judge)[:_MOST_TRIED]:
            try:
                repository = self._hub.repository(entry.repository, stop)
            except NotFoundError:
                continue  # moved since the catalogue was written
            if repository.gated:
                continue
            for variant in _worth_having(entry, repository):
                try:
                    fit = judge.variant(repository, variant, stop, context_length)
                except (ModelError, NotFoundError):
                    break  # its files are not what they seem: another model must do
                if fit.suitability is Suitability.FITS:
                    named = f"{entry.name}, {variant.quantisation}, {size_words(variant.size)}"
                    reason = f"{named}: {_OF_THE_HUB}. {fit.reason} Its licence: {entry.licence.name}."
                    yield Recommendation(reason, fit, entry, repository, variant)
                    break

    def _of_disk(self, judge: Judge, context_length: int) -> Recommendation | None:
        for file in sorted(self._models.files(), key=lambda file: file.size, reverse=True):
            if file.problem or file.warning:
                continue
            try:
                fit = judge.file(file.path, context_length)
            except LocalAssistError:
                continue
            if fit.suitability is Suitability.FITS:
                reason = f"{file.name}, {size_words(file.size)}: {_OF_THE_DISK}. {fit.reason}"
                return Recommendation(reason, fit, file=file)
        return None


def promising(entries: Sequence[CatalogEntry], judge: Judge) -> list[CatalogEntry]:
    """The chat models that may fit, judged by their parameters alone, best first."""
    fitting = [entry for entry in entries if _is_for_everybody(entry) and judge.guess(entry) is Suitability.FITS]
    return sorted(fitting, key=_worth, reverse=True)


def _is_for_everybody(entry: CatalogEntry) -> bool:
    allowed = entry.licence.commercial in {Commercial.YES, Commercial.CONDITIONS}
    return entry.kind == "chat" and bool(entry.repository and entry.parameters) and allowed


def _worth(entry: CatalogEntry) -> tuple[bool, int, bool]:
    """Who thinks before each answer makes people wait, so of equals the other one comes first, then the catalogue's."""
    return "tools" in entry.capabilities, entry.parameters, "reasoning" not in entry.capabilities


def _worth_having(entry: CatalogEntry, repository: Repository) -> list[Variant]:
    """Its quantisations that keep most of it, the largest first, without those at 16 bits, which gain nothing."""
    files = [file for file in repository.files if fnmatchcase(file.path.rpartition("/")[2], entry.pattern)]
    kept = [variant for variant in variants(files) if variant.quantisation and keeps_most(variant.quantisation)]
    return sorted((one for one in kept if "16" not in one.quantisation), key=lambda one: one.size, reverse=True)
