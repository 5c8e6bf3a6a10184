"""What the product asks of model files and of this computer to tell how they go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.fitting import Capacity, Pace
    from localassist.domain.library import RemoteFile, Repository
    from localassist.domain.stopping import Stop


class Footprint(Protocol):
    """What running a model takes, by its header. Sizes are bytes."""

    @property
    def context_length(self) -> int:
        """Tokens the model can make sense of; 0 where its file does not say."""

    def memory(self, context_length: int, *, kv_bits: int = 16) -> int:
        """All memory it takes, with a context of so many tokens kept at 16 or 8 bits a number."""

    def read(self, depth: int) -> int:
        """How much of it each token reads that is written after `depth` others."""

    def share_on_gpu(self, free: int, context_length: int) -> float:
        """How much of it goes into so many free bytes of graphics memory: 0 nothing, 1 all."""


class Footprints(Protocol):
    """Looks at model files, here or on the hub, without running them. Safe to call from any thread."""

    def of_file(self, path: str) -> Footprint:
        """Of a file on this computer. Raises `ModelError` if it can't be used."""

    def of_remote(self, repository: Repository, files: Sequence[RemoteFile], stop: Stop) -> Footprint:
        """Of a model on the hub in one file, or in all its parts; a few megabytes of it are read, once a model.

        Raises `ModelError` for what is none, and what `Hub` raises.
        """


class Surroundings(Protocol):
    """What this computer has to run models on. Safe to call from any thread."""

    def capacity(self) -> Capacity:
        """As it is now. May take a second, the first time two. Raises `ModelError` where nothing can run at all."""


class Paces(Protocol):
    """How fast models wrote here."""

    def recent(self) -> tuple[Pace, ...]:
        """The latest answers that say something, the newest first; none where nobody answered yet."""
