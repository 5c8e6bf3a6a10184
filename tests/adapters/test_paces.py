"""How fast models wrote is read from what was stored with their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.adapters.database import DatabaseConversationStore
from localassist.adapters.database.paces import DatabasePaces
from localassist.domain.chat import Evidence, Figures, MessageStatus
from localassist.domain.fitting import Pace
from localassist.domain.privacy import Destination, Route

if TYPE_CHECKING:
    from localassist.adapters.database import Database

HERE = Destination.THIS_COMPUTER
CPU = "CPU, 2 threads"


def answer(store: DatabaseConversationStore, figures: Figures, route: Route | None) -> int:
    conversation = store.create("A talk", "")
    _, answer = store.ask(conversation.id, None, "What does it say?")
    store.finish(answer.id, "It says so.", MessageStatus.COMPLETE, Evidence(route=route, figures=figures))
    return conversation.id


def test_answers_tell_how_fast_their_models_wrote_and_where_the_newest_first(database: Database) -> None:
    store, paces = DatabaseConversationStore(database), DatabasePaces(database)
    assert paces.recent() == ()
    first = Figures(prompt_tokens=1000, cached_tokens=900, answer_tokens=100, tokens_per_second=20.0, device=CPU)
    second = Figures(prompt_tokens=50, answer_tokens=40, tokens_per_second=31.5, device="NVIDIA RTX, 2 threads")
    talk = answer(store, first, Route(HERE, "qwen", "It is here."))
    answer(store, second, Route(HERE, "llama", "It is here."))
    expected = (Pace("llama", "NVIDIA RTX, 2 threads", 31.5, 70), Pace("qwen", CPU, 20.0, 1050))
    assert paces.recent() == expected
    store.delete(talk)
    assert paces.recent() == expected[:1]


def test_what_tells_nothing_of_a_model_here_is_left_out(database: Database) -> None:
    store = DatabaseConversationStore(database)
    fast = Figures(prompt_tokens=10, answer_tokens=100, tokens_per_second=80.0, device=CPU)
    answer(store, fast, Route(Destination.CLOUD, "far", "It is allowed."))
    answer(store, Figures(), Route(HERE, "", "Quotes were enough."))
    answer(store, fast, None)
    answer(store, Figures(10, 0, 3, 0.1, 500.0, 4096, CPU), Route(HERE, "short", "It is here."))
    conversation = store.create("Another", "")
    store.ask(conversation.id, None, "Still being answered?")
    assert DatabasePaces(database).recent() == ()
