"""What happens when the way to a model elsewhere fails: nothing is lost, nothing sent twice, and it is said plainly."""

import json
import socket  # noqa: TID251  an address that nobody answers at
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from cloud_room import KEY, QUESTION, QUICK, Heard, chain, models_at, outbound
from localassist.adapters.cloud.patience import Patience
from localassist.adapters.database import Database, DatabaseConversationStore, DatabaseLedger
from localassist.adapters.network import NetworkDoor
from localassist.domain.errors import CloudError, LocalAssistError, OfflineError, Stopped
from localassist.domain.events import TokenDelta
from localassist.domain.privacy import Destination, Outcome
from localassist.domain.stopping import Stop
from provider_server import Answer, ProviderServer, chunk, completion, error, event, message, running

TEXTS = ["Twelve ", "euros ", "a month."]
WHOLE = {"openai": completion(*TEXTS), "anthropic": message(("text", TEXTS))}
DIALECTS = ["openai", "anthropic"]
FINE = {provider: Answer(events) for provider, events in WHOLE.items()}


def ask(server: ProviderServer, provider: str = "openai", **options: object) -> Heard:
    return Heard(models_at(server.address, **options), outbound(provider))  # type: ignore[arg-type]  options by name


def complete_events(provider: str, until: int) -> str:
    """The text of the events that are whole within so many bytes."""
    whole = b"".join(WHOLE[provider])[:until].split(b"\n\n")[:-1]
    return "".join(text for text in TEXTS if any(json.dumps(text).encode() in told for told in whole))


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("way", ["cut", "ended"])
@pytest.mark.parametrize("step", [pytest.param(17, marks=pytest.mark.slow), pytest.param(1, marks=pytest.mark.soak)])
def test_a_stream_that_breaks_anywhere_keeps_what_came_and_is_not_asked_for_again(provider, way, step):
    events = b"".join(WHOLE[provider])
    reason_at = events.index(b'"stop"' if provider == "openai" else b'"end_turn"')
    for at in range(1, len(events), step):
        with running(Answer([events[:at]], cut=way == "cut")) as server:
            answer = ask(server, provider)
        assert len(server.asked) == 1, at
        assert answer.text == complete_events(provider, at), at
        if events[reason_at:at].count(b"\n\n"):
            assert answer.ended.reason == "end"
        else:
            assert isinstance(answer.error, CloudError), at
            assert "broke off" in answer.error.message
            assert ("kept" in answer.error.hint) == bool(answer.text)


def garbled(events: bytes, chance: Random) -> bytes:
    """A stream with some of its bytes changed, left out, or said twice."""
    told = bytearray(events)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(told))
        stretch = bytes(told[at : at + chance.choice((1, 1, 5, 40))])
        told[at : at + len(stretch)] = chance.choice((b"", stretch * 2, bytes([chance.randrange(256)]), b"null", b"[{"))
    return bytes(told)


@pytest.mark.slow
@pytest.mark.parametrize("provider", DIALECTS)
def test_whatever_a_stream_says_it_ends_in_an_answer_or_in_a_sentence(provider):
    chance = Random(20261125)  # the same garbage every time
    whole = message(("thinking", ["Hm."]), ("text", TEXTS)) if provider == "anthropic" else WHOLE["openai"]
    for _ in range(200):
        told = garbled(b"".join(whole), chance)
        with running(Answer([told])) as server:
            answer = ask(server, provider)
        assert len(server.asked) == 1, told
        if answer.error is None:
            assert answer.ended.reason
        else:
            assert isinstance(answer.error, CloudError), (told, answer.error)


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
def test_a_question_that_was_surely_not_answered_is_sent_again(provider, status):
    with running(error(status, {"error": {"message": "busy"}}), FINE[provider]) as server:
        answer = ask(server, provider)
    assert answer.text == "".join(TEXTS)
    assert [asked.body for asked in server.asked] == [server.asked[0].body] * 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 501])
def test_a_question_that_was_refused_for_good_is_not_sent_again(status):
    with running(error(status, {"error": {"message": "no"}}), FINE["openai"]) as server:
        assert isinstance(ask(server).error, CloudError)
    assert len(server.asked) == 1


@pytest.mark.parametrize("provider", DIALECTS)
def test_trying_again_ends(provider):
    with running(error(503, {"error": {"message": "busy"}})) as server:
        answer = ask(server, provider)
    assert len(server.asked) == QUICK.tries
    assert "overloaded" in str(answer.error)


def test_the_time_that_is_asked_for_is_waited():
    patience = Patience(tries=2, first_s=20.0, longest_s=20.0)  # were it taken, this would last
    with running(error(429, {"error": {"message": "slow down"}}, retry_after="0.2"), FINE["openai"]) as server:
        begun = time.monotonic()
        answer = ask(server, patience=patience)
        assert 0.2 <= time.monotonic() - begun < 10
    assert answer.text == "".join(TEXTS)


