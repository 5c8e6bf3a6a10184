"""What the user said may leave this computer, and what holds for something derived from several things."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Sensitivity(StrEnum):
    """Whether something may leave this computer; what nothing is said of is `ASK`."""

    MAY_GO_OUT = "may go out"
    ASK = "ask me"
    NEVER = "never leaves"


_STRICTNESS: Final = (Sensitivity.MAY_GO_OUT, Sensitivity.ASK, Sensitivity.NEVER)


def strictest(labels: Iterable[Sensitivity]) -> Sensitivity:
    """What holds for something derived from all of these; `ASK` for nothing."""
    return max(labels, key=_STRICTNESS.index, default=Sensitivity.ASK)


@dataclass(frozen=True, slots=True)
class Labelled:
    """How sensitive something is, and of what the user said so: "the collection Contracts", "" where nothing was."""

    sensitivity: Sensitivity = Sensitivity.ASK
    by: str = ""


class LabelKind(StrEnum):
    """What the user can label."""

    COLLECTION = "collection"
    FOLDER = "folder"
    CONVERSATION = "conversation"


@dataclass(frozen=True, slots=True)
class Label:
    """What the user said of one thing; `target` is a collection's or conversation's id as text, or a folder's path."""

    kind: LabelKind
    target: str
    sensitivity: Sensitivity


@dataclass(frozen=True, slots=True)
class Origin:
    """A document that an answer was made from, and how sensitive it was then: binding once it is gone."""

    document_id: int
    sensitivity: Sensitivity
