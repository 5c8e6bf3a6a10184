"""The Hugging Face hub as a library of models: search, repositories, model cards, looks into files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from typing_extensions import override

from localassist.adapters.hub.answers import DETAILS, WANTED, repository_from
from localassist.adapters.hub.asking import file_path, repository_path, strange_answer
from localassist.domain.errors import NotFoundError
from localassist.domain.library import SortedBy
from localassist.domain.ports.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.hub.asking import HubLine
    from localassist.domain.library import ModelSearch, RemoteFile, Repository
    from localassist.domain.stopping import Stop

_PAGE: Final = 50
_LONGEST_CARD: Final = 1 << 20
_CARD: Final = "README.md"
_ORDERS: Final = {SortedBy.DOWNLOADS: "downloads", SortedBy.LIKES: "likes", SortedBy.CHANGED: "lastModified"}


class HuggingFaceHub(Hub):
    """What is on the hub at the other end of a line."""

    def __init__(self, line: HubLine) -> None:
        self._line = line

    @override
    def search(self, search: ModelSearch, stop: Stop) -> Iterator[Repository]:
        filters = ["gguf"] if search.gguf_only else []
        if search.licence:
            filters.append(f"license:{search.licence}")
        wanted = {
            "search": search.text,
            "author": search.author,
            "filter": filters,
            "sort": _ORDERS[search.sorted_by],
            "limit": min(_PAGE, search.at_most),
            "expand": [*WANTED, *(DETAILS if search.in_detail else ())],
        }
        left = search.at_most
        with self._line.talk("search for models", stop) as talk:
            for page in talk.pages("/api/models", {name: value for name, value in wanted.items() if value}):
                for found in self._all(page)[:left]:
                    yield found
                    left -= 1
                if left <= 0:
                    return

    @override
    def repository(self, name: str, stop: Stop, revision: str = "") -> Repository:
        path = f"/api/models/{repository_path(name)}"
        if revision:
            path += f"/revision/{quote(revision, safe='')}"
        with self._line.talk("look at a model", stop) as talk:
            answer = talk.json(path, {"blobs": True}, name)
        (found,) = self._all([answer])
        if not found.revision:
            raise strange_answer(self._line.endpoint)
        return found

    @override
    def card(self, repository: Repository, stop: Stop) -> str:
        with self._line.talk("read what its makers say of a model", stop) as talk:
            try:
                return talk.text(file_path(repository.name, repository.revision, _CARD), repository.name, _LONGEST_CARD)
            except NotFoundError:
                return ""

    @override
    def read(self, repository: Repository, file: RemoteFile, start: int, length: int, stop: Stop) -> bytes:
        length = min(length, file.size - start)
        if length <= 0:
            return b""
        path = file_path(repository.name, repository.revision, file.path)
        with self._line.talk("read the header of a model file", stop) as talk:
            return talk.stretch(path, repository.name, start, length)

    def _all(self, page: object) -> list[Repository]:
        if not isinstance(page, list):
            raise strange_answer(self._line.endpoint)
        try:
            return [repository_from(answer) for answer in page]
        except ValueError as error:
            raise strange_answer(self._line.endpoint) from error
