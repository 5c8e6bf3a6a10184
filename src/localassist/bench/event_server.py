"""A process that streams an answer over HTTP on this computer, as providers of models do, at a given pace."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from typing_extensions import override

_EVERY: Final = 20
"""So often a word of the answer is a placeholder."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Read what is sent, then stream as the path says: /EVENTS/MICROSECONDS between two of them."""
        self.rfile.read(int(self.headers["Content-Length"]))
        events, pause = (int(part) for part in self.path.strip("/").split("/"))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        began = time.monotonic()
        for number in range(events):
            # By the clock of the whole, so that an event that comes late makes none after it later.
            time.sleep(max(0.0, began + number * pause / 1_000_000 - time.monotonic()))
            self._put(_event(number))
        self._put(b"data: [DONE]\n\n")
        self._put(b"")

    def _put(self, piece: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


def _event(number: int) -> bytes:
    word = "[PERSON_1]" if number % _EVERY == _EVERY - 1 else f"word{number}"
    delta = {"choices": [{"index": 0, "delta": {"content": f" {word}"}}]}
    return b"data: " + json.dumps(delta).encode() + b"\n\n"


def main() -> None:
    """Serve until somebody ends it; its port is the first line that is printed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)  # noqa: T201  for the one who started it
    server.serve_forever()


if __name__ == "__main__":
    main()
