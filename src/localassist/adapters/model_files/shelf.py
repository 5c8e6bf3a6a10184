"""The models that are kept here: what is known of each, whether it still is what it was, and its end."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.llama.files.remembered import Content
from localassist.adapters.model_files.hashing import hashing, mark_of
from localassist.adapters.model_files.kinds import WEIGHTS, files_in, has_weights, kind_of, licence_of, name_of
from localassist.adapters.model_files.moving import BeingMovedError, alone, copy_folder, note_move, take_up
from localassist.adapters.model_files.places import store_at
from localassist.domain.errors import StorageError
from localassist.domain.keeping import Against, CopyProgress, KeptModel, Verified
from localassist.domain.ports.keeping import ModelShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from localassist.adapters.llama.files.remembered import RememberedFiles
    from localassist.adapters.model_files.places import Place
    from localassist.domain.models import EmbeddingModel, ModelFile
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.stopping import Stop

CHANGED: Final = "The file is not as it was when it was last checked."


class DiskModelShelf(ModelShelf):
    """Our folder of models, and what `models.json` remembers of the files in it and of those that lie elsewhere."""

    def __init__(
        self,
        usual: Path,
        settings: SettingsStore,
        remembered: RememberedFiles,
        journal: Path,
        others: Callable[[], Sequence[Place]] = tuple,
    ) -> None:
        """`usual` is the folder where the settings name none; `journal` the file that a move is noted in.

        `others` are the places of other programs: where the settings name one of these nothing in it is ours.
        """
        self._usual = usual
        self._settings = settings
        self._remembered = remembered
        self._journal = journal
        self._others = others

    @property
    @override
    def folder(self) -> str:
        named = self._settings.load().models_folder
        return str(Path(named).expanduser().absolute() if named else self._usual)

    @override
    def kept(self, files: Sequence[ModelFile], embedders: Sequence[EmbeddingModel]) -> tuple[KeptModel, ...]:
        return (*map(self._chat_model, files), *map(self._embedder, embedders), *self._folders())

    @override
    def note(self, path: str, sha256: str, against: Against, licence: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._remembered.note_content(path, Content(sha256, against, mark_of(Path(path)), now, licence=licence))

    @override
    def verify(self, model: KeptModel, stop: Stop) -> Iterator[CopyProgress | Verified]:
        against, before = Against.CATALOGUE if model.sha256 else Against.FIRST_SEEN, 0
        if not model.files:
            yield Verified(model.name, against, model.problem or "Its files are not here.")
            return
        for file in model.files:
            try:
                digest = yield from _read_whole(Path(file), before, model.size, stop)
                vouched = model.sha256 if file == model.files[0] else ""
            except StorageError as error:
                yield Verified(model.name, against, f"{error.message} {error.hint}")
                return
            before += _size(file)
            expected, problem = self._compared(file, vouched, digest)
            if file == model.files[0] or problem:
                against = expected.against
            if problem:
                yield Verified(model.name, against, problem)
                return
        yield Verified(model.name, against)

    @override
    def delete(self, model: KeptModel) -> None:
        own = Path(self.folder)
        for file in reversed(model.files):  # the first stands for all: without it nobody knows of the others
            path = Path(file)
            if not self._is_own(path):
                raise StorageError(f"{path.name} does not lie in the folder of models, so it is not deleted.")
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StorageError(
                    f"{path.name} can't be deleted: {error.strerror}.", "Close what uses it, then try again."
                ) from error
            self._remembered.forget(file)
            _remove_empty(path.parent, own)

    @override
    def move(self, destination: str, before_switch: Callable[[], None], stop: Stop) -> Iterator[CopyProgress]:
        target = Path(destination).expanduser().absolute()
        with alone(self._journal):
            source = Path(self.folder)
            self._require_no_store(source, target)
            names = yield from copy_folder(source, target, stop)
            before_switch()
            note_move(self._journal, source, target, names)
            take_up(self._journal, self._settings, self._remembered)

    @override
    def finish_move(self) -> None:
        if not self._journal.exists():
            return
        with suppress(BeingMovedError), alone(self._journal):  # or somebody else finishes it
            take_up(self._journal, self._settings, self._remembered)

    def _is_own(self, path: Path) -> bool:
        """Whether it is ours to delete."""
        folder = Path(self.folder)
        return _lies_in(path, folder) and store_at(folder, self._others()) is None

    def _require_no_store(self, *folders: Path) -> None:
        for folder in folders:
            if (store := store_at(folder, self._others())) is not None:
                raise StorageError(
                    f"The models can't be moved: {folder} is, holds or lies in a folder in which another program keeps "
                    f"models ({store.program}).",
                    "Set a folder of their own in the settings: models are used wherever they lie.",
                )

    def _compared(self, file: str, vouched: str, digest: str) -> tuple[Content, str]:
        """What the file should be, remembered with how it was found, and what is wrong."""
        known = self._remembered.content(file) or Content(digest, Against.FIRST_SEEN)
        if vouched:
            known = Content(vouched, Against.CATALOGUE)
        problem = "" if known.sha256 == digest else _differs(Path(file).name, known.against)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._remembered.note_content(file, replace(known, mark=mark_of(Path(file)), verified=now, problem=problem))
        return known, problem

    def _chat_model(self, file: ModelFile) -> KeptModel:
        own = self._is_own(Path(file.path))
        files = (file.path, *_other_parts(file.path), *(_projectors(file.path) if own else ()))
        size = sum(_size(path) for path in files) or file.size
        model = KeptModel(file.name, "chat", file.path, files, size, own)
        model = replace(model, licence=file.licence, sha256=file.sha256, problem=file.problem, warning=file.warning)
        return self._remembering(replace(model, came_along=bool(file.sha256)))

    def _embedder(self, model: EmbeddingModel) -> KeptModel:
        """One that came along: the catalogue vouches for its weights."""
        if not model.path:
            kept = KeptModel(model.choice, "embedder", "", (), model.size, own=False)
        else:
            kept = self._in_folder(Path(model.path).parent, "embedder")
        kept = replace(kept, name=model.choice, licence=model.licence, sha256=model.sha256)
        return replace(kept, came_along=True, problem=kept.problem or model.problem)

    def _folders(self) -> Iterator[KeptModel]:
        """The embedders and rerankers in our folder, each a folder of its own, and those that the settings name."""
        own = Path(self.folder)
        found = {path.parent for path in (*own.glob(f"[!.]*/{WEIGHTS}"), *own.glob(f"[!.]*/[!.]*/{WEIGHTS}"))}
        chosen = self._settings.load()
        named = {Path(name).expanduser() for name in (chosen.embedding_model, chosen.reranker) if name}
        found |= {folder for folder in named if folder.is_absolute() and has_weights(folder)}
        for folder in sorted(found):
            kind = kind_of(folder)
            if kind:
                yield self._in_folder(folder, kind)

    def _in_folder(self, folder: Path, kind: str) -> KeptModel:
        files, own = files_in(folder), self._is_own(folder / WEIGHTS)
        model = KeptModel(name_of(folder), kind, str(folder), files, sum(map(_size, files)), own, licence_of(folder))
        return self._remembering(model)

    def _remembering(self, model: KeptModel) -> KeptModel:
        """With what is remembered of its files; what is said of one holds for the model."""
        known = [(path, content) for path in model.files if (content := self._remembered.content(path))]
        if not known:
            return replace(model, last_used=self._remembered.last_used(model.files[0]))
        problem = next((content.problem for _, content in known if content.problem), "")
        changed = any(content.mark not in {"", mark_of(Path(path))} for path, content in known)
        return replace(
            model,
            licence=model.licence or known[0][1].licence,
            against=known[0][1].against,
            verified=min(content.verified for _, content in known) if len(known) == len(model.files) else "",
            last_used=self._remembered.last_used(model.files[0]),
            problem=model.problem or problem,
            warning=model.warning or (CHANGED if changed else ""),
        )


def _read_whole(path: Path, before: int, total: int, stop: Stop) -> Generator[CopyProgress, None, str]:
    """Its hex SHA-256; `before` bytes of `total` were read of other files. Raises like `hashing`."""
    digest = ""
    for read in hashing(path, stop):
        if isinstance(read, int):
            yield CopyProgress(path.name, before + read, total)
        else:
            digest = read
    return digest


def _other_parts(path: str) -> list[str]:
    """The further files of a model in parts, as they are named."""
    first = Path(path)
    stem, mark, count = first.name.partition("-00001-of-")
    if not mark:
        return []
    return [str(other) for other in sorted(first.parent.glob(f"*-of-{count}")) if _is_part(other.name, stem)]


def _projectors(path: str) -> list[str]:
    """The picture readers (mmproj) beside a model of ours, where it is the only one they can belong to."""
    beside = sorted(Path(path).parent.glob("*.gguf"))
    readers = [other for other in beside if "mmproj" in other.name.lower()]
    models = {str(other) for other in beside if other not in readers} - {path, *_other_parts(path)}
    return [] if models else [str(reader) for reader in readers if str(reader) != path]


def _is_part(name: str, stem: str) -> bool:
    number = name.removeprefix(f"{stem}-")[:5]
    return name.startswith(f"{stem}-") and number.isdigit() and number != "00001"


def _differs(name: str, against: Against) -> str:
    if against is Against.FIRST_SEEN:
        return f"{name} is not what it was when it was first seen here. Add it anew if you exchanged it yourself."
    whose = {Against.HUB: "the hub published", Against.PACK: "was in the pack"}.get(against, "its makers published")
    return f"{name} is not what {whose}: it was exchanged or damaged. Get it again."


def _lies_in(path: Path, folder: Path) -> bool:
    """Whether a file is really in a folder: neither named nor linked from elsewhere."""
    try:
        return path.resolve().is_relative_to(folder.resolve()) and path.is_relative_to(folder)
    except OSError:
        return False


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _remove_empty(folder: Path, top: Path) -> None:
    with suppress(OSError):  # it is not empty
        while folder != top and folder.is_relative_to(top):
            folder.rmdir()
            folder = folder.parent
