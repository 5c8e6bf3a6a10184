"""What a compared answer took and what it rests on, in people's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.domain.privacy import Destination

if TYPE_CHECKING:
    from localassist.domain.comparisons import ColumnTotals, ComparedAnswer, Grounding

UNKNOWN: Final = "not known"
_LOADING_TOLD: Final = 0.1
_LEAST_TOLD: Final = 0.0001


def figure_words(answer: ComparedAnswer) -> tuple[tuple[str, str], ...]:
    """What there is to tell of an answer, as (what, how much)."""
    figures, grounding = answer.evidence.figures, answer.grounding
    told = [("Answered by", _where(answer))] if answer.destination else []
    if answer.first_word is not None:
        loading = f", {answer.loading:.1f} s of it to load the model" if answer.loading >= _LOADING_TOLD else ""
        told.append(("First word", f"after {answer.first_word:.1f} s{loading}"))
    told.append(("In all", f"{answer.seconds:.1f} s"))
    if figures.answer_tokens:
        told.append(("Tokens", f"{figures.prompt_tokens:,} read, {figures.answer_tokens:,} written"))
        told.append(("Speed", f"{rate_words(figures.tokens_per_second)} tokens a second"))
    if answer.destination is not None:
        told.append(("Cost", cost_words(answer.cost)))
    if grounding is not None:
        told.append(("Documents", grounding_words(grounding)))
    return tuple(told)


def total_words(totals: ColumnTotals) -> tuple[tuple[str, str], ...]:
    """What there is to tell of a whole column, as (what, how much)."""
    told = [("Answered", f"{totals.answered}, {totals.failed} failed" if totals.failed else f"{totals.answered}")]
    if totals.seconds is not None:
        told.append(("On average", f"{totals.seconds:.1f} s"))
    if totals.tokens_per_second is not None:
        told.append(("Speed", f"{rate_words(totals.tokens_per_second)} tokens a second"))
    if totals.answered or totals.failed:
        told.append(("Cost", cost_words(totals.cost)))
    if any((totals.grounding.supported, totals.grounding.partly, totals.grounding.unsupported)):
        told.append(("Documents", grounding_words(totals.grounding)))
    if totals.verdicts:
        most_first = sorted(totals.verdicts.items(), key=lambda each: (-each[1], each[0]))
        told.append(("Verdicts", ", ".join(f"{count} × {verdict}" for verdict, count in most_first)))
    return tuple(told)


def grounding_words(grounding: Grounding) -> str:
    """How much of what was said the documents bear out."""
    of_all = grounding.supported + grounding.partly + grounding.unsupported
    if not of_all:
        return f"nothing to check, {_citations(grounding.citations)}"
    told = f"bear out {grounding.supported} of {of_all} sentence{'' if of_all == 1 else 's'}"
    partly = f", {grounding.partly} in part" if grounding.partly else ""
    return f"{told}{partly}; {_citations(grounding.citations)}"


def cost_words(cost: float | None) -> str:
    """An amount of US dollars, as small as it may be."""
    if cost is None:
        return UNKNOWN
    if cost >= 0.1 or not cost:
        return f"${cost:.2f}" if cost else "nothing"
    return f"${cost:.4f}" if cost >= _LEAST_TOLD else f"less than ${_LEAST_TOLD}"


def rate_words(rate: float) -> str:
    """Tokens a second: whole ones, or with a decimal where there are few."""
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"


def _where(answer: ComparedAnswer) -> str:
    by = answer.answered_by or "the documents' own words"
    device = answer.evidence.figures.device
    if answer.destination is Destination.THIS_COMPUTER:
        return f"{by}, here ({device})" if device else f"{by}, here"
    return f"{by}, {answer.destination}"


def _citations(count: int) -> str:
    return f"{count} citation{'' if count == 1 else 's'}"
