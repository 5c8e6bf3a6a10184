"""Words of documents, models and file names in tooltips, where Qt takes what looks like HTML for HTML."""

from __future__ import annotations

from typing import Final

JOINER: Final = "\N{WORD JOINER}"  # cannot be seen; nothing is a tag that has it behind its bracket


def plain_tip(words: str) -> str:
    """The words as a tooltip that shows them as they are: markup in one would load the pictures it names."""
    return words.replace("<", f"<{JOINER}")
