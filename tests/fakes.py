"""In-memory doubles of every port, honest to the ports' contracts, for tests that need no library and no disk."""

from __future__ import annotations

import hashlib
import math
import re
import threading
import time
import zlib
from array import array
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.domain.chat import Conversation, Evidence, Figures, Message, MessageStatus, Role, Sources, Turn
from localassist.domain.documents import (
    AS_LOCKED,
    Block,
    BlockKind,
    Chunk,
    Collection,
    Document,
    DocumentStatus,
    PageImage,
    PageSpan,
    Passage,
    Scope,
    Scored,
    StructuredText,
)
from localassist.domain.errors import (
    ContextOverflowError,
    DocumentError,
    LocalAssistError,
    ModelError,
    NotFoundError,
    PasswordNeededError,
    SettingsError,
    Stopped,
)
from localassist.domain.events import (
    Generated,
    ModelLoading,
    ModelReady,
    PromptProgress,
    ReasoningDelta,
    ReasoningEnded,
    TokenDelta,
)
from localassist.domain.fitting import Capacity, Pace
from localassist.domain.locating import place_of
from localassist.domain.models import ModelDescription, ModelFile
from localassist.domain.ports.activity import Activity
from localassist.domain.ports.chat_model import PLAIN, ChatModel, ChatModels, Framing, Sampling
from localassist.domain.ports.conversations import ConversationStore
from localassist.domain.ports.documents import (
    DocumentReader,
    DocumentStore,
    FileSource,
    FoundFile,
    PassageIndex,
    Pending,
    Skipped,
    SkippedFile,
    part_hash,
)
from localassist.domain.ports.embedder import Embedder
from localassist.domain.ports.fitting import Paces, Surroundings
from localassist.domain.ports.settings import SettingsStore
from localassist.domain.ports.watching import FolderWatch, FolderWatcher
from localassist.domain.settings import ModelSettings, Settings
from localassist.domain.stopping import Stop
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence, Set

    from localassist.domain.events import GenerationEvent, LoadingEvent

WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """The words of a text, folded to lower case."""
    return WORD.findall(text.casefold())


def structured(text: str, title: str = "") -> StructuredText:
    """A structured text from plain marks: `# ` headings, `- ` items, `| ` rows, blank lines, form feeds for pages."""
    blocks: list[Block] = []
    position = 0
    for part in re.split(r"(\n\s*\n|\f|\n(?=[#|-] ?))", text):
        if part.strip():
            blocks.append(_block(part, position))
        position += len(part)
    starts = [0, *(match.end() for match in re.finditer("\f", text))]
    ends = [*starts[1:], len(text)]
    pages = tuple(PageSpan(n, a, b) for n, (a, b) in enumerate(zip(starts, ends, strict=True), 1))
    return StructuredText(text, tuple(blocks), pages if "\f" in text else (), title)


def _block(part: str, position: int) -> Block:
    marks = re.match(r"\s*(#+|-|\|)? ?", part)
    mark = (marks.group(1) if marks else None) or ""
    kind = {"#": BlockKind.HEADING, "-": BlockKind.LIST_ITEM, "|": BlockKind.TABLE_ROW}.get(
        mark[:1], BlockKind.PARAGRAPH
    )
    start = position + (len(marks.group(0)) if marks and kind is not BlockKind.TABLE_ROW else 0)
    return Block(kind, start, position + len(part.rstrip()), len(mark) if kind is BlockKind.HEADING else 0)


