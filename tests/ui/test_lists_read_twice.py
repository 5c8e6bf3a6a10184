"""Saved lists that are read again before the first reading is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.domain.documents import Scope
from localassist.ui.comparing.lists_page import ListsPage
from localassist.ui.comparing.lists_presenter import ListsPresenter

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from pytestqt.qtbot import QtBot

    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services


def test_what_was_read_first_is_passed_over_if_it_comes_last(
    qtbot: QtBot, services: Services, jobs: Jobs, icons: Icons, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = services.comparing.saved
    first, second = saved.create("First", Scope()), saved.create("Second", Scope())
    reads: list[tuple[Callable[[], object], Callable[[object], object]]] = []
    monkeypatch.setattr(jobs, "call", lambda read, then, _otherwise: reads.append((read, then)))
    page = ListsPage(icons)
    qtbot.addWidget(page)
    ListsPresenter(page, services, jobs, icons, lambda review, _stop: review)
    page.list_chosen.emit(first.id)
    page.list_chosen.emit(second.id)
    for read, then in reversed(reads):
        then(read())
    assert page.lists.currentText() == "Second"
