"""Which of a model's files to take where none was named: the one that keeps most of it and fits this computer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import ModelError
from localassist.domain.library import Fit, Suitability, Variant
from localassist.domain.quantisations import keeps_most

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.stopping import Stop
    from localassist.usecases.fitting_models import Judge
    from localassist.usecases.looking_up import Wanted

_BEST_FIRST: Final = (Suitability.FITS, Suitability.TIGHT, Suitability.SLOW)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A variant, how it fits, and why it is taken rather than another, as a sentence; "" where there is only one."""

    variant: Variant
    fit: Fit
    reason: str


def judged(wanted: Wanted, judge: Judge, stop: Stop, context_length: int = 0) -> list[tuple[Variant, Fit]]:
    """How each of a chat model's variants fits, smallest first; one that is no model file won't run.

    Raises what `Hub` raises, and `Stopped`.
    """
    return list(judging(wanted, judge, stop, context_length))


def judging(wanted: Wanted, judge: Judge, stop: Stop, context_length: int = 0) -> Iterator[tuple[Variant, Fit]]:
    """As `judged`, each as soon as it is known: it may take a few megabytes of a file's header to tell."""
    for variant in wanted.variants:
        try:
            fit = judge.variant(wanted.repository, variant, stop, context_length)
        except ModelError as error:
            fit = Fit(Suitability.WONT_RUN, error.message, context_length, 0, 0)
        yield variant, fit


def first_look(wanted: Wanted) -> Variant:
    """What to look at before it is known how the variants fit: the smallest that keeps most of the model."""
    return next((variant for variant in wanted.variants if _is_worth_it(variant)), wanted.variants[0])


def suggestion(wanted: Wanted, fits: list[tuple[Variant, Fit]]) -> Suggestion:
    """What to take of a chat model. Raises `ModelError` where nothing of it runs on this computer."""
    smallest, fit = fits[0]
    if len(fits) == 1 and fit.suitability is not Suitability.WONT_RUN:
        return Suggestion(smallest, fit, "")
    kept = [each for each in fits if _is_worth_it(each[0])] or fits
    for suitability in _BEST_FIRST:
        found = [each for each in kept if each[1].suitability is suitability]
        if found:
            # What fits well may as well be the largest; of what does not, the smallest does best.
            variant, fit = found[-1] if suitability is Suitability.FITS else found[0]
            return Suggestion(variant, fit, _reason(variant, suitability, only=len(found) == 1))
    for variant, its_fit in reversed(fits):
        if its_fit.suitability is not Suitability.WONT_RUN:
            reason = f"{_name(variant)} is taken: it loses much, but what keeps more won't run."
            return Suggestion(variant, its_fit, reason)
    raise ModelError(
        f"No file of {wanted.repository.name} is of use on this computer. {_name(smallest)}: {fit.reason}",
        f"Make room or choose another model; {wanted.repository.name}:{_name(smallest)} gets that file all the same.",
    )


def _reason(variant: Variant, suitability: Suitability, *, only: bool) -> str:
    if suitability is Suitability.FITS:
        if only:
            return f"{_name(variant)} is taken: of what keeps most of the model, nothing else fits this computer well."
        return f"{_name(variant)} is taken: of all that fit this computer well, it keeps most of the model."
    return f"{_name(variant)} is taken: nothing that keeps most of the model fits well here, and this comes nearest."


def _is_worth_it(variant: Variant) -> bool:
    """Whether it keeps most of the model, and in less than the 16 bits a weight which gain nothing."""
    return bool(variant.quantisation) and keeps_most(variant.quantisation) and "16" not in variant.quantisation


def _name(variant: Variant) -> str:
    return variant.quantisation or variant.files[0].path
