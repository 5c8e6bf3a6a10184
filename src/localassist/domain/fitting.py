"""How well a model fits a computer: what there is and what it takes, put into one word and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from localassist.domain.library import Fit, Suitability

EASE: Final = 0.8
"""Of the free memory, what a model may take and leave other programs room to begin something."""

READING_SPEED: Final = 8.0
"""Tokens a second: 238 English words a minute are read in silence (Brysbaert 2019, doi 10.1016/j.jml.2019.104047), four
a second, and a word is up to two tokens, fewer in English, more in languages that a vocabulary knows less of."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What this computer has for models just now; sizes are bytes, `bandwidth` is bytes of memory read a second.

    `gpu_total` and `gpu_free` are those of all graphics processors that models can run on (0: there are none);
    `shared` says that these use the computer's own memory. `quick` says that the processor has the instructions that
    predictions of speed count on.
    """

    memory_total: int
    memory_free: int
    disk_free: int
    cores: int
    bandwidth: float
    gpu_total: int = 0
    gpu_free: int = 0
    shared: bool = False
    quick: bool = True

    @property
    def total(self) -> int:
        """All memory that a model can be in."""
        return self.memory_total + (0 if self.shared else self.gpu_total)

    @property
    def free(self) -> int:
        """What of it is free."""
        return self.memory_free + (0 if self.shared else self.gpu_free)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a model wrote an answer here: `depth` is how many tokens stood before an average one of it.

    `model` and `device` are named as the answer names them.
    """

    model: str
    device: str
    tokens_per_second: float
    depth: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What a model takes with `context_length` tokens: `needed` bytes, and `least` with a context that is just useful.

    `download` are the bytes it still takes of the disk. `given_back` are those that come free when another model
    leaves the memory. `tokens_per_second` is None where nothing tells; `measured` says that this very file ran here.
    """

    context_length: int
    needed: int
    least: int
    download: int = 0
    given_back: int = 0
    tokens_per_second: float | None = None
    measured: bool = False


def fit_of(demand: Demand, capacity: Capacity) -> Fit:
    """How well it fits. The word is for the worst that is in the way: no disk or memory, low speed, narrow memory.

    So of files that are alike but for their size, a larger one never gets a better word.
    """
    free = min(capacity.free + demand.given_back, capacity.total)
    suitability, reason = _judged(demand, capacity, free)
    return Fit(
        suitability=suitability,
        reason=reason,
        context_length=demand.context_length,
        needed=demand.needed,
        free=free,
        tokens_per_second=demand.tokens_per_second,
        measured=demand.measured,
    )


def size_words(size: int) -> str:
    """Bytes for people, in decimal units as a model's page says them."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(size / 1e6, 1):.0f} MB"


def _judged(demand: Demand, capacity: Capacity, free: int) -> tuple[Suitability, str]:
    if demand.download > capacity.disk_free:
        wanted, left = size_words(demand.download), size_words(capacity.disk_free)
        return Suitability.WONT_RUN, f"Takes {wanted} of the disk, and {left} are free."
    if demand.least > capacity.total * EASE:
        least, total = size_words(demand.least), size_words(capacity.total)
        return Suitability.WONT_RUN, f"Needs at least {least} of memory, and this computer has {total} in all."
    is_narrow, room = _room(demand, free)
    if demand.tokens_per_second is not None and demand.tokens_per_second < READING_SPEED:
        return Suitability.SLOW, f"{_speed(demand)}, slower than most people read. It {room}"
    if is_narrow:
        return Suitability.TIGHT, _capital(room)
    return Suitability.FITS, f"{_capital(room)} {_speed(demand)}."


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _room(demand: Demand, free: int) -> tuple[bool, str]:
    """Whether memory is narrow, and a sentence on it that lacks its subject."""
    then = " once the loaded model has left" if demand.given_back else ""
    there = f"{size_words(free)} of memory that are free{then}"
    if demand.least > free:
        least = size_words(demand.least)
        return True, f"needs at least {least}, more than the {there}: close other programs first."
    needed = size_words(demand.needed)
    if demand.needed > free:
        return True, (
            f"needs {needed} for a conversation of {demand.context_length:,} tokens, more than the {there}: "
            "conversations will have to be shorter."
        )
    if demand.needed > free * EASE:
        return True, f"needs {needed} of the {there}, which leaves little for other programs."
    return False, f"needs {needed} of the {there}."


def _speed(demand: Demand) -> str:
    rate = demand.tokens_per_second
    if rate is None:
        return "How fast it writes will show when it runs"
    said = f"{rate:.0f} tokens" if rate >= 10 else f"{rate:.1f} tokens"
    return f"It writes {said} a second here" if demand.measured else f"It should write about {said} a second"
