"""`compare list`, `show`, `verdict`, `export` and `remove`: saved lists of questions and what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.cli.console import one_line
from localassist.cli.standing import counted
from localassist.cli.tables import table
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.usecases.figuring import cost_words, grounding_words, total_words
from localassist.usecases.tabulating import comparison_csv, comparison_json, comparison_object

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localassist.cli.console import Console
    from localassist.domain.comparisons import ComparedAnswer, ComparisonTable
    from localassist.usecases.services import Services

NO_LIST: Final = "There is no list yet. `localassist compare run NAME --questions FILE --model A --model B` makes one."


def list_(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`compare list`: every saved list, how much of it is answered, and by whom."""
    lists = [services.comparing.saved.table(each.id) for each in services.comparing.saved.all()]
    if console.as_json:
        console.object({"lists": [_listed(each) for each in lists]})
    for each in lists:
        models = ", ".join(each.comparison.models) or "no model"
        left = f", {counted(len(each.missing), 'answer')} missing" if each.missing else ""
        questions = counted(len(each.questions), "question")
        console.print(one_line(f"{each.comparison.name}: {questions} to {models}{left}"))
    if not lists:
        console.print(NO_LIST)
    return 0


def _listed(whole: ComparisonTable) -> dict[str, object]:
    comparison = whole.comparison
    return {
        "name": comparison.name,
        "models": list(comparison.models),
        "questions": len(whole.questions),
        "missing": len(whole.missing),
    }


def show(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`compare show`: every question with every answer, its figures and the verdict; then each model's totals."""
    whole = _table(arguments.name, services)
    if console.as_json:
        console.object(comparison_object(whole))
    for number, question in enumerate(whole.questions, 1):
        console.print(f"{number}. {one_line(question.text)}")
        for model in whole.comparison.models:
            console.print(f"   {one_line(model)}: {_said(question.answers.get(model))}")
    show_totals(whole, console)
    return 0


def _said(answer: ComparedAnswer | None) -> str:
    if answer is None:
        return "not asked yet"
    if answer.problem:
        return f"failed: {one_line(answer.problem)}"
    facts = [f"{answer.seconds:.1f} s", f"cost: {cost_words(answer.cost)}"]
    facts += [grounding_words(answer.grounding)] if answer.grounding else []
    verdict = f"[{one_line(answer.verdict)}] " if answer.verdict else ""
    return f"{verdict}{one_line(answer.text)}\n      ({'; '.join(facts)})"


def show_totals(whole: ComparisonTable, console: Console) -> None:
    """A column a model, with what there is of all its answers."""
    console.print()
    print_table([(totals.model, total_words(totals)) for totals in whole.totals], console)


def print_table(columns: Sequence[tuple[str, Sequence[tuple[str, str]]]], console: Console) -> None:
    """Columns with a title each, and what there is to tell of each as (what, how much) below it."""
    facts = [dict(told) for _, told in columns]
    named = dict.fromkeys(what for each in facts for what in each)
    rows = [
        ["", *(title for title, _ in columns)],
        *([what, *(each.get(what, "") for each in facts)] for what in named),
    ]
    for line in table(rows) if columns else ():
        console.print(line)


def verdict(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`compare verdict`: keeps one's own word on an answer, or takes it back."""
    whole = _table(arguments.name, services)
    if not 1 <= arguments.number <= len(whole.questions):
        raise NotFoundError(
            f"{whole.comparison.name} has {counted(len(whole.questions), 'question')}, and none has that number.",
            f"`localassist compare show {whole.comparison.name}` shows them.",
        )
    question, words = whole.questions[arguments.number - 1], " ".join(arguments.words)
    services.comparing.saved.judge(question.id, arguments.model, words)
    judged = f"{arguments.model} on question {arguments.number}: {words}"
    console.print(one_line(judged if words.strip() else "The verdict is taken back."))
    return 0


def export(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`compare export`: writes the whole table to a file for other programs; one that is there is kept."""
    whole = _table(arguments.name, services)
    file = Path(arguments.csv_file or arguments.json_file)
    text = comparison_csv(whole) if arguments.csv_file else comparison_json(whole)
    try:
        with file.open("x", encoding="utf-8", newline="") as written:
            written.write(text)
    except FileExistsError:
        raise LocalAssistError(f"{file} is there already, and was left as it is.", "Name another file.") from None
    except OSError as error:
        raise LocalAssistError(f"{file} can't be written: {error.strerror}.", "Name another place.") from error
    console.print(one_line(f"{counted(len(whole.questions), 'question')} written to {file}"))
    return 0


def remove(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`compare remove`: deletes a list with its questions, answers and verdicts."""
    comparison = services.comparing.saved.find(arguments.name)
    if not arguments.yes and not _agreed(comparison.name, console):
        raise LocalAssistError("Nothing was removed: nobody agreed to it.", "`--yes` agrees beforehand.")
    services.comparing.saved.delete(comparison.id)
    console.print(one_line(f"Removed {comparison.name}, with its answers and verdicts."))
    return 0


def _agreed(name: str, console: Console) -> bool:
    try:
        return console.read_line(f"Remove {one_line(name)}? [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False


def _table(name: str, services: Services) -> ComparisonTable:
    return services.comparing.saved.table(services.comparing.saved.find(name).id)