def test_nobody_waits_for_an_hour():
    with running(error(429, {"error": {"message": "slow down"}}, retry_after="3600")) as server:
        failed = ask(server).error
    assert isinstance(failed, CloudError)
    assert (len(server.asked), failed.retry_after_s) == (1, 3600)
    assert "3600 seconds" in failed.hint


def test_a_provider_that_says_not_to_come_back_is_believed():
    with running(error(500, {"error": {"message": "no"}}, x_should_retry="false"), FINE["openai"]) as server:
        assert ask(server).error is not None
    assert len(server.asked) == 1


def test_waits_grow_and_differ():
    patience = Patience(tries=9, first_s=1.0, longest_s=8.0)
    waits = [[patience.seconds(failures, None) or 0.0 for _ in range(40)] for failures in range(1, 7)]
    for wait, middle in zip(waits, [1, 2, 4, 8, 8, 8], strict=True):
        assert 0.75 * middle <= min(wait) < max(wait) <= 1.25 * middle
    assert patience.seconds(9, None) is None


@pytest.mark.parametrize("provider", DIALECTS)
def test_silence_is_given_up_and_the_question_not_repeated(provider):
    held = threading.Event()
    with running(Answer([*WHOLE[provider][:4], b"\n"], held=held)) as server:
        answer = ask(server, provider, silence_s=0.3)
        held.set()
    assert len(server.asked) == 1
    assert "said nothing for 0 seconds in the middle of its answer" in str(answer.error)
    assert answer.text


def test_a_server_that_takes_the_question_and_never_answers_is_not_asked_twice():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        failed = Heard(models_at(address, silence_s=0.3), outbound("openai")).error
        deaf.settimeout(0)
        deaf.accept()[0].close()
        with pytest.raises(BlockingIOError):  # nobody came a second time
            deaf.accept()
    assert "before an answer came" in str(failed)
    assert "not sent again" in str(failed)


def test_a_line_that_nobody_takes_is_tried_again_and_each_try_recorded(database: Database):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    ledger = DatabaseLedger(database)
    door = NetworkDoor(offline=lambda: False, ledger=lambda: ledger)
    failed = Heard(models_at(address, door), outbound("openai")).error
    assert isinstance(failed, CloudError)
    assert failed.message == "OpenAI can't be reached."
    entries = ledger.entries()
    assert [(entry.outcome, entry.sent) for entry in entries] == [(Outcome.FAILED, 0)] * QUICK.tries


def test_what_is_sent_stands_in_the_ledger_with_its_consent(database: Database):
    ledger = DatabaseLedger(database)
    door = NetworkDoor(offline=lambda: False, ledger=lambda: ledger)
    conversation = DatabaseConversationStore(database).create("Plans", "")
    asked = replace(outbound("openai"), conversation_id=conversation.id)
    with running(FINE["openai"]) as server:
        Heard(models_at(server.address, door), asked)
    (entry,) = ledger.entries()
    assert (entry.outcome, entry.conversation) == (Outcome.DONE, conversation.id)
    assert entry.destination is Destination.THIS_COMPUTER
    assert entry.consent == "reviewed 2026-11-25T12:00:00+00:00"
    assert ledger.body(entry.number) == server.asked[0].body.decode()


BROKEN = {
    "no JSON": b"data: {never\n\n",
    "a number": b"data: 42\n\n",
    "text for a list": b'data: {"choices": "all"}\n\n',
    "a delta that is none": event({"choices": [{"delta": 7}]}),
    "no UTF-8": b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n',
    "deeper than anybody reads": b"data: " + b"[" * 100_000 + b"\n\n",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_an_event_that_is_none_ends_the_answer_and_keeps_what_came(broken):
    with running(Answer([*WHOLE["openai"][:3], BROKEN[broken], *WHOLE["openai"][3:]])) as server:
        answer = ask(server)
    assert answer.text == "Twelve euros "
    assert isinstance(answer.error, CloudError)
    assert "no answer of a model" in answer.error.message
    assert len(server.asked) == 1


@pytest.mark.parametrize("broken", ["no JSON", "a number"])
def test_an_event_that_is_none_of_anthropic_s_ends_the_answer_too(broken):
    told = b"event: content_block_delta\n" + BROKEN[broken]
    with running(Answer([*WHOLE["anthropic"][:5], told])) as server:
        answer = ask(server, "anthropic")
    assert answer.text == "Twelve euros "
    assert "no answer of a model" in str(answer.error)


ERRORS_WITHIN = {
    "openai": event({"error": {"message": "The server had an error", "type": "server_error", "code": None}}),
    "openrouter": event(chunk({"content": ""}, "error", error={"code": 502, "message": "Provider disconnected"})),
    "anthropic": event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "error"),
}


