"""The models that are kept here: listed, verified, removed with what that breaks, moved to another disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.domain.errors import ModelError, NotFoundError
from localassist.domain.settings import NO_MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.keeping import CopyProgress, FoundModel, KeptModel, Verified
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.embedder import EmbeddingModels
    from localassist.domain.ports.keeping import ModelFinder, ModelShelf
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.stopping import Stop


class ListModels:
    """The models that can be used here: chat models as they are listed elsewhere, then embedders and rerankers."""

    def __init__(self, models: ChatModels, embedders: EmbeddingModels, shelf: ModelShelf) -> None:
        self._models = models
        self._embedders = embedders
        self._shelf = shelf

    def __call__(self) -> tuple[KeptModel, ...]:
        """All of them; a move that was cut short while it switched is finished before. Raises `SettingsError`."""
        self._shelf.finish_move()
        return self._shelf.kept(self._models.files(), self._embedders.embedding_models())

    def one(self, reference: str) -> KeptModel:
        """The one of that name or path, or whose name alone begins so. Raises `NotFoundError`."""
        kept, wanted = self(), reference.casefold()
        exact = [model for model in kept if reference == model.path or wanted == model.name.casefold()]
        found = exact or [model for model in kept if wanted and model.name.casefold().startswith(wanted)]
        if len(found) > 1:
            raise NotFoundError(
                f"Several models are named {reference!r}...: {', '.join(model.name for model in found)}.",
                "Write more of the name, or its path.",
            )
        if not found:
            raise NotFoundError(f"There is no model {reference!r} here.", "`localassist models list` shows them all.")
        return found[0]


class FindModels:
    """Model files that other programs keep on this disk, or that lie in a folder, told from those known here."""

    def __init__(self, finder: ModelFinder, models: ChatModels) -> None:
        self._finder = finder
        self._models = models

    def __call__(self, folders: Sequence[str], stop: Stop) -> tuple[FoundModel, ...]:
        """Each content once, by name; takes long only where files must be compared. Raises as `ModelFinder.find`.

        One is added by its path and name with `ChatModels.add`, and then used where it lies.
        """
        return self._finder.find(folders, self._models.files(), stop)


class RemoveModel:
    """Deletes a model from our folder, or forgets one that lies elsewhere: such files are never touched."""

    def __init__(self, kept: ListModels, models: ChatModels, shelf: ModelShelf, settings: SettingsStore) -> None:
        self._kept = kept
        self._models = models
        self._shelf = shelf
        self._settings = settings

    def consequences(self, reference: str) -> tuple[str, ...]:
        """What removing it means, as sentences to ask before: its files first, then what it is used for.

        Conversations are not among it: an answer keeps the name of the model that wrote it and needs no model.
        Raises `NotFoundError`, and `ModelError` for one that can't be removed.
        """
        model = self._removable(reference)
        size = f"{model.size / 1e9:.1f} GB" if model.size >= 1e9 else f"{model.size / 1e6:.0f} MB"
        count = f"{len(model.files)} files" if len(model.files) > 1 else "1 file"
        said = [
            f"{count} ({size}) in {self._shelf.folder} will be deleted."
            if model.own
            else f"It is only taken off the list: its files stay in {_folder_of(model)}."
        ]
        uses = {
            "chat_model": "The settings choose it to answer; without it the first usable chat model does.",
            "embedding_model": "Documents are searched by meaning with it; they are embedded anew with another one.",
            "reranker": "The settings rank what was found with it; without it nothing is ranked once more.",
        }
        own = ["The settings of its own go with it."] if self._own_settings(model) else []
        return (*said, *(uses[name] for name in self._settings_naming(model)), *own)

    def __call__(self, reference: str) -> KeptModel:
        """Remove it, and what the settings say of it. Raises as `consequences`, and `StorageError`.

        A model that answers just now is not removed. Ended halfway, it is still listed and can be removed again.
        """
        model = self._removable(reference)
        naming = self._settings_naming(model)
        if model.kind == "chat":
            self._models.release(model.path)
        if naming:
            self._settings.change(**dict.fromkeys(naming, ""))
        if own := self._own_settings(model):
            self._settings.change_model(model.name, **dict.fromkeys(own))
        if model.own:
            self._shelf.delete(model)
        if model.kind == "chat":
            self._models.forget(model.path)
        return model

    def _removable(self, reference: str) -> KeptModel:
        model = self._kept.one(reference)
        if model.came_along:
            raise ModelError(
                f"{model.name} came along with the app and can't be removed.", "Choose another one to be used instead."
            )
        if model.kind != "chat" and not model.own and not self._settings_naming(model):
            raise ModelError(
                f"{model.name} lies where another program keeps its models, and only that may delete it.",
                "Set a folder of models of its own for this app, and it is listed here no more.",
            )
        return model

    def _own_settings(self, model: KeptModel) -> list[str]:
        return list(self._settings.for_model(model.name).chosen) if model.kind == "chat" else []

    def _settings_naming(self, model: KeptModel) -> list[str]:
        settings = self._settings.load()
        if model.kind == "chat":
            return ["chat_model"] if settings.chat_model not in {"", NO_MODEL} and self._answers(model) else []
        name = {"embedder": "embedding_model", "reranker": "reranker"}[model.kind]
        return [name] if is_named(model, getattr(settings, name)) else []

    def _answers(self, model: KeptModel) -> bool:
        """Whether the settings choose it, by whatever beginning of its name."""
        try:
            chosen = self._models.default()
        except ModelError:  # they name one that is not there
            return False
        return chosen is not None and chosen.description.path == model.path


class VerifyModels:
    """Compares files with the hashes that they should have."""

    def __init__(self, kept: ListModels, shelf: ModelShelf) -> None:
        self._kept = kept
        self._shelf = shelf

    def __call__(self, stop: Stop, reference: str = "") -> Iterator[CopyProgress | Verified]:
        """One model or all of them: progress, and a `Verified` for each that says with what it was compared.

        Raises `NotFoundError` for an unknown one, `Stopped` on request; what was verified before stays known.
        """
        for model in (self._kept.one(reference),) if reference else self._kept():
            yield from self._shelf.verify(model, stop)


class MoveModels:
    """Moves our folder of models to another disk."""

    def __init__(self, kept: ListModels, models: ChatModels, shelf: ModelShelf) -> None:
        self._kept = kept
        self._models = models
        self._shelf = shelf

    def __call__(self, destination: str, stop: Stop) -> Iterator[CopyProgress]:
        """Copy, read back, switch, delete, yielding progress: killed at any point nothing is lost, and it can go on.

        Raises as `ModelShelf.move` does, and `ModelError` while a model of ours answers: then the copies are there
        and the same call ends soon.
        """
        kept = self._kept()

        def release() -> None:
            for model in kept:
                if model.own and model.kind == "chat":
                    self._models.release(model.path)

        yield from self._shelf.move(destination, release, stop)


def is_named(model: KeptModel, setting: str) -> bool:
    """Whether a setting chooses it: folders are chosen by their path, by name only those that came along."""
    by_name = model.kind == "chat" or model.came_along
    return bool(setting) and (setting == model.path or (by_name and setting == model.name))


def _folder_of(model: KeptModel) -> str:
    if model.kind != "chat":
        return model.path
    return model.path.rpartition("/")[0] or model.path.rpartition("\\")[0] or model.path
