from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from fakes import FakeActivity, FakeDocumentStore, FakeEmbedder, FakeFiles, FakePassageIndex, FakeReader, structured
from localassist.domain.documents import Scope
from localassist.domain.errors import NotFoundError, Stopped
from localassist.domain.events import Searching
from localassist.domain.stopping import Stop
from localassist.usecases.drawing import TrialQuestion, draw_questions
from localassist.usecases.evaluating import Evaluated, EvaluateSearch
from localassist.usecases.ingesting import IngestPaths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.ports.documents import DocumentStore

THINGS = ("boiler", "valve", "ladder", "lantern", "anchor", "compass", "kettle", "hammer", "mirror", "candle")
ROOMS = ("cellar", "attic", "kitchen", "garage", "pantry")
CONTENT = structured("# The winter garden\n\nPalm trees stand in heavy copper pots beside the southern window there.")


def text_of(room: str) -> str:
    lines = [
        f"Every {thing} kept below the {room} roof was carefully polished by {thing}makers during season {number}."
        for number, thing in enumerate(THINGS)
    ]
    return f"# What the {room} holds\n\n" + "\n\n".join(lines)


class BlindEmbedder(FakeEmbedder):
    """Finds everything equally near."""

    def _vector(self, text: str) -> list[float]:
        return [1.0, *[0.0] * (self.dimension - 1)]


class Reversed:
    name = "worst first"

    def scores(self, query: str, texts: Sequence[str], seconds: float, stop: Stop) -> tuple[float, ...]:
        return tuple(float(position) for position in range(len(texts)))


class House:
    def __init__(
        self,
        *embedders: FakeEmbedder,
        reranker: Reversed | None = None,
        rooms: Sequence[str] = ROOMS,
        copies: int = 0,
    ) -> None:
        self.store = FakeDocumentStore()
        self.opened: list[FakeDocumentStore] = []
        embedder = FakeEmbedder()
        copied = {f"copy{number}": text_of(rooms[0]) for number in range(copies)}
        files = FakeFiles(**{room: text_of(room) for room in rooms}, **copied)
        index = FakePassageIndex(self.store)
        list(
            IngestPaths(files, FakeReader(files), embedder, self.store, index, FakeActivity())(
                ["/files"], "all", Stop()
            )
        )
        self.evaluate = EvaluateSearch(self.store, self._open, lambda: embedders or [embedder], reranker)

    @contextmanager
    def _open(self) -> Iterator[DocumentStore]:
        self.opened.append(FakeDocumentStore())
        yield self.opened[-1]

    def run(self, asked: Sequence[TrialQuestion] = (), seed: int = 0) -> Evaluated:
        *searching, result = self.evaluate(Scope.everything(), Stop(), asked, seed)
        assert all(isinstance(event, Searching) for event in searching)
        assert isinstance(result, Evaluated)
        return result


def test_a_better_embedder_does_better_and_words_stay_as_they_are() -> None:
    result = House(FakeEmbedder(), BlindEmbedder("blind 1")).run()
    by_kind = {(v.embedder, v.chunking, v.fusion): v for v in result.variants}
    seeing, blind = (by_kind[name, "as now", "meaning alone"] for name in ("hashed words 1", "blind 1"))
    assert seeing.ndcg > blind.ndcg + 0.1
    words = [by_kind[name, "as now", "words alone"].ndcg for name in ("hashed words 1", "blind 1")]
    assert words[0] == words[1]


def test_the_products_own_search_comes_first_and_all_else_beside_it() -> None:
    result = House(reranker=Reversed()).run()
    own = result.variants[0]
    assert (own.chunking, own.fusion, own.reranker) == ("as now", "as searched", "")
    assert {v.fusion for v in result.variants} == {"as searched", "reciprocal ranks", "words alone", "meaning alone"}
    assert {v.chunking for v in result.variants} == {"as now", "half as long"}
    worse = next(v for v in result.variants if v.reranker == "worst first")
    assert worse.mrr < own.mrr
    assert all(0 <= figure <= 1 for v in result.variants for figure in (v.recall, v.mrr, v.ndcg))


def test_the_same_draw_gives_the_same_figures_and_leaves_the_documents_as_they_were() -> None:
    house = House()
    before = house.store.documents(Scope.everything())
    first = house.run()
    assert house.run() == first
    assert (first.documents, first.all_documents, first.drawn) == (len(ROOMS), len(ROOMS), True)
    assert first.questions >= 3 * len(ROOMS)
    assert house.store.documents(Scope.everything()) == before
    assert len(house.opened) == 4


def test_ones_own_questions_ask_for_a_file_or_a_page_of_it() -> None:
    house = House()
    attic = next(d for d in house.store.documents(Scope.everything()) if "attic" in d.path)
    question = TrialQuestion("Which lantern was polished below the attic roof?", attic.id)
    result = house.run([question])
    assert (result.questions, result.drawn, result.variants[0].mrr) == (1, False, 1.0)
    other = house.run([replace(question, page=7)])
    assert other.variants[0].mrr == 0, "there is no such page"


def test_nothing_to_ask_about_is_said() -> None:
    empty = EvaluateSearch(FakeDocumentStore(), House()._open, lambda: [FakeEmbedder()])
    with pytest.raises(NotFoundError, match="nothing in these documents"):
        list(empty(Scope.everything(), Stop()))


def test_questions_that_no_document_with_text_can_answer_are_said_and_counted() -> None:
    house = House()
    document_id = house.store.documents(Scope.everything())[0].id
    lost = TrialQuestion("Where is the lantern?", 4711)
    with pytest.raises(NotFoundError, match="None of the questions"):
        house.run([lost])
    result = house.run([lost, TrialQuestion("Where is the ladder?", document_id)])
    assert (result.questions, result.all_questions) == (1, 2)


def test_a_copy_of_a_file_takes_no_part_unless_it_is_asked_about() -> None:
    house = House(rooms=("cellar", "attic"), copies=1)
    assert (house.run().documents, house.run().all_documents) == (2, 3)
    copy = next(each for each in house.store.documents(Scope.everything()) if "copy" in each.path)
    result = house.run([TrialQuestion("Which lantern was polished below the cellar roof?", copy.id)])
    assert result.documents == 2
    assert result.variants[0].mrr == 1.0


def test_evaluating_stops_on_request() -> None:
    stop = Stop()
    running = House().evaluate(Scope.everything(), stop)
    next(running)
    stop.request()
    with pytest.raises(Stopped):
        list(running)


def test_a_drawn_question_is_not_the_sentence_itself() -> None:
    questions = list(draw_questions(3, CONTENT, Random(1)))
    heading = next(q for q in questions if q.text == "The winter garden")
    other = next(q for q in questions if q is not heading)
    sentence = "Palm trees stand in heavy copper pots beside the southern window there."
    assert heading.span is not None
    assert CONTENT.text[slice(*heading.span)] == sentence
    assert other.span is not None
    assert CONTENT.text[slice(*other.span)] == sentence
    assert 4 <= len(other.text.split()) < len(sentence.split())
    assert other.text not in sentence
    assert {q.document_id for q in questions} == {3}
