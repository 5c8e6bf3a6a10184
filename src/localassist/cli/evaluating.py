"""`docs evaluate`: how well variants of the search find what questions ask for, on one's own files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.documents import scope_given
from localassist.cli.interrupts import stopped_by_ctrl_c
from localassist.cli.standing import counted
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.events import Searching
from localassist.usecases.drawing import TrialQuestion
from localassist.usecases.evaluating import Evaluated

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from localassist.cli.console import Console
    from localassist.domain.documents import Document
    from localassist.usecases.evaluating import Variant
    from localassist.usecases.services import Services

_FIGURES: Final = (
    "* is how these documents are searched now. recall@5: the share of questions whose answer is among the first "
    "five passages. MRR@10 and nDCG@10: among the first ten, and worth less the further down it stands. 1 is best."
)
_ABOUT_DRAWN: Final = (
    "The questions were drawn from these documents: words of their sentences, some left out and bent, and their "
    "headings. That shows which variant finds again what is written here. It does not show how people ask: they use "
    "other words, so words count for more here than they will, and differences of a few hundredths mean little. "
    "Questions of your own, with --questions FILE, tell more."
)
_ABOUT_OWN: Final = "Differences between two variants mean little below about one question in twenty."


class QuestionsError(LocalAssistError):
    """A list of questions that can't be used."""


def evaluate(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`docs evaluate`: a line for each variant. Nothing that is stored changes."""
    with stopped_by_ctrl_c() as stop:
        scope = scope_given(arguments, services, console, stop)
        documents = services.documents.documents(scope)
        asked = read_questions(Path(arguments.questions), documents) if arguments.questions else ()
        for event in services.evaluate(scope, stop, asked):
            if isinstance(event, Searching):
                console.progress(event.detail)
            elif isinstance(event, Evaluated):
                console.end_progress()
                _tell(event, console)
    return 0


def read_questions(file: Path, documents: Sequence[Document]) -> tuple[TrialQuestion, ...]:
    """The questions of a file with one JSON object a line: `question`, `file` and, if known, `page`.

    `file` is a document's path or its end ("lease.pdf"). Raises `QuestionsError` for lines that are no such
    object or may mean several documents, and `NotFoundError` for files that are not among the documents.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise QuestionsError(f"{file} can't be read as text.", "Name a UTF-8 file with one question a line.") from error
    questions = [_question(number, line, documents) for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise QuestionsError(f"There is no question in {file}.", _example())
    return tuple(questions)


def _question(number: int, line: str, documents: Iterable[Document]) -> TrialQuestion:
    try:
        entry: Any = json.loads(line)
        text, name, page = str(entry["question"]), str(entry["file"]), entry.get("page")
        page = None if page is None else int(page)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise QuestionsError(f"Line {number} is no question with a file.", _example()) from error
    wanted = Path(name).parts
    meant = [document for document in documents if Path(document.path).parts[-len(wanted) :] == wanted]
    if not meant:
        raise NotFoundError(
            f"Line {number} names {name}, which is not among these documents.", "See `localassist docs list`."
        )
    if len(meant) > 1:
        raise QuestionsError(
            f"Line {number} names {name}, and {len(meant)} of these documents are called so.",
            f"Name its folder too, as in {meant[0].path}.",
        )
    return TrialQuestion(text, meant[0].id, page=page)


def _example() -> str:
    return 'A line looks like this: {"question": "How long is the notice?", "file": "lease.pdf", "page": 2}'


def _tell(result: Evaluated, console: Console) -> None:
    if console.as_json:
        console.object({**asdict(result), "about": _about(result)})
    questions = _of(result.questions, result.all_questions, "question")
    console.print(f"{questions}, asked of {_of(result.documents, result.all_documents, 'document')}.")
    console.print(f"{'recall@5':>9} {'MRR@10':>7} {'nDCG@10':>8}    embedder, length of chunks, order of what is found")
    in_use = next((variant for variant in result.variants if variant.reranker), result.variants[0])
    for variant in result.variants:
        mark = "*" if variant is in_use else " "
        console.print(f"{variant.recall:9.3f} {variant.mrr:7.3f} {variant.ndcg:8.3f}  {mark} {_name(variant)}")
    console.print(_FIGURES)
    console.print(_about(result))


def _of(some: int, every: int, what: str) -> str:
    return counted(some, what) if some == every else f"{some} of {counted(every, what)}"


def _name(variant: Variant) -> str:
    reranker = f", reranked by {variant.reranker}" if variant.reranker else ""
    return f"{variant.embedder}, {variant.chunking}, {variant.fusion}{reranker}"


def _about(result: Evaluated) -> str:
    return _ABOUT_DRAWN if result.drawn else _ABOUT_OWN
