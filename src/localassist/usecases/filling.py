"""A saved list of questions put to its models: what is not answered yet is asked, and can be gone on with any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localassist.domain.comparisons import ComparedAnswer
from localassist.usecases.side_by_side import SideBySide, nobody_approves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.domain.comparisons import ComparedQuestion
    from localassist.domain.events import AnswerEvent
    from localassist.domain.ports.comparisons import ComparisonStore
    from localassist.domain.reviewing import Review
    from localassist.domain.stopping import Stop
    from localassist.usecases.side_by_side import CompareModels


@dataclass(frozen=True, slots=True)
class CellBegun:
    """A model is asked a question of the list: cell `position` (1-based) of `total` that were missing."""

    question: ComparedQuestion
    model: str
    position: int
    total: int


@dataclass(frozen=True, slots=True)
class CellFilled:
    """The answer of a cell is kept."""

    question_id: int
    answer: ComparedAnswer


@dataclass(frozen=True, slots=True)
class Comparing:
    """Models side by side: `ask` puts one question to them, `fill` a list of those that are `saved`."""

    ask: CompareModels
    fill: FillComparison
    saved: ComparisonStore


class FillComparison:
    """Asks for the missing answers of a saved list, model by model, so that each is loaded once."""

    def __init__(self, comparisons: ComparisonStore, compare: CompareModels) -> None:
        self._comparisons = comparisons
        self._compare = compare

    def __call__(
        self,
        comparison_id: int,
        stop: Stop,
        approve: Callable[[Review, Stop], Review | None] = nobody_approves,
    ) -> Iterator[CellBegun | AnswerEvent | CellFilled]:
        """`CellBegun`, the answer's events and `CellFilled` for every cell without an answer, or whose answer failed.

        Each answer is kept before it is told, so that whatever ends the program loses one at most. A stopped answer is
        not kept: it would be judged for less than it is. `approve` is shown what each cell would send elsewhere, as in
        `CompareModels`. Raises what the store raises.
        """
        table = self._comparisons.table(comparison_id)
        missing = table.missing
        for position, (question, model) in enumerate(missing, 1):
            if stop.requested:
                return
            yield CellBegun(question, model, position, len(missing))
            asked = SideBySide(question.text, (model,), table.comparison.scope)
            for compared in self._compare(asked, stop, approve):
                if not isinstance(compared.event, ComparedAnswer):
                    yield compared.event
                elif not stop.requested:
                    self._comparisons.keep(question.id, compared.event)
                    yield CellFilled(question.id, compared.event)
