"""A follow-up question over the sample documents reads only what is new, on the real starter model."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from e2e.commands import SAMPLES
from localassist.adapters.places import Places
from localassist.app import App
from localassist.domain.chat import Question, Role, Turn
from localassist.domain.documents import Scope
from localassist.domain.events import Finished, Indexed
from localassist.domain.stopping import Stop
from localassist.process import LIBRARY_SWITCHES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.chat import Message
    from localassist.domain.events import GenerationEvent
    from localassist.domain.ports.chat_model import ChatModel
    from localassist.usecases.services import Services

pytestmark = pytest.mark.slow

FEW = 8
"""Tokens that a follow-up may read besides what is new: those of the template around it."""
LARGE = 4_000_000_000
QUESTIONS = (
    "How much notice must the tenant of flat 4B give before moving out?",
    "And how long is it for flat 7A?",
    "What does a late payment cost there?",
)


class Talk:
    """A conversation over some samples; `prompts` are what its model was asked."""

    def __init__(self, services: Services, model: ChatModel, scope: Scope) -> None:
        self.services = services
        self.model = model
        self.prompts: list[Sequence[Turn]] = []
        self.conversation_id = services.conversations.create("", "").id
        self._scope = scope
        self._head: int | None = None

    def ask(self, text: str) -> Message:
        question = Question(self.conversation_id, self._head, text, self._scope)
        *_, last = self.services.answer(question, Stop())
        assert isinstance(last, Finished)
        self._head = last.answer.id
        return last.answer

    def tokens(self, text: str) -> int:
        """How many tokens a text has as a question, without what the template puts around it."""
        return self.model.count_tokens([Turn(Role.USER, text)]) - self.model.count_tokens([Turn(Role.USER, "")])


def no_benchmark(*_words: str) -> dict[str, Any]:
    return {}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in LIBRARY_SWITCHES.items():
            patch.setenv(name, value)
        places = Places.find({**os.environ, "LOCALASSIST_HOME": str(tmp_path_factory.mktemp("home"))})
        with closing(App(places, no_benchmark)) as made:
            made.services().settings.change(temperature=0, max_answer_tokens=16)
            yield made


@pytest.fixture(scope="module")
def scope(app: App) -> Scope:
    paths = [str(SAMPLES / "lease-flat-4b.pdf"), str(SAMPLES / "lease-flat-7a.pdf")]
    *_, indexed = app.services().ingest(paths, "", Stop())
    assert isinstance(indexed, Indexed)
    return Scope(document_ids=tuple(document.id for document in indexed.documents))


@pytest.fixture
def talk(app: App, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> Talk:
    model = app.models.default()
    assert model is not None
    talk, generate = Talk(app.services(), model, scope), model.generate

    def noting(turns: Sequence[Turn], *more: Any) -> Iterator[GenerationEvent]:
        talk.prompts.append(turns)
        return generate(turns, *more)

    monkeypatch.setattr(model, "generate", noting)
    return talk


@pytest.fixture
def whole_passages(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> Talk:
    """The starter model is given passages as if it were a large one."""
    files = tuple(replace(file, size=LARGE) for file in talk.services.models.files())
    monkeypatch.setattr(talk.services.models, "files", lambda: files)
    talk.services.settings.change(passages=2)
    return talk


def fresh(answer: Message) -> int:
    figures = answer.evidence.figures
    return figures.prompt_tokens - figures.cached_tokens


def test_after_reading_ahead_a_follow_up_reads_the_new_passages_and_the_question(whole_passages: Talk) -> None:
    talk = whole_passages
    talk.ask(QUESTIONS[0])
    for question in QUESTIONS[1:]:
        talk.services.read_ahead(talk.conversation_id, Stop())
        answer = talk.ask(question)
        assert talk.prompts[-1][: len(talk.prompts[-2])] == talk.prompts[-2]
        assert fresh(answer) <= talk.tokens(talk.prompts[-1][-1].text) + FEW


def test_without_reading_ahead_a_follow_up_reads_only_what_its_prompt_has_grown_by(whole_passages: Talk) -> None:
    talk = whole_passages
    before = talk.ask(QUESTIONS[0]).evidence.figures
    for question in QUESTIONS[1:]:
        answer = talk.ask(question)
        figures = answer.evidence.figures
        assert fresh(answer) <= figures.prompt_tokens - before.prompt_tokens - before.answer_tokens + FEW
        before = figures


def test_after_reading_ahead_the_starter_model_reads_its_lines_and_the_question(talk: Talk) -> None:
    talk.ask(QUESTIONS[0])
    for question in QUESTIONS[1:]:
        talk.services.read_ahead(talk.conversation_id, Stop())
        answer = talk.ask(question)
        assert fresh(answer) <= talk.tokens(talk.prompts[-1][-1].text) + FEW
        assert not any("Lines from" in turn.text for turn in talk.prompts[-1][:-1])
