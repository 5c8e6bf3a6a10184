"""What the user said of collections, folders and conversations, in the database, and what it means for documents."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.database import kinship
from localassist.adapters.database.codec import path_from_bytes, path_to_bytes
from localassist.adapters.database.folders import Folders, Said, same_folder, whole_path
from localassist.adapters.database.remembering import Remembered
from localassist.adapters.database.whereabouts import Known, thing_at
from localassist.domain.documents import Scope
from localassist.domain.errors import NotFoundError, StorageError
from localassist.domain.labels import Label, LabelKind, Labelled, Sensitivity, strictest
from localassist.domain.ports.labels import LabelStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import apsw

    from localassist.adapters.database.connection import Database
    from localassist.adapters.database.kinship import Relative

_ALL: Final = "SELECT kind, target, sensitivity FROM labels ORDER BY kind, target"
_OF: Final = "SELECT sensitivity FROM labels WHERE kind = ? AND target = ?"
_OF_FOLDERS: Final = "SELECT target, sensitivity, known FROM labels WHERE kind = 'folder' ORDER BY target"
_PATHS: Final = "SELECT path FROM documents"
_SET: Final = "INSERT OR REPLACE INTO labels (kind, target, sensitivity, known) VALUES (?, ?, ?, ?)"
_UPDATE: Final = """
UPDATE OR IGNORE labels SET target = ?, known = ? WHERE kind = 'folder' AND target = ? AND sensitivity = ? AND known = ?
"""
_TAKE_BACK: Final = "DELETE FROM labels WHERE kind = ? AND target = ?"
_ANY_NEVER: Final = "SELECT 1 FROM labels WHERE sensitivity = ? LIMIT 1"
_DEPART: Final = "INSERT OR IGNORE INTO departed (document_id) VALUES (?)"
_DEPARTED: Final = "SELECT document_id FROM departed WHERE document_id IN (SELECT value FROM json_each(?))"
_HOLDERS: Final = {LabelKind.COLLECTION: "collections", LabelKind.CONVERSATION: "conversations"}
_MEMBERS: Final = """
SELECT DISTINCT document_id FROM memberships WHERE collection_id IN (SELECT value FROM json_each(?))
"""
_OTHERS: Final = """
SELECT id, path FROM documents WHERE id NOT IN (
    SELECT document_id FROM memberships WHERE collection_id IN (SELECT value FROM json_each(?))
)
"""


class DatabaseLabelStore(LabelStore):
    """Labels in a `Database`. They are looked up anew each time: what was said a moment ago holds.

    A folder's label holds for what is reached through links, too, in either direction, as the disk has them now. A
    folder or file that was renamed or moved keeps its label, which has its new path as soon as that is noticed: when
    labels are listed, or a document of it is asked about (see `Folders`). Only `never_leaving`, which looks at every
    document, is remembered until anything in the database changes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered = Remembered()

    @override
    def labels(self) -> tuple[Label, ...]:
        with self._database.reading() as connection:
            folders = _folders(connection)
            changes = folders.changes
            if folders.has_lost:
                look = partial(_found_by_documents, connection, folders)
                changes = {**self._remembered.answer(connection, "lost", look), **folders.changes}
        self._keep(changes)
        with self._database.reading() as connection:
            return _labels(connection)

    @override
    def of(self, kind: LabelKind, target: str) -> Sensitivity | None:
        if kind is LabelKind.FOLDER:
            return self._of_folder(whole_path(target))
        with self._database.reading() as connection:
            row = connection.execute(_OF, (kind, path_to_bytes(target))).fetchone()
        return Sensitivity(row[0]) if row else None

    @override
    def set(self, kind: LabelKind, target: str, sensitivity: Sensitivity | None) -> None:
        known = Known()
        with self._database.writing() as connection:
            if kind is LabelKind.FOLDER:
                target = whole_path(target)
                known = _prepare_folder(connection, target)
            else:
                _require(connection, kind, target)
            if sensitivity is None:
                connection.execute(_TAKE_BACK, (kind, path_to_bytes(target)))
            else:
                connection.execute(_SET, (kind, path_to_bytes(target), sensitivity, known.to_json()))

    @override
    def of_documents(self, document_ids: Sequence[int]) -> Mapping[int, Labelled]:
        with self._database.reading() as connection:
            went: Any = connection.execute(_DEPARTED, (json.dumps(list(document_ids)),)).fetchall()
            said = _Said.read(connection)
            held = _labelled(connection, document_ids, said)
        self._keep(said.folders.changes)
        gone = Labelled(Sensitivity.NEVER, "a document that is gone")
        return {**held, **{document_id: gone for (document_id,) in went}}

    @override
    def never_leaving(self) -> Scope:
        with self._database.reading() as connection:
            scope, changes = self._remembered.answer(connection, "never leaving", partial(_never_leaving, connection))
        self._keep(changes)
        return scope

    def _of_folder(self, path: str) -> Sensitivity | None:
        with self._database.reading() as connection:
            folders = _folders(connection)
        folders.of(path)  # it may be one that had another path
        self._keep(folders.changes)
        said = [each.sensitivity for each in folders.now if same_folder(each.path, path)]
        return strictest(said) if said else None

    def _keep(self, changes: Mapping[Said, Said]) -> None:
        """Keep what was noticed of folders; if it can't be kept now, it is noticed again."""
        if changes:
            with suppress(StorageError), self._database.writing(repeatable=True) as connection:
                _keep(connection, changes)


