"""One talk with the hub over the door: its addresses, the token where it is needed, answers checked and kept small."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote, urlsplit

from localassist.adapters.hub.patience import PassingError, Patience
from localassist.adapters.hub.refusals import AnswerError, refusal
from localassist.adapters.hub.tokens import find_token
from localassist.domain.errors import NetworkError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from localassist.adapters.network import NetworkDoor
    from localassist.domain.stopping import Stop

ENDPOINT: Final = "https://huggingface.co"
_LONGEST_JSON: Final = 64 << 20
_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+|[\w.-]+", re.ASCII)
_PORTS: Final = {"http": 80, "https": 443}
_PLAIN: Final = {"Accept-Encoding": "identity"}
_NEXT: Final = re.compile(r'<([^>]*)>\s*;\s*rel="?next"?')


class Reply(Protocol):
    """What is used of an answer over the door's client."""

    @property
    def status_code(self) -> int:
        """The number of the answer's status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""

    @property
    def url(self) -> object:
        """Where the answer came from, after redirects."""

    def iter_raw(self) -> Iterator[bytes]:
        """The body as it comes, not unpacked."""


class Client(Protocol):
    """What is used of the door's client."""

    def stream(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        follow_redirects: bool,
    ) -> AbstractContextManager[Reply]:
        """An answer whose body is still to come."""


class HubLine:
    """The way to one hub: `endpoint` (HF_ENDPOINT) and a `token` that is asked for when the hub wants one.

    Nobody is told who asks before that. `silence_s` is how long it may say nothing.
    """

    def __init__(
        self,
        door: NetworkDoor,
        endpoint: str = ENDPOINT,
        token: Callable[[], str] = str,
        patience: Patience = Patience(),  # noqa: B008  a value
        silence_s: float = 30.0,
    ) -> None:
        self._door = door
        self.endpoint = endpoint.rstrip("/") or ENDPOINT
        self._token = token
        self._patience = patience
        self._silence_s = silence_s

    @classmethod
    def find(cls, door: NetworkDoor, secret: Callable[[str], str | None], environment: Mapping[str, str]) -> HubLine:
        """The way to the hub that the environment names, with the token that there is; `secret` reads the keyring."""
        return cls(door, environment.get("HF_ENDPOINT", ""), lambda: find_token(secret, environment))

    @contextmanager
    def talk(self, reason: str, stop: Stop) -> Iterator[HubTalk]:
        """Connections that last as long as the block, which `stop` ends; the ledger names the reason."""
        if not _server(self.endpoint):
            raise NetworkError("The address of the hub is none.", "Mend or unset the variable HF_ENDPOINT.")
        with self._door.client(reason, self._silence_s, stop) as client:
            yield HubTalk(client, self.endpoint, self._token, self._patience, stop)


