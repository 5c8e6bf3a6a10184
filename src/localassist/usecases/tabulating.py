"""A saved comparison as a table for other programs: CSV, which no spreadsheet computes, and JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from localassist.usecases.spreadsheets import as_cell

if TYPE_CHECKING:
    from localassist.domain.comparisons import ComparedAnswer, ComparedQuestion, ComparisonTable

_FIELDS: Final = (
    "number",
    "question",
    "model",
    "verdict",
    "answer",
    "problem",
    "answered_by",
    "destination",
    "seconds",
    "seconds_to_first_word",
    "seconds_loading",
    "tokens_per_second",
    "prompt_tokens",
    "answer_tokens",
    "cost_usd",
    "supported",
    "partly",
    "unsupported",
    "citations",
    "asked",
)


def comparison_csv(table: ComparisonTable) -> str:
    """A row for every question and model, with headings; what is not known is empty, times are in UTC.

    Lines end as RFC 4180 has it, and are to be written as they are.
    """
    written = io.StringIO()
    rows = csv.DictWriter(written, _FIELDS)
    rows.writeheader()
    for number, question in enumerate(table.questions, 1):
        for model in table.comparison.models:
            cell = {"number": number, "question": question.text, **_cell(question, model)}
            rows.writerow({name: as_cell(cell[name]) for name in _FIELDS})
    return written.getvalue()


def comparison_object(table: ComparisonTable) -> dict[str, Any]:
    """All of a list, each question with its answers by model; what is not known is null."""
    return {
        "name": table.comparison.name,
        "created": table.comparison.created.isoformat(timespec="seconds"),
        "models": list(table.comparison.models),
        "questions": [
            {
                "number": number,
                "question": question.text,
                "answers": [answer_figures(answer) for answer in _in_order(question, table.comparison.models)],
            }
            for number, question in enumerate(table.questions, 1)
        ],
    }


def comparison_json(table: ComparisonTable) -> str:
    """The same as JSON, to be written to a file."""
    return json.dumps(comparison_object(table), ensure_ascii=False, indent=2) + "\n"


def answer_figures(answer: ComparedAnswer) -> dict[str, Any]:
    """One answer with what it took and what it rests on."""
    figures = answer.evidence.figures
    return {
        "model": answer.model,
        "verdict": answer.verdict,
        "answer": answer.text,
        "problem": answer.problem,
        "answered_by": answer.answered_by,
        "destination": answer.destination.value if answer.destination else "",
        "seconds": round(answer.seconds, 3),
        "seconds_to_first_word": None if answer.first_word is None else round(answer.first_word, 3),
        "seconds_loading": round(answer.loading, 3),
        "tokens_per_second": round(figures.tokens_per_second, 2) if figures.answer_tokens else None,
        "prompt_tokens": figures.prompt_tokens,
        "answer_tokens": figures.answer_tokens,
        "cost_usd": answer.cost,
        "grounding": asdict(answer.grounding) if answer.grounding else None,
        "asked": answer.asked.isoformat(timespec="seconds"),
    }


def _cell(question: ComparedQuestion, model: str) -> dict[str, Any]:
    answer = question.answers.get(model)
    if answer is None:
        return {**dict.fromkeys(_FIELDS[2:], ""), "model": model}
    figures = answer_figures(answer)
    grounding = figures.pop("grounding") or dict.fromkeys(("supported", "partly", "unsupported", "citations"))
    return figures | grounding


def _in_order(question: ComparedQuestion, models: tuple[str, ...]) -> list[ComparedAnswer]:
    return [question.answers[model] for model in models if model in question.answers]
