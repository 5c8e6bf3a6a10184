"""Whether a model file may be loaded here: its structure first, then a trial in a child process, once."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.children import ChildDied, Death, Limits
from localassist.adapters.llama.adapters import check_adapter
from localassist.adapters.llama.files.gguf_file import DOWNLOAD_AGAIN, Header, read_header
from localassist.adapters.llama.files.remembered import Verdict, verdict_key
from localassist.adapters.llama.memory import Need, need_of
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import MemoryShortageError, ModelError
from localassist.domain.models import ModelFile
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from localassist.adapters.child_messages import JSON
    from localassist.adapters.children import ChildPool
    from localassist.adapters.llama.files.remembered import RememberedFiles

_TASK: Final = "llama.probe:try_file"
_TRIAL_CONTEXT: Final = 512
_STRANGE_TEXT: Final = "Ein Wörtchen, 一个字, \U0001f642, \x01\t\x7f and 64 spaces:" + " " * 64 + "."
_SLOWEST_READ: Final = 20_000_000
_SPARE_MEMORY: Final = 8 * 2**30
_HASHED_AT_ONCE: Final = 4 * 2**20
_MOST_PARTS: Final = 1000
_HASH: Final = re.compile(r"(sha256[-:])?[0-9a-f]{64}")
_LONGEST: Final = 2**31
_OTHER_PURPOSE: Final = {
    "clip": "the picture reader that goes with a model",
    "bert": "an embedding model",
    "nomic-bert": "an embedding model",
    "jina-bert-v2": "an embedding model",
    "t5encoder": "an embedding model",
}
_ANOTHER_FILE: Final = "Choose another file, or another quantisation of the same model."
_TRY_AGAIN: Final = f"{_ANOTHER_FILE} Add it anew to try it once more."
_CHOOSE_CHAT: Final = "Choose a chat model; its name often ends in Instruct or Chat."


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be loaded, named after itself, and what running it takes.

    `sha256` is that of all its files one after another, `parts` how many there are besides the first; `mark` changes
    when they do. The hash is empty where it was not needed.
    """

    file: ModelFile
    need: Need
    sha256: str = ""
    parts: int = 0
    mark: str = ""


class FileCheck:
    """Checks model files and remembers how the trial of each content ended with this version of the library.

    A content that ended its child process is not tried again, under whatever name, unless it is asked for `anew`.
    """

    def __init__(self, children: ChildPool, remembered: RememberedFiles) -> None:
        self._children = children
        self._remembered = remembered

    def check(self, path: str, stop: Stop, *, anew: bool = False) -> Checked:
        """What the file holds. `anew`: try a refused one again. Raises `ModelError` if it can't be used."""
        header, *parts = headers = read_headers(path)
        check_contents(headers, Path(path).name)
        files = _parts(path, len(headers))
        mark = mark_of(files)
        sha256 = self._sha256(files, mark, stop)
        verdict = self._verdict(path, headers, sha256, stop, anew=anew)
        if verdict.problem:
            raise ModelError(verdict.problem, _TRY_AGAIN if verdict.crashed else _ANOTHER_FILE)
        architecture = header.text("general.architecture")
        file = ModelFile(
            name=_name_of(header, Path(path)),
            path=path,
            size=header.size,
            architecture=architecture,
            context_length=header.number(f"{architecture}.context_length"),
            licence=header.text("general.license"),
        )
        return Checked(file, need_of(header, parts), sha256, len(parts), mark)

    def check_tuning(self, path: str, template: str, adapters: Sequence[tuple[str, float]], stop: Stop) -> None:
        """Try a file with another template and with adapters: all are strangers' programs or read by native code.

        Raises `ModelError` if they can't be used with it.
        """
        if not template and not adapters:
            return
        headers = read_headers(path)
        for adapter, _ in adapters:
            check_adapter(adapter, headers[0])
        files = [Path(adapter) for adapter, _ in adapters]
        told = [mark_of(_parts(path, len(headers))), template, *(str(weight) for _, weight in adapters)]
        told += [self._sha256([file], mark_of([file]), stop) for file in files]
        key = verdict_key(hashlib.sha256(json.dumps([path, *told]).encode()).hexdigest(), _library())
        verdict = self._remembered.verdict(key)
        if verdict is None:
            size = sum(header.size for header in headers) + sum(file.stat().st_size for file in files)
            tuning: dict[str, JSON] = {"template": template, "adapters": [list(adapter) for adapter in adapters]}
            verdict = self._try(path, size, stop, tuning)
            self._remembered.note_verdict(key, verdict)
        if verdict.problem:
            raise ModelError(verdict.problem, "Choose another template or other adapters for this model, or none.")

    def quarantined(self) -> dict[str, str]:
        """The paths whose files, as they are now, ended the process that tried them, each with its problem."""
        crashed = self._remembered.crashed(_library())
        return {
            path: verdict.problem
            for path, mark, verdict in crashed
            if mark and mark_of(_parts(path, len(mark.split()))) == mark
        }

    def _sha256(self, files: Sequence[Path], mark: str, stop: Stop) -> str:
        path = str(files[0])
        sha256 = self._remembered.sha256(path, mark)
        if not sha256:
            sha256 = _sha256(files, stop)
            self._remembered.note_version(path, mark, sha256)
        return sha256

    def _verdict(self, path: str, headers: Sequence[Header], sha256: str, stop: Stop, *, anew: bool) -> Verdict:
        key = verdict_key(sha256, _library())
        verdict = self._remembered.verdict(key)
        if verdict is None or (anew and verdict.problem):
            verdict = self._try(path, sum(header.size for header in headers), stop)
            self._remembered.note_verdict(key, verdict)
        return verdict

    def _try(self, path: str, size: int, stop: Stop, tuning: Mapping[str, JSON] | None = None) -> Verdict:
        name = Path(path).name
        limits = Limits(
            seconds=60 + size / _SLOWEST_READ, memory_bytes=3 * size + _SPARE_MEMORY, output_bytes=1_000_000
        )
        try:
            self._children.call(_TASK, {"path": path, **(tuning or {})}, limits, stop)
        except MemoryShortageError:
            raise  # says nothing of the file: it is tried again
        except ModelError as error:
            return Verdict(error.message)
        except ChildDied as died:
            problem = {
                Death.TIME: f"{name} did not write a word within {limits.seconds:.0f} seconds.",
                Death.MEMORY: f"{name} needs more memory than a file of its size should.",
            }.get(died.kind, f"{name} crashed when it was tried in a process of its own.")
            return Verdict(problem, crashed=True)
        return Verdict()


