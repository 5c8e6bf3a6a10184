"""Builds what turns texts into vectors and what reads passages with a question, for the app."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from localassist.domain.errors import SettingsError, StorageError
from localassist.domain.settings import Settings

if TYPE_CHECKING:
    from localassist.adapters.activity import ForegroundActivity
    from localassist.adapters.catalog import Catalog
    from localassist.adapters.database import DatabaseDocumentStore
    from localassist.adapters.embedding.cross_encoder import CrossEncoder
    from localassist.adapters.embedding.prepared import PreparedModels
    from localassist.domain.models import EmbeddingModel
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.ports.settings import SettingsStore


@dataclass(eq=False)
class EmbedderParts:
    """The parts, each built when it is first asked for; models are prepared in the folder `prepared`."""

    prepared: Path
    settings: SettingsStore
    catalog: Catalog
    documents: DatabaseDocumentStore
    activity: ForegroundActivity

    @cached_property
    def embedder(self) -> Embedder:
        """The chosen one. Vectors that it made in 32 bits, before whole numbers were used, answer as its own."""
        model = self.catalog.embedding_model(self._chosen.embedding_model)
        embedder = self._open(model)
        if embedder.name != model.name:
            with suppress(StorageError):  # told where documents are asked for
                self.documents.adopt(model.name, embedder.name)
        return embedder

    @cached_property
    def reranker(self) -> CrossEncoder | None:
        """The chosen one, if any is."""
        from localassist.adapters.embedding.cross_encoder import CrossEncoder

        folder = self._chosen.reranker
        return CrossEncoder(Path(folder).expanduser(), self._models, self.catalog.hash_of) if folder else None

    def open_choice(self, choice: str) -> Embedder:
        """The embedder that is named so in the settings."""
        return self._open(self.catalog.embedding_model(choice))

    def installed(self) -> list[Embedder]:
        """The one in use, and all others whose files are here."""
        models = [model for model in self.catalog.embedding_models() if not model.problem]
        made = [self._open(model) for model in models]
        return [self.embedder, *(each for each in made if each.name != self.embedder.name)]

    def _open(self, model: EmbeddingModel) -> Embedder:
        from localassist.adapters.embedding.opening import open_embedder

        return open_embedder(model, self._models, self.catalog.verify, self._threads)

    def _threads(self) -> int:
        return 1 if self.activity.busy else self._cores

    @cached_property
    def _models(self) -> PreparedModels:
        from localassist.adapters.embedding.prepared import PreparedModels

        return PreparedModels(self.prepared)

    @cached_property
    def _cores(self) -> int:
        from localassist.adapters.hardware import computer

        return computer().cores

    @property
    def _chosen(self) -> Settings:
        try:
            return self.settings.load()
        except SettingsError:
            return Settings()  # whoever asks or changes something is told of it
