from dataclasses import replace

import pytest

from fakes import FakeDocumentStore, FakeEmbedder
from localassist.domain.chat import Evidence, Given, Message, MessageStatus, Role
from localassist.domain.documents import Chunk, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.usecases.retelling import Exchange, History, leans_on, retell

USER, ASSISTANT = Role.USER, Role.ASSISTANT
NOTHING = FakeDocumentStore()


def message(role: Role, text: str, evidence: Evidence | None = None) -> Message:
    return Message(1, 1, None, role, text, 0.0, MessageStatus.COMPLETE, evidence=evidence or Evidence())


def test_questions_without_answers_are_left_out_and_so_are_marks() -> None:
    messages = [
        message(USER, "One?"),
        message(ASSISTANT, "Yes, it is. [1] Or so. [2]", Evidence(said=" Yes, it is. Or so.", dropped=2)),
        message(USER, "Two?"),
        message(ASSISTANT, ""),
        message(USER, "Three?"),
        message(ASSISTANT, "No."),
    ]
    assert retell(messages, NOTHING) == History(
        (Exchange("One?", "Yes, it is. Or so.", " Yes, it is. Or so."), Exchange("Three?", "No.", ""))
    )
    assert retell(messages[:2], NOTHING).dropped == 1


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
        ("And for flat 7A?", "What is the rent of flat   in the Alder Court house?"),
        ("How long is it?", "What is the rent of flat 4B in the Alder Court house?"),
        ("Why?", "What is the rent of flat 4B in the Alder Court house?"),
        ("Which hotels may employees book in capital cities?", ""),
    ],
)
def test_a_question_that_says_little_leans_on_the_one_before(question: str, before: str) -> None:
    history = History((Exchange("What is the rent of flat 4B in the Alder Court house?", "950 euros.", ""),))
    assert leans_on(question, history) == before
    assert leans_on(question, History()) == ""
