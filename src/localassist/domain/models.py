"""Models that can be run here: their files, what is known of them, and what they run on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One GGUF on this computer. `size` is bytes; `context_length` is the number of tokens it was trained for.

    `name` is what people type and see; `sha256` is set where the catalogue vouches for the file. `problem` says
    why a listed file can't be used, empty for a usable one, `warning` what to know before it is used.
    """

    name: str
    path: str
    size: int
    architecture: str = ""
    context_length: int = 0
    licence: str = ""
    sha256: str = ""
    problem: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """Something llama.cpp can run on; `memory_total` and `memory_free` are bytes.

    `kind` is cpu, gpu, integrated (a GPU without memory of its own) or other.
    """

    name: str
    description: str
    kind: str
    memory_total: int
    memory_free: int


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A chat model as an answer names it. `context_length` is tokens; `device` says where it runs, for people.

    `thinks` says whether it may think before it answers. These three are what is known before loading (context 0,
    device "") until the model is loaded.
    """

    name: str
    path: str
    context_length: int
    device: str
    thinks: bool = False


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """An embedding model in a folder of its own; `path` is its weights file, `size` and `sha256` are theirs.

    `dimension` is the length of its vectors, `max_tokens` how much of a text it sees. `choice` is what the setting
    says to choose it. `problem` says why it can't be used, empty if it can.
    """

    name: str
    path: str
    size: int
    sha256: str
    dimension: int
    max_tokens: int
    problem: str = ""
    choice: str = ""
    licence: str = ""
