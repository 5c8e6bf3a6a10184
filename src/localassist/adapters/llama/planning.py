"""How a model is put into the memory that there is: length and precision of its context, layers on the GPU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.memory import longest_context
from localassist.domain.errors import MemoryShortageError

if TYPE_CHECKING:
    from localassist.adapters.llama.files.gguf_file import Header
    from localassist.adapters.llama.memory import Need

FIRST_CONTEXT: Final = 4096
"""Tokens a context begins with; it grows when a prompt needs more."""

_ENOUGH: Final = 8192
"""A shorter context than this is worth keeping its keys and values at 8 bits instead of 16."""

_SHORTEST: Final = 512
_MOST_STRETCHED: Final = 1024
"""Times; a header may claim anything, infinity included."""
_GPU_RESERVE: Final = 512 * 2**20
"""Left free on a GPU: its driver and the screen want memory too."""


@dataclass(frozen=True, slots=True)
class ContextPlan:
    """Tokens to begin with, tokens to grow to at most, and bits of each number of the cached keys and values."""

    start: int
    limit: int
    kv_bits: int


def longest_allowed(header: Header, trained: int) -> int:
    """Tokens a model can make sense of: what it was trained for, or what its own rope scaling stretches that to."""
    scaling = f"{header.text('general.architecture')}.rope.scaling"
    original, factor = header.number(f"{scaling}.original_context_length"), header.values.get(f"{scaling}.factor")
    if original > 0 and isinstance(factor, int | float) and 1 <= factor <= _MOST_STRETCHED:
        return max(trained, int(original * factor))
    return trained


def plan_context(need: Need, free: int, wanted: int, allowed: int) -> ContextPlan:
    """The context for `wanted` tokens (0: as many as are allowed and fit) in `free` bytes.

    Raises `MemoryShortageError`, saying what would fit, when `wanted` tokens or a useful few don't.
    """
    asked = min(wanted or allowed, allowed)
    enough = asked if wanted else min(asked, _ENOUGH)
    fits, bits = min(longest_context(need, free), asked), 16
    if fits < enough:
        at_eight = min(longest_context(need, free, kv_bits=8), asked)
        fits, bits = (at_eight, 8) if at_eight > fits else (fits, 16)
    if fits < min(asked if wanted else _SHORTEST, asked):
        raise _too_long(asked, fits)
    return ContextPlan(min(fits, FIRST_CONTEXT), fits, bits)


def layers_for_gpu(need: Need, free: int, context_length: int) -> int:
    """How many layers fit into `free` bytes of GPU memory with their part of the context; -1 for the whole model."""
    if need.total(context_length) + _GPU_RESERVE <= free:
        return -1
    a_layer = max(need.weights + need.kv_per_token * context_length + need.state, 1) / (need.layers + 1)
    return min(max(int((free - _GPU_RESERVE - need.compute) / a_layer), 0), need.layers)


def _too_long(asked: int, fits: int) -> MemoryShortageError:
    return MemoryShortageError(
        f"There is not enough memory for a conversation of {asked:,} tokens with this model.",
        f"Set the context length to {fits:,} or less, or close other programs."
        if fits >= _SHORTEST
        else "Close other programs or choose a smaller model.",
    )
