"""Answers of several models to the same questions, side by side, with the user's own verdicts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Scope, SupportStatus
from localassist.domain.privacy import Destination

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from localassist.domain.chat import Evidence

MOST_MODELS: Final = 4
"""As many columns can be read side by side."""

LONGEST_VERDICT: Final = 200
VERDICTS: Final = ("better", "good", "bad")
"""What is offered as a verdict; any other short text may be one."""
_MARK: Final = re.compile(r"\s*\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Grounding:
    """How many sentences of an answer the documents bear out, in part, or not at all; how many citations it has."""

    supported: int
    partly: int
    unsupported: int
    citations: int


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """What one model said. `model` is what it was asked as: a name or file here, "provider/model" elsewhere.

    `evidence` is what stands behind it, as a message has it. `problem` says, where there is no answer, what happened
    and what to do. `seconds` is how long all of it took, `first_word` until a word came, with searching and loading;
    None where none came. `verdict` is the user's, "" for none.
    """

    model: str
    text: str
    evidence: Evidence
    asked: datetime
    seconds: float
    first_word: float | None = None
    problem: str = ""
    verdict: str = ""

    @property
    def destination(self) -> Destination | None:
        """Where it was answered; None where it did not come to that."""
        return self.evidence.route.destination if self.evidence.route else None

    @property
    def answered_by(self) -> str:
        """The model as the answer names it, "" where none was asked."""
        return self.evidence.route.model if self.evidence.route else ""

    @property
    def cost(self) -> float | None:
        """US dollars: 0 for what never left this computer, None where no price is known."""
        if self.evidence.sent:
            return self.evidence.sent.cost
        return 0.0 if self.destination in {None, Destination.THIS_COMPUTER} else None

    @property
    def loading(self) -> float:
        """The seconds of `first_word` that loading the model took."""
        return self.evidence.timings.get("load", 0.0)

    @property
    def grounding(self) -> Grounding | None:
        """What the documents bear out of it; None where none were searched.

        Where a model was asked, its own sentences count: quotes that the program put behind them bear themselves out.
        """
        evidence = self.evidence
        if not evidence.searched:
            return None
        said = _MARK.sub("", evidence.said)
        standing = [
            each.status
            for each in evidence.sentences
            if not said or _MARK.sub("", self.text[each.start : each.end]).strip() in said
        ]
        return Grounding(
            standing.count(SupportStatus.SUPPORTED),
            standing.count(SupportStatus.PARTLY),
            standing.count(SupportStatus.UNSUPPORTED),
            len(evidence.citations),
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """A saved list of questions: `scope` says which documents they ask, `models` which are asked, in order."""

    id: int
    name: str
    created: datetime
    scope: Scope = field(default_factory=Scope)
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedQuestion:
    """One question of a list with its answers, each under the model that it was asked of."""

    id: int
    text: str
    answers: Mapping[str, ComparedAnswer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """A list with all there is to it: a row a question, a column a model."""

    comparison: Comparison
    questions: tuple[ComparedQuestion, ...] = ()

    @property
    def missing(self) -> tuple[tuple[ComparedQuestion, str], ...]:
        """The cells without an answer, model by model; those that failed are among them."""
        return tuple(
            (question, model)
            for model in self.comparison.models
            for question in self.questions
            if model not in question.answers or question.answers[model].problem
        )

    @property
    def totals(self) -> tuple[ColumnTotals, ...]:
        """What there is of each column, in the order of the models."""
        return tuple(
            _totals(model, [each.answers[model] for each in self.questions if model in each.answers])
            for model in self.comparison.models
        )


@dataclass(frozen=True, slots=True)
class ColumnTotals:
    """All answers of one model. `seconds` and `tokens_per_second` are means, None where there are none.

    `cost` is the sum of US dollars, None where one of them is not known. `verdicts` counts each.
    """

    model: str
    answered: int
    failed: int
    seconds: float | None
    tokens_per_second: float | None
    cost: float | None
    grounding: Grounding
    verdicts: Mapping[str, int]


def _totals(model: str, answers: Sequence[ComparedAnswer]) -> ColumnTotals:
    said = [answer for answer in answers if not answer.problem]
    rates = [rate for answer in said if (rate := answer.evidence.figures.tokens_per_second)]
    costs = [answer.cost for answer in answers]
    known = [cost for cost in costs if cost is not None]
    proofs = [proof for answer in said if (proof := answer.grounding)]
    return ColumnTotals(
        model=model,
        answered=len(said),
        failed=len(answers) - len(said),
        seconds=fmean(answer.seconds for answer in said) if said else None,
        tokens_per_second=fmean(rates) if rates else None,
        cost=sum(known) if len(known) == len(costs) else None,
        grounding=Grounding(
            sum(proof.supported for proof in proofs),
            sum(proof.partly for proof in proofs),
            sum(proof.unsupported for proof in proofs),
            sum(proof.citations for proof in proofs),
        ),
        verdicts=Counter(answer.verdict for answer in answers if answer.verdict),
    )
