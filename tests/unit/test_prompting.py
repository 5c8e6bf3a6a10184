import pytest

from fakes import FakeChatModel
from localassist.domain.chat import Message, MessageStatus, Role, Turn
from localassist.domain.documents import Passage
from localassist.domain.errors import ContextOverflowError
from localassist.domain.stopping import Stop
from localassist.usecases.prompting import Line, Material, history_of, leans_on, write_prompt

USER, ASSISTANT = Role.USER, Role.ASSISTANT


def loaded(context_length: int) -> FakeChatModel:
    model = FakeChatModel(context_length=context_length)
    list(model.load(Stop()))
    return model


def passage(n: int, words: int = 40) -> Passage:
    text = f"passage{n} " * words
    return Passage(n, n, f"/files/{n}.pdf", f"Lease {n}", 3, "Rent", text, 0, len(text), 1 / n)


def exchange(n: int, words: int = 30) -> tuple[Turn, ...]:
    return (Turn(USER, f"question{n} " * words), Turn(ASSISTANT, f"answer{n} " * words))


def said(turns: tuple[Turn, ...]) -> str:
    return "\n".join(turn.text for turn in turns)


def test_all_is_there_when_there_is_room_in_an_order_that_keeps_the_beginning_stable() -> None:
    history = exchange(1)
    material = Material("Be brief.", history, "What is the rent?", (passage(1), passage(2)), searched=True)
    prompt = write_prompt(material, loaded(4096), 100)
    assert prompt.turns[:3] == (Turn(Role.SYSTEM, "Be brief."), *history)
    last = prompt.turns[3]
    assert last.role is USER
    assert last.text.index("[1] Lease 1, page 3 (Rent)") < last.text.index("[2] Lease 2") < last.text.index("the rent?")
    assert last.text.endswith("What is the rent?")
    assert (prompt.left_out, prompt.dropped, prompt.room) == (0, 0, 100)


def test_the_worst_passages_go_first_then_the_oldest_messages() -> None:
    history = exchange(1) + exchange(2)
    material = Material("", history, "What is the rent?", tuple(map(passage, (1, 2, 3))), searched=True)
    roomy = write_prompt(material, loaded(340), 40)
    assert (roomy.left_out, roomy.dropped) == (1, 0)
    assert "passage2" in said(roomy.turns)
    assert "passage3" not in said(roomy.turns)
    tight = write_prompt(material, loaded(240), 40)
    assert (tight.left_out, tight.dropped) == (2, 2)
    assert "question1" not in said(tight.turns)
    assert "question2" in said(tight.turns)
    assert "passage1" in said(tight.turns)
    tiny = write_prompt(material, loaded(100), 20)
    assert (tiny.left_out, tiny.dropped) == (3, 4)
    assert tiny.turns == (Turn(USER, "What is the rent?"),)


def test_lines_stand_for_passages_the_best_next_to_the_question() -> None:
    passages = (passage(1), passage(2))
    lines = (Line(passages[0], "best line"), Line(passages[1], "second line"), Line(passages[0], "third line"))
    material = Material("", (), "What is the rent?", passages, lines, searched=True)
    whole = write_prompt(material, loaded(256), 64)
    said = whole.turns[0].text
    assert "passage1" not in said
    assert said.index("third line") < said.index("second line") < said.index("Lease 1: best line") < said.index("rent?")
    assert whole.left_out == 0
    tight = write_prompt(material, loaded(43), 10)
    assert "best line" in tight.turns[0].text
    assert tight.left_out == 1


@pytest.mark.parametrize("context", [100, 200, 300, 400, 500, 700, 1000])
def test_the_prompt_and_its_answer_always_fit(context: int) -> None:
    model = loaded(context)
    material = Material(
        "Be brief.", exchange(1) + exchange(2), "Rent?", tuple(map(passage, range(1, 9))), searched=True
    )
    prompt = write_prompt(material, model, 64)
    assert model.count_tokens(prompt.turns) + prompt.room <= context
    assert prompt.room >= min(64, context // 4)


def test_a_question_longer_than_the_context_says_by_how_much() -> None:
    with pytest.raises(ContextOverflowError, match=r"505 tokens .* parrot has room for 192: 313 too many"):
        write_prompt(Material("", (), "why " * 500), loaded(256), 1024)


def test_a_search_in_vain_is_told_to_the_model() -> None:
    prompt = write_prompt(Material("", (), "Who won?", (), searched=True), loaded(256), 64)
    assert "say nothing about this" in prompt.turns[0].text
    assert write_prompt(Material("", (), "Who won?"), loaded(256), 64).turns == (Turn(USER, "Who won?"),)


def message(role: Role, text: str) -> Message:
    return Message(1, 1, None, role, text, 0.0, MessageStatus.COMPLETE)


def test_history_leaves_out_questions_without_answers_and_old_marks() -> None:
    messages = [
        message(USER, "One?"),
        message(ASSISTANT, "Yes, it is. [1] Or so. [2]"),
        message(USER, "Two?"),
        message(ASSISTANT, ""),
        message(USER, "Three?"),
        message(ASSISTANT, "No."),
    ]
    assert history_of(messages) == (
        Turn(USER, "One?"),
        Turn(ASSISTANT, "Yes, it is. Or so."),
        Turn(USER, "Three?"),
        Turn(ASSISTANT, "No."),
    )


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
    history = (Turn(USER, "What is the rent of flat 4B in the Alder Court house?"), Turn(ASSISTANT, "950 euros."))
    assert leans_on(question, history) == before
    assert leans_on(question, ()) == ""
