"""`cloud words`, `spent` and `consents`: what is replaced, what questions cost, and who need not ask again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from localassist.cli.console import one_line
from localassist.cli.standing import counted
from localassist.cli.tables import table
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.usecases.budgeting import money, month_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localassist.cli.console import Console
    from localassist.domain.outbound import Target
    from localassist.domain.ports.escalations import RememberedConsent, Spending
    from localassist.usecases.services import Services


def words(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`cloud words`: the user's own words that are replaced in whatever is sent, one more, or one fewer."""
    store = services.escalation().store
    kept = store.private_words()
    word = " ".join(" ".join(arguments.word).split())
    if bool(arguments.action) is not bool(word):
        raise LocalAssistError("There is no word to add or remove.", "`localassist cloud words add WORD` adds one.")
    if arguments.action == "add":
        store.set_private_words((*kept, word))
    elif arguments.action == "remove":
        if word not in kept:
            raise NotFoundError(f"{word} is none of your words.", "`localassist cloud words` shows all.")
        store.set_private_words(tuple(each for each in kept if each != word))
    kept = store.private_words()
    if console.as_json:
        console.object({"words": list(kept)})
    for each in kept:
        console.print(one_line(each))
    if not kept:
        console.print("There are none yet. `localassist cloud words add WORD` has a word replaced in whatever is sent.")
    return 0


def spent(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`cloud spent`: what this month's questions cost, by model, and how much of the budget that is."""
    month = month_of(datetime.now(UTC))
    spendings = services.escalation().store.spendings(month)
    budget = services.settings.load().monthly_budget
    models = dict.fromkeys(each.target for each in spendings)
    if console.as_json:
        console.object(
            {
                "since": month.isoformat(),
                "cost": _cost(spendings),
                "unknown": _unknown(spendings),
                "budget": budget or None,
                "models": [_model_object(target, spendings) for target in models],
            }
        )
    bound = f" of {money(budget)}" if budget else ""
    questions = counted(len(spendings), "question")
    console.print(f"{money(_cost(spendings))}{bound} this month, for {questions} to models elsewhere.")
    if unknown := _unknown(spendings):
        console.print(f"Not among them is what {counted(unknown, 'question')} cost: no price is known.")
    for row in table([_row(target, spendings) for target in models]):
        console.print(row)
    return 0


def _cost(spendings: Sequence[Spending]) -> float:
    return sum(each.cost or 0.0 for each in spendings)


def _unknown(spendings: Sequence[Spending]) -> int:
    return sum(each.cost is None for each in spendings)


def _model_object(target: Target, spendings: Sequence[Spending]) -> dict[str, Any]:
    own = [each for each in spendings if each.target == target]
    return {
        "model": target.name,
        "questions": len(own),
        "prompt_tokens": sum(each.prompt_tokens for each in own),
        "answer_tokens": sum(each.answer_tokens for each in own),
        "cost": _cost(own),
        "unknown": _unknown(own),
    }


def _row(target: Target, spendings: Sequence[Spending]) -> tuple[str, ...]:
    told = _model_object(target, spendings)
    tokens = f"{told['prompt_tokens']:,} tokens sent, {told['answer_tokens']:,} received"
    known = told["unknown"] < told["questions"]
    return (told["model"], counted(told["questions"], "question"), tokens, money(told["cost"] if known else None))


def consents(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`cloud consents`: which conversations need not ask again for a provider; `withdraw` has all ask again."""
    store = services.escalation().store
    if arguments.action == "withdraw":
        withdrawn = store.withdraw_consents()
        if console.as_json:
            console.object({"withdrawn": withdrawn})
        console.print(f"{counted(withdrawn, 'consent')} withdrawn; every conversation asks again before it sends.")
        return 0
    kept = store.consents()
    if console.as_json:
        console.object({"consents": [_consent_object(each) for each in kept]})
    for row in table([(_day(each), each.provider, each.title or "untitled") for each in kept]):
        console.print(row)
    if not kept:
        console.print("Every conversation asks before it sends.")
    return 0


def _day(kept: RememberedConsent) -> str:
    return kept.consent.given.astimezone().strftime("%Y-%m-%d %H:%M")


def _consent_object(kept: RememberedConsent) -> dict[str, Any]:
    return {
        "conversation": kept.conversation_id,
        "title": kept.title,
        "provider": kept.provider,
        "given": kept.consent.given.isoformat(),
    }
