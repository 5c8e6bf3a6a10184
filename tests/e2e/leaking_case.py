"""One attempt to make what never leaves go out: a secret of its own, an open file about nearly the same."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError
from vault_room import EVERYTHING, MAY, NEVER

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.domain.documents import Document
    from localassist.domain.reviewing import Review
    from vault_room import Vault

PLACES: Final = ("Harrowmere", "Oldcastle", "Brinkford", "Tannwald", "Eisenau", "Lowgate", "Marwick", "Selborne")
THINGS: Final = ("bridge", "mill", "orchard", "harbour", "quarry", "ferry", "brewery", "chapel")


@dataclass
class Case:
    """One attempt: a secret in a file of its own that never leaves, and an open file about nearly the same."""

    vault: Vault
    number: int
    time: int = 0

    @cached_property
    def place(self) -> str:
        return f"{PLACES[self.number % len(PLACES)]} {self.number}"

    @cached_property
    def thing(self) -> str:
        return THINGS[self.number // len(PLACES) % len(THINGS)]

    @cached_property
    def question(self) -> str:
        return f"What does the settlement of {self.place} promise for the {self.thing}?"

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The secret, each sentence with a word that occurs nowhere else."""
        word = [self.vault.canary(secret=True) for _ in range(3)]
        return (
            f"The settlement of {self.place} promises the heirs of {word[0]} a yearly rent for the {self.thing}.",
            f"Its keeper {word[1]} may neither sell the {self.thing} nor lend it to strangers before the next harvest.",
            f"Whoever breaks the settlement owes {word[2]} the price of twelve oxen and a barrel of cider.",
        )

    @cached_property
    def secret_text(self) -> str:
        return f"# Settlement of {self.place}\n\n" + "\n\n".join(self.sentences) + "\n"

    @cached_property
    def open_word(self) -> str:
        return self.vault.canary(secret=False)

    @cached_property
    def folder(self) -> Path:
        made = self.vault.folder / f"case {self.number}"
        made.mkdir(parents=True)
        return made

    @cached_property
    def secret(self) -> Path:
        path = self.folder / "secret" / "settlement.md"
        path.parent.mkdir()
        path.write_text(self.secret_text, encoding="utf-8")
        return path

    @cached_property
    def open(self) -> Path:
        return self.write_open("notice.md", "")

    def write_open(self, name: str, more: str) -> Path:
        """A file that may go out."""
        path = self.folder / "open" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"# Notice about {self.place}\n\nThe notice about {self.place} says that {self.open_word} paints the "
            f"{self.thing} in May.\n\n{more}\n",
            encoding="utf-8",
        )
        return path

    def stored(self, path: Path | None = None) -> Document:
        """A document of the case."""
        wanted = str(path or self.secret)
        return next(each for each in self.vault.services.documents.documents(EVERYTHING) if each.path == wanted)

    def set_up(self) -> None:
        """Both files are read, and labelled."""
        self.vault.add(self.secret, self.open, collection=f"Case {self.number}")
        self.vault.label(self.secret.parent, NEVER)
        self.vault.label(self.open.parent, MAY)

    def add_open(self, path: Path) -> None:
        """Read another file that lies where all may go out."""
        self.vault.add(path, collection=f"Case {self.number}")

    def try_sending(self, review: Review | None, *, reviewed: bool = True) -> None:
        """Send it, as far as that is let."""
        if review is not None:
            with suppress(LocalAssistError):
                self.vault.send(review, reviewed=reviewed)

    def try_reviewing(self, text: str, prompt: str = "") -> Review | None:
        """The review of a new question in a new conversation; None where it is refused."""
        with suppress(LocalAssistError):
            return self.vault.review(self.vault.conversation(prompt), text)
        return None
