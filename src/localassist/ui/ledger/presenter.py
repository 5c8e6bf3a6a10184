"""Between the window of the ledger and the ledger: reading, sifting, checking and exporting, off the GUI thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from localassist.domain.privacy import Body
from localassist.ui.errors import describe
from localassist.ui.ledger.view import LedgerDialog
from localassist.usecases import auditing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PySide6.QtWidgets import QWidget

    from localassist.domain.chat import Message
    from localassist.domain.privacy import LedgerEntry, LedgerSeal
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

CLOCK_S: Final = 0.002
"""The ledger has milliseconds, messages have more."""


class LedgerPresenter(QObject):
    """Keeps the window of the ledger true: it is read again whenever it comes to the front."""

    def __init__(self, parent: QWidget, services: Services, jobs: Jobs, icons: Icons) -> None:
        super().__init__(parent)
        self._parent = parent
        self._ledger = services.ledger
        self._conversations = services.conversations
        self._jobs = jobs
        self._icons = icons
        self._made: LedgerDialog | None = None
        self._entries: Sequence[LedgerEntry] = ()
        self._sifting = 0
        self._wanted: Message | None = None
        self._under_way = 0
        self._asked_again = False

    @property
    def _dialog(self) -> LedgerDialog:
        """The window of the ledger; making it before the main one is on screen would hold that up."""
        if self._made is None:
            self._made = dialog = LedgerDialog(self._icons, self._parent)
            dialog.looked_at.connect(self.refresh)
            dialog.narrowed.connect(self._sift)
            dialog.entry_chosen.connect(self._on_entry_chosen)
            dialog.export_requested.connect(self._on_export_requested)
            dialog.save_requested.connect(self._on_save_requested)
        return self._made

    def show(self) -> LedgerDialog:
        """Open the window."""
        self.refresh()
        self._dialog.show()
        self._dialog.raise_()
        return self._dialog

    def show_answer(self, message_id: int) -> None:
        """Open it on what was sent for an answer, among all that belongs to its conversation."""

        def find(message: Message) -> None:
            self._wanted = message
            self._dialog.filters.show_conversation(message.conversation_id)

        self.show()
        self._jobs.call(lambda: self._conversations.message(message_id), find, self._on_failed)

    def refresh(self) -> None:
        """Read the ledger and check it; once at a time, and once more where it was asked for meanwhile."""
        if self._under_way:
            self._asked_again = True
            return
        self._under_way = 2
        reading = self._jobs.call(self._ledger.entries, self._on_read, self._on_failed)
        checking = self._jobs.call(self._ledger.seal, self._on_checked, self._on_failed)
        for job in (reading, checking):
            job.ended.connect(self._on_ended)

    def _on_read(self, entries: Sequence[LedgerEntry]) -> None:
        self._entries = entries
        self._sift()

    def _on_ended(self) -> None:
        self._under_way -= 1
        if not self._under_way and self._asked_again:
            self._asked_again = False
            self.refresh()

    def _on_checked(self, seal: LedgerSeal) -> None:
        self._dialog.show_standing(auditing.standing(seal), whole=not seal.problem)

    def _sift(self) -> None:
        """Show what is looked for now; what was looked for before is passed over if it comes later."""
        self._sifting += 1
        mine, entries, narrowing = self._sifting, self._entries, self._dialog.filters.narrowing

        def sift() -> tuple[Sequence[LedgerEntry], str, tuple[LedgerEntry, ...]]:
            found = auditing.sift(entries, narrowing)
            return found, _sums(found), auditing.sift(entries, auditing.Narrowing(since=auditing.today()))

        def show(sifted: tuple[Sequence[LedgerEntry], str, tuple[LedgerEntry, ...]]) -> None:
            if mine == self._sifting:
                found, sums, today = sifted
                self._dialog.show_today(auditing.left_words(today), auditing.unended_words(today))
                self._dialog.show_entries(found, sums, narrowed=bool(entries))
                self._choose_wanted(found)

        self._jobs.call(sift, show, self._on_failed)

    def _choose_wanted(self, found: Sequence[LedgerEntry]) -> None:
        """Choose the first request that began after the answer did: the answer is stored before it is asked for."""
        if self._wanted is None or not self._entries:
            return
        began = self._wanted.created - CLOCK_S
        self._wanted = None
        number = next((each.number for each in found if each.begun.timestamp() >= began), 0)
        self._dialog.choose(number)

    def _on_entry_chosen(self, entry: LedgerEntry | None) -> None:
        if entry is None or entry.body is not Body.KEPT:
            return

        def show(body: str | None) -> None:
            if self._dialog.chosen == entry:
                self._dialog.detail.show_body(body or "")

        self._jobs.call(lambda: self._ledger.body(entry.number), show, self._on_failed)

    def _on_export_requested(self, path: str, form: str) -> None:
        entries = self._dialog.entries
        lines = auditing.as_csv(entries) if form == "csv" else auditing.as_json_lines(entries)
        self._write(path, lambda: lines, f"Exported {_requests(len(entries))} to {path}.")

    def _on_save_requested(self, path: str) -> None:
        chosen = self._dialog.chosen
        if chosen is not None:
            number = chosen.number
            self._write(path, lambda: [self._ledger.body(number) or ""], f"Saved what was sent to {path}.")

    def _write(self, path: str, pieces: Callable[[], Iterable[str]], done: str) -> None:
        self._dialog.note.hide()
        self._jobs.call(
            lambda: _write_whole(Path(path), pieces()), lambda _: self._dialog.note.say(done), self._on_failed
        )

    def _on_failed(self, error: BaseException) -> None:
        self._dialog.note.complain(describe(error))


def _write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write a file of UTF-8 that is there whole or not at all. Raises `OSError`."""
    beside = path.with_name(f"{path.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _sums(entries: Sequence[LedgerEntry]) -> str:
    """How many requests are on show, and what they come to by destination."""
    told = [
        f"{destination.value.capitalize()}: {_requests(total.requests)}, {total.sent:,} bytes sent, "
        f"{total.received:,} received."
        for destination, total in auditing.by_destination(entries).items()
    ]
    return " ".join([f"{_requests(len(entries))} shown.", *told])


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count:,} requests"
