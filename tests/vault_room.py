"""The whole app over documents of which some never leave, and a server elsewhere that keeps every byte it is sent."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localassist.adapters.places import Places
from localassist.app import App
from localassist.domain.chat import Question
from localassist.domain.documents import Scope
from localassist.domain.errors import LocalAssistError
from localassist.domain.events import Finished
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.outbound import Target
from localassist.domain.reviewing import Review
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop
from provider_server import Answer, ProviderServer, completion, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from localassist.domain.chat import Conversation, Message
    from localassist.domain.documents import Document
    from localassist.domain.labels import Labelled
    from localassist.domain.reviewing import Revision

NEVER, ASK, MAY = Sensitivity.NEVER, Sensitivity.ASK, Sensitivity.MAY_GO_OUT
SYLLABLES = (
    "ba",
    "cru",
    "del",
    "fi",
    "gos",
    "hun",
    "jar",
    "ket",
    "lom",
    "mip",
    "nus",
    "pel",
    "quo",
    "rav",
    "sti",
    "tur",
)
EVERYTHING = Scope.everything()


def canary(number: int) -> str:
    """A word that nobody uses, another one for each number."""
    digits = [number // 16**place % 16 for place in range(5)]
    return "".join(SYLLABLES[digit] for digit in digits) + "x"


@dataclass
class Vault:
    """The app's services, a server of one's own, and which words must not reach it."""

    app: App
    server: ProviderServer
    folder: Path
    target: Target
    secret_words: set[str] = field(default_factory=set)
    _canaries: int = 0

    def __post_init__(self) -> None:
        self.services = self.app.services()
        self.elsewhere = self.services.escalation()
        self.stop = Stop()

    def canary(self, *, secret: bool) -> str:
        """A new word; a secret one must not be sent from now on."""
        self._canaries += 1
        word = canary(self._canaries)
        if secret:
            self.secret_words.add(word)
        return word

    def add(self, *paths: Path, collection: str) -> tuple[Document, ...]:
        """Read files into a collection, for good."""
        list(self.services.ingest([str(path) for path in paths], collection, self.stop))
        wanted = {str(path) for path in paths}
        return tuple(each for each in self.services.documents.documents(EVERYTHING) if each.path in wanted)

    def label(self, path: Path, said: Sensitivity | None) -> None:
        """Say of a file or folder how sensitive it is."""
        self.elsewhere.labels.set(LabelKind.FOLDER, str(path), said)

    def label_collection(self, name: str, said: Sensitivity | None) -> None:
        """Say it of a collection."""
        found = next(each for each in self.services.documents.collections() if each.name == name)
        self.elsewhere.labels.set(LabelKind.COLLECTION, str(found.id), said)

    def labelled(self, document: Document) -> Labelled:
        """What holds for a document."""
        return self.elsewhere.labels.of_documents([document.id])[document.id]

    def conversation(self, system_prompt: str = "") -> Conversation:
        """A new one."""
        return self.services.conversations.create("Letters", system_prompt)

    def head(self, conversation: Conversation) -> int | None:
        """Its last message."""
        return self.services.conversations.get(conversation.id).head_id

    def ask_here(self, conversation: Conversation, text: str, scope: Scope = EVERYTHING) -> Message:
        """Have it answered on this computer, by quotes; the answer."""
        asked = Question(conversation.id, self.head(conversation), text, scope)
        *_, last = self.services.answer(asked, self.stop)
        assert isinstance(last, Finished)
        return last.answer

    def question(self, conversation: Conversation, text: str) -> Message:
        """A question that is stored alone."""
        return self.services.conversations.store_question(conversation.id, self.head(conversation), text)

    def review(
        self, conversation: Conversation, text: str, scope: Scope = EVERYTHING, reason: str = "You asked for it."
    ) -> Review:
        """What would be sent for a new question."""
        question = self.question(conversation, text)
        *_, last = self.elsewhere.prepare(question.id, scope, self.target, reason, self.stop)
        assert isinstance(last, Review)
        return last

    def revised(self, review: Review, revision: Revision) -> Review:
        """The review as the user changed it."""
        return self.elsewhere.prepare.revised(review, revision)

    def send(self, review: Review, *, remember: bool = False, reviewed: bool = True) -> Message:
        """Send it; the answer."""
        *_, last = self.elsewhere.send(review, self.stop, remember=remember, reviewed=reviewed)
        assert isinstance(last, Finished)
        return last.answer

    def send_in(self, conversation: Conversation, text: str, scope: Scope = EVERYTHING) -> None:
        """Ask elsewhere, as far as that is let."""
        try:
            self.send(self.review(conversation, text, scope))
        except LocalAssistError:
            return

    def arrived(self) -> str:
        """Every byte that the server was sent, as text, in lower case; what JSON escapes stands as it was meant."""
        told = []
        for asked in self.server.asked:
            raw = asked.body.decode("utf-8", errors="replace")
            told += [asked.path, repr(asked.headers), raw, str(asked.json) if asked.body else ""]
        return "\n".join(told).casefold()

    def leaked(self) -> set[str]:
        """The words that got out and must not have."""
        text = self.arrived()
        squeezed = "".join(letter for letter in text if letter.isalnum())
        return {word for word in self.secret_words if word in text or word in squeezed}


@contextmanager
def vault(home: Path, folder: Path, *answers: Sequence[str]) -> Iterator[Vault]:
    """The app over a new home, which answers by quotes, and a server elsewhere that says something to everything."""
    said = [Answer(completion(*pieces)) for pieces in answers or (["Certainly. "],)]
    app = App(Places.find({**os.environ, "LOCALASSIST_HOME": str(home)}), lambda *_: {})
    with running(*said) as server:
        services = app.services()
        services.settings.change(offline=False, chat_model=NO_MODEL, escalation="ask")
        provider = services.escalation().providers.add_server("Double", f"{server.address}/v1")
        yield Vault(app, server, folder, Target(provider.id, "big"))
        app.close()
