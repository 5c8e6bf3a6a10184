from dataclasses import replace

import pytest

from fakes import FakeDocumentStore, FakeEmbedder
from localassist.domain.chat import Evidence, Given, Message, MessageStatus, Role
from localassist.domain.documents import Chunk, Citation, Passage, SentenceSupport, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.usecases.retelling import Exchange, History, leans_on, retell

USER, ASSISTANT = Role.USER, Role.ASSISTANT
NOTHING = FakeDocumentStore()


MARKS = (SentenceSupport(0, 11, (1,)), SentenceSupport(16, 22, (2,)))


def message(role: Role, text: str, evidence: Evidence | None = None) -> Message:
    return Message(1, 1, None, role, text, 0.0, MessageStatus.COMPLETE, evidence=evidence or Evidence())


def test_questions_without_answers_are_left_out_and_so_are_marks() -> None:
    messages = [
        message(USER, "One?"),
        message(
            ASSISTANT, "Yes, it is. [1] Or so. [2]", Evidence(said=" Yes, it is. Or so.", dropped=2, sentences=MARKS)
        ),
        message(USER, "Two?"),
        message(ASSISTANT, ""),
        message(USER, "Three?"),
        message(ASSISTANT, "No."),
    ]
    assert retell(messages, NOTHING) == History(
        (Exchange("One?", "Yes, it is. Or so.", " Yes, it is. Or so."), Exchange("Three?", "No.", ""))
    )
    assert retell(messages[:2], NOTHING).dropped == 1


@pytest.mark.parametrize(
    ("shown", "sentences", "retold"),
    [
        ("Use `a[0]` and x[1] = 2.", (), "Use `a[0]` and x[1] = 2."),
        ("Use x[1] = 2. [1] [3] Or y[2].", (SentenceSupport(0, 13, (1, 3)),), "Use x[1] = 2. Or y[2]."),
        ("| Rent | 950 [1]|", (SentenceSupport(0, 13, (1,)),), "| Rent | 950|"),
        ("“Due on the third.” [1]", (SentenceSupport(0, 19, (1,)),), "“Due on the third.”"),
    ],
)
def test_an_answer_loses_the_marks_that_grounding_put_into_it_and_nothing_else(
    shown: str, sentences: tuple[SentenceSupport, ...], retold: str
) -> None:
    messages = [message(USER, "How?"), message(ASSISTANT, shown, Evidence(sentences=sentences))]
    assert retell(messages, NOTHING).exchanges[0].answer == retold


def test_a_number_in_a_question_means_what_has_it_on_the_screen() -> None:
    def cited(n: int, chunk_id: int) -> Citation:
        return Citation(n, Passage(chunk_id, 1, "/a", "A", None, "", "a", 0, 1, 1.0), "a", 0, 1, None)

    first = Evidence(given=(Given(1, 11, 1), Given(2, 12, 1)), citations=(cited(1, 12), cited(2, 11)))
    without = Evidence(given=(Given(3, 13, 1),))
    unknown = Evidence(citations=(cited(1, 99), cited(2, 13)))
    messages = [message(USER, "[1]?"), message(ASSISTANT, "So. [1] [2]", first)]
    history = retell(messages, NOTHING)
    assert history.exchanges[0].question == "[1]?", "nothing was on the screen yet"
    assert history.as_given("And [1], [2], [1, 2]? Or [3]?") == "And [2], [1], [2, 1]? Or [3]?"
    assert history.as_given("Is `x [1]` a[1] or [1](http)?") == "Is `x [1]` a[1] or [1](http)?"
    messages += [message(USER, "Why [1]?"), message(ASSISTANT, "Thus.", without)]
    history = retell(messages, NOTHING)
    assert history.exchanges[1].question == "Why [2]?", "as the model was given it then"
    assert history.as_given("[1]?") == "[2]?", "the marks of the answer before are still the last on the screen"
    messages += [message(USER, "And?"), message(ASSISTANT, "So.", unknown)]
    assert retell(messages, NOTHING).as_given("[1] or [2]?") == "[1] or [3]?"


def test_passages_that_were_given_come_back_until_they_are_forgotten_and_their_numbers_are_not_used_again() -> None:
    store, embedder = FakeDocumentStore(), FakeEmbedder()
    given = []
    for n, text in enumerate(("apples", "pears"), 1):
        file, chunks = FoundFile(f"/{n}", 1, 1.0), [Chunk(0, len(text))]
        vectors = embedder.embed_passages([text], Stop())
        document, chunk_ids = store.save(file, text, ("r", "e"), StructuredText(text, ()), chunks, vectors)
        given.append(Given(n, chunk_ids[0], document.id))
    evidence = Evidence(searched=True, said="Fruit.", given=tuple(given))
    messages = [message(USER, "What?"), message(ASSISTANT, "Fruit.", evidence)]
    before = retell(messages, store)
    assert [(each.n, each.passage.text) for each in before.exchanges[0].given] == [(1, "apples"), (2, "pears")]
    store.remove_document(given[1].document_id)
    after = retell(messages, store)
    assert [each.passage.text for each in after.exchanges[0].given] == ["apples"]
    assert not after.exchanges[0].in_vain
    assert before.highest == after.highest == 2


def test_only_a_model_that_was_asked_was_told_of_a_search_in_vain() -> None:
    searched = Evidence(searched=True, said="No.")
    for evidence, told in (
        (searched, True),
        (replace(searched, said=""), False),
        (replace(searched, left_out=2), False),
        (replace(searched, searched=False), False),
    ):
        (exchange,) = retell([message(USER, "Who?"), message(ASSISTANT, "No.", evidence)], NOTHING).exchanges
        assert exchange.in_vain == told


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("And for flat 7A?", "What is the rent of flat in the Alder Court house?"),
        ("How long is it?", "What is the rent of flat 4B in the Alder Court house?"),
        ("Why?", "What is the rent of flat 4B in the Alder Court house?"),
        ("Which hotels may employees book in capital cities?", ""),
    ],
)
def test_a_question_that_says_little_leans_on_the_one_before(question: str, before: str) -> None:
    history = History((Exchange("What is the rent of flat 4B in the Alder Court house?", "950 euros.", ""),))
    assert leans_on(question, history) == before
    assert leans_on(question, History()) == ""
