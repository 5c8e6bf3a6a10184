import threading

from localassist.domain.documents import Passage
from localassist.domain.errors import ModelError
from localassist.usecases.grounding import Grounder, Material, ground
from localassist.usecases.grounding_ahead import GroundingAhead

TEXT = "The rent is 950 euros a month. It is due on the third working day."
ANSWER = "Whales sing at night in warm seas. The rent is 950 euros a month. It is due on the third working day."


class Compared:
    """Counts what is compared by meaning."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.seen = threading.Event()

    def __call__(self, question: str, texts: list[str]) -> list[float]:
        self.asked.append(question)
        if question.startswith("Whales"):
            self.seen.set()
        return [0.0] * len(texts)


def material(compare: Compared) -> Material:
    passage = Passage(1, 1, "/lease.txt", "", None, "", TEXT, 0, len(TEXT), 0.9)
    return Material("How much is it?", [passage], lambda _: None, compare)


def test_sentences_are_looked_at_while_more_are_written_and_the_end_is_the_same() -> None:
    compare = Compared()
    ahead = GroundingAhead(lambda: Grounder(material(compare)))
    for piece in ANSWER.split(" "):
        ahead.add(f"{piece} ")
    assert compare.seen.wait(5)
    grounder = ahead.end()
    assert grounder is not None
    known = len(compare.asked)
    result = grounder.ground(ANSWER, complete=True)
    assert not any(asked.startswith("Whales") for asked in compare.asked[known:])
    assert result == ground(material(Compared()), ANSWER)


def test_without_passages_to_read_nothing_is_known() -> None:
    def fails() -> Grounder:
        raise ModelError("The embedding model is not installed.")

    ahead = GroundingAhead(fails)
    ahead.add("The rent. ")
    assert ahead.end() is None
