"""Builds what finds, gets and keeps models, for the app."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from localassist.usecases.services import ModelLibrary

if TYPE_CHECKING:
    from localassist.adapters.catalog import Catalog
    from localassist.adapters.children import ChildPool
    from localassist.adapters.database import Database
    from localassist.adapters.hub.asking import HubLine
    from localassist.adapters.llama import LlamaChatModels
    from localassist.adapters.model_files.places import Place
    from localassist.adapters.model_files.shelf import DiskModelShelf
    from localassist.adapters.network import NetworkDoor
    from localassist.adapters.places import Places
    from localassist.adapters.secrets import KeyringSecrets
    from localassist.domain.ports.hub import Hub
    from localassist.domain.ports.settings import SettingsStore
    from localassist.usecases.downloading import DownloadModels
    from localassist.usecases.fitting_models import FitModels


@dataclass(eq=False)
class ModelParts:
    """The parts, each built over the app's own when it is first asked for: most starts need hardly any."""

    places: Places
    settings: SettingsStore
    door: NetworkDoor
    catalog: Catalog
    models: LlamaChatModels
    children: ChildPool
    database: Database

    @cached_property
    def hub(self) -> Hub:
        """The hub that the environment names."""
        from localassist.adapters.hub.hub import HuggingFaceHub

        return HuggingFaceHub(self._line)

    def _downloads(self, *, lasting: bool) -> DownloadModels:
        from localassist.adapters.hub.download_file import DownloadFile, NoDownloadFile
        from localassist.adapters.hub.downloader import HubDownloader
        from localassist.adapters.model_files.hashing import hash_of
        from localassist.domain.keeping import Against
        from localassist.domain.stopping import Stop
        from localassist.usecases.downloading import DownloadModels

        saved = DownloadFile(self.places.downloads) if lasting else NoDownloadFile()

        def note(path: str, sha256: str, licence: str) -> None:
            self.shelf.note(path, sha256 or hash_of(Path(path), Stop()), Against.HUB, licence)

        return DownloadModels(HubDownloader(self._line), saved, self.models.add, note=note)

    @cached_property
    def shelf(self) -> DiskModelShelf:
        """Our folder of models."""
        from localassist.adapters.model_files.places import SHARED, usual_places
        from localassist.adapters.model_files.shelf import DiskModelShelf

        def others() -> tuple[Place, ...]:
            return usual_places(Path.home(), os.environ, sys.platform, SHARED)

        places = self.places
        return DiskModelShelf(places.models, self.settings, self.models.remembered, places.model_moves, others)

    def library(self, *, lasting: bool) -> ModelLibrary:
        """All of it; `lasting` downloads are known after a restart, as a window has it. Raises `SettingsError`."""
        from localassist.adapters.hub.tokens import SECRET
        from localassist.adapters.model_files.finding import DiskModelFinder
        from localassist.adapters.model_files.packing import ZipModelPacks
        from localassist.adapters.presets import TomlPresetFiles
        from localassist.usecases.keeping import FindModels, ListModels, MoveModels, RemoveModel, VerifyModels
        from localassist.usecases.looking_up import LookUpModel
        from localassist.usecases.packing_models import PackModels, UnpackModels
        from localassist.usecases.recommending import RecommendModel
        from localassist.usecases.tuning import TuneModel

        models, shelf, fit = self.models, self.shelf, self._fit()
        kept, packs = ListModels(models, self.catalog, shelf), ZipModelPacks(models.remembered)
        return ModelLibrary(
            hub=self.hub,
            look_up=LookUpModel(self.catalog, self.hub),
            downloads=self._downloads(lasting=lasting),
            fit=fit,
            recommend=RecommendModel(self.hub, self.catalog, models, fit),
            shelf=shelf,
            kept=kept,
            find=FindModels(DiskModelFinder(Path.home(), os.environ, sys.platform), models),
            remove=RemoveModel(kept, models, shelf, self.settings),
            verify=VerifyModels(kept, shelf),
            move=MoveModels(kept, models, shelf),
            pack=PackModels(kept, models, self.catalog, packs, self.settings),
            unpack=UnpackModels(models, packs, shelf),
            tune=TuneModel(kept, self.settings, TomlPresetFiles()),
            keep_token=partial(self._secrets.set, SECRET),
        )

    def _fit(self) -> FitModels:
        from localassist.adapters.database.paces import DatabasePaces
        from localassist.adapters.hardware import SystemSurroundings
        from localassist.adapters.llama.footprints import HeaderFootprints
        from localassist.usecases.fitting_models import FitModels

        here = SystemSurroundings(self.children, Path(self.shelf.folder), self.places.bandwidth)
        return FitModels(
            HeaderFootprints(self.hub), here, DatabasePaces(self.database), self.models, self.models.loaded
        )

    @cached_property
    def _line(self) -> HubLine:
        from localassist.adapters.hub.asking import HubLine

        return HubLine.find(self.door, self._secrets.get, os.environ)

    @cached_property
    def _secrets(self) -> KeyringSecrets:
        from localassist.adapters.secrets import KeyringSecrets

        return KeyringSecrets()
