"""Models that can be had: what is known of them, which of their files there are, and how well these fit a computer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Commercial(StrEnum):
    """Whether a licence allows a model to be used for business."""

    YES = "yes"
    CONDITIONS = "on conditions"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Licence:
    """What somebody may do with a model: `meaning` in plain words, `attribution` what must be said of its maker.

    `link` is the address of its text, `sources` those that were read; fields are empty where nobody looked it up.
    `id` is SPDX's name of it, or else the hub's.
    """

    id: str
    name: str
    commercial: Commercial = Commercial.UNKNOWN
    meaning: str = ""
    attribution: str = ""
    link: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One model of models.toml.

    `kind` is chat, embedder or reranker. `repository` ("owner/name") and `pattern` (a shell pattern of file names)
    say where its weights are; both are empty where no source names them. `parameters` and `active_parameters` are
    counts, `context_length` is tokens, `dimension` how many numbers an embedder's vectors have; 0 where no source
    says. `languages` are two-letter codes, and "mul" for many more. `capabilities` are of tools, vision, reasoning
    and code; `projector` is the pattern of the file that lets it see. `sources` are the addresses that were read.
    """

    id: str
    name: str
    kind: str
    family: str
    maker: str
    licence: Licence
    sources: tuple[str, ...]
    repository: str = ""
    pattern: str = ""
    projector: str = ""
    parameters: int = 0
    active_parameters: int = 0
    context_length: int = 0
    dimension: int = 0
    good_at: str = ""
    languages: tuple[str, ...] = ()
    capabilities: frozenset[str] = frozenset()
    notes: str = ""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository: `size` is bytes, `sha256` the hex hash of its content, empty where the hub has none.

    For small files the hub knows Git's name of the content instead: `git_sha1`, the hex SHA-1 of a Git blob.
    """

    path: str
    size: int
    sha256: str = ""
    git_sha1: str = ""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of the hub as of `revision` (a commit). `gated` says that its maker asks to agree to terms first.

    `changed` is an ISO 8601 date; `licence` the hub's short name of it. `parameters` and `context_length` (tokens) are
    what the hub read in a GGUF file of it. In a list of results these and `files` are empty unless the search was in
    detail; then files have names only.
    """

    name: str
    revision: str
    files: tuple[RemoteFile, ...] = ()
    licence: str = ""
    gated: bool = False
    downloads: int = 0
    likes: int = 0
    changed: str = ""
    tags: tuple[str, ...] = ()
    parameters: int = 0
    context_length: int = 0


class SortedBy(StrEnum):
    """In which order a search gives what it found; the most, or the latest, comes first."""

    DOWNLOADS = "downloads"
    LIKES = "likes"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ModelSearch:
    """What to look for on the hub: words, an author (person or organisation), the hub's short name of a licence.

    Empty fields ask for nothing. `gguf_only` leaves out what llama.cpp can't run; `at_most` ends the search.
    `in_detail` asks for parameters and the names of files too, several times as many bytes.
    """

    text: str = ""
    author: str = ""
    licence: str = ""
    sorted_by: SortedBy = SortedBy.DOWNLOADS
    gguf_only: bool = True
    at_most: int = 50
    in_detail: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to have a model: a quantisation, in one file or several parts of one; `loses` says what it costs."""

    quantisation: str
    files: tuple[RemoteFile, ...]
    loses: str = ""

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(file.size for file in self.files)


class Suitability(StrEnum):
    """How well a model file fits a computer."""

    FITS = "fits well"
    TIGHT = "tight"
    SLOW = "slow"
    WONT_RUN = "won't run"


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a file fits this computer at `context_length` tokens, and why, as a sentence.

    `needed` and `free` are bytes of memory; `tokens_per_second` is predicted, or measured here where `measured`;
    None where nothing is known to predict it from.
    """

    suitability: Suitability
    reason: str
    context_length: int
    needed: int
    free: int
    tokens_per_second: float | None = None
    measured: bool = False


class DownloadState(StrEnum):
    """How a download stands. A cancelled one is gone: it is told once and listed no more."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Download:
    """Files of one revision on their way into a folder. `received` and `total` are bytes of all files.

    `problem` and `hint` say why it failed and what to do, or what is wrong with what came whole; `bytes_per_second` is
    the rate of the last seconds, `licence` the hub's short name of it.
    """

    id: str
    repository: str
    revision: str
    files: tuple[RemoteFile, ...]
    folder: str
    state: DownloadState = DownloadState.QUEUED
    received: int = 0
    bytes_per_second: float = 0.0
    problem: str = ""
    hint: str = ""
    licence: str = ""

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def seconds_left(self) -> float | None:
        """How long it takes at this rate; None while nothing moves."""
        return (self.total - self.received) / self.bytes_per_second if self.bytes_per_second > 0 else None
