"""An answer as the terminal and as programs are given it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.console import one_line
from localassist.domain.documents import SupportStatus
from localassist.usecases.budgeting import money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Caution, Evidence, Message, Sent
    from localassist.domain.documents import Citation, Passage, SentenceSupport

CHECKED: Final = "Checked against the documents:"
CUT_OFF: Final = "Cut off: its tokens ran out (max_answer_tokens in the settings, or the model's whole context)."
NOT_CHECKED: Final = "Not checked: no passage of your documents went along."
UNSUPPORTED: Final = "No document was used: nothing found in your documents supports this answer."


def marked_text(answer: Message) -> str:
    """The answer with `(?)` after all that no passage bears out; its text has its citations' numbers already."""
    text = answer.text
    for end in sorted({end for _, end in _in_doubt(answer)}, reverse=True):
        text = f"{text[:end]} (?){text[end:]}"
    return text.strip()


def _in_doubt(answer: Message) -> Iterator[tuple[int, int]]:
    """The spans that nothing bears out: of single words and numbers, else of whole sentences."""
    for sentence in answer.evidence.sentences:
        yield from sentence.unsupported
        if sentence.status is SupportStatus.UNSUPPORTED and not sentence.unsupported:
            yield sentence.start, sentence.end


def marks_behind(streamed: str, answer: Message) -> str:
    """What to print behind an answer's streamed words, so that every mark stands at the sentence it belongs to.

    Marks come when the answer is checked, after its words were shown: only what is new where that stands behind
    them, otherwise the whole answer again.
    """
    marked, shown = marked_text(answer), streamed.strip()
    if marked.startswith(shown):
        return marked[len(shown) :]
    return f"\n\n{CHECKED}\n{marked}"


def evidence_lines(answer: Message) -> Iterator[str]:
    """What stands behind an answer, a line each: what it does not rest on, citations, what has no support, what else
    was found, what was not seen, what to beware of in the documents, what was sent, figures.
    """
    evidence = answer.evidence
    yield from _lacking(evidence)
    for citation in evidence.citations:
        yield f"[{citation.n}] {_place(citation.passage, citation.page, citation.place)}: “{one_line(citation.quote)}”"
    yield from _doubts(answer)
    yield from map(_caution, evidence.cautions)
    if evidence.found:
        places = dict.fromkeys(_place(passage, passage.page) for passage in evidence.found)
        yield f"Found too, not cited: {'; '.join(places)}"
    if evidence.dropped:
        yield f"Not seen by the model: the {evidence.dropped} oldest messages, for which its context has no room."
    if evidence.sent:
        yield _sent(evidence.sent)
    yield _figures(evidence)


def _lacking(evidence: Evidence) -> Iterator[str]:
    """That documents were not used, that it was cut off, that nothing supports it or it was checked against nothing."""
    if evidence.unused:
        names = ", ".join(one_line(PurePath(path).name) for path in evidence.unused)
        yield f"NOT USED: the answer does not rest on {names}."
    if evidence.ended == "length":
        yield CUT_OFF
    if evidence.searched and not evidence.citations:
        yield UNSUPPORTED
    if evidence.sent and not evidence.searched:
        yield NOT_CHECKED


def _sent(sent: Sent) -> str:
    """By whose word an answer came from elsewhere, and what it cost."""
    cost = "its price is not known" if sent.cost is None else f"it cost {money(sent.cost) if sent.cost else 'nothing'}"
    replaced = f", {sent.replaced} names and numbers replaced" if sent.replaced else ""
    request = f" (request {one_line(sent.request_id)})" if sent.request_id else ""
    return (
        f"Answered by {one_line(sent.model)} at {one_line(sent.provider)}, {sent.consent}{replaced}: {cost}{request}."
    )


def _caution(caution: Caution) -> str:
    name = one_line(PurePath(caution.path).name)
    where = f"{name}, {caution.place}" if caution.place else name
    words = one_line(caution.words)
    hidden = f" This text is {one_line(caution.hidden)}; no model was given it." if caution.hidden else ""
    if caution.orders:
        return f"BEWARE: {where} speaks to the model instead of to you: “{words}”{hidden}"
    return f"Hidden in {where}: “{words}”{hidden}"