def _labelled(connection: apsw.Connection, document_ids: Sequence[int], said: _Said) -> Mapping[int, Labelled]:
    """What holds for the documents that there are of these."""
    found = tuple(kinship.relatives(connection, document_ids, said.collections))
    own = {each.id: said.of(each) for each in found}
    strictest_of: dict[str, tuple[Labelled, int]] = {}
    for each in found:
        for trait in each.traits:
            if (before := strictest_of.get(trait)) is None or _is_stricter(own[each.id], before[0]):
                strictest_of[trait] = own[each.id], each.id
    wanted = set(document_ids)
    return {
        each.id: _with_copies(each.id, own[each.id], (strictest_of[trait] for trait in each.traits))
        for each in found
        if each.id in wanted
    }


def note_departing(connection: apsw.Connection, document_ids: Sequence[int]) -> None:
    """Remember which of these never leave, before they go: answers that were made from them may stay."""
    if connection.execute(_ANY_NEVER, (Sensitivity.NEVER,)).fetchone() is None:
        return
    held = _labelled(connection, document_ids, _Said.read(connection))
    never = [document_id for document_id, each in held.items() if each.sensitivity is Sensitivity.NEVER]
    connection.executemany(_DEPART, ((document_id,) for document_id in never))


@dataclass(frozen=True, slots=True)
class _Said:
    """All labels that say something of documents; `collections` by their id: name and label."""

    collections: Mapping[int, tuple[str, Sensitivity]]
    folders: Folders

    @classmethod
    def read(cls, connection: apsw.Connection) -> _Said:
        labels = _labels(connection)
        names: Any = connection.execute("SELECT id, name FROM collections").fetchall()
        called = dict(names)
        collections = {
            int(each.target): (called[int(each.target)], each.sensitivity)
            for each in labels
            if each.kind is LabelKind.COLLECTION
        }
        return cls(collections, _folders(connection))

    def of(self, relative: Relative) -> Labelled:
        """What holds for a document by itself, without its copies."""
        told = [
            Labelled(label, f"the collection {name}")
            for name, label in sorted(self.collections[each] for each in relative.collections)
        ]
        told.append(self.folders.of(relative.path))
        said = [each for each in told if each.by]
        return max(said, key=_rank, default=Labelled())


