"""A process that answers questions over a database until it is killed, saying on standard output what it was told.

Arguments: the database, a seed. Every line is JSON: ["asked", question id, answer id, text],
["streamed", answer id, characters so far, monotonic time], ["finished", answer id, text].
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from answering_room import answering
from fakes import (
    FakeActivity,
    FakeChatModel,
    FakeChatModels,
    FakeDocumentStore,
    FakeEmbedder,
    FakePassageIndex,
    FakeSettingsStore,
)
from localassist.adapters.database import Database, DatabaseConversationStore
from localassist.domain.chat import Question
from localassist.domain.events import Asked, Finished, TokenDelta
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop
from localassist.usecases.retrieval import SearchPassages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Turn

SECONDS_A_WORD = 0.004


def say(*fact: object) -> None:
    """One line, handed to the system at once."""
    print(json.dumps(fact), flush=True)


def main(database: Path, seed: int) -> None:
    """Ask and answer for ever: now and then a short answer, now and then one longer than this process lives."""
    chance = random.Random(seed)

    def speech(_turns: Sequence[Turn]) -> str:
        return " ".join(f"word{number}" for number in range(chance.choice([3, 30, 3000])))

    model = FakeChatModel(speech, context_length=1_000_000)
    model.before_word = lambda _said: time.sleep(SECONDS_A_WORD)
    documents = FakeDocumentStore()
    conversations = DatabaseConversationStore(Database(database))
    answer_question = answering(
        conversations,
        SearchPassages(documents, FakePassageIndex(documents), FakeEmbedder()),
        documents,
        FakeChatModels(model),
        FakeSettingsStore(Settings(max_answer_tokens=10_000)),
        FakeActivity(),
    )
    conversation = conversations.create("", "")
    head = None
    for number in range(1_000_000):
        question = Question(conversation.id, head, f"Question {number} of process {seed}?")
        streamed = 0
        for event in answer_question(question, Stop()):
            match event:
                case Asked(question=asked, answer=answer):
                    head = answer.id
                    say("asked", asked.id, answer.id, asked.text)
                case TokenDelta(text=text):
                    streamed += len(text)
                    say("streamed", head, streamed, time.monotonic())
                case Finished(answer=answer):
                    say("finished", answer.id, answer.text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