class FakeConversationStore(ConversationStore):
    """Conversations in memory; `grown` notes every growth with its time, in the order stored.

    `lasting` makes believe that they outlive the program.
    """

    def __init__(self, *, lasting: bool = True) -> None:
        self._lasting = lasting
        self._lock = threading.RLock()
        self._conversations: dict[int, Conversation] = {}
        self._messages: dict[int, Message] = {}
        self._next = 0
        self.grown: list[tuple[int, str]] = []
        self.growth = threading.Condition()

    def _id(self) -> int:
        self._next += 1
        return self._next

    @property
    @override
    def lasts(self) -> bool:
        return self._lasting

    @override
    def create(self, title: str, system_prompt: str) -> Conversation:
        with self._lock:
            now = time.time()
            made = Conversation(self._id(), title, system_prompt, None, now, now)
            self._conversations[made.id] = made
            return made

    @override
    def get(self, conversation_id: int) -> Conversation:
        with self._lock:
            if conversation_id not in self._conversations:
                raise NotFoundError(f"There is no conversation {conversation_id}.")
            return self._conversations[conversation_id]

    @override
    def recent(self, matching: str = "") -> tuple[Conversation, ...]:
        with self._lock:
            wanted = set(words_of(matching))
            found = [c for c in self._conversations.values() if wanted <= self._all_words(c)]
            return tuple(sorted(found, key=lambda c: (c.updated, c.id), reverse=True))

    def _all_words(self, conversation: Conversation) -> set[str]:
        said = [m.text for m in self._messages.values() if m.conversation_id == conversation.id]
        return set(words_of(" ".join([conversation.title, *said])))

    @override
    def rename(self, conversation_id: int, title: str) -> None:
        with self._lock:
            self._conversations[conversation_id] = replace(self.get(conversation_id), title=title)

    @override
    def keep_sources(self, conversation_id: int, sources: Sources) -> None:
        with self._lock:
            self._conversations[conversation_id] = replace(self.get(conversation_id), sources=sources)

    @override
    def delete(self, conversation_id: int) -> None:
        with self._lock:
            self.get(conversation_id)
            del self._conversations[conversation_id]
            for message in [m for m in self._messages.values() if m.conversation_id == conversation_id]:
                del self._messages[message.id]

    @override
    def branch(self, head_id: int | None) -> tuple[Message, ...]:
        with self._lock:
            messages: list[Message] = []
            while head_id is not None:
                messages.append(self.message(head_id))
                head_id = messages[-1].parent_id
            return tuple(reversed(messages))

    @override
    def message(self, message_id: int) -> Message:
        with self._lock:
            if message_id not in self._messages:
                raise NotFoundError(f"There is no message {message_id}.")
            return self._messages[message_id]

    @override
    def ask(self, conversation_id: int, parent_id: int | None, text: str) -> tuple[Message, Message]:
        with self._lock:
            question = self.store_question(conversation_id, parent_id, text)
            return question, self.answer_again(question.id)

    @override
    def store_question(self, conversation_id: int, parent_id: int | None, text: str) -> Message:
        with self._lock:
            self.get(conversation_id)
            if parent_id is not None:
                self.message(parent_id)
            question = Message(
                self._id(), conversation_id, parent_id, Role.USER, text, time.time(), MessageStatus.COMPLETE
            )
            self._messages[question.id] = question
            self.choose_head(conversation_id, question.id)
            return question

    @override
    def answers(self, question_id: int) -> tuple[Message, ...]:
        with self._lock:
            self.message(question_id)
            found = [m for m in self._messages.values() if m.parent_id == question_id and m.role is Role.ASSISTANT]
            return tuple(sorted(found, key=lambda m: m.id))

    @override
    def siblings(self, question_ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        with self._lock:
            answers = {each: self.answers(each) for each in question_ids if each in self._messages}
            return {each: tuple(m.id for m in found) for each, found in answers.items() if len(found) > 1}

    @override
    def choose_head(self, conversation_id: int, message_id: int) -> None:
        with self._lock:
            if self.message(message_id).conversation_id != conversation_id:
                raise NotFoundError(f"There is no message {message_id} in conversation {conversation_id}.")
            after = {message_id}
            for message in sorted(self._messages.values(), key=lambda m: m.id):
                after |= {message.id} if message.parent_id in after else set()
            message_id = max(after)
            shown = replace(self.get(conversation_id), head_id=message_id, updated=time.time())
            self._conversations[conversation_id] = shown

    @override
    def discard_answer(self, answer_id: int) -> Message:
        with self._lock:
            answer = self.message(answer_id)
            followed = any(m.parent_id == answer_id for m in self._messages.values())
            if answer.role is not Role.ASSISTANT or answer.parent_id is None or answer.text or followed:
                raise NotFoundError(f"Message {answer_id} is no answer that could be taken back.")
            others = [m for m in self.answers(answer.parent_id) if m.id != answer_id]
            del self._messages[answer_id]
            before = others[-1] if others else self.message(answer.parent_id)
            self.choose_head(answer.conversation_id, before.id)
            return self.message(self.get(answer.conversation_id).head_id or before.id)

    @override
    def answer_again(self, question_id: int) -> Message:
        with self._lock:
            question = self.message(question_id)
            answer = Message(
                self._id(),
                question.conversation_id,
                question_id,
                Role.ASSISTANT,
                "",
                time.time(),
                MessageStatus.STREAMING,
            )
            self._messages[answer.id] = answer
            self._conversations[answer.conversation_id] = replace(
                self.get(answer.conversation_id), head_id=answer.id, updated=answer.created
            )
            return answer

    @override
    def grow(self, answer_id: int, text: str) -> None:
        with self._lock:
            self._messages[answer_id] = replace(self.message(answer_id), text=text)
        with self.growth:
            self.grown.append((answer_id, text))
            self.growth.notify_all()

    @override
    def finish(
        self, answer_id: int, text: str, status: MessageStatus, evidence: Evidence, problem: str = ""
    ) -> Message:
        with self._lock:
            answer = replace(self.message(answer_id), text=text, status=status, evidence=evidence, problem=problem)
            self._messages[answer_id] = answer
            self._conversations[answer.conversation_id] = replace(self.get(answer.conversation_id), updated=time.time())
            return answer

    @override
    def mark_interrupted(self) -> int:
        with self._lock:
            left = [m for m in self._messages.values() if m.status is MessageStatus.STREAMING]
            for message in left:
                self._messages[message.id] = replace(message, status=MessageStatus.INTERRUPTED)
            return len(left)


@dataclass
class _Stored:
    document: Document
    content: StructuredText
    versions: tuple[str, str]
    chunks: dict[int, Chunk] = field(default_factory=dict)
    vectors: dict[int, Vectors] = field(default_factory=dict)
    collections: set[int] = field(default_factory=set)
    reader: str = ""
    embedded_title: str = ""

    def embedded(self, chunk_id: int) -> tuple[str, str, str]:
        """What is embedded of a chunk: title, headings, text."""
        chunk = self.chunks[chunk_id]
        return self.embedded_title, chunk.heading, self.content.text[chunk.start : chunk.end]


class FakeDocumentStore(DocumentStore):
    """Documents in memory; BM25 over title, heading and text, exact cosine over vectors."""

    def __init__(self) -> None:
        self._marks: list[tuple[str, tuple[int, ...]]] = []
        self._lock = threading.RLock()
        self._collections: dict[int, Collection] = {}
        self._stored: dict[int, _Stored] = {}
        self._next = 0

    def _id(self) -> int:
        self._next += 1
        return self._next

    @override
    def add_collection(self, name: str, roots: Sequence[str]) -> Collection:
        with self._lock:
            named = next((c for c in self._collections.values() if c.name == name), None)
            made = named or Collection(self._id(), name)
            self._collections[made.id] = replace(made, roots=tuple(dict.fromkeys([*made.roots, *roots])))
            return self._counted(made.id)

    def _counted(self, collection_id: int) -> Collection:
        counted = [s for s in self._stored.values() if s.document.status is not DocumentStatus.IGNORED]
        members = sum(collection_id in s.collections for s in counted)
        return replace(self._collections[collection_id], document_count=members)

    @override
    def collections(self) -> tuple[Collection, ...]:
        with self._lock:
            return tuple(sorted((self._counted(i) for i in self._collections), key=lambda c: c.name))

    @override
    def remove_collection(self, collection_id: int) -> tuple[int, ...]:
        with self._lock:
            if collection_id not in self._collections:
                raise NotFoundError(f"There is no collection {collection_id}.")
            del self._collections[collection_id]
            gone: list[int] = []
            for stored in list(self._stored.values()):
                if stored.collections == {collection_id} and stored.document.id in self._stored:
                    gone += self.remove_document(stored.document.id)
                stored.collections.discard(collection_id)
            return tuple(gone)

    def _within(self, scope: Scope) -> list[_Stored]:
        return [
            s
            for s in self._stored.values()
            if s.document.id in scope.document_ids
            or self._containers(s) & set(scope.document_ids)
            or s.collections & set(scope.collection_ids)
            or (scope.all_collections and s.collections)
        ]

    @override
    def documents(self, scope: Scope) -> tuple[Document, ...]:
        with self._lock:
            return tuple(sorted((self._shown(s) for s in self._within(scope)), key=lambda d: d.path))

    def _containers(self, stored: _Stored) -> set[int]:
        above: set[int] = set()
        while (container := stored.document.container_id) is not None:
            above.add(container)
            stored = self._stored[container]
        return above

    def _shown(self, stored: _Stored) -> Document:
        return replace(stored.document, pending=len(stored.chunks) - len(stored.vectors))

    @override
    def expect(self, files: Sequence[FoundFile], collection_id: int) -> None:
        with self._lock:
            for file in files:
                stored = self._at(file.path)
                if stored is None or stored.document.status in {DocumentStatus.IGNORED, DocumentStatus.READING}:
                    stored = self._replace(file, "", ("", ""), StructuredText("", ()), DocumentStatus.WAITING, "")
                stored.collections.add(collection_id)

    @override
    def ignore(self, skipped: Sequence[SkippedFile], collection_id: int) -> None:
        with self._lock:
            for item in skipped:
                stored = self._at(item.path)
                if stored is not None and stored.content.text and stored.collections - {collection_id}:
                    continue
                if stored is None or item.kind is not Skipped.UNREACHABLE:
                    if stored is not None:
                        self._remove_parts(stored.document.id, ())
                    file = FoundFile(item.path, 0, 0.0)
                    empty = StructuredText("", ())
                    stored = self._replace(file, "", ("", ""), empty, DocumentStatus.IGNORED, item.reason)
                stored.collections.add(collection_id)

    @override
    def begin_reading(self, path: str) -> None:
        with self._lock:
            stored = self._at(path)
            if stored is not None and not stored.chunks and not stored.content.text:
                stored.document = replace(stored.document, status=DocumentStatus.READING)

    @override
    def rename_collection(self, collection_id: int, name: str) -> Collection:
        with self._lock:
            if collection_id not in self._collections:
                raise NotFoundError(f"There is no collection {collection_id}.")
            if any(self._counted(i).name == name for i in self._collections if i != collection_id):
                raise LocalAssistError(f"There is a collection {name} already.")
            self._collections[collection_id] = replace(self._collections[collection_id], name=name)
            return self._counted(collection_id)

    @override
    def distrust(self, scope: Scope) -> None:
        with self._lock:
            for stored in self._within(scope):
                stored.versions = ("distrusted", stored.versions[1])
                stored.reader = ""

    @override
    def cached(self) -> tuple[Document, ...]:
        with self._lock:
            cached = (self._shown(s) for s in self._stored.values() if not s.collections)
            return tuple(sorted(cached, key=lambda d: d.path))

    def _at(self, path: str) -> _Stored | None:
        return next((s for s in self._stored.values() if s.document.path == path), None)

    @override
    def find_document(self, path: str) -> Document | None:
        with self._lock:
            stored = self._at(path)
            return self._shown(stored) if stored else None

    @override
    def reuse(self, file: FoundFile, content_hash: str, versions: tuple[str, str]) -> Document | None:
        with self._lock:
            twin = self._twin(content_hash, versions)
            if twin is None or not self._has_parts(twin, versions):
                return None
            return self._point(file, twin, versions)

    def _twin(self, content_hash: str, versions: tuple[str, str]) -> _Stored | None:
        return next(
            (s for s in self._stored.values() if (s.document.content_hash, s.versions) == (content_hash, versions)),
            None,
        )

    def _has_parts(self, stored: _Stored, versions: tuple[str, str]) -> bool:
        own = stored.document.content_hash
        twins = [self._twin(part_hash(own, p.name), versions) for p in stored.content.parts if not p.problem]
        return all(twin is not None and self._has_parts(twin, versions) for twin in twins)

    def _point(
        self, file: FoundFile, twin: _Stored, versions: tuple[str, str], container_id: int | None = None
    ) -> Document:
        own = twin.document.content_hash
        if twin.document.path == file.path:
            twin.document = replace(twin.document, size=file.size, modified=file.modified)
            document = twin.document
        else:
            chunks = tuple(twin.chunks.values())
            document, _ = self.save(file, own, versions, twin.content, chunks, container_id=container_id)
            self._take_over(self._stored[document.id], twin)
        for part in twin.content.parts:
            inside = replace(file, path=f"{file.path}/{part.name}")
            its_twin = self._twin(part_hash(own, part.name), versions)
            if its_twin is None:
                self.save_failure(inside, part_hash(own, part.name), part.problem, container_id=document.id)
            else:
                self._point(inside, its_twin, versions, document.id)
        return document

    def _take_over(self, stored: _Stored, twin: _Stored) -> None:
        stored.embedded_title = twin.embedded_title
        own = dict(zip(twin.chunks, stored.chunks, strict=True))
        stored.vectors = {own[i]: vector for i, vector in twin.vectors.items()}
        if stored.vectors:
            self._marks.append((stored.versions[1], tuple(stored.vectors)))

    @override
    def failed_as(self, file: FoundFile, reader: str) -> Document | None:
        with self._lock:
            stored = self._at(file.path)
            if stored is None or not stored.document.status.is_failure or stored.reader != reader:
                return None
            same = (stored.document.size, stored.document.modified) == (file.size, file.modified)
            return stored.document if same else None

    @override
    def save(
        self,
        file: FoundFile,
        content_hash: str,
        versions: tuple[str, str],
        content: StructuredText,
        chunks: Sequence[Chunk],
        vectors: Vectors | None = None,
        container_id: int | None = None,
    ) -> tuple[Document, tuple[int, ...]]:
        with self._lock:
            assert vectors is None or vectors.count == len(chunks), "one vector a chunk"
            known = {
                s.embedded(i): v
                for s in self._stored.values()
                if s.versions[1] == versions[1]
                for i, v in s.vectors.items()
            }
            status = DocumentStatus.PARTLY if content.partly else DocumentStatus.INDEXED
            problem = " ".join(content.notes) if content.partly else ""
            if not chunks:
                status, problem = DocumentStatus.EMPTY, " ".join(content.notes) or "It has no text."
            stored = self._replace(file, content_hash, versions, content, status, problem, container_id)
            for position, chunk in enumerate(chunks):
                chunk_id = self._id()
                stored.chunks[chunk_id] = chunk
                vector = vectors.row(position) if vectors else known.get(stored.embedded(chunk_id))
                if vector is not None:
                    stored.vectors[chunk_id] = vector
            if stored.vectors:
                self._marks.append((versions[1], tuple(stored.vectors)))
            stored.document = replace(stored.document, chunk_count=len(chunks))
            self._remove_parts(stored.document.id, [f"{file.path}/{part.name}" for part in content.parts])
            return self._shown(stored), tuple(stored.chunks)

    def _remove_parts(self, document_id: int, kept: Sequence[str]) -> None:
        for part in [s.document for s in self._stored.values() if s.document.container_id == document_id]:
            if part.path not in kept:
                self.remove_document(part.id)

    def _replace(
        self,
        file: FoundFile,
        content_hash: str,
        versions: tuple[str, str],
        content: StructuredText,
        status: DocumentStatus,
        problem: str,
        container_id: int | None = None,
    ) -> _Stored:
        before = self._at(file.path)
        document = Document(
            id=before.document.id if before else self._id(),
            path=file.path,
            title=content.title or file.path.rpartition("/")[2],
            content_hash=content_hash,
            size=file.size,
            modified=file.modified,
            page_count=len(content.pages),
            chunk_count=0,
            status=status,
            problem=problem,
            container_id=container_id,
            hidden=len(content.hidden),
            notes=content.notes,
        )
        stored = _Stored(document, content, versions, collections=before.collections if before else set())
        stored.embedded_title = document.title
        if before is not None and not (content.title or before.content.title) and before.embedded_title:
            stored.embedded_title = before.embedded_title
        if container_id is not None:
            stored.collections |= self._stored[container_id].collections
        self._stored[document.id] = stored
        return stored

    @override
    def save_failure(
        self, file: FoundFile, content_hash: str, problem: str, reader: str = "", container_id: int | None = None
    ) -> Document:
        with self._lock:
            empty = StructuredText("", ())
            status = DocumentStatus.LOCKED if reader.endswith(AS_LOCKED) else DocumentStatus.FAILED
            stored = self._replace(file, content_hash, ("", ""), empty, status, problem, container_id)
            stored.reader = reader
            self._remove_parts(stored.document.id, ())
            return stored.document

    @override
    def assign(self, document_ids: Sequence[int], collection_id: int) -> None:
        with self._lock:
            if collection_id not in self._collections:
                raise NotFoundError(f"There is no collection {collection_id}.")
            for document_id in document_ids:
                self._known(document_id).collections.add(collection_id)
            for stored in self._stored.values():
                if self._containers(stored) & set(document_ids):
                    stored.collections.add(collection_id)

    def _known(self, document_id: int) -> _Stored:
        if document_id not in self._stored:
            raise NotFoundError(f"There is no document {document_id}.")
        return self._stored[document_id]

    @override
    def remove_document(self, document_id: int) -> tuple[int, ...]:
        with self._lock:
            gone = list(self._known(document_id).chunks)
            for part in [s.document.id for s in self._stored.values() if s.document.container_id == document_id]:
                gone += self.remove_document(part)
            del self._stored[document_id]
            return tuple(gone)

    @override
    def remove_documents(self, document_ids: Sequence[int]) -> tuple[int, ...]:
        with self._lock:
            known = [each for each in document_ids if each in self._stored]
            return tuple(gone for each in known if each in self._stored for gone in self.remove_document(each))

    @override
    def purge(self) -> None:
        pass  # what is removed from memory is gone

    @override
    def content(self, document_id: int) -> StructuredText:
        with self._lock:
            return self._known(document_id).content

    @override
    def passages(self, chunk_ids: Sequence[int], scope: Scope) -> tuple[Passage, ...]:
        with self._lock:
            known = {i: _passage(s, i) for s in self._within(scope) for i in s.chunks}
            return tuple(known[i] for i in chunk_ids if i in known)

    @override
    def within(self, chunk_ids: Sequence[int], scope: Scope) -> Set[int]:
        return {passage.chunk_id for passage in self.passages(chunk_ids, scope)}

    @override
    def match_words(self, text: str, k: int, scope: Scope) -> tuple[Scored, ...]:
        with self._lock:
            bags = {
                i: Counter(words_of(f"{p.title} {p.heading} {p.text}"))
                for s in self._within(scope)
                for i in s.chunks
                for p in [_passage(s, i)]
            }
        mean = sum(map(Counter.total, bags.values())) / max(len(bags), 1)
        scores: Counter[int] = Counter()
        for word in set(words_of(text)):
            holders = [i for i, bag in bags.items() if word in bag]
            rarity = math.log(1 + (len(bags) - len(holders) + 0.5) / (len(holders) + 0.5))
            for i in holders:
                n = bags[i][word]
                scores[i] += rarity * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * bags[i].total() / mean))  # type: ignore[assignment]
        return tuple(Scored(i, score) for i, score in scores.most_common(k))

    @override
    def nearest_exact(self, query: Vectors, k: int, scope: Scope, embedder: str) -> tuple[Scored, ...]:
        with self._lock:
            near = [
                Scored(i, cosine(query, vector))
                for s in self._within(scope)
                if s.versions[1] == embedder
                for i, vector in s.vectors.items()
            ]
        return tuple(sorted(near, key=lambda n: n.score, reverse=True)[:k])

    @override
    def chunk_count(self, scope: Scope) -> int:
        with self._lock:
            return sum(len(s.chunks) for s in self._within(scope))

    def _of(self, embedder: str) -> list[_Stored]:
        return [s for s in self._stored.values() if s.versions[1] == embedder]

    @override
    def pending_count(self, embedder: str) -> int:
        with self._lock:
            return sum(len(s.chunks) - len(s.vectors) for s in self._of(embedder))

    @override
    def pending(self, embedder: str, limit: int) -> tuple[Pending, ...]:
        with self._lock:
            newest_first = sorted(self._of(embedder), key=lambda s: -min(s.chunks, default=0))
            waiting = [(s, i) for s in newest_first for i in s.chunks if i not in s.vectors]
            return tuple(Pending(i, *s.embedded(i)) for s, i in waiting[:limit])

    @override
    def save_vectors(self, embedder: str, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        with self._lock:
            held = {i: s for s in self._of(embedder) for i in s.chunks}
            for position, chunk_id in enumerate(chunk_ids):
                if chunk_id in held:
                    held[chunk_id].vectors[chunk_id] = vectors.row(position)
            self._marks.append((embedder, tuple(i for i in chunk_ids if i in held)))

    @override
    def vector_state(self, embedder: str) -> tuple[int, int]:
        with self._lock:
            held = {i for s in self._of(embedder) for i in s.vectors}
            marks = [n for n, (name, ids) in enumerate(self._marks, 1) if name == embedder and held.intersection(ids)]
        return len(held), max(marks, default=0)

    @override
    def vectors_of(self, chunk_ids: Sequence[int], embedder: str) -> dict[int, Vectors]:
        with self._lock:
            held = {i: v for s in self._stored.values() if s.versions[1] == embedder for i, v in s.vectors.items()}
        return {i: held[i] for i in chunk_ids if i in held}

    @override
    def all_vectors(self, embedder: str, after: int = 0) -> Iterator[tuple[int, tuple[int, ...], Vectors]]:
        for mark, (name, chunk_ids) in enumerate(list(self._marks), 1):
            held = self.vectors_of(chunk_ids, embedder)
            if name == embedder and mark > after and held:
                joined = array("f", [x for v in held.values() for x in v.data])
                yield mark, tuple(held), Vectors(memoryview(joined), next(iter(held.values())).dimension)


def _passage(stored: _Stored, chunk_id: int) -> Passage:
    chunk, document, content = stored.chunks[chunk_id], stored.document, stored.content
    return Passage(
        chunk_id,
        document.id,
        document.path,
        document.title,
        content.page_at(chunk.start),
        chunk.heading,
        content.text[chunk.start : chunk.end],
        chunk.start,
        chunk.end,
        place=place_of(content, chunk.start, chunk.end),
    )


def cosine(a: Vectors, b: Vectors) -> float:
    """The cosine of the angle between two unit vectors."""
    return sum(x * y for x, y in zip(a.data, b.data, strict=True))


class FakePassageIndex(PassageIndex):
    """Exact nearest neighbours over the vectors it was given; `store` tells it what a scope holds."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._vectors: dict[int, Vectors] = {}
        self.problem: LocalAssistError | None = None

    @override
    def nearest(self, query: Vectors, k: int, scope: Scope) -> tuple[Scored, ...]:
        self._raise()
        within = {p.chunk_id for p in self._store.passages(tuple(self._vectors), scope)}
        near = [Scored(i, cosine(query, v)) for i, v in self._vectors.items() if i in within]
        return tuple(sorted(near, key=lambda n: n.score, reverse=True)[:k])

    @override
    def add(self, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        self._raise()
        self._vectors.update({i: vectors.row(position) for position, i in enumerate(chunk_ids)})

    @override
    def remove(self, chunk_ids: Sequence[int]) -> None:
        for chunk_id in chunk_ids:
            self._vectors.pop(chunk_id, None)

    @override
    def rebuild(self) -> None:
        self._raise()

    def _raise(self) -> None:
        if self.problem:
            raise self.problem


class FakeFolderWatcher(FolderWatcher, FolderWatch):
    """Tells of the changes that a test makes known with `change`."""

    def __init__(self) -> None:
        self._known = threading.Condition()
        self._changed: set[str] = set()

    def change(self, *paths: str) -> None:
        """Have these paths told."""
        with self._known:
            self._changed.update(paths)
            self._known.notify_all()

    @property
    @override
    def polled(self) -> Mapping[str, str]:
        return {}

    @override
    def watch(self, roots: Sequence[str]) -> FolderWatch:
        return self

    @override
    def changes(self, stop: Stop, seconds: float) -> frozenset[str]:
        with stop.while_waiting(self.change), self._known:
            self._known.wait_for(lambda: self._changed or stop.requested, seconds)
            told, self._changed = frozenset(self._changed), set()
        return told

    @override
    def close(self) -> None:
        pass


class FakeEmbedder(Embedder):
    """A hashed bag of words, the same on every machine; `batches` notes how many texts came at once."""

    def __init__(self, name: str = "hashed words 1", max_tokens: int = 256) -> None:
        self._name = name
        self._max_tokens = max_tokens
        self.batches: list[int] = []
        self.problem: LocalAssistError | None = None

    @property
    @override
    def name(self) -> str:
        return self._name

    @property
    @override
    def dimension(self) -> int:
        return 512

    @property
    @override
    def max_tokens(self) -> int:
        return self._max_tokens

    @override
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(words_of(text)) + 2 for text in texts]

    @override
    def embed_passages(self, texts: Sequence[str], stop: Stop) -> Vectors:
        stop.raise_if_requested()
        if self.problem:
            raise self.problem
        self.batches.append(len(texts))
        numbers = array("f", [x for text in texts for x in self._vector(text)])
        return Vectors(memoryview(numbers), self.dimension)

    @override
    def embed_query(self, text: str) -> Vectors:
        if self.problem:
            raise self.problem
        return Vectors(memoryview(array("f", self._vector(text))), self.dimension)

    def _vector(self, text: str) -> list[float]:
        numbers = [0.0] * self.dimension
        for word in words_of(text)[: self.max_tokens]:
            numbers[zlib.crc32(word.encode()) % self.dimension] += 1.0
        length = math.sqrt(sum(x * x for x in numbers)) or 1.0
        return [x / length for x in numbers]


class FakeChatModel(ChatModel):
    """Says its script word by word, the last one again and again; a token is a word.

    `before_word` is called with the number of words said so far; `prompts` notes what was asked, `prefilled` what
    was to be read ahead, `framings` those of both, `counted` what was counted and how framed. A script that is an error
    is raised instead of said; what stands in it before `</think>` is thought, as far as that is allowed. A prompt with
    which a model that `thinks` must not think is a token longer.
    """

    def __init__(
        self,
        *script: str | LocalAssistError | Callable[[Sequence[Turn]], str],
        name: str = "parrot",
        context_length: int = 4096,
        thinks: bool = False,
    ) -> None:
        self._thinks = thinks
        self._script = list(script) or ["I do not know."]
        self._name = name
        self._context_length = context_length
        self._loaded = False
        self.before_word: Callable[[int], None] = lambda _said: None
        self.prompts: list[tuple[Turn, ...]] = []
        self.prefilled: list[tuple[Turn, ...]] = []
        self.samplings: list[Sampling] = []
        self.framings: list[Framing] = []
        self.counted: list[tuple[tuple[Turn, ...], Framing]] = []
        self.load_problem: ModelError | None = None

    @property
    @override
    def description(self) -> ModelDescription:
        path = f"/models/{self._name}.gguf"
        if not self._loaded:
            return ModelDescription(self._name, path, 0, "")
        return ModelDescription(self._name, path, self._context_length, "fake processor", self._thinks)

    @override
    def load(self, stop: Stop) -> Iterator[LoadingEvent]:
        if not self._loaded:
            for fraction in (0.0, 0.5, 1.0):
                stop.raise_if_requested()
                yield ModelLoading(self._name, fraction)
            if self.load_problem:
                raise self.load_problem
            self._loaded = True
        yield ModelReady(self.description)

    @override
    def count_tokens(self, turns: Sequence[Turn], framing: Framing = PLAIN) -> int:
        assert self._loaded, "load the model first"
        self.counted.append((tuple(turns), framing))
        return 1 + sum(4 + len(turn.text.split()) for turn in turns) + (self._thinks and not framing.think)

    @override
    def generate(
        self, turns: Sequence[Turn], sampling: Sampling, stop: Stop, framing: Framing = PLAIN
    ) -> Iterator[GenerationEvent]:
        total = self.count_tokens(turns, framing)
        if total >= self._context_length:
            raise ContextOverflowError("The prompt does not fit.", "Ask something shorter.")
        self.prompts.append(tuple(turns))
        self.samplings.append(sampling)
        self.framings.append(framing)
        said = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        yield PromptProgress(total, total, 0)
        if isinstance(said, LocalAssistError):
            raise said
        thought, _, spoken = (said if isinstance(said, str) else said(turns)).rpartition("</think>")
        thoughts = re.findall(r"\s*\S+", thought)[: sampling.max_reasoning_tokens]
        yield from self._think(thoughts, stop)
        pieces = re.findall(r"\s*\S+", spoken)
        room = min(sampling.max_tokens or self._context_length, self._context_length - total - len(thoughts))
        for position, piece in enumerate(pieces[:room]):
            self.before_word(position)
            if stop.requested:
                raise Stopped
            yield TokenDelta(piece)
        wrote = len(thoughts) + min(len(pieces), room)
        context = self._context_length
        figures = Figures(total, 0, wrote, 0.0, 0.0, context, "fake processor", reasoning_tokens=len(thoughts))
        yield Generated("length" if len(pieces) > room else "end", figures)

    def _think(self, thoughts: Sequence[str], stop: Stop) -> Iterator[GenerationEvent]:
        for piece in thoughts:
            if stop.requested:
                raise Stopped
            yield ReasoningDelta(piece)
        if thoughts:
            yield ReasoningEnded(0.0)

    @override
    def prefill(self, turns: Sequence[Turn], stop: Stop, framing: Framing = PLAIN) -> None:
        assert self._loaded, "load the model first"
        stop.raise_if_requested()
        self.prefilled.append(tuple(turns))
        self.framings.append(framing)


class FakeSurroundings(Surroundings):
    """A computer of four cores with half of its 16 GB free."""

    def __init__(self, memory_free: int = 8_000_000_000) -> None:
        self._memory_free = memory_free

    @override
    def capacity(self) -> Capacity:
        return Capacity(16_000_000_000, self._memory_free, disk_free=100_000_000_000, cores=4, bandwidth=20e9)


class FakePaces(Paces):
    """Nobody has answered yet."""

    @override
    def recent(self) -> tuple[Pace, ...]:
        return ()


class FakeChatModels(ChatModels):
    """The given models, whose files have `size` bytes each; the first is the default."""

    def __init__(self, *models: FakeChatModel, size: int = 4_000_000_000) -> None:
        self._size = size
        self._models = {m.description.name: m for m in models}
        self.closed = False
        self.forgot = False
        self.released: list[str] = []

    @override
    def files(self) -> tuple[ModelFile, ...]:
        return tuple(ModelFile(name, m.description.path, self._size) for name, m in self._models.items())

    @override
    def add(self, path: str, name: str = "") -> ModelFile:
        name = name or path.rpartition("/")[2].removesuffix(".gguf")
        if not path.endswith(".gguf"):
            raise ModelError(f"{path} is not a model file.", "Choose a file that ends in .gguf.")
        self._models.setdefault(name, FakeChatModel(name=name))
        return ModelFile(name, path, 4_000_000_000)

    @override
    def release(self, path: str) -> None:
        self.released.append(path)

    @override
    def forget(self, path: str) -> None:
        self.release(path)
        self._models = {name: model for name, model in self._models.items() if model.description.path != path}

    @override
    def open(self, reference: str) -> ChatModel:
        for name, model in self._models.items():
            if reference in {name, model.description.path}:
                return model
        raise ModelError(f"There is no model {reference}.", "`localassist models list` shows those that are here.")

    @override
    def default(self) -> ChatModel | None:
        return next(iter(self._models.values()), None)

    @override
    def forget_conversations(self) -> None:
        self.forgot = True

    @override
    def close(self) -> None:
        self.closed = True


@dataclass
class _File:
    data: bytes
    modified: float
    problem: str = ""


class FakeFiles(FileSource):
    """Files in memory; `hashed` notes which were read to be compared."""

    def __init__(self, **texts: str) -> None:
        self._files: dict[str, _File] = {}
        self._clock = 1000.0
        self.hashed: list[str] = []
        for name, text in texts.items():
            self.write(f"/files/{name}.md", text)

    def write(self, path: str, text: str, problem: str = "") -> None:
        """Put a file there; with a `problem` the reader fails on it, saying so."""
        self._clock += 1
        self._files[path] = _File(text.encode(), self._clock, problem)

    def delete(self, path: str) -> None:
        """Take a file away."""
        del self._files[path]

    def opened(self, path: str) -> _File:
        """The file at that path. Raises `DocumentError` when there is none."""
        if path not in self._files:
            raise DocumentError(f"{path} is gone.", "Put it back or remove it from the collection.")
        return self._files[path]

    @override
    def scan(
        self, paths: Sequence[str], stop: Stop, only: frozenset[str] | None = None
    ) -> Iterator[FoundFile | SkippedFile]:
        seen: set[str] = set()
        for asked in paths:
            below = sorted(p for p in self._files if p == asked or p.startswith(asked.rstrip("/") + "/"))
            if not below:
                yield SkippedFile(asked, "It does not exist.")
            for path in below:
                stop.raise_if_requested()
                wanted = only is None or any(p == path or path.startswith(p.rstrip("/") + "/") for p in only)
                if wanted and path not in seen:
                    seen.add(path)
                    yield self._described(path)

    def _described(self, path: str) -> FoundFile | SkippedFile:
        if not path.endswith((".md", ".txt", ".pdf", ".html", ".docx")):
            return SkippedFile(path, "There is no reader for this format.")
        return FoundFile(path, len(self._files[path].data), self._files[path].modified)

    @override
    def content_hash(self, path: str, stop: Stop) -> str:
        stop.raise_if_requested()
        self.hashed.append(path)
        return hashlib.sha256(self.opened(path).data).hexdigest()


class FakeReader(DocumentReader):
    """Reads the plain marks of `structured`; `read_paths` notes what was parsed.

    Paths in `locked` are read only once they are unlocked, with any password.
    """

    def __init__(self, files: FakeFiles, version: str = "plain marks 1") -> None:
        self._files = files
        self._version = version
        self.read_paths: list[str] = []
        self.passwords: dict[str, str] = {}
        self.locked: set[str] = set()

    @property
    @override
    def version(self) -> str:
        return self._version

    @override
    def unlock(self, path: str, password: str) -> None:
        self.passwords[path] = password

    @override
    def read(self, path: str, stop: Stop) -> StructuredText:
        stop.raise_if_requested()
        self.read_paths.append(path)
        file = self._files.opened(path)
        if path in self.locked and path not in self.passwords:
            raise PasswordNeededError(f"{path.rpartition('/')[2]} is protected by a password.", "Type it.")
        if file.problem:
            raise DocumentError(file.problem, "Save it again and add it once more.")
        content = structured(file.data.decode(), title=path.rpartition("/")[2].rpartition(".")[0])
        return content if content.text.strip() else replace(content, notes=("The file is empty.",))

    @override
    def draw_page(self, path: str, page: int, width: int, mark: tuple[int, int] | None) -> PageImage:
        content = self.read(path, Stop())
        if not 1 <= page <= len(content.pages):
            raise DocumentError(f"{path} has no page {page}.", "Choose another page.")
        marks = ((10.0, 10.0, 40.0, 12.0),) if mark else ()
        return PageImage(b"\x89PNG\r\n\x1a\n", width, width * 4 // 3, marks)


class FakeActivity(Activity):
    """Counts who answers and how often background work asked whether it may go on."""

    def __init__(self) -> None:
        self.waits = 0
        self.under_way = 0
        self.answers = 0

    @contextmanager
    def _answering(self) -> Iterator[None]:
        self.under_way += 1
        self.answers += 1
        try:
            yield
        finally:
            self.under_way -= 1

    @override
    def answering(self):  # type: ignore[no-untyped-def]
        return self._answering()

    @override
    def wait_until_idle(self, stop: Stop) -> None:
        self.waits += 1


class FakeSettingsStore(SettingsStore):
    """Settings in memory."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self.of_models: dict[str, ModelSettings] = {}

    @override
    def load(self) -> Settings:
        return self._settings

    @override
    def for_model(self, name: str) -> ModelSettings:
        return self.of_models.get(name, ModelSettings())

    @override
    def change_model(self, name: str, **values: object) -> ModelSettings:
        self.of_models[name] = replace(self.for_model(name), **values)  # type: ignore[arg-type]
        return self.of_models[name]

    @override
    def change(self, **values: object) -> Settings:
        unknown = set(values) - {f.name for f in fields(Settings)}
        if unknown:
            raise SettingsError(f"There is no setting {min(unknown)}.")
        self._settings = replace(self._settings, **values)  # type: ignore[arg-type]
        return self._settings
