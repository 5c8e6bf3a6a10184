"""How every file stands, as the rows of a table: filtered, what needs attention first, parts below their container."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from localassist.domain.documents import DocumentStatus
from localassist.domain.labels import Labelled
from localassist.ui.documents.leaving import MARKS, sentence
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from localassist.domain.documents import Document
    from localassist.ui.icons import Icons

Index = QModelIndex | QPersistentModelIndex
TOP: Final = QModelIndex()
COLUMNS: Final = ("File", "Status", "Pages", "What there is to say")
ORDER: Final = (
    DocumentStatus.FAILED,
    DocumentStatus.LOCKED,
    DocumentStatus.EMPTY,
    DocumentStatus.PARTLY,
    DocumentStatus.READING,
    DocumentStatus.WAITING,
    DocumentStatus.INDEXED,
    DocumentStatus.IGNORED,
)
TONES: Final = {
    DocumentStatus.FAILED: "red",
    DocumentStatus.LOCKED: "amber",
    DocumentStatus.EMPTY: "amber",
    DocumentStatus.PARTLY: "amber",
    DocumentStatus.INDEXED: "green",
}
SYMBOLS: Final = {
    DocumentStatus.FAILED: "warning",
    DocumentStatus.LOCKED: "lock",
    DocumentStatus.EMPTY: "warning",
    DocumentStatus.PARTLY: "warning",
    DocumentStatus.INDEXED: "check",
    DocumentStatus.IGNORED: "minus",
}
INDENT: Final = "\N{EM SPACE}\N{DOWNWARDS ARROW WITH TIP RIGHTWARDS}\N{NO-BREAK SPACE}"


class Kind(Enum):
    """Which files are shown; the value is what people call them."""

    ALL = "All files"
    ATTENTION = "Needs attention"
    ON_THE_WAY = "On the way"
    INDEXED = "Indexed"
    HIDDEN = "Hides text"
    IGNORED = "Passed over"

    def has(self, document: Document) -> bool:
        """Whether a document is one of these."""
        status = document.status
        match self:
            case Kind.ATTENTION:
                return status.is_failure or status in {DocumentStatus.EMPTY, DocumentStatus.PARTLY}
            case Kind.ON_THE_WAY:
                return status in {DocumentStatus.WAITING, DocumentStatus.READING} or document.pending > 0
            case Kind.INDEXED:
                return status.is_answerable
            case Kind.HIDDEN:
                return document.hidden > 0
            case Kind.IGNORED:
                return status is DocumentStatus.IGNORED
        return True


class FileTable(QAbstractTableModel):
    """The documents that are looked for, as rows."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._all: list[Document] = []
        self._shown: list[Document] = []
        self._words = ""
        self._kind = Kind.ALL
        self._held: Mapping[int, Labelled] = {}

    @property
    def documents(self) -> Sequence[Document]:
        """All of them, also those that are not on show."""
        return self._all

    def show_documents(self, documents: Sequence[Document]) -> None:
        """Show these; within a status they keep their order."""
        self._all = list(_grouped(documents))
        self._show()

    def show_labels(self, held: Mapping[int, Labelled]) -> None:
        """Mark the documents that may leave this computer without a question, or never."""
        self._held = held
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, 0))

    def held(self, document: Document) -> Labelled:
        """Whether a document may leave this computer."""
        return self._held.get(document.id, Labelled())

    def narrow(self, words: str, kind: Kind) -> None:
        """Show only files of that kind in whose path or problem every one of the words stands."""
        self._words, self._kind = words, kind
        self._show()

    def document(self, row: int) -> Document:
        """The document in that row."""
        return self._shown[row]

    def row_of(self, document_id: int) -> int:
        """Where that document is shown, -1 where it isn't."""
        return next((row for row, each in enumerate(self._shown) if each.id == document_id), -1)

    def _show(self) -> None:
        words = self._words.casefold().split()
        self.beginResetModel()
        self._shown = [each for each in self._all if self._kind.has(each) and _holds(each, words)]
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def columnCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        shown = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return COLUMNS[section] if shown else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        document = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(document, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip("\n".join([document.path, sentence(self.held(document)), *remarks(document)]))
        if index.column() == 1:
            return self._status(document.status, role)
        if index.column() == 0 and role == Qt.ItemDataRole.DecorationRole:
            return self._icons.icon(MARKS.get(self.held(document).sensitivity, "document"), "muted")
        return None

    def _status(self, status: DocumentStatus, role: int) -> object:
        tone = TONES.get(status, "muted")
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(getattr(self._icons.theme.tokens, tone))
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icons.icon(SYMBOLS.get(status, "document"), tone)
        return None


def remarks(document: Document) -> Iterator[str]:
    """What there is to say about a file: what is wrong and what to do, what was left out, hidden, or is to come."""
    if document.problem:
        yield document.problem
    yield from document.notes
    if document.hidden:
        yield f"Hides text ({document.hidden:,})." if document.hidden > 1 else "Hides text."
    if document.pending:
        yield f"{document.pending:,} passages are found by their words and not yet by meaning."


def is_locked(document: Document) -> bool:
    """Whether a password would open it; of a file inside another only the sentence says so."""
    if document.container_id is None:
        return document.status is DocumentStatus.LOCKED
    return document.status.is_failure and "password" in document.problem.casefold()


def tally(documents: Sequence[Document]) -> str:
    """How many documents stand how: "12 indexed, 3 failed."."""
    counts = Counter(document.status for document in documents)
    told = [f"{counts[status]:,} {status.value}" for status in reversed(ORDER[:-1]) if counts[status]]
    if counts[DocumentStatus.IGNORED]:
        told.append(f"{counts[DocumentStatus.IGNORED]:,} passed over")
    return f"{', '.join(told) or 'No files'}."


def _cell(document: Document, column: int) -> str:
    if column == 0:
        name = PurePath(document.path).name
        return f"{INDENT}{name}" if document.container_id is not None else name
    if column == 1:
        return document.status.value
    if column == 2:
        return f"{document.page_count:,}" if document.page_count else ""
    return " ".join(remarks(document))


def _grouped(documents: Sequence[Document]) -> Iterator[Document]:
    """The documents by how much attention they need, each followed by what is inside it."""
    known = {document.id for document in documents}
    inside: dict[int, list[Document]] = {}
    for document in documents:
        if document.container_id in known:
            inside.setdefault(document.container_id, []).append(document)
    rank = {status: place for place, status in enumerate(ORDER)}
    groups = [list(_with_parts(each, inside)) for each in documents if each.container_id not in known]
    for group in sorted(groups, key=lambda group: min(rank[each.status] for each in group)):
        yield from group


def _with_parts(document: Document, inside: dict[int, list[Document]]) -> Iterator[Document]:
    yield document
    for part in inside.get(document.id, ()):
        yield from _with_parts(part, inside)


def _holds(document: Document, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = f"{document.path} {document.title} {document.problem}".casefold()
    return all(word in text for word in words)
