"""Reads, fills, judges, exports and deletes the saved lists of the page, away from the GUI thread."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from localassist.domain.chat import Message, MessageStatus, Role
from localassist.domain.comparisons import Comparison, ComparisonTable
from localassist.domain.documents import Scope
from localassist.domain.errors import LocalAssistError
from localassist.ui.chat.running import progress
from localassist.ui.comparing.new_list import NewListDialog
from localassist.ui.errors import describe
from localassist.ui.evidence.presenter import EvidencePresenter
from localassist.usecases.filling import CellBegun, CellFilled
from localassist.usecases.tabulating import comparison_csv, comparison_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.comparisons import ComparedAnswer
    from localassist.domain.stopping import Stop
    from localassist.ui.comparing.approving import Approvals
    from localassist.ui.comparing.lists_page import ListsPage
    from localassist.ui.comparing.models import Contender
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Job, Jobs
    from localassist.usecases.services import Services

JSON: Final = ".json"
Read = tuple[tuple[Comparison, ...], ComparisonTable | None]


class ListsPresenter(QObject):
    """Between the page and the saved lists."""

    def __init__(self, page: ListsPage, services: Services, jobs: Jobs, icons: Icons, approvals: Approvals) -> None:
        super().__init__(page)
        self._page = page
        self._services = services
        self._jobs = jobs
        self._icons = icons
        self._approvals = approvals
        self._scope = Scope()
        self._known: tuple[Contender, ...] = ()
        self._chosen = 0
        self._reads = 0
        self._shown: Message | None = None
        self._job: Job | None = None
        self._position, self._share = "", 0.0
        self.dialog: NewListDialog | None = None
        EvidencePresenter(page.evidence, services, jobs)
        self._connect()

    def use(self, scope: Scope) -> None:
        """Ask these documents in lists that are begun from now on."""
        self._scope = scope

    def show_contenders(self, known: tuple[Contender, ...]) -> None:
        """Offer these models for lists."""
        self._known = known

    def refresh(self) -> None:
        """Show the lists as they are now; what was read before is passed over if it comes later."""
        self._reads += 1
        self._jobs.call(partial(self._read, self._chosen), partial(self._on_read, self._reads), self._on_failed)

    def _connect(self) -> None:
        page = self._page
        page.list_chosen.connect(self._on_list_chosen)
        page.new_requested.connect(partial(self._open_dialog, ""))
        page.add_requested.connect(lambda: self._open_dialog(page.lists.currentText()))
        page.fill_requested.connect(self._on_fill_requested)
        page.stop_requested.connect(self._on_stop_requested)
        page.export_requested.connect(self._on_export_requested)
        page.deletion_confirmed.connect(self._on_deletion_confirmed)
        page.cell_chosen.connect(self._on_cell_chosen)
        page.citation_clicked.connect(self._on_citation_clicked)
        page.cells.judged.connect(self._on_judged)

    def _read(self, chosen: int) -> Read:
        """On a worker."""
        saved = self._services.comparing.saved
        lists = saved.all()
        wanted = next((each for each in lists if each.id == chosen), lists[0] if lists else None)
        return lists, saved.table(wanted.id) if wanted else None

    def _on_read(self, number: int, read: Read) -> None:
        if number != self._reads:
            return
        lists, table = read
        self._chosen = table.comparison.id if table else 0
        self._page.show_lists(lists, self._chosen)
        self._page.show_table(table)
        self._on_cell_chosen()

    def _on_list_chosen(self, comparison_id: int) -> None:
        self._chosen = comparison_id
        self.refresh()

    def _open_dialog(self, name: str) -> None:
        self.dialog = dialog = NewListDialog(self._icons, self._page, self._known, name)
        dialog.begun.connect(self._on_begun)
        dialog.file_chosen.connect(self._on_file_chosen)
        dialog.open()

    def _on_file_chosen(self, path: str) -> None:
        self._jobs.call(partial(_lines, Path(path)), self._on_lines, self._on_not_begun)

    def _on_lines(self, lines: list[str]) -> None:
        if self.dialog is not None:
            self.dialog.add_questions(lines)

    def _on_begun(self, name: str, questions: tuple[str, ...], models: tuple[str, ...]) -> None:
        keep = partial(self._keep, self._chosen if self.dialog and not self.dialog.name.isEnabled() else 0)
        self._jobs.call(lambda: keep(name, questions, models), self._on_kept, self._on_not_begun)

    def _keep(self, chosen: int, name: str, questions: tuple[str, ...], models: tuple[str, ...]) -> int:
        """On a worker: store a new list, or more of the one that is chosen; gives its id."""
        saved = self._services.comparing.saved
        comparison_id = chosen or saved.create(name, self._scope).id
        saved.add_models(comparison_id, models)
        saved.add_questions(comparison_id, questions)
        return comparison_id

    def _on_kept(self, comparison_id: int) -> None:
        if self.dialog is not None:
            self.dialog.accept()
            self.dialog = None
        self._on_list_chosen(comparison_id)

    def _on_not_begun(self, error: BaseException) -> None:
        if self.dialog is not None:
            self.dialog.note.complain(describe(error))

    def _on_fill_requested(self) -> None:
        if self._job is not None or not self._chosen:
            return
        self._page.note.hide()
        self._job = job = self._jobs.prepare(partial(self._filling, self._chosen))
        job.progressed.connect(self._on_progressed)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        self._page.show_busy(busy=True)
        job.start()

    def _filling(self, comparison_id: int, stop: Stop) -> Iterator[object]:
        """On a worker: after each answer the table as it is then."""
        for told in self._services.comparing.fill(comparison_id, stop, self._approvals):
            yield told
            if isinstance(told, CellFilled):
                yield self._services.comparing.saved.table(comparison_id)

    def _on_progressed(self, told: object) -> None:
        match told:
            case CellBegun(question, model, position, total):
                self._position, self._share = f"{position} of {total}: {model}", (position - 1) / total
                self._page.cells.show_under_way(question.id, model)
                self._page.work.say(self._position, self._share)
            case CellFilled():
                self._page.cells.show_under_way(0, "")
            case ComparisonTable():
                self._page.show_table(told)
            case _:
                words, _ = progress(told)
                if words:
                    self._page.work.say(f"{self._position}. {words}", self._share)

    def _on_stop_requested(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _on_ended(self) -> None:
        self._job = None
        self._page.show_busy(busy=False)
        self.refresh()

    def _on_judged(self, question_id: int, model: str, words: str) -> None:
        saved = self._services.comparing.saved
        self._jobs.call(partial(saved.judge, question_id, model, words), lambda _: self.refresh(), self._on_failed)

    def _on_export_requested(self, path: str) -> None:
        write = partial(self._write, self._chosen, Path(path))
        self._jobs.call(write, lambda _: self._page.note.say(f"The table is in {path}."), self._on_failed)

    def _write(self, comparison_id: int, file: Path) -> None:
        """On a worker. The dialog asked already whether a file that is there may be replaced."""
        table = self._services.comparing.saved.table(comparison_id)
        text = comparison_json(table) if file.suffix.casefold() == JSON else comparison_csv(table)
        file.write_text(text, encoding="utf-8", newline="")

    def _on_deletion_confirmed(self, comparison_id: int) -> None:
        gone = partial(self._services.comparing.saved.delete, comparison_id)
        self._jobs.call(gone, lambda _: self.refresh(), self._on_failed)

    def _on_cell_chosen(self) -> None:
        answer = self._page.cells.answer(self._page.table.currentIndex())
        shown = message_of(answer) if answer else None
        if shown == self._shown:
            return
        self._shown = shown
        self._page.show_answer(shown)
        if shown is None or not shown.evidence.citations:
            self._page.evidence.hide()
        elif self._page.evidence.isVisible():
            self._page.evidence.show_evidence(shown)

    def _on_citation_clicked(self, n: int) -> None:
        if self._shown is not None:
            self._page.evidence.show()
            self._page.evidence.show_evidence(self._shown)
            self._page.evidence.show_citation(n)

    def _on_failed(self, error: BaseException) -> None:
        self._page.note.complain(describe(error))


def message_of(answer: ComparedAnswer) -> Message:
    """A kept answer as the transcript shows one."""
    status = MessageStatus.FAILED if answer.problem else MessageStatus.COMPLETE
    asked = answer.asked.timestamp()
    return Message(1, 0, None, Role.ASSISTANT, answer.text, asked, status, answer.problem, answer.evidence)


def _lines(file: Path) -> list[str]:
    """The lines of a text that hold something. Raises `LocalAssistError` for what is no text."""
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8-sig").split("\n") if line.strip()]
    except ValueError as error:
        raise LocalAssistError(f"{file.name} can't be read as text.", "Choose one with a question a line.") from error