def _never_leaving(connection: apsw.Connection) -> tuple[Scope, Mapping[Said, Said]]:
    said = _Said.read(connection)
    never = [each for each, labelled in said.collections.items() if labelled[1] is Sensitivity.NEVER]
    key = (json.dumps(never),)
    members = {row[0] for row in connection.execute(_MEMBERS, key)} if never else set[int]()
    found = set(members)
    if said.folders.has(Sensitivity.NEVER):
        others: Any = connection.execute(_OTHERS, key)
        found |= {
            document_id
            for document_id, path in others
            if said.folders.of(path_from_bytes(path)).sensitivity is Sensitivity.NEVER
        }
    kin = tuple(kinship.relatives(connection, found, ())) if found else ()
    traits = {trait for each in kin if each.id in found for trait in each.traits}
    found |= {each.id for each in kin if not traits.isdisjoint(each.traits)}
    return Scope(tuple(never), tuple(sorted(found - members))), said.folders.changes


_RANKS: Final = {Sensitivity.MAY_GO_OUT: 1, Sensitivity.ASK: 2, Sensitivity.NEVER: 3}


def _rank(labelled: Labelled) -> int:
    """How strict it is; 0 where nothing was said, which any word of the user's goes before."""
    return _RANKS[labelled.sensitivity] if labelled.by else 0


def _is_stricter(one: Labelled, other: Labelled) -> bool:
    return _rank(one) > _rank(other)


def _with_copies(document_id: int, own: Labelled, copies: Iterable[tuple[Labelled, int]]) -> Labelled:
    """What holds for a document that has these strictest copies: no copy makes it less strict than it is by itself."""
    for labelled, whose in copies:
        stricter = strictest((own.sensitivity, labelled.sensitivity)) is not own.sensitivity
        if stricter and whose != document_id:
            own = Labelled(labelled.sensitivity, f"{labelled.by}, where there is a copy of it")
    return own


def _labels(connection: apsw.Connection) -> tuple[Label, ...]:
    rows: Any = connection.execute(_ALL).fetchall()
    return tuple(Label(LabelKind(kind), path_from_bytes(target), Sensitivity(said)) for kind, target, said in rows)


def _folders(connection: apsw.Connection) -> Folders:
    rows: Any = connection.execute(_OF_FOLDERS).fetchall()
    return Folders(Said(path_from_bytes(path), Sensitivity(said), Known.from_json(known)) for path, said, known in rows)


def _found_by_documents(connection: apsw.Connection, folders: Folders) -> Mapping[Said, Said]:
    """What the paths of all documents tell of folders that are not where they were."""
    for (path,) in connection.execute(_PATHS):
        folders.of(path_from_bytes(path))
    return folders.changes


def _keep(connection: apsw.Connection, changes: Mapping[Said, Said]) -> None:
    """Keep what is known now of labels that are as they were read."""
    for before, now in changes.items():
        old = (path_to_bytes(before.path), before.sensitivity, before.known.to_json())
        connection.execute(_UPDATE, (path_to_bytes(now.path), now.known.to_json(), *old))


def _prepare_folder(connection: apsw.Connection, path: str) -> Known:
    """Take back what was said of what is at a path, however that was written or whatever it was called."""
    folders, thing = _folders(connection), thing_at(path)
    folders.of(path)
    _keep(connection, folders.changes)
    for each in _folders(connection).now:
        if same_folder(each.path, path):
            connection.execute(_TAKE_BACK, (LabelKind.FOLDER, path_to_bytes(each.path)))
        else:
            known = each.known.without(thing, partial(same_folder, path))
            _keep(connection, {each: replace(each, known=known)} if known != each.known else {})
    return Known().with_thing(thing) if thing else Known()


def _require(connection: apsw.Connection, kind: LabelKind, target: str) -> None:
    """Raise `NotFoundError` for a collection or conversation that is not there."""
    known = (
        target.isdecimal()
        and connection.execute(
            f"SELECT 1 FROM {_HOLDERS[kind]} WHERE id = ?",  # noqa: S608  one of two names above
            (int(target),),
        ).fetchone()
    )
    if not known:
        raise NotFoundError(f"There is no {kind} {target}.", "It may have been removed; choose another one.")