class HubTalk:
    """Questions to the hub. Each raises what `Hub` raises."""

    def __init__(self, client: Client, endpoint: str, token: Callable[[], str], patience: Patience, stop: Stop) -> None:
        self._client = client
        self._endpoint = endpoint
        self._token = token
        self._patience = patience
        self._stop = stop

    def pages(self, path: str, parameters: Mapping[str, Any]) -> Iterator[Any]:
        """A list page by page, each read when it is asked for."""
        address = self._endpoint + path
        asked: Mapping[str, Any] | None = parameters
        while address:
            body, headers = self._read(address, asked, "models")
            yield self._parsed(body)
            following = _NEXT.search(headers.get("Link", ""))
            address, asked = (following[1] if following else ""), None
            if not address.startswith(self._endpoint + "/"):
                return

    def json(self, path: str, parameters: Mapping[str, Any], asked: str) -> Any:
        """What the hub says at a path, about the repository `asked`."""
        return self._parsed(self._read(self._endpoint + path, parameters, asked)[0])

    def text(self, path: str, asked: str, longest: int) -> str:
        """A text, cut after so many bytes."""

        return self.stretch(path, asked, 0, longest).decode(errors="replace")

    def stretch(self, path: str, asked: str, start: int, length: int) -> bytes:
        """So many bytes of a file from `start` on, fewer at its end."""

        def once() -> bytes:
            with self.opened(path, asked, start, start + length - 1) as response:
                skipped = start if response.status_code == 200 else 0  # a whole file, from one that knows no ranges
                return _beginning(response, skipped + length)[skipped:]

        return self._patience.insist(once, self._stop)

    @contextmanager
    def opened(self, path: str, asked: str, start: int, end: int | None = None) -> Iterator[Reply]:
        """A file from byte `start` on, through `end` where it is given; the hub sends elsewhere for large ones.

        The link it gives runs out, so it is asked for anew each time.
        """
        last = "" if end is None else str(end)
        headers = _PLAIN | ({"Range": f"bytes={start}-{last}"} if start or last else {})
        with self._answered(self._endpoint + path, None, headers, asked) as response:
            yield response

    def _read(self, address: str, parameters: Mapping[str, Any] | None, asked: str) -> tuple[bytes, Mapping[str, str]]:
        def once() -> tuple[bytes, Mapping[str, str]]:
            with self._answered(address, parameters, dict(_PLAIN), asked) as response:
                return _beginning(response, _LONGEST_JSON), response.headers

        return self._patience.insist(once, self._stop)

    @contextmanager
    def _answered(
        self, address: str, parameters: Mapping[str, Any] | None, headers: dict[str, str], asked: str
    ) -> Iterator[Reply]:
        """The answer, its body still to come. The token goes along where the hub refused to answer without."""
        token = ""
        while True:
            signed = headers | ({"Authorization": f"Bearer {token}"} if token else {})
            with self._client.stream(
                "GET", address, params=parameters, headers=signed, follow_redirects=True
            ) as response:
                if response.status_code < 400:
                    yield response
                    return
                error = refusal(response.status_code, response.headers, asked, with_token=bool(token))
                self._raise_if_elsewhere(response)
            if response.status_code not in (401, 403) or token or not (token := self._token()):
                raise error

    def _raise_if_elsewhere(self, response: Reply) -> None:
        """Where the hub sent us to has no say in what exists and who may have it: its link ran out."""
        there = str(response.url)
        if _server(there) != _server(self._endpoint) and response.status_code in (400, 401, 403, 404, 410):
            raise PassingError(
                f"The link to {urlsplit(there).hostname} that the hub gave is not accepted ({response.status_code}).",
                "Try again later.",
            )

    def _parsed(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise strange_answer(self._endpoint) from error


def strange_answer(endpoint: str) -> AnswerError:
    """That what came is nothing a hub says."""
    return AnswerError(
        f"{urlsplit(endpoint).hostname} answered with something that is no answer of a hub.",
        "If this network has a sign-in page, open a browser and sign in; if HF_ENDPOINT is set, check it.",
    )


def repository_path(name: str) -> str:
    """The path of a repository's name. Raises `NotFoundError` for what can be no name."""
    if not _REPOSITORY.fullmatch(name) or ".." in name:
        raise NotFoundError(
            "That is no name of a model on the hub.", "Names look like owner/model; copy it from the model's page."
        )
    return name


def file_path(repository: str, revision: str, file: str) -> str:
    """The path under which the hub gives a file of a revision."""
    return f"/{repository_path(repository)}/resolve/{quote(revision, safe='')}/{quote(file)}"


def _server(address: str) -> tuple[str, int] | None:
    """The host and port that an address names; None for what is no address of a web server."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.hostname, port) if parts.hostname else None


def _beginning(response: Reply, longest: int) -> bytes:
    """The body as it came, cut after so many bytes: nothing is unpacked, as little can unpack to very much."""
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) >= longest:
            break
    return bytes(body[:longest])
