"""Models made ready for onnxruntime once, and kept beside the user's data for as long as they are whole."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.embedding.folder import GRAPH_FILE, WEIGHTS_FILE, UnpreparableError, check_preparable
from localassist.domain.errors import ModelError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.adapters.embedding.folder import ModelFolder

log = logging.getLogger(__name__)

_FORMAT: Final = 1
"""Raised when graphs are written in another way, so that those written before are made again."""
_RECORD: Final = "prepared.json"
_HASHED: Final = (GRAPH_FILE, WEIGHTS_FILE)
_ABANDONED: Final = 3600.0  # seconds after which nobody is still writing a half-made folder


class PreparedModels:
    """The prepared models below one folder; safe to use from several threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()

    def find(
        self,
        name: str,
        model: ModelFolder,
        verify: Callable[[], None],
        *,
        quantised: bool,
        classifier: bool = False,
    ) -> Path:
        """The folder with the model's graph, which is made when it is missing or not as it was made.

        `name` tells models apart; `verify` is called before its weights are read; `quantised` is 8 bits for 32, at
        half the time; a `classifier` ends in one number for a pair of texts. Making it takes a second. Raises
        `ModelError` for a model that can't be prepared and `StorageError` when the disk refuses.
        """
        precision = "int8" if quantised else "fp32"
        target = self._root / f"{name.replace('@', '-')}-{precision}"
        with self._lock:
            if _is_whole(target):
                return target
            verify()
            started = time.monotonic()
            try:
                self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._make(target, model, quantised=quantised, classifier=classifier)
            except OSError as error:
                raise StorageError(
                    f"The embedding model could not be prepared: {error.strerror or type(error).__name__}.",
                    f"Make room in {self._root}.",
                ) from error
            except (UnpreparableError, ValueError, KeyError) as error:
                raise ModelError(
                    f"The model {name} could not be prepared: {_reason(error)}.",
                    "Choose another one, or get its files again.",
                ) from error
            log.info("Prepared %s in %.1f s", target.name, time.monotonic() - started)
            return target

    def _make(self, target: Path, model: ModelFolder, *, quantised: bool, classifier: bool) -> None:
        self._sweep()
        part = Path(tempfile.mkdtemp(prefix=f"{target.name}.", suffix=".part", dir=self._root))
        try:
            write_graph(part, model, quantised=quantised, classifier=classifier)
            hashes = {name: _sha256(part / name) for name in _HASHED}
            (part / _RECORD).write_text(json.dumps({"format": _FORMAT, "sha256": hashes}), encoding="utf-8")
            if target.exists() and not _is_whole(target):
                shutil.rmtree(target)
            if not target.exists():  # another process may have been quicker
                part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _sweep(self) -> None:
        for part in self._root.glob("*.part"):
            if time.time() - part.stat().st_mtime > _ABANDONED:
                shutil.rmtree(part, ignore_errors=True)


def write_graph(folder: Path, model: ModelFolder, *, quantised: bool, classifier: bool) -> None:
    """Write the model's graph into a folder. Raises `UnpreparableError`, `ValueError` and `OSError`."""
    from localassist.adapters.embedding.bert import INPUTS, BertLayers
    from localassist.adapters.embedding.graph import GraphWriter
    from localassist.adapters.embedding.weights import read_tensors

    check_preparable(model)
    with closing(GraphWriter(folder, quantised=quantised)) as writer:
        layers = BertLayers(writer, model.config, read_tensors(model.weights))
        state = layers.write()
        if classifier:
            writer.save(INPUTS, (layers.write_classifier(state), ("texts", 1)))
        else:
            writer.save(INPUTS, (layers.write_pooling(state, model.pooling), ("texts", layers.width)))


def _is_whole(folder: Path) -> bool:
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        return bool(
            record["format"] == _FORMAT and all(_sha256(folder / name) == record["sha256"][name] for name in _HASHED)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: Exception) -> str:
    if isinstance(error, UnpreparableError):
        return f"{error} is not known here"
    return "its files are damaged"
