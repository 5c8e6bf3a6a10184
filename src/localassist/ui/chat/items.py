"""Messages as the transcript lays them out: their pieces, where each stands, and what is said below an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import MessageStatus, Role
from localassist.ui.chat.markup import marked, unsupported_numbers
from localassist.ui.chat.pieces import GAP, PieceKind, answer_piece, plain_piece
from localassist.ui.chat.thought import thought_label
from localassist.ui.figures import dropped_words
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from localassist.domain.chat import Message
    from localassist.ui.chat.growing import GrowingAnswer
    from localassist.ui.chat.markdown import Markdown
    from localassist.ui.chat.pieces import LaidPiece
    from localassist.ui.chat.thought import Thought
    from localassist.ui.theme import Tokens

FOLD_HEIGHT: Final = 8 * STEP
FOOTER_HEIGHT: Final = 8 * STEP
LINE_PIXELS: Final = 23  # a line of body text, for messages that were never laid out
CHARACTER_PIXELS: Final = 7.5
LONGEST_QUESTION: Final = 4_000  # characters shown; the rest is copied with it
ONLY_THOUGHT: Final = (
    "The model thought and came to no answer. Ask again, or let it think for longer: “Max reasoning tokens” in the "
    "settings."
)


@dataclass(slots=True)
class MessageLayout:
    """A laid-out message. `fold_top` and `footer_top` are where its controls stand, None where it has none.

    `thought` is the piece with what was thought, where it is on show; what is said begins at `said_top`.
    """

    pieces: list[LaidPiece] = field(default_factory=list)
    fold_top: float | None = None
    thought: LaidPiece | None = None
    said_top: float = 0.0
    footer_top: float | None = None
    height: float = 0.0

    def add(self, piece: LaidPiece) -> None:
        """Put a piece below what there is."""
        fold_above = self.fold_top is not None and self.height == self.fold_top + FOLD_HEIGHT
        gap = STEP if fold_above else GAP
        piece.top = self.height + gap if self.height else 0.0
        self.height = piece.top + ceil(piece.height)  # lines of tables blur between two pixels
        self.pieces.append(piece)

    def add_fold(self) -> None:
        """Keep the room of a fold line, which has its own space around its words."""
        self.fold_top = self.height
        self.height += FOLD_HEIGHT


@dataclass(slots=True)
class MessageItem:
    """A message in the transcript. `height` is an estimate until it is laid out.

    `growing` is its text while that is written, `thinking` what the model thinks meanwhile.
    """

    message: Message
    growing: GrowingAnswer | None = None
    thinking: Thought | None = None
    layout: MessageLayout | None = None
    height: float = 0.0
    thought_open: bool = False
    frozen: list[LaidPiece] = field(default_factory=list)

    @property
    def thought(self) -> str:
        """What was thought, "" where nothing was."""
        return self.thinking.text if self.thinking else self.message.evidence.reasoning.strip()

    @property
    def thought_label(self) -> str:
        """The one line a thought is folded to."""
        evidence = self.message.evidence
        if self.thinking:
            return self.thinking.label
        return thought_label(evidence.figures.reasoning_seconds or evidence.timings.get("reasoning", 0.0))

    def estimate(self, width: float) -> None:
        """Guess the height from the length of the text."""
        text = self.message.text
        lines = 1 + text.count("\n") + len(text) * CHARACTER_PIXELS / width
        self.height = lines * LINE_PIXELS + FOOTER_HEIGHT


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
        text = marked(message.text, message.evidence)
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
        dropped = item.message.evidence.dropped
        if dropped:
            layout.add(plain_piece(PieceKind.NOTE, dropped_words(dropped), self.tokens, self.width))
        if item.thought:
            layout.add_fold()
            layout.thought = self._thought(item) if item.thought_open else None
        if layout.thought:
            layout.add(layout.thought)
        for piece in pieces:
            layout.add(piece)
        layout.said_top = pieces[0].top if pieces else layout.height
        layout.height = max(layout.height, float(LINE_PIXELS))
        if footer:
            layout.footer_top = layout.height + STEP
            layout.height = layout.footer_top + FOOTER_HEIGHT
        return layout

    def _thought(self, item: MessageItem) -> LaidPiece:
        """The thought that is on show, with what was added to it: laying it all out again would take ever longer."""
        piece = item.layout.thought if item.layout else None
        if piece is None:
            return plain_piece(PieceKind.THOUGHT, item.thought, self.tokens, self.width)
        piece.append(item.thought)
        return piece


def notes(message: Message) -> list[tuple[str, str]]:
    """Sentences to say under an answer, each with its tone: "amber", "red" or "" for quiet."""
    said: list[tuple[str, str]] = []
    evidence = message.evidence
    if message.status is MessageStatus.COMPLETE and evidence.reasoning and not message.text:
        said.append((ONLY_THOUGHT, "amber"))
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
