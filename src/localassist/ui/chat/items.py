"""Messages as the transcript lays them out: their pieces, where each stands, and what is said below an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Role
from localassist.ui.chat.doubts import doubts
from localassist.ui.chat.markup import marked
from localassist.ui.chat.notes import is_not_there, loud_notes, notes
from localassist.ui.chat.offers import OFFER_HEIGHT
from localassist.ui.chat.pieces import GAP, PieceKind, answer_piece, plain_piece, sources_piece
from localassist.ui.chat.thought import thought_label
from localassist.ui.figures import dropped_words
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from localassist.domain.chat import Message
    from localassist.ui.chat.growing import GrowingAnswer
    from localassist.ui.chat.markdown import Markdown
    from localassist.ui.chat.offers import Offer
    from localassist.ui.chat.pieces import LaidPiece
    from localassist.ui.chat.thought import Thought
    from localassist.ui.theme import Tokens

FOLD_HEIGHT: Final = 8 * STEP
FOOTER_HEIGHT: Final = 8 * STEP
LINE_PIXELS: Final = 23  # a line of body text, for messages that were never laid out
CHARACTER_PIXELS: Final = 7.5
LONGEST_QUESTION: Final = 4_000  # characters shown; the rest is copied with it


@dataclass(slots=True)
class MessageLayout:
    """A laid-out message. `fold_top`, `footer_top` and `offer_top` are where its controls stand, None without them.

    `thought` is the piece with what was thought, where it is on show; what is said begins at `said_top`.
    """

    pieces: list[LaidPiece] = field(default_factory=list)
    fold_top: float | None = None
    thought: LaidPiece | None = None
    said_top: float = 0.0
    footer_top: float | None = None
    offer_top: float | None = None
    height: float = 0.0

    def add(self, piece: LaidPiece) -> None:
        """Put a piece below what there is."""
        fold_above = self.fold_top is not None and self.height == self.fold_top + FOLD_HEIGHT
        gap = STEP if fold_above else GAP
        piece.top = self.height + gap if self.height else 0.0
        self.height = piece.top + ceil(piece.height)  # lines of tables blur between two pixels
        self.pieces.append(piece)

    def add_offer(self) -> None:
        """Keep the room of the buttons of an offer."""
        self.offer_top = self.height + STEP
        self.height = self.offer_top + OFFER_HEIGHT

    def add_fold(self) -> None:
        """Keep the room of a fold line, which has its own space around its words."""
        self.fold_top = self.height
        self.height += FOLD_HEIGHT


@dataclass(slots=True)
class MessageItem:
    """A message in the transcript. `height` is an estimate until it is laid out.

    `growing` is its text while that is written, `thinking` what the model thinks meanwhile; `offer` is what a model
    elsewhere could do about it.
    """

    message: Message
    growing: GrowingAnswer | None = None
    thinking: Thought | None = None
    layout: MessageLayout | None = None
    height: float = 0.0
    thought_open: bool = False
    offer: Offer | None = None
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
        pieces = [self._note(said, tone) for said, tone in loud_notes(message)]
        if is_not_there(message):
            pieces.append(self._note(message.text, "blue"))
        else:
            pieces += self._said(message)
        pieces += [self._note(said, tone) for said, tone in notes(message)]
        return self._stacked(item, pieces, footer=True)

    def _said(self, message: Message) -> list[LaidPiece]:
        text, in_doubt = marked(message.text, message.evidence), doubts(message.text, message.evidence)
        made = self._markdown.pieces(self._markdown.blocks(text), self.tokens)
        pieces = [answer_piece(piece, self.tokens, self.width, in_doubt) for piece in made]
        if message.evidence.citations:
            pieces.append(sources_piece(message.evidence.citations, self.tokens, self.width))
        return pieces

    def _note(self, said: str, tone: str) -> LaidPiece:
        return plain_piece(PieceKind.NOTE, said, self.tokens, self.width, tone)

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
        if item.offer:
            for said, tone in item.offer.notes:
                layout.add(self._note(said, tone))
            layout.add_offer()
        return layout

    def _thought(self, item: MessageItem) -> LaidPiece:
        """The thought that is on show, with what was added to it: laying it all out again would take ever longer."""
        piece = item.layout.thought if item.layout else None
        if piece is None:
            return plain_piece(PieceKind.THOUGHT, item.thought, self.tokens, self.width)
        piece.append(item.thought)
        return piece
