"""A comparison's question in the terminal whether what was shown may leave."""

from __future__ import annotations

import pytest

from cli_console import Told
from escalation_room import EscalationRoom
from localassist.cli.approving import approving


@pytest.mark.parametrize(
    ("told", "approved"),
    [
        (Told("y"), True),
        (Told("n"), False),
        (Told(), False),
        (Told("y", has_terminal=False), False),
        (Told("y", as_json=True), False),
    ],
)
def test_only_a_yes_typed_at_a_terminal_approves(told: Told, *, approved: bool) -> None:
    room = EscalationRoom(lease="The rent is 900 euros.")
    review = room.review(room.question("What is the rent?"))
    assert (approving(told.console)(review, room.stop) is not None) is approved
