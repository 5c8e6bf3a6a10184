"""What an answer cost, in words: for who hovers over it and for who asks why it is what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localassist.domain.chat import Figures


def figure_rows(figures: Figures) -> list[tuple[str, str]]:
    """What there is to tell, as (what, how much)."""
    told: list[tuple[str, str]] = []
    if figures.device:
        told.append(("Ran on", figures.device))
    if figures.prompt_tokens:
        known = f", {figures.cached_tokens:,} of them known from before" if figures.cached_tokens else ""
        told.append(("Prompt", f"{tokens(figures.prompt_tokens)}{known}"))
    if figures.answer_tokens:
        told.append(("First word", f"after {figures.seconds_to_first_token:.1f} s"))
        told.append(("Answer", f"{tokens(figures.answer_tokens)}, {speed(figures)} a second"))
    if figures.reasoning_tokens:
        thought = f"{figures.reasoning_tokens:,} of these tokens, in {time_words(figures.reasoning_seconds)}"
        told.append(("Thinking", thought))
    if figures.context_length:
        used = figures.prompt_tokens + figures.answer_tokens
        told.append(("Context", f"{used:,} of {tokens(figures.context_length)} in use"))
    return told


def speed(figures: Figures) -> str:
    """Tokens a second: whole ones, or with a decimal where there are few."""
    rate = figures.tokens_per_second
    return f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"


def tokens(count: int) -> str:
    """So many tokens, in words."""
    return f"{count:,} token" if count == 1 else f"{count:,} tokens"


def dropped_words(count: int) -> str:
    """That the `count` oldest messages of a conversation have no room any more."""
    if count == 1:
        return "The oldest message no longer fits and is not seen by the model."
    return f"The {count:,} oldest messages no longer fit and are not seen by the model."


def time_words(seconds: float) -> str:
    """A length of time: "3 s" or "2 min 5 s", and never less than a second."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    return f"{minutes:,} min {rest} s" if minutes else f"{rest} s"


def money(dollars: float) -> str:
    """US dollars: with cents, or with as many decimals as a small sum needs."""
    if 0 < dollars < 0.0001:
        return "less than $0.0001"
    return f"${dollars:,.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"
