"""A sentence that another extractor takes from a PDF is looked for, and the answer's quote names its page and words."""

import random
import re
from contextlib import closing
from itertools import pairwise

import pytest

from localassist.adapters.places import Places
from localassist.app import App
from localassist.domain.chat import Question
from localassist.domain.documents import Scope
from localassist.domain.events import Finished
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop
from pdf_pages import WIDTH, drawn_pages, folded, is_covered

pytestmark = [pytest.mark.soak, pytest.mark.corpus]

PAGES = 200
WITHIN = re.compile(r"[.!?:;]$")


def is_within_a_sentence(words):
    return not any(WITHIN.search(before["text"]) for before, _ in pairwise(words))


def answer_to(services, conversation, text, scope):
    question = Question(conversation.id, None, text, scope, NO_MODEL)
    return next(event for event in services.answer(question, Stop()) if isinstance(event, Finished)).answer


def is_right(services, citation, index, words, crop):
    """Whether the words' page is one that the quote is on, and the quote's marks there cover them."""
    content = services.documents.content(citation.passage.document_id)
    page = content.pages[index]
    start, end = max(citation.char_start, page.start), min(citation.char_end, page.end)
    begins_there = citation.page == index + 1
    if start >= end or not (begins_there or citation.char_start < page.start):
        return False
    image = services.reader.draw_page(citation.passage.path, index + 1, WIDTH, (start - page.start, end - page.start))
    scale = WIDTH / (crop[2] - crop[0])
    return all(is_covered(word, image.marks, crop, scale) for word in words)


def test_pages_and_marks_of_what_an_answer_quotes_are_right_in_99_of_100(corpus, tmp_path):
    chance = random.Random(11)
    drawn = [each for each in drawn_pages(corpus / "documents", chance) if is_within_a_sentence(each[2])][:PAGES]
    assert len(drawn) > 80
    found, wrong = 0, []
    with closing(App(Places.find({"LOCALASSIST_HOME": str(tmp_path / "home")}), lambda *_: {})) as app:
        services = app.services()
        for _ in services.ingest(sorted({str(path) for path, *_ in drawn}), "pages", Stop()):
            pass
        conversation = services.conversations.create("", "")
        documents = {document.path: document.id for document in services.documents.documents(Scope.everything())}
        asked = 0
        for path, index, words, crop in drawn:
            text = " ".join(word["text"] for word in words)
            if folded(services.documents.content(documents[str(path)]).text).count(folded(text)) > 1:
                continue  # said on several pages, each of which an answer may rest on
            asked += 1
            answer = answer_to(services, conversation, text, Scope.everything())
            quoting = [
                each for each in answer.evidence.citations
                if each.passage.path == str(path) and folded(text) in folded(each.quote)
            ]  # fmt: skip
            found += bool(quoting)
            if quoting and not any(is_right(services, each, index, words, crop) for each in quoting):
                wrong.append((path.name, index + 1, [each.page for each in quoting], text))
    print(f"{found} of {asked} sentences were quoted; {found - len(wrong)} with their page and words")
    assert found >= 0.8 * asked
    assert len(wrong) <= 0.01 * found, wrong
