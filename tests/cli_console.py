"""A console for tests of commands: what it is told is kept, what somebody types stands ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from localassist.cli.console import Console
    from localassist.domain.errors import LocalAssistError


class Told:
    """`typed` are the lines that are typed, passwords too; `has_terminal` says whether anybody can be asked.

    `waited` are the lines of progress, each with what was printed before it.
    """

    def __init__(self, *typed: str, as_json: bool = False, has_terminal: bool = True) -> None:
        self.as_json = as_json
        self.has_terminal = has_terminal
        self.typed = list(typed)
        self.asked: list[str] = []
        self.waited: list[tuple[str, str]] = []
        self.text = ""
        self.warnings: list[str] = []
        self.objects: list[dict[str, Any]] = []
        self.failures: list[LocalAssistError] = []

    @property
    def lines(self) -> list[str]:
        """What was printed."""
        return self.text.splitlines()

    def print(self, text: str = "") -> None:
        self.write(f"{text}\n")

    def write(self, text: str) -> None:
        if not self.as_json:
            self.text += text

    def end_line(self) -> None:
        if self.text and not self.text.endswith("\n"):
            self.print()

    def object(self, value: dict[str, Any]) -> None:
        self.objects.append(value)

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)

    def fail(self, error: LocalAssistError) -> None:
        self.failures.append(error)

    def progress(self, text: str) -> None:
        self.waited.append((text, self.text))

    def end_progress(self) -> None:
        pass

    def read_line(self, prompt: str) -> str:
        self.asked.append(prompt)
        if not self.typed:
            raise EOFError
        return self.typed.pop(0)

    def read_password(self, prompt: str) -> str:
        return self.read_line(prompt)

    @property
    def console(self) -> Console:
        """As commands take it."""
        return cast("Console", self)
