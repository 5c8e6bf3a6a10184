"""llama.cpp with nothing around it: what the session is measured against."""

from __future__ import annotations

import ctypes
import os
import time
from typing import TYPE_CHECKING, Any

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.context import BATCH, MICRO_BATCH
from localassist.adapters.llama.devices import usable_gpus
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.sampling import SamplerChain

_ANY_TOKEN = 5


class Bare:
    """A model and context of its own, made as the session makes them, and bare `llama_decode` on it."""

    def __init__(self, path: str, length: int, threads: int) -> None:
        self._api = api = bindings().api
        weights = api.llama_model_default_params()
        weights.n_gpu_layers = -1 if usable_gpus() else 0
        self._model: Any = api.llama_model_load_from_file(os.fsencode(path), weights)
        parameters = api.llama_context_default_params()
        parameters.n_ctx = length
        parameters.n_batch, parameters.n_ubatch = BATCH, MICRO_BATCH
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_AUTO
        parameters.n_outputs_max = 1
        parameters.no_perf = True
        self._context: Any = api.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise ModelError("There is not enough memory for a second copy of the model.", "Measure a smaller one.")
        self._memory = api.llama_get_memory(self._context)
        self._one = (ctypes.c_int32 * 1)(_ANY_TOKEN)
        self.step(1)
        self.clear()

    def use(self, threads: int) -> None:
        """Compute with that many threads from now on."""
        self._api.llama_set_n_threads(self._context, threads, threads)

    def rewind(self, length: int) -> None:
        """Forget all but the first tokens; a recurrent model can't, and goes on from where it is."""
        self._api.llama_memory_seq_rm(self._memory, 0, length, -1)

    def clear(self) -> None:
        """Forget everything."""
        self._api.llama_memory_clear(self._memory, False)  # noqa: FBT003  the name says what is left: no data

    def read(self, tokens: Sequence[int]) -> float:
        """Seconds to read up to `BATCH` tokens in one call, which llama.cpp divides itself."""
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        batch = self._api.llama_batch_get_one(array, len(tokens))
        started = time.perf_counter()
        self._api.llama_decode(self._context, batch)
        self._api.llama_synchronize(self._context)
        return time.perf_counter() - started

    def step(self, count: int, chain: SamplerChain | None = None) -> float:
        """Seconds a token for so many of them, each chosen by the chain, or always the same one."""
        decode, sample = self._api.llama_decode, self._api.llama_sampler_sample
        context, one = self._context, self._one
        batch = self._api.llama_batch_get_one(one, 1)
        started = time.perf_counter()
        for _ in range(count):
            if chain is not None:
                one[0] = sample(chain.native, context, -1)
            decode(context, batch)
        self._api.llama_synchronize(context)
        return (time.perf_counter() - started) / count

    def close(self) -> None:
        """Free the context, then the weights."""
        self._api.llama_free(self._context)
        self._api.llama_model_free(self._model)
