"""What a question elsewhere would cost, and whether the user's bounds allow it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import BudgetError
from localassist.domain.ports.escalations import Spending

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.domain.outbound import Target
    from localassist.domain.ports.escalations import EscalationStore
    from localassist.domain.ports.settings import SettingsStore

_CHARACTERS_A_TOKEN: Final = 3.5
"""Of letters that ASCII has: providers speak of four for English; fewer makes the estimate err on the dear side. Any
other letter counts as a token of its own."""
_RAISE_IT: Final = "Raise it in the settings, choose a cheaper model, or answer on this computer."


def estimated_tokens(text: str) -> int:
    """About how many tokens a model elsewhere makes of a text: rather too many than too few."""
    plain = sum(letter.isascii() for letter in text)
    return int(plain / _CHARACTERS_A_TOKEN) + (len(text) - plain) + 1


def money(dollars: float | None) -> str:
    """An amount as people read it."""
    if dollars is None:
        return "unknown"
    return f"${dollars:.2f}" if dollars >= 0.1 or dollars == 0 else f"${dollars:.4f}"


def _now() -> datetime:
    return datetime.now(UTC)


def month_of(time: datetime) -> datetime:
    """When the month of a budget began by this computer's clock on the wall, which changes with the seasons."""
    wall = time.astimezone().replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return wall.astimezone()


class Budget:
    """The bounds of the settings, and what was spent by them this month (by the clock of this computer)."""

    def __init__(self, store: EscalationStore, settings: SettingsStore, now: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._settings = settings
        self._now = now
        self._lock = threading.Lock()  # two questions at once must not both take the last of it

    def spent(self) -> float:
        """US dollars of this month, with what is under way; what has no price counts as nothing."""
        return sum(spending.cost or 0.0 for spending in self._store.spendings(month_of(self._now())))

    def obstacle(self, cost: float | None) -> str:
        """Why a question that costs so much at most (None: nobody knows) may not be sent, "" where it may."""
        settings = self._settings.load()
        bounds = (settings.most_per_question, settings.monthly_budget)
        if not any(bounds):
            return ""
        if cost is None:
            return "Nobody here knows what this model costs, and you set a bound to what may be spent."
        if settings.most_per_question and cost > settings.most_per_question:
            return f"It may cost {money(cost)}, and one question may cost {money(settings.most_per_question)} at most."
        spent = self.spent() if settings.monthly_budget else 0.0
        if settings.monthly_budget and spent + cost > settings.monthly_budget:
            return (
                f"It may cost {money(cost)}; of this month's {money(settings.monthly_budget)} "
                f"{money(spent)} are spent already."
            )
        return ""

    def reserve(self, target: Target, prompt_tokens: int, answer_tokens: int, cost: float | None) -> int:
        """Note what a question may cost before it is sent; gives its number. Raises `BudgetError` past a bound."""
        with self._lock:
            if obstacle := self.obstacle(cost):
                raise BudgetError(f"Nothing was sent. {obstacle}", _RAISE_IT)
            return self._store.reserve(Spending(self._now(), target, prompt_tokens, answer_tokens, cost))
