"""What the product asks of the disk about models: which there are, how they are kept, moved and carried over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.domain.keeping import (
        Against,
        CopyProgress,
        FoundModel,
        KeptModel,
        Packed,
        Unpacked,
        Verified,
    )
    from localassist.domain.library import Licence
    from localassist.domain.models import EmbeddingModel, ModelFile
    from localassist.domain.stopping import Stop


class ModelFinder(Protocol):
    """Finds model files that are on this disk already. It only looks: nothing is ever written there."""

    def find(self, folders: Sequence[str], known: Sequence[ModelFile], stop: Stop) -> tuple[FoundModel, ...]:
        """Those of other programs and of `folders`, by name, each content once; `known` are those that were added.

        Two files are the same by their inode, by the hash that their places name, or, where they are equally long and
        begin and end alike, by their content, which is then read whole: call it in a job. Raises `NotFoundError` for a
        folder that is not there, `Stopped` on request.
        """


class ModelShelf(Protocol):
    """The models that are kept here. Safe to call from any thread; all of it may read the disk."""

    @property
    def folder(self) -> str:
        """Our folder of models, which downloads and packs go to. Raises `SettingsError`."""

    def kept(self, files: Sequence[ModelFile], embedders: Sequence[EmbeddingModel]) -> tuple[KeptModel, ...]:
        """What is known of these chat models and embedders, and of the embedders and rerankers in our folder."""

    def note(self, path: str, sha256: str, against: Against, licence: str) -> None:
        """Remember that a file was just found to be what somebody says, and what they call its licence, "" for nothing.

        Raises `StorageError`.
        """

    def verify(self, model: KeptModel, stop: Stop) -> Iterator[CopyProgress | Verified]:
        """Read all its files and compare them: progress, and at last `Verified`, which says what is wrong.

        What was found is remembered. A file that nobody knew a hash of is right as it is from now on. Raises `Stopped`.
        """

    def delete(self, model: KeptModel) -> None:
        """Delete the files of a model that lies in our folder. Raises `StorageError`; then it can be done again."""

    def move(self, destination: str, before_switch: Callable[[], None], stop: Stop) -> Iterator[CopyProgress]:
        """Copy our folder to another one, read the copies back, use these instead, and then delete the originals.

        `before_switch` is called when the copies are ready; what it raises ends the move. Killed or stopped at any
        point nothing is lost, and the same call goes on from there. Raises `StorageError` for a destination that can't
        be, has other files of these names or too little room, for a copy that is not like its original, and while a
        download is unfinished; `SettingsError`, and `Stopped` on request.
        """

    def finish_move(self) -> None:
        """Finish a move that was cut short after its copies were ready; does nothing where there is none.

        Call it at the start. Raises `StorageError` and `SettingsError`.
        """


class ModelPacks(Protocol):
    """Packs: models with their hashes and licences in one file, to be carried to a computer without network."""

    def pack(self, models: Sequence[tuple[KeptModel, Licence]], path: str, stop: Stop) -> Iterator[CopyProgress]:
        """Write these models to a file that is not there yet; it appears when it is whole.

        Raises `StorageError` where it can't be written, `ModelError` for a model that is not what it should be or has a
        file that could run code, `Stopped` on request.
        """

    def contents(self, path: str) -> tuple[Packed, ...]:
        """What a pack says it holds; only its form is checked. Raises `ModelError` saying what is wrong with it."""

    def unpack(self, path: str, folder: str, stop: Stop) -> Iterator[CopyProgress | Unpacked]:
        """Bring the models of a pack into a folder; none appears before all are verified.

        A model that is there already, the very same, is not brought again. Raises `ModelError` for a pack that is not
        whole, was changed or holds what no pack may; `StorageError` where the disk won't have it; `Stopped`.
        """
