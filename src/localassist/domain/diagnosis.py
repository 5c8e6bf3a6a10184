"""What `doctor` finds out about this computer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

UNUSED_GPU: Final = "unused GPU"  # the name of the finding that a GPU is there and no model runs on it


class State(StrEnum):
    """How a checked thing stands."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing: its `area` (Python, devices, models ...), what was found, and the remedy if not good."""

    area: str
    name: str
    state: State
    detail: str
    remedy: str = ""
