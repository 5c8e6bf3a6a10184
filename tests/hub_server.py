"""A hub on this computer for tests: a real HTTP server that speaks the hub's API and fails as it is told to.

Paths, parameters, headers and JSON are those that huggingface_hub 2.4.0 asks for and reads (hf_api.py: `list_models`,
`model_info`, `ModelInfo`, `RepoSibling`; file_download.py: `get_hf_file_metadata`; utils/_http.py:
`hf_raise_for_status`, `_parse_retry_after`; utils/_pagination.py). Large files lie on a second port, behind signed
links that run out, as on the hub's own CDN.
"""

import hashlib
import itertools
import json
import re
import socket  # noqa: TID251  its options
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from typing_extensions import override

Content = bytes | bytearray | memoryview
PIECE = 1 << 18
GATED = {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access to this model is restricted."}


@dataclass
class Hosted:
    """A repository of the server; files longer than `large_from` bytes are large ones (LFS)."""

    name: str
    files: dict[str, Content]
    revision: str = "a" * 40
    gated: bool = False
    private: bool = False
    downloads: int = 0
    likes: int = 0
    changed: str = "2026-01-01T00:00:00.000Z"
    tags: tuple[str, ...] = ("gguf", "license:apache-2.0")
    parameters: int = 0
    large_from: int = 1000
    _hashes: dict[tuple[str, int], str] = field(default_factory=dict)

    def description(self, *, whole: bool) -> dict[str, Any]:
        described: dict[str, Any] = {
            "_id": "1",
            "id": self.name,
            "modelId": self.name,
            "sha": self.revision,
            "gated": "auto" if self.gated else False,
            "private": self.private,
            "downloads": self.downloads,
            "likes": self.likes,
            "lastModified": self.changed,
            "tags": list(self.tags),
        }
        return described | ({"siblings": [self._sibling(path) for path in self.files]} if whole else {})

    def row(self, expand: list[str]) -> dict[str, Any]:
        """It in a list, with what is named only when it is asked for."""
        more = {
            "siblings": [{"rfilename": path} for path in self.files],
            "gguf": {"total": self.parameters, "architecture": "llama", "context_length": 8192},
        }
        return self.description(whole=False) | {name: value for name, value in more.items() if name in expand}

    def tree(self) -> list[dict[str, Any]]:
        entries = []
        for sibling in map(self._sibling, self.files):
            entry = {"type": "file", "path": sibling["rfilename"], "size": sibling["size"], "oid": sibling["blobId"]}
            if lfs := sibling.get("lfs"):
                entry["lfs"] = {"oid": lfs["sha256"], "size": lfs["size"], "pointerSize": lfs["pointerSize"]}
            entries.append(entry)
        return entries

    def sha256(self, path: str) -> str:
        content = self.files[path]
        if (path, id(content)) not in self._hashes:
            self._hashes[path, id(content)] = hashlib.sha256(content).hexdigest()
        return self._hashes[path, id(content)]

    def _sibling(self, path: str) -> dict[str, Any]:
        content = self.files[path]
        entry: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": git_sha1(content)}
        if len(content) > self.large_from:
            entry["lfs"] = {"sha256": self.sha256(path), "size": len(content), "pointerSize": 134}
        return entry


@dataclass
class Asked:
    """One request the server got, and how many bytes of a body it sent in answer."""

    method: str
    path: str
    headers: Mapping[str, str]
    on_cdn: bool
    sent: int = 0

    @property
    def start(self) -> int:
        """Where the range begins that was asked for."""
        found = re.fullmatch(r"bytes=(\d+)-\d*", self.headers.get("Range", ""))
        return int(found[1]) if found else 0


@dataclass
class Trouble:
    """What goes wrong with the next `times` requests whose path has `path` in it, on the hub or its CDN."""

    path: str = ""
    times: int = 1
    on_cdn: bool = False
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut_after: int | None = None
    stall_after: int | None = None
    change: Callable[[Content], Content] | None = None
    ignore_range: bool = False
    claim_total: int | None = None
    call: Callable[[], object] | None = None


class HubServer:
    """The server: `add` repositories, then `endpoint`; `asked` is all that came, `troubles` what goes wrong next."""

    def __init__(self) -> None:
        self.repositories: dict[str, Hosted] = {}
        self.renamed: dict[str, str] = {}
        self.troubles: list[Trouble] = []
        self.asked: list[Asked] = []
        self.tokens = {"hf_good"}
        self.granted = {"hf_good"}
        self.page = 2
        self.pace: Callable[[int], None] = lambda sent: None
        """Called with the bytes sent so far before each piece of a body."""
        self.released = threading.Event()
        """Set to end every stall."""
        self.lock = threading.Lock()
        self._links: dict[str, bool] = {}
        self._numbers = itertools.count()
        self._servers = [_Quiet(("127.0.0.1", 0), _handler(self, on_cdn=on_cdn)) for on_cdn in (False, True)]
        self._threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in self._servers]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._servers[0].server_address[1]}"

    @property
    def cdn(self) -> str:
        return f"http://localhost:{self._servers[1].server_address[1]}"

    def add(self, name: str, files: dict[str, Content], **options: Any) -> Hosted:
        self.repositories[name] = Hosted(name, files, **options)
        return self.repositories[name]

    def go_wrong(self, path: str = "", **options: Any) -> Trouble:
        trouble = Trouble(path, **options)
        self.troubles.append(trouble)
        return trouble

    def link(self, repository: Hosted, path: str) -> str:
        with self.lock:
            signature = f"{next(self._numbers):08x}"
            self._links[signature] = True
        return f"{self.cdn}/{repository.name}/{repository.revision}/{quote(path)}?Signature={signature}"

    def expire_links(self) -> None:
        """No link given until now is good for anything any more."""
        with self.lock:
            self._links = dict.fromkeys(self._links, False)

    def is_good(self, signature: str) -> bool:
        with self.lock:
            return self._links.get(signature, False)

    def take_trouble(self, path: str, *, on_cdn: bool) -> Trouble | None:
        with self.lock:
            for trouble in self.troubles:
                if trouble.on_cdn == on_cdn and trouble.path in path:
                    trouble.times -= 1
                    if not trouble.times:
                        self.troubles.remove(trouble)
                    return trouble
        return None

    def on_cdn(self) -> list[Asked]:
        with self.lock:
            return [asked for asked in self.asked if asked.on_cdn]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self.released.set()
        for server in self._servers:
            server.shutdown()
        for thread in self._threads:
            thread.join()
        for server in self._servers:
            server.server_close()


