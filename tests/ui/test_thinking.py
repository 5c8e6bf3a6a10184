"""What a model thinks before it answers: folded to a line, unfolded where it stands, beside the answer's words."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from looking import ask, shown, wait_for_end
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from transcript_material import answer, dialogue, question, texts

from localassist.domain.chat import Evidence, Figures, MessageStatus
from localassist.domain.errors import ModelError
from localassist.domain.events import PromptProgress, ReasoningDelta, ReasoningEnded, TokenDelta, TurnsDropped
from localassist.ui.chat.controls import CopyButton, FoldButton, FooterWidget
from localassist.ui.chat.thought import Thought

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from localassist.ui.assembly import Assembly
    from localassist.ui.chat.transcript import TranscriptView

LONG = "The lease says it on some page.\n" * 60
THOUGHTFUL = Evidence(reasoning="Let me see, the lease.\n", figures=Figures(reasoning_seconds=3.2))


def fold_of(transcript: TranscriptView) -> FoldButton:
    """The last fold line on show."""
    folds = [fold for fold in transcript.findChildren(FoldButton) if fold.isVisible()]
    return max(folds, key=lambda fold: fold.y())


def writing(transcript: TranscriptView, before: int = 0) -> Thought:
    """An answer that is being written after so many others, and its thought, which takes no time."""
    transcript.show_messages([*dialogue(before), question(2 * before + 1)])
    transcript.add(answer(2 * before + 2, "", MessageStatus.STREAMING))
    return Thought(lambda: 0.0)


def tell(transcript: TranscriptView, thought: Thought, text: str) -> None:
    """Have the thought go on, and the view show it."""
    thought.add(text)
    transcript.restate(transcript.items[-1].message, thought)
    transcript._on_repaint_due()


def test_a_thought_is_folded_to_one_line(transcript: TranscriptView, qtbot: QtBot) -> None:
    transcript.show_messages([question(1), answer(2, "Sixty days.", evidence=THOUGHTFUL)])
    assert texts(transcript, 1) == ["Sixty days."]
    fold = fold_of(transcript)
    assert fold.accessibleName() == "Thought for 3 s. Show the thinking"
    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert texts(transcript, 1) == ["Let me see, the lease.", "Sixty days."]
    assert fold.accessibleName() == "Thought for 3 s. Hide the thinking"
    qtbot.keyClick(fold, Qt.Key.Key_Space)
    assert texts(transcript, 1) == ["Sixty days."]


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (Evidence(reasoning="Hm.", figures=Figures(reasoning_seconds=0.2)), "Thought for 1 s"),
        (Evidence(reasoning="Hm.", figures=Figures(reasoning_seconds=125)), "Thought for 2 min 5 s"),
        (Evidence(reasoning="Hm.", timings={"reasoning": 7.1}), "Thought for 7 s"),
        (Evidence(reasoning="Hm."), "Thought"),
    ],
)
def test_the_line_tells_how_long_was_thought(transcript: TranscriptView, evidence: Evidence, said: str) -> None:
    transcript.show_messages([answer(1, "Sixty days.", evidence=evidence)])
    assert fold_of(transcript).text() == said


def test_an_answer_without_a_thought_has_no_line(transcript: TranscriptView) -> None:
    transcript.show_messages([answer(1, "Sixty days.", evidence=Evidence(reasoning="\n\n"))])
    assert not transcript.findChildren(FoldButton)


def test_copying_an_answer_leaves_its_thought_out(transcript: TranscriptView, qtbot: QtBot) -> None:
    transcript.show_messages([answer(1, "Sixty days.", evidence=THOUGHTFUL)])
    fold_of(transcript).click()
    footer = transcript.findChild(FooterWidget)
    qtbot.mouseClick(footer.findChild(CopyButton), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Sixty days."


def test_time_goes_on_with_the_thought_and_ends_with_it() -> None:
    now = [10.0]
    thought = Thought(lambda: now[0])
    thought.add("Hm")
    assert thought.label == "Thinking…"
    now[0] = 13.4
    assert thought.label == "Thinking… 3 s"
    thought.end(3.3)
    now[0] = 60.0
    assert thought.label == "Thought for 3 s"
    thought.add(" again")
    now[0] = 62.0
    thought.end(2.0)
    assert (thought.label, thought.text) == ("Thought for 5 s", "Hm again")


def test_a_thought_is_read_while_it_grows(transcript: TranscriptView) -> None:
    thought = writing(transcript)
    tell(transcript, thought, "\nLet me see 🙂")
    assert texts(transcript, 1) == [], "folded until somebody wants to read it"
    fold_of(transcript).click()
    tell(transcript, thought, ", the lease.\nIt says 🙂🙂")
    tell(transcript, thought, " sixty.")
    assert texts(transcript, 1) == ["Let me see 🙂, the lease.\nIt says 🙂🙂 sixty."]
    piece = transcript.items[1].layout.thought  # type: ignore[union-attr]
    tell(transcript, thought, " Days.")
    assert transcript.items[1].layout.thought is piece, "only what is new is laid out"  # type: ignore[union-attr]
    transcript.grow(2, "Sixty days.")
    transcript._on_repaint_due()
    transcript.finish(answer(2, "Sixty days.", evidence=Evidence(reasoning=thought.text)))
    assert texts(transcript, 1) == [thought.text, "Sixty days."], "what was open stays open"


def test_unfolding_leaves_in_place_what_was_clicked_and_all_above(transcript: TranscriptView) -> None:
    transcript.show_messages(
        [*dialogue(20), question(41), answer(42, "Sixty days.", evidence=Evidence(reasoning=LONG))]
    )
    fold = fold_of(transcript)
    before = fold.y()
    fold.click()
    assert fold.y() == before
    assert fold_of(transcript) is fold


def test_a_long_thought_that_is_read_stays_in_place_while_it_grows(transcript: TranscriptView) -> None:
    thought = writing(transcript, before=20)
    tell(transcript, thought, LONG)
    fold = fold_of(transcript)
    before = fold.y()
    fold.click()
    tell(transcript, thought, LONG)
    transcript.grow(42, "Sixty days.\n\n" * 30)
    transcript._on_repaint_due()
    assert fold.y() == before


def test_a_short_thought_that_is_read_is_followed_by_the_answer(transcript: TranscriptView) -> None:
    thought = writing(transcript)
    tell(transcript, thought, "Hm.")
    fold_of(transcript).click()
    transcript.grow(2, "Sixty days.\n\n" * 60)
    transcript._on_repaint_due()
    assert transcript.verticalScrollBar().value() == transcript.verticalScrollBar().maximum() > 0


def test_folding_from_the_middle_of_a_thought_ends_at_its_line(transcript: TranscriptView) -> None:
    evidence = Evidence(reasoning=LONG * 3)
    below = [answer(n, "Sixty days.\n\n" * 6) for n in range(8, 40)]
    transcript.show_messages([*dialogue(3), answer(7, "Sixty days.", evidence=evidence), *below])
    transcript.verticalScrollBar().setValue(round(transcript._column.top(6)) - 100)
    fold = fold_of(transcript)
    fold.click()
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().value() + 1500)
    assert fold.y() < -1000
    fold.click()
    assert 0 <= fold.y() < 4


def test_a_thought_that_comes_late_moves_nothing_that_is_read(transcript: TranscriptView) -> None:
    thought = writing(transcript, before=3)
    transcript.grow(8, "Sixty days.\n\n" * 60)
    transcript._on_repaint_due()
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().value() - 500)
    piece = transcript.items[-1].layout.pieces[0]  # type: ignore[union-attr]
    place = transcript.origin(7).y() + piece.top
    tell(transcript, thought, "Wait.")
    piece = transcript.items[-1].layout.pieces[0]  # type: ignore[union-attr]
    assert transcript.items[-1].layout.fold_top == 0  # type: ignore[union-attr]
    assert transcript.origin(7).y() + piece.top == place


def test_a_long_conversation_lays_out_no_thought_that_is_folded(transcript: TranscriptView) -> None:
    thoughtful = [answer(n, "Sixty days.", evidence=Evidence(reasoning=LONG)) for n in range(1, 400)]
    transcript.show_messages(thoughtful)
    assert sum(item.layout is not None for item in transcript.items) < 12
    assert all(item.layout is None or item.layout.thought is None for item in transcript.items)


def test_messages_that_no_longer_fit_are_told_above_the_answer(transcript: TranscriptView) -> None:
    said = "The 4 oldest messages no longer fit and are not seen by the model."
    thought = writing(transcript)
    streaming = transcript.items[-1].message
    transcript.restate(replace(streaming, evidence=Evidence(dropped=4)), thought)
    transcript.grow(2, "Sixty days.")
    transcript._on_repaint_due()
    assert texts(transcript, 1) == [said, "Sixty days."]
    transcript.finish(answer(2, "Sixty days.", evidence=Evidence(dropped=4)))
    assert texts(transcript, 1) == [said, "Sixty days."]


def test_a_model_that_only_thought_is_told_with_what_to_do(transcript: TranscriptView) -> None:
    transcript.show_messages([answer(1, "", evidence=Evidence(reasoning=LONG))])
    (said,) = texts(transcript, 0)
    assert "came to no answer" in said
    assert "Max reasoning tokens" in said


def test_the_window_shows_the_thought_in_the_transcript_alone(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    dropped, thinking, end = threading.Event(), threading.Event(), threading.Event()
    answers.script = [PromptProgress(5, 10, 0), TurnsDropped(2), dropped, ReasoningDelta("Hm, "), thinking]
    answers.script += [ReasoningDelta("the lease."), ReasoningEnded(2.0), TokenDelta("60 days."), end]
    transcript = opened.chat.transcript
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: len(transcript.items) == 2 and texts(transcript, 1)[:1] != [])
    assert texts(transcript, 1) == ["The 2 oldest messages no longer fit and are not seen by the model."]
    dropped.set()
    qtbot.waitUntil(lambda: bool(transcript.findChildren(FoldButton)))
    assert fold_of(transcript).text().startswith("Thinking…")
    assert opened.chat.status.words == ""
    thinking.set()
    qtbot.waitUntil(lambda: shown(opened)[1:] == ["60 days."])
    qtbot.waitUntil(lambda: fold_of(transcript).text() == "Thought for 2 s")
    end.set()
    wait_for_end(opened, qtbot)
    assert transcript.items[-1].message.evidence.reasoning == "Hm, the lease."
    assert shown(opened) == ["What notice?", "60 days."]


def test_a_thought_goes_on_while_another_conversation_is_read(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    go_on = threading.Event()
    answers.script = [TurnsDropped(1), ReasoningDelta("Hm, "), go_on, ReasoningDelta("the lease."), threading.Event()]
    ask(opened, qtbot, "What notice?")
    transcript = opened.chat.transcript
    qtbot.waitUntil(lambda: bool(transcript.findChildren(FoldButton)))
    conversation_id = transcript.items[0].message.conversation_id
    qtbot.keyClick(opened.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    opened.conversations.conversation_chosen.emit(conversation_id)
    qtbot.waitUntil(lambda: len(transcript.items) == 2)
    qtbot.waitUntil(lambda: bool([f for f in transcript.findChildren(FoldButton) if f.isVisible()]))
    fold_of(transcript).click()
    go_on.set()
    qtbot.waitUntil(lambda: texts(transcript, 1)[-1:] == ["Hm, the lease."])
    assert texts(transcript, 1)[0].startswith("The oldest message no longer fits")
    qtbot.keyClick(opened.window, Qt.Key.Key_Escape)
    wait_for_end(opened, qtbot, MessageStatus.STOPPED)
    assert "Hm, the lease." in texts(transcript, 1)


def test_a_failure_keeps_what_was_thought(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    answers.script = [ReasoningDelta("Hm."), ReasoningEnded(4.0), ModelError("The model file is gone.", "Choose one.")]
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot, MessageStatus.FAILED)
    assert fold_of(opened.chat.transcript).text() == "Thought for 4 s"