def _doubts(answer: Message) -> Iterator[str]:
    words = [answer.text[start:end] for each in answer.evidence.sentences for start, end in each.unsupported]
    if words:
        yield f"(?) not borne out: {', '.join(dict.fromkeys(words))}"
    bare = [
        each for each in answer.evidence.sentences if each.status is SupportStatus.UNSUPPORTED and not each.unsupported
    ]
    if bare and answer.evidence.citations:
        yield f"(?) resting on nothing: {len(bare)} {'sentence' if len(bare) == 1 else 'sentences'}"


def answer_object(answer: Message) -> dict[str, Any]:
    """The object of `ask --json`."""
    evidence = answer.evidence
    route, figures = evidence.route, evidence.figures
    return {
        "answer": answer.text,
        "reasoning": evidence.reasoning,
        "ended": evidence.ended,
        "sentences": [_sentence_object(answer.text, sentence) for sentence in evidence.sentences],
        "unused": list(evidence.unused),
        "citations": [_citation_object(citation) for citation in evidence.citations],
        "passages": [passage_object(passage) for passage in evidence.found],
        "searched": {
            "documents": evidence.searched,
            "besides": evidence.before,
            "matched": evidence.matched,
            "matched_documents": evidence.matched_documents,
            "given": [asdict(given) for given in evidence.given],
            "left_out": evidence.left_out,
            "messages_dropped": evidence.dropped,
        },
        "coverage": [asdict(each) for each in evidence.coverage],
        "cautions": [asdict(each) for each in evidence.cautions],
        "route": {
            "destination": route.destination.value if route else "",
            "model": route.model if route else "",
            "reason": route.reason if route else "",
        },
        "sent": asdict(evidence.sent) if evidence.sent else None,
        "timings": evidence.timings,
        "usage": {
            "prompt_tokens": figures.prompt_tokens,
            "cached_tokens": figures.cached_tokens,
            "answer_tokens": figures.answer_tokens,
            "reasoning_tokens": figures.reasoning_tokens,
            "context_length": figures.context_length,
        },
    }


def passage_object(passage: Passage) -> dict[str, Any]:
    """A found passage, as `search --json` and `ask --json` give it."""
    return {
        "path": passage.path,
        "page": passage.page,
        "heading": passage.heading,
        "text": passage.text,
        "char_start": passage.char_start,
        "char_end": passage.char_end,
        "place": passage.place,
        **_scores_object(passage),
    }


def _scores_object(passage: Passage) -> dict[str, float | None]:
    return {
        "score": round(passage.score, 6),
        "words": round(passage.words, 6),
        "meaning": round(passage.meaning, 6),
        "rerank": None if passage.rerank is None else round(passage.rerank, 6),
    }


def passage_lines(passage: Passage, position: int) -> Iterator[str]:
    """A found passage as `search` prints it: where it stands and how it begins."""
    heading = f" ({one_line(passage.heading)})" if passage.heading else ""
    yield f"{position}. {_place(passage, passage.page)}{heading}  {passage.score:.2f}"
    yield f"   {one_line(passage.text)}"


def _sentence_object(text: str, sentence: SentenceSupport) -> dict[str, Any]:
    return {
        "text": text[sentence.start : sentence.end],
        "status": sentence.status.value,
        "citations": list(sentence.citations),
        "unsupported": [text[start:end] for start, end in sentence.unsupported],
    }


def _citation_object(citation: Citation) -> dict[str, Any]:
    return {
        "n": citation.n,
        "path": citation.passage.path,
        "page": citation.page,
        "place": citation.place,
        "heading": citation.passage.heading,
        "scores": _scores_object(citation.passage),
        "quote": citation.quote,
        "char_start": citation.char_start,
        "char_end": citation.char_end,
    }


def _place(passage: Passage, page: int | None, place: str = "") -> str:
    name = one_line(PurePath(passage.path).name)
    if place:
        return f"{name}, {place}"
    return f"{name}, page {page}" if page is not None else name


def _figures(evidence: Evidence) -> str:
    route, figures = evidence.route, evidence.figures
    if route is None or not route.model:
        return "Quoted from the documents, without a model."
    where = f"{route.model} on {route.destination}" + (f" ({figures.device})" if figures.device else "")
    if not figures.answer_tokens:
        return where  # stopped before the model could say
    speed = f"{figures.seconds_to_first_token:.1f} s to the first word, {figures.tokens_per_second:.0f} tokens/s"
    return f"{where}: {speed}"
