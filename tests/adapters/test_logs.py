"""The log tells what happened and where, and quotes nobody."""

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from localassist.adapters import logs
from localassist.adapters.logs import Log

SECRET = "the patient's name is Ada"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    opened = Log(tmp_path)
    opened.open()
    yield opened
    opened.close()


def test_keeps_our_words_and_no_others(log: Log) -> None:
    logging.getLogger("localassist.adapters.x").info("Refused a connection to %s", "example.org")
    logging.getLogger("some_library.part").warning("too long: %s", SECRET)
    warnings.warn(SECRET, stacklevel=1)
    text = log.path.read_text(encoding="utf-8")
    assert "Refused a connection to example.org" in text
    assert "some_library.part" in text
    assert SECRET not in text


def test_an_exception_leaves_its_places_without_its_words(log: Log) -> None:
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        logging.getLogger("localassist").exception("Something unexpected went wrong")
    text = log.path.read_text(encoding="utf-8")
    assert "RuntimeError" in text
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert SECRET not in text


def test_rotates(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log._handler, "maxBytes", 2_000)
    for number in range(200):
        logging.getLogger("localassist").info("line %d of a busy day", number)
    sizes = {entry.name: entry.stat().st_size for entry in log.path.parent.glob("localassist.log*")}
    assert len(sizes) == 1 + logs.KEPT_FILES
    assert max(sizes.values()) <= 2_000


def test_reports_of_crashes_do_not_grow_without_end(tmp_path: Path) -> None:
    report = tmp_path / "crash.log"
    for length, kept in ((logs.MAX_BYTES, logs.MAX_BYTES), (logs.MAX_BYTES + 1, 0)):
        report.write_bytes(b"x" * length)
        Log(tmp_path).close()
        assert report.stat().st_size == kept


def test_a_folder_that_is_not_there_costs_the_log_and_nothing_else(tmp_path: Path) -> None:
    log = Log(tmp_path / "absent")
    log.open()
    logging.getLogger("localassist").error("nobody will read this")
    log.close()
