"""What models cost and hold, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from localassist.domain.ports.cloud import Price

UNKNOWN: Final = "unknown"
CENTS: Final = 2
FINEST: Final = 4  # decimals of the dollars that a million tokens cost


def token_price(dollars: float) -> str:
    """What a million tokens cost: "$1.25", "$0.075"."""
    whole, _, decimals = f"{dollars:,.{FINEST}f}".partition(".")
    return f"${whole}.{decimals.rstrip('0').ljust(CENTS, '0')}" if dollars else "nothing"


def price_words(price: Price | None) -> str:
    """A sentence about both directions, and who says so."""
    if price is None:
        return "What it costs is not known."
    if not price.sent and not price.received:
        return "It costs nothing."
    told = f"A million tokens cost {token_price(price.sent)} sent and {token_price(price.received)} received"
    return f"{told}, as {price.source} has it." if price.source else f"{told}."


def context_words(tokens: int) -> str:
    """ "128,000 tokens"."""
    return f"{tokens:,} tokens" if tokens else UNKNOWN
