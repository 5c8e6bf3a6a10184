"""How the window says whether documents may leave this computer: marks, and sentences."""

from __future__ import annotations

from typing import Final

from localassist.domain.labels import Labelled, Sensitivity

MARKS: Final = {Sensitivity.NEVER: "lock", Sensitivity.MAY_GO_OUT: "open"}
"""The icons of what does not ask first."""
WORDS: Final = {
    Sensitivity.MAY_GO_OUT: "May go out",
    Sensitivity.ASK: "Asks before it leaves this computer",
    Sensitivity.NEVER: "Never leaves this computer",
}


def sentence(labelled: Labelled) -> str:
    """What holds, and of what it was said."""
    by = f", as you said of {labelled.by}" if labelled.by else ""
    return f"{WORDS[labelled.sensitivity]}{by}."
