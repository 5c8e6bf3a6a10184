"""Words copied from what never leaves are found in the real index, also among many words of one's own."""

import random
from itertools import accumulate

import pytest

from fakes import structured
from localassist.adapters.database import Database, DatabaseDocumentStore, DatabaseLabelStore
from localassist.domain.documents import Chunk
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.ports.documents import FoundFile
from localassist.usecases.repeating import FindRepeated

WORDS = 6000
DOCUMENTS = 200
TRIES = 40


@pytest.mark.slow
def test_six_words_in_a_row_are_found_among_thirty_four_others() -> None:
    chance = random.Random(2)
    vocabulary = ["".join(chance.choices("abcdefghiklmnoprstuv", k=chance.randint(3, 9))) for _ in range(WORDS)]
    often = list(accumulate(1 / (rank + 5) for rank in range(WORDS)))  # as words of a language are

    def prose(count: int) -> list[str]:
        return chance.choices(vocabulary, cum_weights=often, k=count)

    database = Database(None)
    documents, labels = DatabaseDocumentStore(database), DatabaseLabelStore(database)
    told = [prose(250) for _ in range(DOCUMENTS)]
    for number, said in enumerate(told):
        text = " ".join(said)
        file = FoundFile(f"/docs/{number}.md", len(text), 1.0)
        documents.save(file, str(number), ("reader", "embedder"), structured(text), [Chunk(0, len(text))])
    labels.set(LabelKind.FOLDER, "/docs", Sensitivity.NEVER)
    find = FindRepeated(documents, labels)
    found = 0
    for _ in range(TRIES):
        said, start = chance.choice(told), chance.randrange(244)
        found += find(" ".join([*prose(17), *said[start : start + 6], *prose(17)])) is not None
    database.close()
    assert found >= 0.9 * TRIES
