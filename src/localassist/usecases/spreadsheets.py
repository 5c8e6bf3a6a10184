"""Cells of tables for other programs, as text that no spreadsheet computes."""

from __future__ import annotations

from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that spreadsheets compute."""


def as_cell(value: Any) -> Any:
    """A value for a cell; text that would be taken for a formula has an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
