"""Providers on this computer for tests: a real HTTP server that streams what a script says and counts what it is asked.

The forms of events and errors are those of the public references: OpenAI's chat completions (chunks, the last one with
usage, then [DONE]), Anthropic's messages (message_start ... message_stop, ping, error), OpenRouter's comments and its
errors within a stream, DeepSeek's reasoning_content, Mistral's lists of parts, Google's errors in a list.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override

SSE = "text/event-stream"


@dataclass
class Answer:
    """What is said to one request: `pieces` go out one by one, each at once.

    `cut` ends the connection after them instead of the answer. `held` is waited for before the last piece.
    """

    pieces: Sequence[bytes] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = SSE
    cut: bool = False
    held: threading.Event | None = None


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class ProviderServer(ThreadingHTTPServer):
    """Answers one request after the other with what `script` holds; with its last one for good."""

    daemon_threads = True

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.asked: list[Asked] = []
        self.arrived = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ProviderServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(Asked(self.command, self.path, dict(self.headers.items()), body))
        script = self.server.script
        answer = script.pop(0) if len(script) > 1 else script[0]
        self.server.arrived.set()
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.kind, "Transfer-Encoding": "chunked", **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for number, piece in enumerate(answer.pieces):
            if answer.held is not None and number == len(answer.pieces) - 1:
                answer.held.wait(30)
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.flush()
        if answer.cut:
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")

    @override
    def log_message(self, *arguments: object) -> None:
        """Tests say what matters."""


@contextmanager
def running(*script: Answer) -> Iterator[ProviderServer]:
    with ProviderServer(*script) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            for answer in server.script:
                if answer.held is not None:
                    answer.held.set()
            server.shutdown()
            thread.join()


def error(status: int, body: Any, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer([json.dumps(body).encode()], status, named, "application/json")


def listed(*models: Mapping[str, Any], **more: Any) -> Answer:
    return Answer([json.dumps({"object": "list", "data": models} | more).encode()], kind="application/json")


def event(data: Any, name: str = "", end: str = "\n") -> bytes:
    head = f"event: {name}{end}" if name else ""
    return f"{head}data: {data if isinstance(data, str) else json.dumps(data)}{end}{end}".encode()


def chunk(delta: Mapping[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """A chunk of a chat completion; without a delta one that has no choices."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices} | more


def usage(prompt: int = 12, answer: int = 7, **more: Any) -> dict[str, Any]:
    used = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
    return chunk(usage=used | more)


def completion(*texts: str, finish: str = "stop") -> list[bytes]:
    """The events of an answer as OpenAI streams it."""
    deltas: Iterable[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": text} for text in texts)]
    chunks = [*map(chunk, deltas), chunk({}, finish), usage()]
    return [*map(event, chunks), event("[DONE]")]


def message(*blocks: tuple[str, Sequence[str]], stop: str = "end_turn") -> list[bytes]:
    """The events of an answer as Anthropic streams it: blocks of a kind ("text", "thinking"), each with its deltas."""
    start = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 20, "cache_read_input_tokens": 5, "output_tokens": 1},
    }
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    for number, (kind, deltas) in enumerate(blocks):
        empty = {"type": kind, kind: ""} | ({"signature": ""} if kind == "thinking" else {})
        events.append({"type": "content_block_start", "index": number, "content_block": empty})
        events += [
            {"type": "content_block_delta", "index": number, "delta": {"type": f"{kind}_delta", kind: text}}
            for text in deltas
        ]
        events.append({"type": "content_block_stop", "index": number})
    ending = {"stop_reason": stop, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": ending, "usage": {"output_tokens": 9}})
    events.append({"type": "message_stop"})
    return [event(told, told["type"]) for told in events]
