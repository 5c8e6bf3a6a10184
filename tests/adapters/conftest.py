"""What tests of several adapters start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from localassist.adapters.children import ChildPool
from localassist.adapters.database import Database


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """A new database in a home of its own."""
    made = Database(home / "localassist.db")
    yield made
    made.close()


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    """Child processes that the tests of a module share: starting one takes longer than most tests."""
    pool = ChildPool()
    yield pool
    pool.close()
