"""The chat models on this computer: the starter models and the files that the user added."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.llama.files.loads import LoadMarks
from localassist.adapters.llama.files.remembered import Content, RememberedFiles
from localassist.adapters.llama.loading import LoadOptions
from localassist.adapters.llama.memory import need_of
from localassist.adapters.llama.model import LlamaChatModel
from localassist.adapters.llama.probe import Checked, FileCheck, mark_of, read_headers
from localassist.adapters.llama.room import Neighbour, Room
from localassist.adapters.llama.states import forget_states
from localassist.domain.errors import ModelError
from localassist.domain.keeping import Against
from localassist.domain.models import ModelFile
from localassist.domain.ports.chat_model import ChatModels
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.adapters.children import ChildPool
    from localassist.adapters.llama.memory import Need
    from localassist.domain.ports.chat_model import ChatModel
    from localassist.domain.ports.settings import SettingsStore

GONE: Final = "The file is no longer there."
_ENOUGH_CONTEXT: Final = 8192
"""Tokens for which another model is unloaded where the user names no context length; longer is a luxury."""

_TRY_ONCE_MORE: Final = "Ask again or choose it again to try once more, or choose another model."
_CHANGED: Final = "The file is not as it was when it was last checked."
_ADD: Final = "`localassist models list` shows what there is; `localassist models add FILE` adds a model file."


class LlamaChatModels(ChatModels):
    """Model files run by llama.cpp in this process. Nothing heavy is imported before a model is loaded.

    A file that ended the process that tried it stays listed with its problem until it is added anew. One during
    whose load the app itself ended is listed with a warning, and asking for it is refused once with the same words
    unless it is chosen by `open`: a model in the settings must not end the app at every start.
    """

    def __init__(
        self,
        home: Path,
        starters: Sequence[ModelFile],
        verify: Callable[[ModelFile], None],
        settings: SettingsStore,
        children: ChildPool,
    ) -> None:
        """`home` is the folder for `models.json`, `states` and `loading`.

        `verify` raises `ModelError` for a starter file that is another.
        """
        self._starters = tuple(starters)
        self._verify = verify
        self._settings = settings
        self.remembered: Final = RememberedFiles(home / "models.json")
        self._checks = FileCheck(children, self.remembered)
        self._states = home / "states"
        self._marks = LoadMarks(home / "loading")
        self._room = Room()
        self._needs: dict[str, Need] = {}
        self._lock = threading.Lock()
        self._opened: dict[str, LlamaChatModel] = {}

    @override
    def files(self) -> tuple[ModelFile, ...]:
        quarantined, deaths = self._checks.quarantined(), self._marks.deaths()
        own = {starter.path for starter in self._starters}
        known = [*self._starters, *(file for file in self.remembered.added() if file.path not in own)]
        listed = {file.path for file in known}
        for path in sorted(quarantined.keys() - listed):
            known.append(ModelFile(_free_name(Path(path).stem, known), path, Path(path).stat().st_size))
        contents = self.remembered.contents()
        return tuple(
            _as_it_is(file, quarantined.get(file.path, ""), contents.get(file.path), died=file.path in deaths)
            for file in known
        )

    @override
    def add(self, path: str, name: str = "") -> ModelFile:
        path = _absolute(path)
        known = self._starter(path)
        if known is not None:
            return known
        checked = self._checks.check(path, Stop(), anew=True)
        others = [other for other in self.files() if other.path != path]
        file = replace(checked.file, name=_free_name(name or checked.file.name, others))
        self.remembered.add(file)
        expected = self.remembered.content(path)
        if not checked.parts and (expected is None or expected.sha256 != checked.sha256):
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self.remembered.note_content(path, Content(checked.sha256, Against.FIRST_SEEN, checked.mark, now))
        return file

    @override
    def release(self, path: str) -> None:
        with self._lock:
            model = self._opened.get(path)
        if model is None:
            return
        if model.is_answering:
            raise ModelError(f"{model.description.name} answers just now.", "Wait for its answer, or stop it.")
        model.unload()
        with self._lock:
            self._opened.pop(path, None)

    @override
    def forget(self, path: str) -> None:
        self.release(path)
        self.remembered.forget(path)

    @override
    def open(self, reference: str) -> ChatModel:
        model = self._find(reference)
        self._marks.forget_death(model.description.path)
        return model

    @override
    def default(self) -> ChatModel | None:
        chosen = self._settings.load().chat_model
        if chosen == NO_MODEL:
            return None
        if chosen:
            return self._find(chosen)
        usable = next((file for file in self.files() if not file.problem), None)
        return self._handle(usable.name, usable.path) if usable is not None else None

    @override
    def forget_conversations(self) -> None:
        with self._lock:
            models = list(self._opened.values())
        forget_states(self._states)  # first: what is being unloaded just now sees it and writes nothing more
        for model in models:
            model.forget()

    @override
    def close(self) -> None:
        with self._lock:
            models = list(self._opened.values())
        for model in models:
            model.unload()

    def loaded(self) -> tuple[str, ...]:
        """The paths of the models that are in memory just now."""
        with self._lock:
            return tuple(path for path, model in self._opened.items() if model.is_loaded)

    def _handle(self, name: str, path: str) -> LlamaChatModel:
        with self._lock:
            if path not in self._opened:
                self._opened[path] = LlamaChatModel(
                    name, path, partial(self._options, name), partial(self._admit, name, path), self._states
                )
            return self._opened[path]

    def _find(self, reference: str) -> LlamaChatModel:
        file = _named(reference, self.files())
        if file is not None:
            return self._handle(file.name, file.path)
        path = _absolute(reference)
        if os.path.isfile(path):  # noqa: PTH113  Path raises for a name too long to be one
            return self._handle(Path(path).stem, path)
        raise ModelError(f"There is no chat model named {reference[:200]!r}, and no file of that name.", _ADD)

    def _options(self, name: str) -> LoadOptions:
        own = self._settings.for_model(name)
        settings = own.over(self._settings.load())
        return LoadOptions(
            context_length=settings.context_length,
            threads=settings.threads,
            keep_alive_seconds=settings.unload_after_minutes * 60,
            gpu_layers=own.gpu_layers,
            template=own.template or "",
            adapters=tuple((_absolute(path), weight) for path, weight in own.weighed_adapters),
        )

    @contextmanager
    def _admit(self, name: str, path: str, stop: Stop) -> Iterator[None]:
        if path in self._marks.deaths():
            self._marks.forget_death(path)
            raise ModelError(_died_loading(name), _TRY_ONCE_MORE)
        checked = self._checked(path, stop)
        options = self._options(name)
        self._checks.check_tuning(path, options.template, options.adapters, stop)
        adapters = sum(Path(adapter).stat().st_size for adapter, _ in options.adapters)
        need = replace(checked.need, weights=checked.need.weights + adapters)
        with self._room.taken(stop):
            self._room.make(name, need, self._wanted(options, checked.file), self._neighbours(path))
            self._needs[path] = need
            with self._marks.marking(path):
                yield
            self.remembered.note_used(path, datetime.now(UTC).isoformat(timespec="seconds"))

    def _starter(self, path: str) -> ModelFile | None:
        return next((file for file in self._starters if file.path == path), None)

    def _checked(self, path: str, stop: Stop) -> Checked:
        starter = self._starter(path)
        if starter is None:
            checked = self._checks.check(path, stop)
            _require_same(checked, self.remembered.content(path))
            return checked
        self._verify(starter)
        header, *parts = read_headers(path)
        return Checked(starter, need_of(header, parts))

    @staticmethod
    def _wanted(options: LoadOptions, file: ModelFile) -> int:
        """The context for which idle models give way, in tokens."""
        wanted = options.context_length or _ENOUGH_CONTEXT
        return min(wanted, file.context_length or wanted)

    def _neighbours(self, path: str) -> list[Neighbour]:
        """The other models that are loaded."""
        with self._lock:
            opened = [(other, model) for other, model in self._opened.items() if other != path]
        loaded = [(other, model) for other, model in opened if model.is_loaded]
        return [Neighbour(model.description.name, self._needs[other], model) for other, model in loaded]


def _named(reference: str, files: Sequence[ModelFile]) -> ModelFile | None:
    """The file of that name or path, or the only one whose name begins so, None if there is none."""
    wanted = reference.casefold()
    exact = [file for file in files if file.name.casefold() == wanted or file.path == _absolute(reference)]
    begun = exact or [file for file in files if wanted and file.name.casefold().startswith(wanted)]
    if len(begun) > 1:
        names = ", ".join(file.name for file in begun)
        raise ModelError(f"Several chat models are named {reference!r}...: {names}.", "Write more of the name.")
    return begun[0] if begun else None


def _as_it_is(file: ModelFile, quarantine: str, expected: Content | None, *, died: bool) -> ModelFile:
    if not os.path.isfile(file.path):  # noqa: PTH113  Path raises where a drive does not answer
        return file if file.problem else replace(file, problem=GONE)
    warning = f"{_died_loading(file.name)} {_TRY_ONCE_MORE}" if died else ""
    if not warning and expected is not None and expected.mark not in {"", mark_of([Path(file.path)])}:
        warning = _CHANGED
    return replace(file, problem=file.problem or quarantine, warning=warning)


def _require_same(checked: Checked, expected: Content | None) -> None:
    """Raise `ModelError` for a file that was exchanged since somebody else than the disk said what it should be.

    One that nobody vouched for may be another version, put there by its owner: it was tried anew.
    """
    vouched = expected is not None and expected.against is not Against.FIRST_SEEN
    if expected is not None and vouched and not checked.parts and checked.sha256 != expected.sha256:
        raise ModelError(
            f"{Path(checked.file.path).name} was exchanged or damaged: it is not the file that was verified when it "
            "came.",
            "Get it again, or add it anew if you exchanged it yourself.",
        )


def _died_loading(name: str) -> str:
    return f"The app ended while it was loading {name}. It is not loaded by itself now."


def _free_name(name: str, others: Sequence[ModelFile]) -> str:
    """The name, with a number if one of the others has it."""
    taken = {other.name.casefold() for other in others}
    free, number = name, 2
    while free.casefold() in taken:
        free, number = f"{name} {number}", number + 1
    return free


def _absolute(path: str) -> str:
    """The path as it is, links kept: shared caches name the file by the link, not by what it points to."""
    return os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111  pathlib would not remove ".."
