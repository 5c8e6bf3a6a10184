"""Where a question may go, and what left this computer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Destination(StrEnum):
    """Where a question is answered."""

    THIS_COMPUTER = "this computer"
    YOUR_SERVER = "your server"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a question goes: `model` is empty when passages are quoted without a model; `reason` is a sentence."""

    destination: Destination
    model: str
    reason: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """What passed the one door out since the process started: bytes sent, bytes received, connections refused."""

    sent: int = 0
    received: int = 0
    refused: int = 0
