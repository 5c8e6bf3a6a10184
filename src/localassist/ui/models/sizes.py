"""Sizes of files in the units people know."""

from __future__ import annotations


def size_words(size: int) -> str:
    """`size` bytes as "98 MB" or "2.4 GB" (decimal units, as disks are sold)."""
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    if size >= 1_000_000:
        return f"{size / 1_000_000:.0f} MB"
    return f"{size / 1000:.0f} kB"
