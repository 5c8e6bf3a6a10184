"""The laid-out parts of a message: text documents with their place, background and links."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from html import escape
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
    QTextTable,
)
from typing_extensions import override

from localassist.ui.chat.doubting import show_doubts
from localassist.ui.chat.markdown import CITE, JOINER, Code
from localassist.ui.places import place_of_citation
from localassist.ui.theme import BODY_PIXELS, LINE_HEIGHT, RADIUS, STEP, body_font, code_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Citation
    from localassist.ui.chat.doubts import Doubt
    from localassist.ui.chat.markdown import Piece
    from localassist.ui.theme import Tokens

GAP: Final = 3 * STEP
PADDING: Final = 4 * STEP
CODE_HEADER: Final = 9 * STEP
THOUGHT_LINE: Final = 3.5 * STEP  # in the middle of the chevron above
THOUGHT_LEFT: Final = 7 * STEP  # below the words of the line above
CHIP_SCALE: Final = 2  # chips are drawn at twice their size, sharp on every screen
CHIP_HEIGHT: Final = 16
MOST_SOURCES: Final = 12
OBJECT_CHARACTER: Final = "\ufffc"
CELL_START: Final = "\ufdd0"  # what Qt's text engine keeps where a table's cell begins
FRAME_END: Final = "\ufdd1"


class PieceKind(Enum):
    """What a piece is, which decides its background."""

    PROSE = auto()
    CODE = auto()
    QUESTION = auto()
    THOUGHT = auto()
    NOTE = auto()
    SOURCES = auto()


class MessageDocument(QTextDocument):
    """Text that loads nothing but our own citation chips: no file, no address, whatever it says."""

    def __init__(self, tokens: Tokens, font: QFont) -> None:
        super().__init__()
        self._tokens = tokens
        self.setDocumentMargin(0)
        self.setUndoRedoEnabled(False)
        self.setDefaultFont(font)
        self.setDefaultStyleSheet(_style(tokens, font))

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        address = name if isinstance(name, str) else name.toString()
        number = address.removeprefix(CITE)
        return chip(number, self._tokens) if address.startswith(CITE) and number.isdigit() else None


def _style(tokens: Tokens, font: QFont) -> str:
    line = f"line-height:{_line_percent(font)}%"
    code = code_font()
    return (
        f"p {{ margin-top:0; margin-bottom:{GAP}px; {line} }} li {{ margin-bottom:{STEP}px; {line} }}"
        f"ul, ol {{ margin-top:0; margin-bottom:{GAP}px }}"
        "li ul, li ol { margin-bottom:0 }"
        f"h1, h2, h3, h4, h5, h6 {{ margin-top:{STEP}px; margin-bottom:{2 * STEP}px; font-weight:600 }}"
        "h1 { font-size:20px } h2 { font-size:18px } h3, h4, h5, h6 { font-size:15px }"
        f"pre, code {{ font-family:'{code.family()}'; font-size:{code.pixelSize()}px }}"
        f"pre {{ margin:0; line-height:140% }} a {{ color:{tokens.accent}; text-decoration:none }}"
        f"th {{ font-weight:600; background-color:{tokens.raised} }}"
    )


def chip(number: str, tokens: Tokens) -> QImage:
    """A small numbered chip that stands for a citation in a sentence."""
    font = body_font()
    font.setPixelSize(11)
    font.setWeight(QFont.Weight.DemiBold)
    width = max(CHIP_HEIGHT, round(QFontMetricsF(font).horizontalAdvance(number)) + 2 * STEP)
    picture = QImage((width + STEP) * CHIP_SCALE, CHIP_HEIGHT * CHIP_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(CHIP_SCALE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(STEP, 0, width, CHIP_HEIGHT)
    path = QPainterPath()
    path.addRoundedRect(box, 5, 5)
    painter.fillPath(path, QColor(tokens.selection))
    painter.setFont(font)
    painter.setPen(QColor(tokens.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number)
    painter.end()
    return picture


@dataclass(slots=True)
class LaidPiece:
    """A piece at its place: `top` is from the message's top; `padding` is left, top, right, bottom, in pixels.

    `source` is what copying the whole piece gives where that is more than the text on show (code, long questions).
    """

    kind: PieceKind
    document: MessageDocument
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    top: float = 0.0
    language: str = ""
    source: str = ""
    tone: str = ""

    @property
    def height(self) -> float:
        """With its padding, in pixels."""
        return self.padding[1] + self.document.size().height() + self.padding[3]

    @property
    def origin(self) -> QPointF:
        """Where the text begins, from the message's top left."""
        return QPointF(self.padding[0], self.top + self.padding[1])

    def paint(self, painter: QPainter, width: float, tokens: Tokens, selected: tuple[int, int] | None) -> None:
        """Paint it with the painter's origin at the message's top left; `selected` are characters [start, end)."""
        background = _background(self, tokens)
        if background:
            path = QPainterPath()
            path.addRoundedRect(QRectF(0, self.top, width, self.height), RADIUS, RADIUS)
            painter.fillPath(path, QColor(background))
        if self.kind is PieceKind.THOUGHT:
            painter.fillRect(QRectF(THOUGHT_LINE, self.top, 2, self.height), QColor(tokens.border))
        painter.save()
        painter.translate(self.origin)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, QColor(_ink(self, tokens)))
        if selected and selected[0] != selected[1]:
            context.selections = [_selection(self.document, selected, tokens)]
        self.document.documentLayout().draw(painter, context)
        painter.restore()

    def text(self, start: int, end: int) -> str:
        """The characters [start, end) as plain text, citations as "[1]"."""
        raw = self.document.toRawText()[start:end]
        return "".join(_plain(self.document, start + offset, char) for offset, char in enumerate(raw)).strip()

    @property
    def length(self) -> int:
        """How many characters it has."""
        return max(0, self.document.characterCount() - 1)

    def append(self, whole: str) -> None:
        """Show what `whole` has more than `source`, which is plain text; what stands there stays as it is."""
        cursor = QTextCursor(self.document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(whole[len(self.source) :])
        self.source = whole


def _plain(document: QTextDocument, position: int, char: str) -> str:
    """A character as people would type it: citations as "[1]", a table's cells parted by tabs."""
    if char == OBJECT_CHARACTER:
        cursor = QTextCursor(document)
        cursor.setPosition(position + 1)
        return f"[{cursor.charFormat().toImageFormat().name().removeprefix(CITE)}]"
    if char == CELL_START:
        cursor = QTextCursor(document)
        cursor.setPosition(position + 1)
        frame = cursor.currentFrame()
        return "\t" if isinstance(frame, QTextTable) and frame.cellAt(cursor).column() > 0 else "\n"
    return {"\u2029": "\n", "\u2028": "\n", "\u00a0": " ", JOINER: "", FRAME_END: "\n"}.get(char, char)


def _selection(
    document: QTextDocument, selected: tuple[int, int], tokens: Tokens
) -> QAbstractTextDocumentLayout.Selection:
    selection = QAbstractTextDocumentLayout.Selection()
    cursor = QTextCursor(document)
    cursor.setPosition(selected[0])
    cursor.setPosition(selected[1], QTextCursor.MoveMode.KeepAnchor)
    look = QTextCharFormat()
    look.setBackground(QColor(tokens.selection))
    look.setForeground(QColor(tokens.text))
    selection.cursor = cursor
    selection.format = look
    return selection


def _background(piece: LaidPiece, tokens: Tokens) -> str:
    if piece.kind in {PieceKind.CODE, PieceKind.QUESTION}:
        return tokens.raised
    if piece.kind is PieceKind.NOTE and piece.tone:
        return str(getattr(tokens, f"{piece.tone}_soft"))
    return ""


def _ink(piece: LaidPiece, tokens: Tokens) -> str:
    if piece.kind is PieceKind.NOTE:
        return str(getattr(tokens, piece.tone or "muted"))
    return tokens.muted if piece.kind is PieceKind.THOUGHT else tokens.text


def answer_piece(piece: Piece, tokens: Tokens, width: float, doubts: Sequence[Doubt] = ()) -> LaidPiece:
    """A piece of an answer, laid out that many pixels wide; `doubts` are the whole answer's, which its text marks."""
    if isinstance(piece, Code):
        document = MessageDocument(tokens, code_font())
        document.setDefaultTextOption(wrapped_anywhere())
        document.setHtml(piece.html)
        laid = LaidPiece(
            PieceKind.CODE, document, (PADDING, CODE_HEADER, PADDING, GAP), language=piece.language, source=piece.text
        )
    else:
        document = MessageDocument(tokens, body_font())
        document.setDefaultTextOption(wrapped_anywhere())
        document.setHtml(piece.html)
        if doubts:
            show_doubts(document, doubts, tokens)
        laid = LaidPiece(PieceKind.PROSE, document)
    document.setTextWidth(width - laid.padding[0] - laid.padding[2])
    return laid


def plain_piece(kind: PieceKind, text: str, tokens: Tokens, width: float, tone: str = "") -> LaidPiece:
    """Text exactly as it is, without Markdown: questions, thoughts and notes, laid out that many pixels wide."""
    font = body_font()
    if kind is not PieceKind.QUESTION:
        font.setPixelSize(BODY_PIXELS - 2)
    document = MessageDocument(tokens, font)
    document.setDefaultTextOption(wrapped_anywhere())
    document.setPlainText(text)
    _space_lines(document)
    # The last line has its spacing below it, which the eye counts as padding.
    padding = (PADDING, GAP, PADDING, GAP - STEP) if kind is PieceKind.QUESTION or tone else (0, 0, 0, 0)
    if kind is PieceKind.THOUGHT:
        padding = (THOUGHT_LEFT, 0, 0, 0)
    document.setTextWidth(width - padding[0] - padding[2])
    return LaidPiece(kind, document, padding, source=text, tone=tone)


def sources_piece(citations: Sequence[Citation], tokens: Tokens, width: float) -> LaidPiece:
    """Where an answer's citations stand, each with its chip, on as few lines as they need."""
    font = body_font()
    font.setPixelSize(BODY_PIXELS - 2)
    document = MessageDocument(tokens, font)
    document.setDefaultTextOption(wrapped_anywhere())
    shown = [
        f'<a href="{CITE}{each.n}"><img src="{CITE}{each.n}"/>{JOINER}&nbsp;{escape(place_of_citation(each))}</a>'
        for each in citations[:MOST_SOURCES]
    ]
    if len(citations) > MOST_SOURCES:
        shown.append(f'<span style="color:{tokens.muted}">and {len(citations) - MOST_SOURCES:,} more</span>')
    document.setHtml(f"<p>{'&nbsp; '.join(shown)}</p>")
    document.setTextWidth(width)
    return LaidPiece(PieceKind.SOURCES, document)


def _space_lines(document: QTextDocument) -> None:
    look = QTextBlockFormat()
    look.setLineHeight(_line_percent(document.defaultFont()), QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.mergeBlockFormat(look)


def _line_percent(font: QFont) -> int:
    """What Qt has to be told, in percent of a font's own line, for lines of `LINE_HEIGHT`."""
    return round(100 * LINE_HEIGHT * font.pixelSize() / QFontMetricsF(font).height())


def wrapped_anywhere() -> QTextOption:
    """Lines break between words, and inside a word that is longer than a line."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option
