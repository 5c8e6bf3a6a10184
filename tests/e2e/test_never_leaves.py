"""Hundreds of attempts to make what never leaves go out, over the whole app, to a server that keeps every byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from e2e.leaking_case import Case
from e2e.leaking_ways import SENDING, WAYS
from localassist.process import LIBRARY_SWITCHES
from vault_room import Vault, vault

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

TIMES = 8
OFTEN = 1  # so often with every test; all of them take five minutes
ATTEMPTS = [
    pytest.param(name, time, marks=[] if time < OFTEN else [pytest.mark.soak]) for time in range(TIMES) for name in WAYS
]


@pytest.fixture(scope="module")
def safe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """One app for all attempts: each leaves its secrets behind for those that follow."""
    folder = tmp_path_factory.mktemp("vault")
    with pytest.MonkeyPatch.context() as patch, vault(folder / "home", folder / "files") as made:
        for name, value in LIBRARY_SWITCHES.items():
            patch.setenv(name, value)
        yield made


def test_there_are_three_hundred_attempts() -> None:
    assert len(ATTEMPTS) >= 300


@pytest.mark.parametrize(("name", "time"), ATTEMPTS)
def test_nothing_secret_arrives(safe: Vault, name: str, time: int) -> None:
    case = Case(safe, len(WAYS) * time + list(WAYS).index(name), time)
    case.set_up()
    safe.server.asked.clear()
    WAYS[name](case)
    assert not safe.leaked()
    if name in SENDING:
        assert case.open_word in safe.arrived(), "nothing arrived at all, so nothing was tried"


def test_a_word_that_does_arrive_is_found(safe: Vault) -> None:
    case = Case(safe, 10_000)
    case.set_up()
    safe.label(case.secret.parent, None)
    safe.server.asked.clear()
    safe.send_in(safe.conversation(), case.question)
    assert len(safe.leaked()) == 3
