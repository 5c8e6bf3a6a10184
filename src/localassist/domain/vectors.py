"""Embedding vectors as they cross ports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vectors:
    """`count` unit-length float32 vectors of `dimension` numbers each, row after row.

    `data` is a one-dimensional memoryview of format "f" with `count * dimension` items.
    """

    data: memoryview
    dimension: int

    @property
    def count(self) -> int:
        """How many vectors there are."""
        return len(self.data) // self.dimension if self.dimension else 0

    def row(self, position: int) -> Vectors:
        """The vector at `position` (0-based), as `Vectors` of count 1 over the same memory."""
        start = position * self.dimension
        return Vectors(self.data[start : start + self.dimension], self.dimension)
