"""Whether a model file may be loaded here: its structure first, then a trial in a child process, once."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.children import ChildDied, Death, Limits
from localassist.adapters.llama.gguf_file import Header, read_header
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import ModelError
from localassist.domain.models import ModelFile
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from localassist.adapters.child_messages import JSON
    from localassist.adapters.children import ChildPool
    from localassist.adapters.llama.remembered import RememberedFiles

_TASK: Final = "llama.probe:try_file"
_TRIAL_CONTEXT: Final = 512
_STRANGE_TEXT: Final = "Ein Wörtchen, 一个字, \U0001f642, \x01\t\x7f and 64 spaces:" + " " * 64 + "."
_SLOWEST_READ: Final = 20_000_000
_SPARE_MEMORY: Final = 8 * 2**30
_OTHER_PURPOSE: Final = {
    "clip": "the picture reader that goes with a model",
    "bert": "an embedding model",
    "nomic-bert": "an embedding model",
    "jina-bert-v2": "an embedding model",
    "t5encoder": "an embedding model",
}
_CHOOSE_CHAT: Final = "Choose a chat model; its name often ends in Instruct or Chat."


class FileCheck:
    """Checks model files and remembers how the trial of each ended, by size, time and the library's version."""

    def __init__(self, children: ChildPool, remembered: RememberedFiles) -> None:
        self._children = children
        self._remembered = remembered

    def check(self, path: str, stop: Stop) -> ModelFile:
        """What the file holds, named after the file. Raises `ModelError` if it can't be used."""
        header = read_header(path)
        _check_contents(header, Path(path).name)
        _check_parts(header, Path(path))
        mark = _mark(path)
        problem = self._remembered.trial(path, mark)
        if problem is None:
            problem = self._try(path, header.size, stop)
            self._remembered.note_trial(path, mark, problem)
        if problem:
            raise ModelError(problem, "Choose another file, or another quantisation of the same model.")
        architecture = header.text("general.architecture")
        return ModelFile(
            name=Path(path).stem,
            path=path,
            size=header.size,
            architecture=architecture,
            context_length=header.number(f"{architecture}.context_length"),
            licence=header.text("general.license"),
        )

    def _try(self, path: str, size: int, stop: Stop) -> str:
        """What is wrong with the file according to its trial, empty if nothing is."""
        name = Path(path).name
        limits = Limits(
            seconds=60 + size / _SLOWEST_READ, memory_bytes=3 * size + _SPARE_MEMORY, output_bytes=1_000_000
        )
        try:
            self._children.call(_TASK, {"path": path}, limits, stop)
        except ModelError as error:
            return error.message
        except ChildDied as died:
            return {
                Death.TIME: f"{name} did not write a word within {limits.seconds:.0f} seconds.",
                Death.MEMORY: f"{name} needs more memory than a file of its size should.",
            }.get(died.kind, f"{name} crashed when it was tried in a process of its own.")
        return ""


def try_file(path: str) -> tuple[JSON, bytes]:
    """In a child process: load the file, format a conversation, read it and choose a token. Raises `ModelError`."""
    from localassist.adapters.llama.loading import LoadedModel, LoadOptions
    from localassist.adapters.llama.sampling import SamplerChain
    from localassist.adapters.llama.session import Session
    from localassist.domain.ports.chat_model import Sampling

    options = LoadOptions(context_length=_TRIAL_CONTEXT, use_gpu=False, check_weights=True)
    loaded = LoadedModel(path, options, Stop(), lambda _fraction: None)
    session = Session(loaded)
    said = [Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, _STRANGE_TEXT), Turn(Role.ASSISTANT, "Yes.")]
    prompt = loaded.prompts.history([*said, Turn(Role.USER, "And now?")])
    session.read(prompt or loaded.vocabulary.tokenise(_STRANGE_TEXT)[: session.room])
    chain = SamplerChain(Sampling(temperature=0.0), loaded.vocabulary, loaded.trained_length)
    loaded.vocabulary.piece(session.choose(chain))
    chain.close()
    session.close()
    return None, b""


def _check_contents(header: Header, name: str) -> None:
    """Refuse what is no chat model, or one that is known to end the process."""
    architecture = header.text("general.architecture")
    if not header.tensor_count:
        raise ModelError(f"{name} holds only a vocabulary, no weights.", _CHOOSE_CHAT)
    if header.text("general.type") == "adapter":
        raise ModelError(f"{name} is an adapter (LoRA) for a model, not a model.", _CHOOSE_CHAT)
    if architecture in _OTHER_PURPOSE:
        raise ModelError(f"{name} is {_OTHER_PURPOSE[architecture]}, not a chat model.", _CHOOSE_CHAT)
    if header.text("tokenizer.ggml.model") == "llama" and not _spells_everything(header):
        raise ModelError(
            f"{name} has a vocabulary that can't spell every character: any other one would end the app.",
            "Take another conversion of the model, one with byte tokens.",
        )


def _check_parts(header: Header, path: Path) -> None:
    """A large model may come in several files, named alike, of which llama.cpp is given the first."""
    count = header.number("split.count")
    if count < 2:
        return
    if header.number("split.no"):
        raise ModelError(f"{path.name} is a later part of a model in {count} files.", "Choose its first part.")
    parts = [
        path.with_name(path.name.replace("-00001-of-", f"-{part:05}-of-")) for part in range(2, min(count, 1000) + 1)
    ]
    lost = next((part for part in parts if not part.is_file()), None)
    if lost is not None:
        raise ModelError(f"{path.name} needs {lost.name}, which is not beside it.", "Download all parts of the model.")
    for part in parts:
        read_header(str(part))


def _spells_everything(header: Header) -> bool:
    """Whether a SentencePiece vocabulary has a token for every byte; llama.cpp aborts where one is missing."""
    tokens = header.values.get("tokenizer.ggml.tokens")
    known = frozenset(tokens) if isinstance(tokens, list) else frozenset()
    return all(b"<0x%02X>" % byte in known or bytes([byte]) in known for byte in range(256))


def _mark(path: str) -> str:
    """Changes when the file or the library that runs it does."""
    facts = Path(path).stat()
    return f"{facts.st_size}:{facts.st_mtime_ns}:{metadata.version('llama-cpp-python')}"