@contextmanager
def running_hub() -> Iterator[HubServer]:
    hub = HubServer()
    hub.start()
    try:
        yield hub
    finally:
        hub.close()


def git_sha1(content: Content) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def server_bind(self) -> None:
        """With little room for what was sent and not fetched yet: what is counted as sent has left the hub."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PIECE)
        super().server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up or are killed are part of these tests."""


def _handler(hub: HubServer, *, on_cdn: bool) -> "type[_Handler]":
    return type("Handler", (_Handler,), {"hub": hub, "on_cdn": on_cdn})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: HubServer
    on_cdn: bool

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        self.asked = Asked(self.command, path, dict(self.headers.items()), self.on_cdn)
        with self.hub.lock:
            self.hub.asked.append(self.asked)
        self.trouble = self.hub.take_trouble(path, on_cdn=self.on_cdn) or Trouble()
        if self.trouble.call:
            self.trouble.call()
        if self.trouble.status or self.trouble.body is not None:
            self._say(self.trouble.status or 200, self.trouble.body or b"", self.trouble.headers)
        elif self.on_cdn:
            self._from_cdn(path, parse_qs(parts.query))
        elif path == "/api/models":
            self._list(parse_qs(parts.query))
        elif path.startswith("/api/models/"):
            self._model(path.removeprefix("/api/models/"))
        else:
            self._resolve(path)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _list(self, query: dict[str, list[str]]) -> None:
        found = [repository for repository in self.hub.repositories.values() if _fits(repository, query)]
        if key := {"downloads": "downloads", "likes": "likes", "lastModified": "changed"}.get(
            query.get("sort", [""])[0]
        ):
            found.sort(key=lambda repository: getattr(repository, key), reverse=True)
        start = int(query.get("cursor", ["0"])[0])
        page = found[start : start + min(self.hub.page, int(query.get("limit", ["1000"])[0]))]
        headers = {}
        if start + len(page) < len(found):
            rest = self.path.partition("&cursor=")[0]
            headers["Link"] = f'<{self.hub.endpoint}{rest}&cursor={start + len(page)}>; rel="next"'
        self._say_json([repository.row(query.get("expand", [])) for repository in page], headers)

    def _model(self, path: str) -> None:
        name, _, revision = path.partition("/revision/")
        if name in self.hub.renamed:
            self._say(307, b"", {"Location": f"/api/models/{self.hub.renamed[name]}"})
        elif "/tree/" in path:
            name, _, revision = path.partition("/tree/")
            if repository := self._seen(name, revision, gated_too=False):
                self._say_json(repository.tree())
        elif repository := self._seen(name, revision, gated_too=False):
            self._say_json(repository.description(whole=True))

    def _resolve(self, path: str) -> None:
        name, _, rest = path.lstrip("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        repository = self._seen(name, revision, gated_too=True)
        if repository is None:
            return
        if file not in repository.files:
            self._say(404, b"Entry not found", {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"})
            return
        content = repository.files[file]
        headers = {"X-Repo-Commit": repository.revision}
        if len(content) <= repository.large_from:
            self._say_content(content, headers | {"ETag": f'"{git_sha1(content)}"'})
            return
        headers |= {"X-Linked-Size": str(len(content)), "X-Linked-ETag": f'"{repository.sha256(file)}"'}
        self._say(302, b"", headers | {"Location": self.hub.link(repository, file)})

    def _from_cdn(self, path: str, query: dict[str, list[str]]) -> None:
        owner, name, revision, file = path.lstrip("/").split("/", 3)
        if not self.hub.is_good(query.get("Signature", [""])[0]):
            self._say(403, b"<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
            return
        repository = self.hub.repositories[f"{owner}/{name}"]
        assert revision == repository.revision
        self._say_content(repository.files[file], {})

    def _seen(self, name: str, revision: str, *, gated_too: bool) -> Hosted | None:
        """The repository if it is there for who asks; else what the hub says instead is said."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        repository = self.hub.repositories.get(name)
        if token and token not in self.hub.tokens:
            self._say(401, b"", {"X-Error-Message": "Invalid credentials in Authorization header"})
        elif repository is None or (repository.private and not token):
            self._say(404 if token else 401, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Not found"})
        elif repository.gated and gated_too and token not in self.hub.granted:
            self._say(403 if token else 401, b"", GATED)
        elif revision not in ("", "main", repository.revision):
            self._say(404, b"", {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"})
        else:
            return repository
        return None

    def _say_json(self, value: object, headers: dict[str, str] | None = None) -> None:
        self._say(200, json.dumps(value).encode(), {"Content-Type": "application/json"} | (headers or {}))

    def _say(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _say_content(self, content: Content, headers: Mapping[str, str]) -> None:
        """A file, or the stretch of it that was asked for."""
        if self.trouble.change:
            content = self.trouble.change(content)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        total = len(content) if self.trouble.claim_total is None else self.trouble.claim_total
        start, end = 0, total
        if asked and not self.trouble.ignore_range:
            start, end = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else total, total)
            if start >= total:
                self._say(416, b"", {"Content-Range": f"bytes */{total}"})
                return
            headers = dict(headers) | {"Content-Range": f"bytes {start}-{end - 1}/{total}"}
        self.send_response(200 if "Content-Range" not in headers else 206)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if self.command != "HEAD":
            self._pour(memoryview(content)[start:end])
            if end > len(content):  # it promised more than it has
                self._hang_up()

    def _pour(self, body: memoryview) -> None:
        place = 0
        while place < len(body):
            step = PIECE
            for limit in (self.trouble.cut_after, self.trouble.stall_after):
                step = step if limit is None else min(step, max(limit - place, 0))
            if not step:
                break
            self.hub.pace(place)
            self.asked.sent = min(place + step, len(body))  # before: who reads it may have the bytes already
            self.connection.sendall(body[place : place + step])
            place += step
        if place < len(body) or self.trouble.cut_after is not None:
            if self.trouble.stall_after is not None:
                self.hub.released.wait(60)
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)  # both ways

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _fits(repository: Hosted, query: dict[str, list[str]]) -> bool:
    text = query.get("search", [""])[0].lower()
    author = query.get("author", [""])[0]
    wanted = set(query.get("filter", []))
    return (
        text in repository.name.lower()
        and (not author or repository.name.startswith(f"{author}/"))
        and wanted <= set(repository.tags)
        and not repository.private
    )
