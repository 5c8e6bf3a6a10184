"""The terminal: what is printed, where progress shows, and nothing that libraries say."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, Final

from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    from collections.abc import Iterator

CLEAR_LINE: Final = "\r\x1b[K"
# Escape sequences and marks that turn text around could make a terminal show something else than what is there.
_DECEIVING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text with control characters and direction marks replaced, safe to show on a terminal."""
    return _DECEIVING.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(json_text: str) -> str:
    """JSON with control characters and direction marks as the escapes that JSON has for them: nothing is lost."""
    return _DECEIVING.sub(lambda mark: f"\\u{ord(mark[0]):04x}", json_text)


def one_line(text: str) -> str:
    """The text on one line, its runs of white space as single spaces."""
    return visible(" ".join(text.split()))


def as_toml(text: str) -> str:
    """The text as a string of the settings file: TOML's basic strings are written as JSON's."""
    return json.dumps(text, ensure_ascii=False)


class OutputError(LocalAssistError):
    """Standard output can't be written to."""


class Console:
    """Standard output and error of one command; with `as_json` standard output gets a single object.

    While it is open nothing else reaches the two, not even what libraries print in C.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._kept = (os.dup(1), os.dup(2))
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        # JSON is UTF-8 by its standard; file names that are no text become escapes that are valid in it.
        self._out = _stream(self._kept[0], *(("utf-8", "backslashreplace") if as_json else (encoding, "replace")))
        self._err = _stream(self._kept[1], encoding, "replace")
        self._progress = ""
        self._line_open = False
        self._given = False
        self._silence()

    def print(self, text: str = "") -> None:
        """A line on standard output; nothing with `as_json`. Raises as `write` does."""
        self.write(f"{text}\n")

    def write(self, text: str) -> None:
        """Text on standard output as it comes; nothing with `as_json`.

        Raises `OutputError`, and `BrokenPipeError` when whoever read it has enough.
        """
        if self.as_json or not text:
            return
        self.end_progress()
        self._put(visible(text))
        self._line_open = not text.endswith("\n")

    def write_exactly(self, text: str) -> None:
        """Text to the letter, in UTF-8, for files and other programs; on a terminal as `write` has it.

        Raises as `write` does.
        """
        if self._out.isatty():
            self.write(text)
            self.end_line()
            if visible(text) != text:
                self.warn("Marks that deceive terminals show as \N{REPLACEMENT CHARACTER}; in a file they are whole.")
            return
        with _worded(), os.fdopen(os.dup(self._kept[0]), "wb") as out:
            out.write(text.encode())

    def end_line(self) -> None:
        """Start a new line unless at the start of one."""
        if self._line_open:
            self.print()

    def object(self, value: dict[str, Any]) -> None:
        """The one object of `--json`; a second is not printed. Raises as `write` does."""
        self.end_progress()
        if self._given:
            return
        self._given = True
        self._put(escaped(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")

    def progress(self, text: str) -> None:
        """What is being waited for, on one line that is overwritten; only where somebody watches."""
        if text == self._progress or not self._err.isatty():
            return
        columns = os.get_terminal_size(self._err.fileno()).columns or 80
        self._tell(CLEAR_LINE + one_line(text)[: max(10, columns - 1)])
        self._progress = text

    def end_progress(self) -> None:
        """Take the progress line away."""
        if self._progress:
            self._tell(CLEAR_LINE)
            self._progress = ""

    def warn(self, sentence: str) -> None:
        """Something people should know, on standard error."""
        self.end_progress()
        self._tell(f"localassist: {one_line(sentence)}\n")

    def fail(self, error: LocalAssistError) -> None:
        """Say why the command ends without having done what was asked; with `as_json` as the object too."""
        with suppress(OSError, OutputError):  # it may be the very error that is told
            self.end_line()
        self.warn(str(error))
        if self.as_json:
            with suppress(OSError, OutputError):
                self.object({"error": {"message": error.message, "hint": error.hint}})

    @property
    def has_terminal(self) -> bool:
        """Whether there is somebody at a terminal who can be asked."""
        return sys.stdin is not None and sys.stdin.isatty()

    def read_line(self, prompt: str) -> str:
        """A line typed by the user. Raises `EOFError` at the end of input."""
        self.end_progress()
        self.end_line()
        if sys.stdin is None or sys.stdout is None:  # started without
            raise EOFError
        with self.heard():
            return input(prompt)

    def read_password(self, prompt: str) -> str:
        """A password typed by the user, unseen. Raises `EOFError` at the end of input."""
        import getpass

        self.end_progress()
        with self.heard():
            return getpass.getpass(prompt)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Around what needs the real streams: editing a line that is typed, or a window's last words."""
        for descriptor, kept in zip((1, 2), self._kept, strict=True):
            os.dup2(kept, descriptor)
        try:
            yield
        finally:
            self._silence()

    def close(self) -> None:
        """Give the streams back."""
        for descriptor, kept in zip((1, 2), self._kept, strict=True):
            os.dup2(kept, descriptor)
            os.close(kept)

    def _put(self, text: str) -> None:
        with _worded():
            self._out.write(text)
            self._out.flush()

    def _tell(self, text: str) -> None:
        """Write to standard error; a command does its work without it too."""
        with suppress(OSError):
            self._err.write(text)
            self._err.flush()

    def _silence(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            os.dup2(nowhere, descriptor)
        os.close(nowhere)


@contextmanager
def _worded() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"The output can't be written: {error.strerror}.", "Send it somewhere else.") from error


def _stream(descriptor: int, encoding: str, errors: str) -> IO[str]:
    return os.fdopen(os.dup(descriptor), "w", encoding=encoding, errors=errors)
