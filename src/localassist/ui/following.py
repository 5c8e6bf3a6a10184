"""Keeps the evidence column with the answer on show, before its first word and when a citation is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from localassist.domain.chat import Message
    from localassist.domain.documents import Passage
    from localassist.ui.chat.presenter import ChatPresenter
    from localassist.ui.evidence.view import EvidenceView
    from localassist.ui.main_window import MainWindow


class EvidenceFollower(QObject):
    """Between the conversation on show and the column beside it."""

    def __init__(self, chat: ChatPresenter, evidence: EvidenceView, window: MainWindow) -> None:
        super().__init__(evidence)
        self._evidence = evidence
        self._window = window
        self._shown: Message | None = None
        chat.answer_shown.connect(self._on_answer_shown)
        chat.citation_chosen.connect(self._on_citation_chosen)
        chat.passages_found.connect(self._on_passages_found)

    def _on_answer_shown(self, answer: Message | None) -> None:
        self._shown = answer
        if answer is not None and answer.evidence.route is not None:
            self._evidence.show_evidence(answer)
        else:
            self._evidence.clear()
        self._window.offer_evidence(there_is=answer is not None and answer.evidence.searched)

    def _on_passages_found(self, passages: tuple[Passage, ...]) -> None:
        # The column opens before the first word, so that no line moves while it is read.
        self._evidence.show_found(passages)
        self._window.offer_evidence(there_is=True)

    def _on_citation_chosen(self, answer: Message, n: int) -> None:
        if self._shown is None or self._shown.id != answer.id:
            self._shown = answer
            self._evidence.show_evidence(answer)
        self._window.show_evidence(shown=True)
        self._evidence.show_citation(n)
