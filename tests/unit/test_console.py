"""The terminal of a command: one object at most, and nothing that deceives."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from localassist.cli.console import Console
from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def output_at_terminal() -> Iterator[int]:
    """Standard output is a terminal meanwhile; gives where what is shown there can be read without waiting."""
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)
    kept = os.dup(1)
    os.dup2(theirs, 1)
    try:
        yield ours
    finally:
        os.dup2(kept, 1)
        for each in (kept, ours, theirs):
            os.close(each)


def test_an_error_behind_the_object_adds_no_second_one(capfd: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=True)
    console.object({"answer": "60 days\u202e\u009b31m"})
    console.fail(LocalAssistError("Stopped."))
    console.close()
    out, err = capfd.readouterr()
    assert json.loads(out) == {"answer": "60 days\u202e\u009b31m"}
    assert "\u202e" not in out
    assert err == "localassist: Stopped.\n"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no such terminals here")
@pytest.mark.parametrize("body", ['{"said": 1}', '{"said": 1}\n'])
def test_what_is_written_to_the_letter_ends_its_line_on_a_terminal(body: str) -> None:
    with output_at_terminal() as shown:
        console = Console(as_json=False)
        console.write_exactly(body)
        console.close()
        assert os.read(shown, 1000) == b'{"said": 1}\r\n'
