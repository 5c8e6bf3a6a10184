"""Sizes, counts and lengths of time in people's words."""

from __future__ import annotations


def size_words(size: int) -> str:
    """`size` bytes in decimal units, as the window and a model's page say it."""
    if size >= 1_000_000_000:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 1_000_000 else f"{size / 1e3:.0f} kB"


def count_words(count: int) -> str:
    """A count of parameters: "1.7 billion", "135 million"."""
    return f"{count / 1e9:.3g} billion" if count >= 1_000_000_000 else f"{count / 1e6:.3g} million"


def duration_words(seconds: float) -> str:
    """A length of time in one rounded unit."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
