"""What the product asks of the disk about models: which there are, how they are kept, moved and carried over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.keeping import FoundModel
    from localassist.domain.models import ModelFile
    from localassist.domain.stopping import Stop


class ModelFinder(Protocol):
    """Finds model files that are on this disk already. It only looks: nothing is ever written there."""

    def find(self, folders: Sequence[str], known: Sequence[ModelFile], stop: Stop) -> tuple[FoundModel, ...]:
        """Those of other programs and of `folders`, by name, each content once; `known` are those that were added.

        Two files are the same by their inode, by the hash that their places name, or, where they are equally long and
        begin and end alike, by their content, which is then read whole: call it in a job. Raises `NotFoundError` for a
        folder that is not there, `Stopped` on request.
        """
