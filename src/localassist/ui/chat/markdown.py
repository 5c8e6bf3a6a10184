"""Markdown to the pieces a transcript shows: prose as the HTML that Qt's text engine reads, and code apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from localassist.ui.chat.markup import CITATION, CITATION_END, CITATION_START, unmarked
from localassist.ui.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markdown_it.token import Token

    from localassist.ui.theme import Tokens

CITE: Final = "cite:"  # our own address schemes; nothing else is ever loaded
UNSUPPORTED: Final = "unsupported:"
JOINER: Final = "\N{WORD JOINER}"  # keeps a citation on the line of the word before it
TAG: Final = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
CODE_TOKENS: Final = frozenset({"fence", "code_block"})
MOST_HIGHLIGHTED: Final = 60_000  # characters; longer code stays uncoloured rather than hold up the window


@dataclass(frozen=True, slots=True)
class Prose:
    """HTML for Qt's text engine."""

    html: str


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code: its text, the language it names ("" if none), and HTML with syntax colours."""

    text: str
    language: str
    html: str


Piece = Prose | Code


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the outermost level with the lines [start, end) it was written on."""

    tokens: tuple[Token, ...]
    start: int
    end: int

    @property
    def is_code(self) -> bool:
        """Whether it is shown apart, as code."""
        return self.tokens[0].type in CODE_TOKENS


class Markdown:
    """Parses CommonMark with tables and strikethrough; pictures are never loaded.

    HTML in it is shown as text or, with `drop_html`, as the words between its tags.
    """

    def __init__(self, *, drop_html: bool = False) -> None:
        from markdown_it import MarkdownIt  # not needed before the first message is shown

        self._parser = MarkdownIt("commonmark", {"html": drop_html}).enable(["table", "strikethrough"])
        for name, rule in RULES.items():
            self._parser.add_render_rule(name, rule)

    def blocks(self, text: str) -> list[Block]:
        """The blocks of the outermost level, in order."""
        return list(_outermost(self._parser.parse(text)))

    def pieces(self, blocks: Sequence[Block], tokens: Tokens, *, colour_code: bool = True) -> list[Piece]:
        """What the blocks look like: neighbouring prose together, every block of code apart."""
        made: list[Piece] = []
        for is_code, run in groupby(blocks, key=lambda block: block.is_code):
            if is_code:
                made += [_code(block.tokens[0], tokens, colour=colour_code) for block in run]
            else:
                inside = [token for block in run for token in block.tokens]
                html = self._parser.renderer.render(inside, self._parser.options, {"tokens": tokens})
                made.append(Prose(str(html)))
        return made


def warm_up() -> None:
    """Import what parsing and colouring need, for a thread on which nobody waits."""
    Markdown().pieces(Markdown().blocks("```python\n0\n```"), LIGHT)


def _outermost(tokens: Sequence[Token]) -> Iterator[Block]:
    first = depth = 0
    for position, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            start, end = tokens[first].map or (0, 0)
            yield Block(tuple(tokens[first : position + 1]), start, end)
            first = position + 1


def _code(token: Token, tokens: Tokens, *, colour: bool) -> Code:
    text = unmarked(token.content).rstrip("\n")
    language = (unmarked(token.info).split() or [""])[0]
    html = highlighted(text, language, tokens) if colour and len(text) <= MOST_HIGHLIGHTED else escape(text)
    return Code(text, language, f"<pre>{html}</pre>")


def highlighted(text: str, language: str, tokens: Tokens) -> str:
    """HTML of the code in syntax colours; plain where the language is not known."""
    from pygments import lex  # not needed before the first code is shown
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment, Keyword, Literal, Name, Number, String
    from pygments.util import ClassNotFound

    colours: dict[Any, str] = {
        Keyword: tokens.accent,
        Comment: tokens.muted,
        Number: tokens.amber,
        String: tokens.green,
        Literal: tokens.green,
        Name.Function: tokens.blue,
        Name.Class: tokens.blue,
        Name.Builtin: tokens.blue,
        Name.Tag: tokens.accent,
        Name.Attribute: tokens.blue,
    }
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(text)
    made: list[str] = []
    for kind, value in lex(text, lexer):
        while kind not in colours and kind.parent is not None:
            kind = kind.parent  # noqa: PLW2901  a colour is that of the nearest kind above
        colour = colours.get(kind)
        made.append(f'<span style="color:{colour}">{escape(value)}</span>' if colour else escape(value))
    return "".join(made)


def _text(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """Words, with citations as pictures; marks of doubt, which may reach over several tokens, are left standing."""
    text = escape(tokens[index].content)
    text = CITATION.sub(lambda m: f'{JOINER}<a href="{CITE}{m[1]}"><img src="{CITE}{m[1]}"/></a>', text)
    return text.replace(CITATION_START, "").replace(CITATION_END, "")


def _inline_code(_renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]) -> str:
    colours: Tokens = env["tokens"]
    code = escape(unmarked(tokens[index].content))
    return f'<code style="background-color:{colours.raised}">&nbsp;{code}&nbsp;</code>'


def _html_block(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    words = unescape(TAG.sub(" ", unmarked(tokens[index].content))).split()
    return f"<p>{escape(' '.join(words))}</p>" if words else ""


def _html_inline(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    return "<br/>" if tokens[index].content.lower().startswith("<br") else ""


def _nested_code(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    return f"<pre>{escape(unmarked(tokens[index].content))}</pre>"


def _picture(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """A picture in an answer is never loaded: its address would tell somebody that it was read."""
    return f"<i>[picture: {escape(unmarked(tokens[index].content)) or 'without a name'}]</i>"


def _link_start(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    address = unmarked(str(tokens[index].attrGet("href") or ""))
    if address.startswith((CITE, UNSUPPORTED)):
        address = ""  # ours alone to give
    return f'<a href="{escape(address, quote=True)}">'


def _table_start(_renderer: object, _tokens: object, _index: int, _options: object, env: dict[str, Any]) -> str:
    colours: Tokens = env["tokens"]
    return (
        f'<table border="1" cellspacing="0" cellpadding="6" style="border-collapse:collapse;border-style:solid;'
        f'border-color:{colours.border};margin-bottom:12px">'
    )


def _cell_start(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    token = tokens[index]
    aligned = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f'<{token.tag} align="{escape(aligned or "left", quote=True)}">'


def _quote_start(_renderer: object, _tokens: object, _index: int, _options: object, env: dict[str, Any]) -> str:
    colours: Tokens = env["tokens"]
    return (
        '<table cellspacing="0" cellpadding="0" style="margin-bottom:12px"><tr>'
        f'<td width="3" bgcolor="{colours.border}"></td><td style="padding-left:12px;color:{colours.muted}">'
    )


def _quote_end(*_: object) -> str:
    return "</td></tr></table>"


def _rule(_renderer: object, _tokens: object, _index: int, _options: object, env: dict[str, Any]) -> str:
    colours: Tokens = env["tokens"]
    line = f'<td height="1" bgcolor="{colours.border}"></td>'
    return f'<table width="100%" style="margin-bottom:12px"><tr>{line}</tr></table>'


RULES: Final[dict[str, Callable[..., str]]] = {
    "text": _text,
    "code_inline": _inline_code,
    "html_block": _html_block,
    "html_inline": _html_inline,
    "fence": _nested_code,
    "code_block": _nested_code,
    "image": _picture,
    "link_open": _link_start,
    "table_open": _table_start,
    "th_open": _cell_start,
    "td_open": _cell_start,
    "blockquote_open": _quote_start,
    "blockquote_close": _quote_end,
    "hr": _rule,
}
