"""The question in the terminal whether what was shown may leave this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.cli.reviews import recipient, review_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.cli.console import Console
    from localassist.domain.reviewing import Review
    from localassist.domain.stopping import Stop


def approving(console: Console) -> Callable[[Review, Stop], Review | None]:
    """Shows a review and asks; with `--json`, or where nobody sits at a terminal, nothing is approved."""

    def approve(review: Review, _stop: Stop) -> Review | None:
        if console.as_json or not console.has_terminal:
            return None
        for line in review_lines(review):
            console.print(line)
        if review.obstacle:
            return None
        try:
            said = console.read_line(f"Send this to {recipient(review)}? [y/N] ")
        except EOFError:
            return None
        return review if said.strip().casefold() in ("y", "yes") else None

    return approve
