"""The terminal of a command: one object at most, and nothing that deceives."""

import json

import pytest

from localassist.cli.console import Console
from localassist.domain.errors import LocalAssistError


def test_an_error_behind_the_object_adds_no_second_one(capfd: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=True)
    console.object({"answer": "60 days\u202e\u009b31m"})
    console.fail(LocalAssistError("Stopped."))
    console.close()
    out, err = capfd.readouterr()
    assert json.loads(out) == {"answer": "60 days\u202e\u009b31m"}
    assert "\u202e" not in out
    assert err == "localassist: Stopped.\n"
