"""Messages as the transcript lays them out: their pieces, where each stands, and what is said below an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import MessageStatus, Role
from localassist.ui.chat.markup import Thinking, marked, unsupported_numbers
from localassist.ui.chat.pieces import GAP, PieceKind, answer_piece, plain_piece
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from localassist.domain.chat import Message
    from localassist.ui.chat.growing import GrowingAnswer
    from localassist.ui.chat.markdown import Markdown
    from localassist.ui.chat.pieces import LaidPiece
    from localassist.ui.theme import Tokens

FOLD_HEIGHT: Final = 8 * STEP
FOOTER_HEIGHT: Final = 8 * STEP
LINE_PIXELS: Final = 23  # a line of body text, for messages that were never laid out
CHARACTER_PIXELS: Final = 7.5
LONGEST_QUESTION: Final = 4_000  # characters shown; the rest is copied with it


@dataclass(slots=True)
class MessageLayout:
    """A laid-out message. `fold_top` and `footer_top` are where its controls stand, None where it has none."""

    pieces: list[LaidPiece] = field(default_factory=list)
    fold_top: float | None = None
    footer_top: float | None = None
    height: float = 0.0


@dataclass(slots=True)
class MessageItem:
    """A message in the transcript. `height` is an estimate until it is laid out; `growing` while it is written."""

    message: Message
    growing: GrowingAnswer | None = None
    layout: MessageLayout | None = None
    height: float = 0.0
    thought_open: bool = False
    thought_seconds: float | None = None
    frozen: list[LaidPiece] = field(default_factory=list)

    @property
    def thinking(self) -> Thinking:
        """What is thought and what is answered."""
        if self.growing:
            return self.growing.thinking
        return Thinking.split(self.message.text)

    @property
    def thought_label(self) -> str:
        """The one line a thought is folded to."""
        if self.thinking.open and self.growing:
            return f"Thinking for {self.growing.thought_seconds:.0f} s"
        seconds = self.thought_seconds or _estimated_thought_seconds(self.message)
        return f"Thought for {max(seconds, 1):.0f} s" if seconds else "Thought"

    def estimate(self, width: float) -> None:
        """Guess the height from the length of the text."""
        text = self.message.text
        lines = 1 + text.count("\n") + len(text) * CHARACTER_PIXELS / width
        self.height = lines * LINE_PIXELS + FOOTER_HEIGHT


def _estimated_thought_seconds(message: Message) -> float:
    """From the answer's speed and the share of its text that is thought; 0 where that is not known."""
    figures = message.evidence.figures
    if not (figures.tokens_per_second and message.text):
        return 0.0
    share = len(Thinking.split(message.text).thought) / len(message.text)
    return share * figures.answer_tokens / figures.tokens_per_second


class Layouter:
    """Lays messages out `width` pixels wide in the colours of `tokens`."""

    def __init__(self, tokens: Tokens, markdown: Markdown, width: float) -> None:
        self.tokens = tokens
        self.width = width
        self._markdown = markdown

    def lay_out(self, item: MessageItem) -> MessageLayout:
        """Lay the whole message out and remember it in the item."""
        if item.message.role is Role.USER:
            pieces = [self._question(item.message.text)]
            layout = self._stacked(item, pieces)
        elif item.growing is not None:
            item.frozen = [answer_piece(piece, self.tokens, self.width) for piece in item.growing.finished]
            layout = self.grow(item)
        else:
            layout = self._answer(item)
        item.layout, item.height = layout, layout.height
        return layout

    def grow(self, item: MessageItem) -> MessageLayout:
        """Lay out what was written since the last time; finished pieces stay as they are."""
        growing = item.growing
        assert growing is not None, "only an answer that is being written grows"
        finished = growing.advance(self._markdown, self.tokens)
        item.frozen += [answer_piece(piece, self.tokens, self.width) for piece in finished]
        tail = [answer_piece(piece, self.tokens, self.width) for piece in growing.tail]
        item.layout = self._stacked(item, [*item.frozen, *tail])
        item.height = item.layout.height
        return item.layout

    def _answer(self, item: MessageItem) -> MessageLayout:
        message = item.message
        thinking = item.thinking
        text = marked(message.text, message.evidence)
        if thinking.thought or thinking.open:
            text = Thinking.split(text).answer
        made = self._markdown.pieces(self._markdown.blocks(text), self.tokens)
        pieces = [answer_piece(piece, self.tokens, self.width) for piece in made]
        pieces += [plain_piece(PieceKind.NOTE, said, self.tokens, self.width, tone) for said, tone in notes(message)]
        return self._stacked(item, pieces, footer=True)

    def _question(self, text: str) -> LaidPiece:
        shown = text[:LONGEST_QUESTION]
        if len(text) > LONGEST_QUESTION:
            shown += f"…\n\n{len(text) - LONGEST_QUESTION:,} more characters. Copying takes all of them."
        piece = plain_piece(PieceKind.QUESTION, shown, self.tokens, self.width)
        piece.source = text
        return piece

    def _stacked(self, item: MessageItem, pieces: list[LaidPiece], *, footer: bool = False) -> MessageLayout:
        layout = MessageLayout()
        top = 0.0
        thinking = item.thinking if item.message.role is Role.ASSISTANT else Thinking("", "", open=False)
        if thinking.thought or thinking.open:
            layout.fold_top = 0.0
            top = float(FOLD_HEIGHT + STEP)
            if item.thought_open:
                pieces = [plain_piece(PieceKind.THOUGHT, thinking.thought, self.tokens, self.width), *pieces]
        for piece in pieces:
            piece.top = top
            top += ceil(piece.height) + GAP  # lines of tables blur between two pixels
            layout.pieces.append(piece)
        layout.height = max(top - GAP, 0.0) if pieces else max(top, float(LINE_PIXELS))
        if footer:
            layout.footer_top = layout.height + STEP
            layout.height = layout.footer_top + FOOTER_HEIGHT
        return layout


def notes(message: Message) -> list[tuple[str, str]]:
    """Sentences to say under an answer, each with its tone: "amber", "red" or "" for quiet."""
    said: list[tuple[str, str]] = []
    evidence = message.evidence
    answered = message.status in {MessageStatus.COMPLETE, MessageStatus.STOPPED} and bool(message.text)
    if answered and evidence.searched and not evidence.citations:
        said.append(("No document was used. Nothing found in your documents supports this answer.", "amber"))
    numbers = unsupported_numbers(message.text, evidence)
    if numbers:
        said.append((f"In none of the passages found: {', '.join(numbers)}.", "amber"))
    if message.status is MessageStatus.FAILED:
        said.append((message.problem or "This answer could not be given. Ask again.", "red"))
    if message.status is MessageStatus.STOPPED:
        said.append(("You stopped this answer here.", ""))
    if message.status is MessageStatus.INTERRUPTED:
        said.append(("localassist ended before this answer was complete. Ask again to get all of it.", "amber"))
    return said
