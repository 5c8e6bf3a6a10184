"""`compare ask` and `compare run`: one question, or a saved list of them, put to several models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from localassist.cli import answers
from localassist.cli.approving import approving
from localassist.cli.asking import question_text
from localassist.cli.comparisons import print_table, show_totals
from localassist.cli.console import one_line
from localassist.cli.documents import scope_given
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import progress_line
from localassist.domain.comparisons import ComparedAnswer
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.events import Finished, TokenDelta
from localassist.domain.settings import NO_MODEL
from localassist.usecases.figuring import figure_words
from localassist.usecases.filling import CellBegun, CellFilled
from localassist.usecases.side_by_side import SideBySide
from localassist.usecases.tabulating import answer_figures, comparison_object

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localassist.cli.console import Console
    from localassist.domain.chat import Message
    from localassist.domain.comparisons import Comparison
    from localassist.domain.events import AnswerEvent
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services


def ask(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`compare ask`: every model's answer as it comes, then the figures side by side. 1 where one of them failed."""
    text, models = question_text(arguments.question), tuple(dict.fromkeys(arguments.model))
    if len(models) < 2:
        raise LocalAssistError("There is nothing to compare with one model.", "Name two or more, each with --model.")
    _require(models, services)
    told = _Told(console)
    with stopped_by_ctrl_c() as stop:
        scope = scope_given(arguments, services, console, stop)
        for compared in services.comparing.ask(SideBySide(text, models, scope), stop, approving(console)):
            told.take(models[compared.column], compared.event)
        stopped = stop.requested
    if console.as_json:
        console.object({"question": text, "answers": told.objects})
    print_table([(each.model, figure_words(each)) for each in told.ended], console)
    if stopped:
        console.warn("Stopped; this is what there was.")
        return INTERRUPTED
    return 1 if any(each.problem for each in told.ended) else 0


class _Told:
    """What was told of each column so far."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._model: str | None = None
        self._streamed = ""
        self._answer: Message | None = None
        self.ended: list[ComparedAnswer] = []
        self.objects: list[dict[str, Any]] = []

    def take(self, model: str, event: AnswerEvent | ComparedAnswer) -> None:
        """Print what a column reports."""
        if model != self._model:
            self._model, self._streamed, self._answer = model, "", None
            self._console.print(f"== {one_line(model)} ==")
        if isinstance(event, TokenDelta):
            self._streamed += event.text
            self._console.write(event.text)
        elif isinstance(event, Finished):
            self._answer = event.answer
        elif isinstance(event, ComparedAnswer):
            self._end(event)
        else:
            self._console.progress(progress_line(event))

    def _end(self, ended: ComparedAnswer) -> None:
        console, answer = self._console, self._answer
        if answer is not None:
            console.write(answers.marks_behind(self._streamed, answer))
            console.end_line()
            console.print()
            for line in answers.evidence_lines(answer):
                console.print(line)
        console.end_line()
        if ended.problem:
            console.warn(f"{ended.model}: {ended.problem}")
        console.print()
        self.ended.append(ended)
        self.objects.append({**answer_figures(ended), "details": answers.answer_object(answer) if answer else None})


def run(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`compare run`: asks what the list has no answers to yet, so that it goes on after any end."""
    models = tuple(dict.fromkeys(arguments.model))
    with stopped_by_ctrl_c() as stop:
        comparison = _list_for(arguments, models, services, console, stop)
        _require(comparison.models, services)
        _fill(comparison, services, console, stop)
        stopped = stop.requested
    table = services.comparing.saved.table(comparison.id)
    if console.as_json:
        console.object(comparison_object(table))
    show_totals(table, console)
    if stopped:
        console.warn("Stopped. What was answered is kept; the same command goes on from there.")
        return INTERRUPTED
    return 1 if table.missing else 0


def _list_for(
    arguments: argparse.Namespace, models: Sequence[str], services: Services, console: Console, stop: Stop
) -> Comparison:
    """The list of that name, made where there is none, with the questions and models that were named."""
    saved = services.comparing.saved
    texts = questions_of(Path(arguments.questions)) if arguments.questions else []
    try:
        comparison = saved.find(arguments.name)
    except NotFoundError:
        if not (texts and models):
            hint = "--questions FILE and --model NAME begin one; `localassist compare list` shows those there are."
            raise NotFoundError(f"There is no list of questions called {arguments.name}.", hint) from None
        _require(models, services)
        comparison = saved.create(arguments.name, scope_given(arguments, services, console, stop))
    else:
        if arguments.docs or arguments.collection:
            raise LocalAssistError(
                f"{comparison.name} asks the documents that it was begun with, so that its answers can be compared.",
                "Begin another list for others, or leave out --docs and --collection.",
            )
    _require(models, services)
    saved.add_models(comparison.id, models)
    saved.add_questions(comparison.id, texts)
    return saved.find(comparison.name)


def _fill(comparison: Comparison, services: Services, console: Console, stop: Stop) -> None:
    cell = ""
    for event in services.comparing.fill(comparison.id, stop, approving(console)):
        if isinstance(event, CellBegun):
            cell = f"{event.position} of {event.total}: {event.model}, {event.question.text}"
            console.progress(cell)
        elif isinstance(event, CellFilled):
            problem = event.answer.problem
            console.end_progress()
            console.print(one_line(f"{cell}: {problem or f'{event.answer.seconds:.1f} s'}"))
        elif line := progress_line(event):
            console.progress(f"{cell}: {line}")


def _require(models: Sequence[str], services: Services) -> None:
    """Raise `ModelError` for a model that there is not: told now rather than after the first answer."""
    for model in models:
        if model != NO_MODEL and services.comparing.ask.target(model) is None:
            services.models.open(model)


def questions_of(file: Path) -> list[str]:
    """The questions of a text file, one a line. Raises `LocalAssistError` where there are none."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise LocalAssistError(
            f"{file} can't be read as text.", "Name a UTF-8 file with one question a line."
        ) from error
    questions = [line.strip() for line in lines if line.strip()]
    if not questions:
        raise LocalAssistError(f"There is no question in {file}.", "Write one a line.")
    return questions