@pytest.mark.parametrize("provider", ERRORS_WITHIN)
def test_an_error_within_an_answer_is_said_and_not_asked_again(provider):
    pieces = WHOLE["anthropic"][:5] if provider == "anthropic" else WHOLE["openai"][:3]
    with running(Answer([*pieces, ERRORS_WITHIN[provider], *pieces])) as server:
        answer = ask(server, provider)
    assert answer.text.startswith("Twelve euros ")
    assert isinstance(answer.error, CloudError)
    assert "overloaded or out of order" in answer.error.message
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "strange",
    [
        Answer([b"<html>Please sign in</html>"], kind="text/html"),
        Answer([b'{"choices": []}'], kind="application/json"),
        Answer([], kind="application/json"),
    ],
)
def test_a_page_in_the_place_of_an_answer_is_none(strange):
    with running(strange) as server:
        assert "no answer of a model" in str(ask(server).error)


def test_an_error_that_says_all_is_well_is_an_error():
    for code, sentence in ((402, "credit"), (502, "out of order")):
        told = {"error": {"code": code, "message": "No"}}
        with running(Answer([json.dumps(told).encode()], kind="application/json")) as server:
            assert sentence in str(ask(server, "openrouter").error)
        assert len(server.asked) == 1


def test_the_question_is_not_carried_to_where_an_answer_points():
    with running(FINE["openai"]) as other:
        moved = Answer(status=307, headers={"Location": f"{other.address}/v1/chat/completions"})
        with running(moved) as server:
            assert isinstance(ask(server).error, CloudError)
        assert not other.asked


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("events", range(5))
def test_a_stop_ends_an_answer_at_any_moment(provider, events):
    held = threading.Event()
    stop = Stop()
    with running(Answer([*WHOLE[provider][:events], b"\n"], held=held)) as server:

        def stop_it() -> None:
            server.arrived.wait(30)
            stop.request()

        threading.Thread(target=stop_it).start()
        answer = Heard(models_at(server.address), outbound(provider), stop)
        held.set()
    assert isinstance(answer.error, Stopped)
    assert "".join(TEXTS).startswith(answer.text)
    assert len(server.asked) == 1


def test_a_stop_between_two_words_lets_go_of_the_line():
    held, stop = threading.Event(), Stop()
    with running(Answer(WHOLE["openai"], held=held)) as server:
        told = models_at(server.address).generate(outbound("openai"), stop)
        assert next(told) == TokenDelta("Twelve ")
        stop.request()
        with pytest.raises(Stopped):
            next(told)
        held.set()


def test_a_stop_ends_the_wait_before_another_try():
    stop = Stop()
    with running(error(429, {"error": {"message": "slow down"}}, retry_after="15")) as server:

        def stop_it() -> None:
            server.arrived.wait(30)
            stop.request()

        threading.Thread(target=stop_it).start()
        begun = time.monotonic()
        answer = Heard(models_at(server.address), outbound("openai"), stop)
        assert time.monotonic() - begun < 10
    assert isinstance(answer.error, Stopped)


def test_nothing_leaves_while_the_offline_switch_is_on():
    with running(FINE["openai"]) as server:
        answer = ask(server, door=NetworkDoor(offline=lambda: True))
    assert isinstance(answer.error, OfflineError)
    assert not server.asked


def test_the_offline_switch_ends_an_answer_under_way():
    held, offline = threading.Event(), threading.Event()
    with running(Answer([*WHOLE["openai"][:2], b"\n"], held=held)) as server:
        told = models_at(server.address, NetworkDoor(offline=offline.is_set)).generate(outbound("openai"), Stop())
        assert next(told) == TokenDelta("Twelve ")
        offline.set()
        with pytest.raises(OfflineError):
            list(told)
        held.set()


def failures() -> Iterator[tuple[str, Answer]]:
    quoted = {"error": {"message": f"Invalid: {QUESTION} with key {KEY}", "code": f"{KEY}", "type": QUESTION}}
    for status in (400, 401, 403, 404, 429, 500):
        for provider in DIALECTS:
            yield provider, error(status, quoted)
    for provider in DIALECTS:
        yield provider, Answer(WHOLE[provider][:3], cut=True)
        yield provider, Answer([event(QUESTION + KEY, "message_start")])
    yield "openai", Answer([event(quoted)])
    yield "anthropic", Answer([event(quoted | {"type": "error"}, "error")])


@pytest.mark.parametrize(("provider", "answer"), list(failures()))
def test_no_error_holds_the_question_or_the_key(provider, answer):
    with running(answer) as server:
        failed = ask(server, provider).error
    assert isinstance(failed, LocalAssistError)
    for one in chain(failed):
        shown = f"{one!r} {one} {one.args} {vars(one)}"
        assert QUESTION not in shown
        assert KEY not in shown
