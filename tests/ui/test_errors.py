"""Errors become sentences; what nobody foresaw is logged without its message."""

from __future__ import annotations

import errno
import logging

import pytest

from localassist.domain.errors import ModelError
from localassist.ui.errors import describe


def test_our_own_errors_are_shown_as_they_are() -> None:
    problem = describe(ModelError("The model file is gone.", "Choose another."))
    assert problem.text == "The model file is gone. Choose another."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "ran out of memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "refused access"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
)
def test_errors_of_the_system_say_what_to_do(error: BaseException, words: str) -> None:
    problem = describe(error)
    assert words in problem.message
    assert problem.hint.endswith(".")


def test_unforeseen_errors_keep_secrets_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        problem = describe(KeyError("my secret question"))
    assert "KeyError" in problem.message
    assert "secret" not in caplog.text
    assert "secret" not in problem.text
    assert "KeyError" in caplog.text
