"""The chat models on this computer: the starter models and the files that the user added."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.llama.loading import LoadOptions
from localassist.adapters.llama.model import LlamaChatModel
from localassist.adapters.llama.probe import FileCheck
from localassist.adapters.llama.remembered import RememberedFiles
from localassist.domain.errors import ModelError
from localassist.domain.ports.chat_model import ChatModels
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.adapters.children import ChildPool
    from localassist.domain.models import ModelFile
    from localassist.domain.ports.chat_model import ChatModel
    from localassist.domain.ports.settings import SettingsStore

GONE: Final = "The file is no longer there."
_ADD: Final = "`localassist models list` shows what there is; `localassist models add FILE` adds a model file."


class LlamaChatModels(ChatModels):
    """Model files run by llama.cpp in this process. Nothing heavy is imported before a model is loaded."""

    def __init__(
        self,
        home: Path,
        starters: Sequence[ModelFile],
        verify: Callable[[ModelFile], None],
        settings: SettingsStore,
        children: ChildPool,
    ) -> None:
        """`home` is the folder for `models.json`; `verify` raises `ModelError` for a starter file that is another."""
        self._starters = tuple(starters)
        self._verify = verify
        self._settings = settings
        self._remembered = RememberedFiles(home / "models.json")
        self._checks = FileCheck(children, self._remembered)
        self._lock = threading.Lock()
        self._opened: dict[str, LlamaChatModel] = {}

    @override
    def files(self) -> tuple[ModelFile, ...]:
        own = {starter.path for starter in self._starters}
        added = [file for file in self._remembered.added() if file.path not in own]
        return tuple(map(_with_problem, (*self._starters, *added)))

    @override
    def add(self, path: str) -> ModelFile:
        path = _absolute(path)
        known = next((file for file in self._starters if file.path == path), None)
        if known is not None:
            return known
        file = self._checks.check(path, Stop())
        file = replace(file, name=self._free_name(file))
        self._remembered.add(file)
        return file

    @override
    def open(self, reference: str) -> ChatModel:
        file = _named(reference, self.files())
        if file is not None:
            return self._handle(file.name, file.path)
        path = _absolute(reference)
        if os.path.isfile(path):  # noqa: PTH113  Path raises for a name too long to be one
            return self._handle(Path(path).stem, path)
        raise ModelError(f"There is no chat model named {reference[:200]!r}, and no file of that name.", _ADD)

    @override
    def default(self) -> ChatModel | None:
        chosen = self._settings.load().chat_model
        if chosen == NO_MODEL:
            return None
        if chosen:
            return self.open(chosen)
        usable = next((file for file in self.files() if not file.problem), None)
        return self._handle(usable.name, usable.path) if usable is not None else None

    @override
    def forget_conversations(self) -> None:
        return None

    @override
    def close(self) -> None:
        with self._lock:
            models = list(self._opened.values())
        for model in models:
            model.unload()

    def _handle(self, name: str, path: str) -> LlamaChatModel:
        with self._lock:
            if path not in self._opened:
                self._opened[path] = LlamaChatModel(name, path, self._options, lambda stop: self._admit(path, stop))
            return self._opened[path]

    def _options(self) -> LoadOptions:
        settings = self._settings.load()
        return LoadOptions(context_length=settings.context_length, threads=settings.threads)

    @contextmanager
    def _admit(self, path: str, stop: Stop) -> Iterator[None]:
        starter = next((file for file in self._starters if file.path == path), None)
        if starter is not None:
            self._verify(starter)
        else:
            self._checks.check(path, stop)
        yield

    def _free_name(self, file: ModelFile) -> str:
        """The file's name, with a number if another file has it."""
        taken = {other.name.casefold() for other in self.files() if other.path != file.path}
        name, number = file.name, 2
        while name.casefold() in taken:
            name, number = f"{file.name} {number}", number + 1
        return name


def _named(reference: str, files: Sequence[ModelFile]) -> ModelFile | None:
    """The file of that name or path, or the only one whose name begins so, None if there is none."""
    wanted = reference.casefold()
    exact = [file for file in files if file.name.casefold() == wanted or file.path == _absolute(reference)]
    begun = exact or [file for file in files if wanted and file.name.casefold().startswith(wanted)]
    if len(begun) > 1:
        names = ", ".join(file.name for file in begun)
        raise ModelError(f"Several chat models are named {reference!r}...: {names}.", "Write more of the name.")
    return begun[0] if begun else None


def _with_problem(file: ModelFile) -> ModelFile:
    return file if file.problem or Path(file.path).is_file() else replace(file, problem=GONE)


def _absolute(path: str) -> str:
    """The path as it is, links kept: shared caches name the file by the link, not by what it points to."""
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111  pathlib would not remove ".."
