"""What an EPUB says of itself: its title, the order of its chapters and what they are called."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from localassist.adapters.readers.archives import read_member
from localassist.adapters.readers.xml_parts import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_MAX_BYTES: Final = 20_000_000
_KIND: Final = "{http://www.idpf.org/2007/ops}type"
_PAGES: Final = frozenset({"application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document"})


class Package:
    """The package document of a book (EPUB 3.3, chapter 5; EPUB 2 is told by the same names).

    `chapters` are archive members in reading order, without the table of contents; `titles` are what that calls
    them; `locked` says that chapters are encrypted. Raises `KeyError` and `SyntaxError` for books without one.
    """

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        names = archive.namelist()
        # Books name their files in other letter cases than they have; a name that is right stands for itself.
        self._members = {name.lower(): name for name in names} | {name: name for name in names}
        root = next(_named(self._part(_CONTAINER), "rootfile"), None)
        path = self._member("", "" if root is None else root.get("full-path") or "")
        package = self._part(path)
        self._folder = posixpath.dirname(path)
        self.title = next((_text(title) for title in _named(package, "title")), "")
        items = {item.get("id"): item for item in _named(package, "item")}
        contents = {self._target(item) for item in items.values() if "nav" in (item.get("properties") or "").split()}
        contents |= {self._target(entry) for entry in _named(package, "reference") if entry.get("type") == "toc"}
        spine = [items[entry.get("idref")] for entry in _named(package, "itemref") if entry.get("idref") in items]
        pages = [self._target(item) for item in spine if _media_type(item) in _PAGES]
        self.chapters = [page for page in dict.fromkeys(pages) if page not in contents] or pages
        self.titles = self._titles([item for item in items.values() if _is_contents(item)])
        self.locked = bool(self._encrypted() & set(pages))

    def _part(self, name: str) -> Any:
        return parse_xml(read_member(self._archive, self._known(name), _MAX_BYTES))

    def _known(self, path: str) -> str:
        return self._members.get(path) or self._members.get(path.lower(), path)

    def _member(self, folder: str, address: str) -> str:
        """The archive's name of what an address in a file of that folder points to."""
        path = posixpath.normpath(posixpath.join(folder, unquote(address.partition("#")[0])))
        return self._known(path)

    def _target(self, item: Any) -> str:
        return self._member(self._folder, item.get("href") or "")

    def _titles(self, tables: list[Any]) -> dict[str, str]:
        """What the tables of contents call each member; the first name counts, that of the outermost entry."""
        titles: dict[str, str] = {}
        for table in tables:
            path = self._target(table)
            try:
                root = self._part(path)
            except (KeyError, SyntaxError):
                continue  # names are a comfort: a book without them is read all the same
            for address, title in _entries(root):
                titles.setdefault(self._member(posixpath.dirname(path), address), title)
        return titles

    def _encrypted(self) -> set[str]:
        """The members that are encrypted; obfuscated fonts are the common and harmless ones."""
        if _ENCRYPTION.lower() not in self._members:
            return set()
        references = _named(self._part(_ENCRYPTION), "CipherReference")
        return {self._member("", reference.get("URI") or "") for reference in references}


def _is_contents(item: Any) -> bool:
    is_navigation = "nav" in (item.get("properties") or "").split()
    return is_navigation or _media_type(item) == "application/x-dtbncx+xml"


def _media_type(item: Any) -> str:
    return (item.get("media-type") or "").partition(";")[0].strip().lower()


def _entries(root: Any) -> Iterator[tuple[str, str]]:
    """The addresses and titles of an NCX (`navPoint`) or a navigation document (links)."""
    for point in _named(root, "navPoint"):
        content = next(_named(point, "content"), None)
        label = next(_named(point, "text"), None)
        if content is not None and label is not None and _text(label):
            yield content.get("src") or "", _text(label)
    lists = list(_named(root, "nav"))
    contents = [each for each in lists if "toc" in (each.get(_KIND) or "").split()]
    for navigation in contents or lists:  # the others name pages of a printed book, or where its cover is
        for link in _named(navigation, "a"):
            if _text(link):
                yield link.get("href") or "", _text(link)


def _named(root: Any, name: str) -> Iterator[Any]:
    """The elements of that name below `root`, in whatever namespace."""
    elements: Iterator[Any] = root.iter(f"{{*}}{name}")
    return elements


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
