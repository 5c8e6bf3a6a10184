"""A process that gives one file over HTTP on this computer, as a hub does, at next to no cost of its own."""

from __future__ import annotations

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from typing_extensions import override


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with Path(sys.argv[1]).open("rb") as file:
            size = Path(sys.argv[1]).stat().st_size
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            start = int(asked[1]) if asked else 0
            end = int(asked[2]) + 1 if asked and asked[2] else size
            self.send_response(206 if asked else 200)
            if asked:
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
            self.send_header("Content-Length", str(end - start))
            self.end_headers()
            self.connection.sendfile(file, start, end - start)

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    """Serve the file that is the first argument; its port is the first line that is printed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)  # noqa: T201  for the one who started it
    server.serve_forever()


if __name__ == "__main__":
    main()
