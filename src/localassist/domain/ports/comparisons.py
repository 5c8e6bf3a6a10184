"""Where lists of questions to several models are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.domain.comparisons import ComparedAnswer, Comparison, ComparisonTable
    from localassist.domain.documents import Scope


class ComparisonStore(Protocol):
    """Saved comparisons. Every method commits before it returns; safe to call from any thread.

    All raise `StorageError` when the disk is full or read-only, and `NotFoundError` for what is not there.
    """

    def create(self, name: str, scope: Scope) -> Comparison:
        """A new list without questions. Raises `LocalAssistError` for a blank name or one that is there already."""

    def all(self) -> tuple[Comparison, ...]:
        """The lists by name."""

    def find(self, name: str) -> Comparison:
        """The list of that name."""

    def table(self, comparison_id: int) -> ComparisonTable:
        """A list with its questions, in the order in which they were added, and their answers."""

    def add_questions(self, comparison_id: int, texts: Iterable[str]) -> int:
        """Add questions at the end, blank ones and those that are there already left out; how many were added."""

    def remove_question(self, question_id: int) -> None:
        """Delete a question with its answers."""

    def add_models(self, comparison_id: int, models: Iterable[str]) -> None:
        """Add columns at the end, those that are there already left out.

        Raises `LocalAssistError` where they would be more than can be read side by side.
        """

    def remove_model(self, comparison_id: int, model: str) -> None:
        """Delete a column with its answers."""

    def keep(self, question_id: int, answer: ComparedAnswer) -> None:
        """Keep an answer in place of the one that there was, whose verdict goes with it."""

    def judge(self, question_id: int, model: str, verdict: str) -> None:
        """Keep the user's verdict on an answer, on one line and cut to `LONGEST_VERDICT`; "" takes it back."""

    def delete(self, comparison_id: int) -> None:
        """Delete a list with its questions and answers."""
