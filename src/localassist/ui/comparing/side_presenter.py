"""Puts the question of the page to its models and shows in each column what comes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from localassist.domain.comparisons import ComparedAnswer
from localassist.domain.documents import Scope
from localassist.domain.events import Asked, Finished, ReasoningDelta, ReasoningEnded, TokenDelta
from localassist.ui.chat.running import RunningAnswer
from localassist.ui.comparing.models import contenders
from localassist.ui.errors import describe
from localassist.ui.evidence.presenter import EvidencePresenter
from localassist.usecases.figuring import figure_words
from localassist.usecases.side_by_side import Compared, SideBySide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Message
    from localassist.domain.stopping import Stop
    from localassist.ui.comparing.approving import Approvals
    from localassist.ui.comparing.models import Contender
    from localassist.ui.comparing.side_page import SideBySidePage
    from localassist.ui.jobs import Job, Jobs
    from localassist.usecases.services import Services

WAITING: Final = "Waits for its turn"
NOT_ASKED: Final = "You stopped before it was asked."


class SideBySidePresenter(QObject):
    """Between the page and the models; `contenders_known` carries which can be chosen."""

    contenders_known = Signal(tuple)

    def __init__(self, page: SideBySidePage, services: Services, jobs: Jobs, approvals: Approvals) -> None:
        super().__init__(page)
        self._page = page
        self._services = services
        self._jobs = jobs
        self._approvals = approvals
        self._scope = Scope()
        self._job: Job | None = None
        self._running: list[RunningAnswer] = []
        EvidencePresenter(page.evidence, services, jobs)
        page.compare_requested.connect(self.compare)
        page.stop_requested.connect(self.stop)
        page.citation_clicked.connect(self._on_citation_clicked)

    def use(self, scope: Scope, name: str) -> None:
        """Ask these documents from now on; `name` is what people call them, "" for none."""
        self._scope = scope
        told = f"All are given the same passages of {name}." if name else "No documents are asked."
        self._page.show_scope(f"{told} Models here answer one after the other.")

    def refresh(self) -> None:
        """Read which models there are."""
        self._jobs.call(lambda: contenders(self._services), self._on_contenders_read, self._on_failed)

    def compare(self, text: str, models: tuple[str, ...]) -> None:
        """Ask the models of the columns."""
        if self._job is not None:
            return
        asked = SideBySide(text, models, self._scope)
        self._job = job = self._jobs.prepare(partial(self._asking, asked))
        self._running = [RunningAnswer(job, None, "") for _ in models]
        self._page.note.hide()
        self._page.show_evidence(shown=False)
        for column in self._page.columns:
            column.begin(WAITING)
        self._page.show_busy(busy=True)
        job.progressed.connect(self._on_progressed)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        job.start()

    def stop(self) -> None:
        """Stop the answer under way; the columns after it are not asked."""
        if self._job is not None:
            self._job.stop()

    def _asking(self, asked: SideBySide, stop: Stop) -> Iterator[Compared]:
        """On a worker."""
        yield from self._services.comparing.ask(asked, stop, self._approvals)

    def _on_contenders_read(self, known: tuple[Contender, ...]) -> None:
        self._page.show_contenders(known)
        self.contenders_known.emit(known)

    def _on_progressed(self, compared: Compared) -> None:
        if isinstance(compared.event, ComparedAnswer):
            self._show_end(compared.column, compared.event)
            return
        column, running = self._page.columns[compared.column], self._running[compared.column]
        running.take(compared.event)
        column.say(running.status)
        answer = running.answer
        match compared.event:
            case Asked(_, begun):
                column.begin_answer(begun)
            case Finished(finished):
                column.finish(finished)
            case ReasoningDelta() | ReasoningEnded() if answer:
                column.restate(answer, running.thought)
            case TokenDelta(text) if answer:
                column.transcript.grow(answer.id, text)

    def _show_end(self, number: int, ended: ComparedAnswer) -> None:
        column = self._page.columns[number]
        column.say("")
        if ended.problem:
            failed = self._running[number].failed_answer(ended.problem)
            if failed is None:
                column.say(ended.problem)
            else:
                column.finish(failed)
        column.show_figures(figure_words(ended))

    def _on_citation_clicked(self, answer: Message, n: int) -> None:
        self._page.show_evidence(shown=True)
        self._page.evidence.show_evidence(answer)
        self._page.evidence.show_citation(n)

    def _on_failed(self, error: BaseException) -> None:
        self._page.note.complain(describe(error))

    def _on_ended(self) -> None:
        self._job = None
        self._page.show_busy(busy=False)
        for column in self._page.columns:
            if column.status == WAITING:
                column.say(NOT_ASKED)
