"""Models carried over: packed into one file, and unpacked on a computer without network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from localassist.domain.errors import LocalAssistError
from localassist.domain.keeping import Unpacked
from localassist.domain.library import Licence
from localassist.usecases.keeping import is_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.keeping import CopyProgress, KeptModel
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.keeping import ModelPacks, ModelShelf
    from localassist.domain.ports.library import ModelCatalog
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.settings import Settings
    from localassist.domain.stopping import Stop
    from localassist.usecases.keeping import ListModels


class PackModels:
    """Writes models with their hashes and licences into one file."""

    def __init__(
        self,
        kept: ListModels,
        models: ChatModels,
        catalog: ModelCatalog,
        packs: ModelPacks,
        settings: SettingsStore,
    ) -> None:
        self._kept = kept
        self._models = models
        self._catalog = catalog
        self._packs = packs
        self._settings = settings

    def in_use(self) -> tuple[str, ...]:
        """The paths of the chat model that answers, and of the embedder and reranker that the settings choose."""
        settings, default = self._settings.load(), self._models.default()
        answers = default.description.path if default is not None else ""
        return tuple(
            model.path
            for model in self._kept()
            if is_named(model, answers) or any(is_named(model, name) for name in _folders_chosen(settings, model))
        )

    def __call__(self, references: Sequence[str], path: str, stop: Stop) -> Iterator[CopyProgress]:
        """Pack the models of these names or paths, `in_use` where none is named, into a file that is not there yet.

        Raises `NotFoundError` for an unknown model, and as `ModelPacks.pack` does.
        """
        models = [self._kept.one(reference) for reference in references or self.in_use()]
        unique = {model.path: model for model in models}.values()
        yield from self._packs.pack([(model, self._licence(model)) for model in unique], path, stop)

    def _licence(self, model: KeptModel) -> Licence:
        """What the catalogue says of the licence that the model names; of most models more than its name is known."""
        known = [entry.licence for entry in self._catalog.entries()]
        named = model.licence.casefold()
        return next((one for one in known if named in {one.id.casefold(), one.name.casefold()}), _unknown(model))


class UnpackModels:
    """Adds the models of a pack to those that are here."""

    def __init__(self, models: ChatModels, packs: ModelPacks, shelf: ModelShelf) -> None:
        self._models = models
        self._packs = packs
        self._shelf = shelf

    def __call__(self, path: str, stop: Stop) -> Iterator[CopyProgress | Unpacked]:
        """Progress, and an `Unpacked` for each model when all are verified. Chat models are tried and listed.

        One that can't be used here says so in its `problem`, and the others are added. Embedders and rerankers are
        chosen by their `path`, as the settings say. Raises as `ModelPacks.unpack` does.
        """
        for event in self._packs.unpack(path, self._shelf.folder, stop):
            yield self._added(event) if isinstance(event, Unpacked) else event

    def _added(self, unpacked: Unpacked) -> Unpacked:
        if unpacked.model.kind != "chat":
            return unpacked
        try:
            self._models.add(unpacked.path, unpacked.model.name)
        except LocalAssistError as error:
            return replace(unpacked, problem=f"{error.message} {error.hint}".strip())
        return unpacked


def _folders_chosen(settings: Settings, model: KeptModel) -> tuple[str, ...]:
    return () if model.kind == "chat" else (settings.embedding_model, settings.reranker)


def _unknown(model: KeptModel) -> Licence:
    return Licence(model.licence, model.licence)
