"""Adapters (LoRA): small files that change what a model says, loaded beside its weights."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.files.gguf_file import read_header
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.files.gguf_file import Header


class Adapters:
    """The adapters of one loaded model; llama.cpp frees them with it.

    Raises `ModelError` for a file that is not there, is no adapter, or is one for another kind of model.
    """

    def __init__(self, files: Sequence[tuple[str, float]], model: Header) -> None:
        """`files` are paths with how strongly each counts; `model` is the header of the model they are for."""
        self._files = tuple(files)
        self._native: list[Any] = []
        for path, _ in files:
            check_adapter(path, model)

    def load(self, model: Any) -> None:
        """Read them for a native model. Raises `ModelError` for one that does not go with its weights."""
        self._native = []
        for path, _ in self._files:
            native_path = path.encode() if sys.platform == "win32" else os.fsencode(path)
            adapter = bindings().api.llama_adapter_lora_init(model, native_path)
            if not adapter:
                raise _other_model(Path(path).name)
            self._native.append(adapter)

    def attach(self, context: Any) -> None:
        """Use them in a native context."""
        if not self._native:
            return
        api, count = bindings().api, len(self._native)
        adapters = (api.llama_adapter_lora_p_ctypes * count)(
            *(ctypes.cast(adapter, api.llama_adapter_lora_p_ctypes) for adapter in self._native)
        )
        weights = (ctypes.c_float * count)(*(weight for _, weight in self._files))
        if api.llama_set_adapters_lora(context, adapters, count, weights):
            raise ModelError("The adapters of this model can't be used together.", "Choose fewer of them.")


def check_adapter(path: str, model: Header) -> None:
    """Hold what an adapter says of itself against its model, without any native code. Raises `ModelError`."""
    header, name = read_header(path), Path(path).name
    if header.text("general.type") != "adapter" or header.text("adapter.type") != "lora":
        raise ModelError(f"{name} is no adapter (LoRA) for a model.", "Choose another file, or none.")
    if header.text("general.architecture") != model.text("general.architecture"):
        raise _other_model(name)


def _other_model(name: str) -> ModelError:
    return ModelError(f"The adapter {name} is for another model.", "Choose one that was made for this one, or none.")