def try_file(path: str, template: str = "", adapters: Sequence[tuple[str, float]] = ()) -> tuple[JSON, bytes]:
    """In a child process: load the file, format a conversation, read it and choose a token. Raises `ModelError`."""
    from localassist.adapters.llama.loading import LoadedModel, LoadOptions
    from localassist.adapters.llama.sampling import SamplerChain
    from localassist.adapters.llama.session import Session
    from localassist.domain.ports.chat_model import Sampling

    chosen = tuple((str(adapter), float(weight)) for adapter, weight in adapters)
    options = LoadOptions(_TRIAL_CONTEXT, use_gpu=False, check_weights=True, template=template, adapters=chosen)
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


def check_contents(headers: Sequence[Header], name: str) -> None:
    """Raise `ModelError` for what is no chat model, or one that is known to end the process; the first part tells."""
    header = headers[0]
    architecture = header.text("general.architecture")
    if not sum(part.tensor_count for part in headers):
        raise ModelError(f"{name} holds only a vocabulary, no weights.", _CHOOSE_CHAT)
    if header.text("general.type") == "adapter":
        raise ModelError(f"{name} is an adapter (LoRA) for a model, not a model.", _CHOOSE_CHAT)
    if architecture in _OTHER_PURPOSE:
        raise ModelError(f"{name} is {_OTHER_PURPOSE[architecture]}, not a chat model.", _CHOOSE_CHAT)
    if not 1 <= header.number(f"{architecture}.context_length") < _LONGEST:
        raise ModelError(f"{name} is damaged: it does not say how many tokens its model can read.", DOWNLOAD_AGAIN)
    if header.text("tokenizer.ggml.model") == "llama" and not _spells_everything(header):
        raise ModelError(
            f"{name} has a vocabulary that can't spell every character: any other one would end the app.",
            "Take another conversion of the model, one with byte tokens.",
        )


def _name_of(header: Header, path: Path) -> str:
    """The file's own name; what is in it says more where that is a hash, as in other programs' stores."""
    told = header.text("general.name").strip() if _HASH.fullmatch(path.name) else ""
    return told[:100] if told.isprintable() and told else path.stem


def read_headers(path: str) -> list[Header]:
    """The header of a model file, and those of its other parts: a large model may come in several, named alike.

    llama.cpp is given the first. Raises `ModelError` if one is missing or can't be used.
    """
    header = read_header(path)
    if header.number("split.count") > 1 and header.number("split.no"):
        raise ModelError(
            f"{Path(path).name} is a later part of a model in {header.number('split.count')} files.",
            "Choose its first part.",
        )
    others = _parts(path, min(header.number("split.count"), _MOST_PARTS))[1:]
    lost = next((part for part in others if not part.is_file()), None)
    if lost is not None:
        raise ModelError(
            f"{Path(path).name} needs {lost.name}, which is not beside it.", "Download all parts of the model."
        )
    return [header, *(read_header(str(part)) for part in others)]


def _parts(path: str, count: int) -> list[Path]:
    first = Path(path)
    others = (first.name.replace("-00001-of-", f"-{part:05}-of-") for part in range(2, count + 1))
    return [first, *map(first.with_name, others)]


def _spells_everything(header: Header) -> bool:
    """Whether a SentencePiece vocabulary has a token for every byte; llama.cpp aborts where one is missing."""
    tokens = header.values.get("tokenizer.ggml.tokens")
    known = frozenset(tokens) if isinstance(tokens, list) else frozenset()
    return all(b"<0x%02X>" % byte in known or bytes([byte]) in known for byte in range(256))


def mark_of(files: Iterable[Path]) -> str:
    """A text that changes when one of the files does; empty if one is gone."""
    try:
        return " ".join(f"{facts.st_size}:{facts.st_mtime_ns}" for facts in (file.stat() for file in files))
    except OSError:
        return ""


def _sha256(files: Iterable[Path], stop: Stop) -> str:
    """Of the files one after another. Raises `ModelError` if one can't be read, `Stopped` on request."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_HASHED_AT_ONCE))
    for path in files:
        try:
            with path.open("rb", buffering=0) as file:
                while count := file.readinto(buffer):
                    stop.raise_if_requested()
                    digest.update(buffer[:count])
        except OSError as error:
            raise ModelError(f"{path.name} can't be read: {error.strerror}.", "Check the disk it is on.") from error
    return digest.hexdigest()


def _library() -> str:
    return metadata.version("llama-cpp-python")
