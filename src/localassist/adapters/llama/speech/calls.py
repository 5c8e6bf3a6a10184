"""Reading the calls that models write: the forms of the main families, as their chat templates teach them."""

from __future__ import annotations

import ast
import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.domain.chat import ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.domain.chat import Tool

_MISREAD: Final = (ValueError, SyntaxError, TypeError, KeyError, AttributeError, RecursionError, MemoryError)
_FENCE: Final = re.compile(r"^\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)
_FUNCTION: Final = re.compile(
    r'<(?:function=|[\w:｜]*(?:invoke|function) name=)"?([^">\n]{1,200})"?>(.*?)(?:</[\w:｜]*(?:function|invoke)>|\Z)',
    re.DOTALL,
)
_PARAMETER: Final = re.compile(
    r'<(?:parameter=|[\w:｜]*param(?:eter)? name=)"?([^">\n]{1,200})"?([^>]{0,200})>(.*?)'
    r"(?:</[\w:｜]*param(?:eter)?>|(?=<(?:parameter=|[\w:｜]*param(?:eter)? name=))|\Z)",
    re.DOTALL,
)
_KEY_AND_VALUE: Final = re.compile(r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)
_NAME: Final = re.compile(r"[\w.\-]+")
_BARE_KEY: Final = re.compile(r"([{,]\s*)([\w.\-]+)\s*:")
_LONGEST_CODE: Final = 20_000
"""Characters; Python's own parser needs a lot of memory for long texts."""


@dataclass(frozen=True, slots=True)
class CallForm:
    """Calls stand between `opens` and `ends`, or the end of the answer.

    `read` takes what stands between them and the tools that were offered. It gives the calls, in order; it raises
    one of many errors, or gives none, where it does not understand.
    """

    opens: str
    ends: str
    read: Callable[[str, Sequence[Tool]], list[ToolCall]]

    def calls(self, body: str, tools: Sequence[Tool]) -> list[ToolCall]:
        """The calls, none if the text is no call of this form."""
        try:
            return self.read(body, tools)
        except _MISREAD:
            return []


def make_call(name: object, arguments: object, identity: str = "") -> ToolCall:
    """A call; without an `identity` it gets one of nine characters, which is what some templates insist on.

    Raises `ValueError` for a name or arguments that can't be.
    """
    if isinstance(arguments, str):
        arguments = json.loads(_FENCE.sub(r"\1", arguments))
    if not isinstance(arguments, dict) or not isinstance(name, str) or not _NAME.fullmatch(name.strip()):
        raise ValueError
    return ToolCall(identity or uuid.uuid4().hex[:9], name.strip(), json.dumps(arguments, ensure_ascii=False))


def read_json(body: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """Objects or lists of them, one after the other: {"name": ..., "arguments": {...}} and its relatives."""
    return [
        _from_object(item, tools) for value in _values(body) for item in (value if isinstance(value, list) else [value])
    ]


def read_known_json(body: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """The same, where every name must be that of a tool: for JSON that nothing marks as a call."""
    calls = read_json(body, tools)
    return calls if {call.name for call in calls} <= {tool.name for tool in tools} else []


def _values(body: str) -> Iterator[Any]:
    text = _FENCE.sub(r"\1", body).strip()
    decoder, at = json.JSONDecoder(strict=False), 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at] in " \t\r\n,;":
            at += 1


def _from_object(item: dict[str, Any], tools: Sequence[Tool]) -> ToolCall:
    inner = item.get("function")
    if isinstance(inner, dict):
        return _from_object(inner, tools)
    name = item.get("name") or item.get("tool_name") or inner
    if name is None and len(item) == 1:
        name, arguments = next(iter(item.items()))
        if name not in {tool.name for tool in tools}:
            raise ValueError
        return make_call(name, arguments)
    return make_call(name, item.get("arguments", item.get("parameters", {})))


def read_tagged(body: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """What stands in <tool_call>: JSON (Hermes, Qwen), <function=...> (Qwen Coder) or <arg_key> (GLM)."""
    if body.lstrip()[:1] in ("{", "["):
        return read_json(body, tools)
    return read_xml(body, tools) or _read_keys_and_values(body, tools)


def read_xml(body: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """Functions or invocations as elements, their parameters as elements in them, or JSON."""
    calls = []
    for name, inner in _FUNCTION.findall(body):
        if inner.lstrip().startswith("{"):
            calls.append(make_call(name, inner))
            continue
        types = _types(name, tools)
        arguments = {
            key: _value(text, "json" if 'string="false"' in attributes else types.get(key, "string"))
            for key, attributes, text in _PARAMETER.findall(inner)
        }
        if _PARAMETER.sub("", inner).strip():
            raise ValueError
        calls.append(make_call(name, arguments))
    return calls


def read_cut_xml(body: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """The same for a text whose <function= was the mark by which it was found."""
    return read_xml(f"<function={body}", tools)


def _read_keys_and_values(body: str, tools: Sequence[Tool]) -> list[ToolCall]:
    name = body.partition("<arg_key>")[0].strip()
    pairs = _KEY_AND_VALUE.findall(body)
    if not pairs and name not in {tool.name for tool in tools}:
        return []
    types = _types(name, tools)
    return [make_call(name, {key.strip(): _value(text, types.get(key.strip(), "string")) for key, text in pairs})]


def _types(name: str, tools: Sequence[Tool]) -> dict[str, object]:
    """The types of a tool's arguments by their names, as its schema has them."""
    schemas = [json.loads(tool.parameters) for tool in tools if tool.name == name.strip()]
    return {key: value.get("type", "json") for schema in schemas for key, value in schema["properties"].items()}


def _value(text: str, kind: object) -> object:
    """A value that is written as text, by the type it should have."""
    text = text.removeprefix("<![CDATA[").removesuffix("]]>").removeprefix("\n").removesuffix("\n")
    if kind == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return _python_value(text)


def _python_value(text: str) -> object:
    """True, None and the like: what templates teach that don't care how they write values."""
    try:
        return text if len(text) > _LONGEST_CODE else ast.literal_eval(text.strip())
    except _MISREAD:
        return text


def read_mistral(body: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """A list in JSON, or name[ARGS]{...} with an identity between the two perhaps."""
    calls = []
    for part in body.split("[TOOL_CALLS]"):
        if part.lstrip()[:1] in ("{", "["):
            calls += read_json(part, tools)
        else:
            head, _, arguments = part.partition("[ARGS]")
            name, _, identity = head.partition("[CALL_ID]")
            calls.append(make_call(name, arguments, identity.strip()))
    return calls


def read_deepseek(body: str, _tools: Sequence[Tool]) -> list[ToolCall]:
    """Of R1: function, name and fenced JSON; of V3.1: name and JSON."""
    calls = []
    for part in body.split("<｜tool▁call▁begin｜>")[1:]:
        head, _, rest = part.partition("<｜tool▁call▁end｜>")[0].partition("<｜tool▁sep｜>")
        name, arguments = (rest.partition("\n")[::2]) if head.strip() == "function" else (head, rest)
        calls.append(make_call(name, arguments))
    return calls


def read_kimi(body: str, _tools: Sequence[Tool]) -> list[ToolCall]:
    """functions.name:number, which is the call's identity as well, and JSON."""
    calls = []
    for part in body.split("<|tool_call_begin|>")[1:]:
        identity, _, arguments = part.partition("<|tool_call_end|>")[0].partition("<|tool_call_argument_begin|>")
        name = identity.strip().removeprefix("functions.").rpartition(":")[0]
        calls.append(make_call(name, arguments, identity.strip()))
    return calls


def read_gemma(body: str, _tools: Sequence[Tool]) -> list[ToolCall]:
    """call:name{key:value} with texts between <|"|>."""
    name, brace, rest = body.strip().removeprefix("call:").partition("{")
    pieces = (brace + rest).split('<|"|>')
    quoted = [json.dumps(piece) if odd % 2 else _BARE_KEY.sub(r'\1"\2":', piece) for odd, piece in enumerate(pieces)]
    return [make_call(name, "".join(quoted))]


def read_python(body: str, _tools: Sequence[Tool]) -> list[ToolCall]:
    """Calls in Python, one or a list of them, or what Llama writes for its own tools: name.call(key=value)."""
    if len(body) > _LONGEST_CODE:
        return []
    tree = ast.parse(body.strip(), mode="eval").body
    calls = []
    for node in tree.elts if isinstance(tree, ast.List) else [tree]:
        if not isinstance(node, ast.Call) or node.args:
            return []
        name = ast.unparse(node.func).removesuffix(".call")
        arguments = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in node.keywords}
        calls.append(make_call(name, arguments))
    return calls


def read_llama(body: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """What follows <|python_tag|>: JSON or a call in Python."""
    return read_json(body, tools) if body.lstrip()[:1] in ("{", "[") else read_python(body, tools)


TAGGED: Final = CallForm("<tool_call>", "</tool_call>", read_tagged)
BARE: Final = CallForm("", "", read_known_json)
PYTHON_TAG: Final = CallForm("<|python_tag|>", "", read_llama)

MARKED: Final = (
    PYTHON_TAG,
    CallForm("<function=", "</function>", read_cut_xml),
    CallForm("<seed:tool_call>", "</seed:tool_call>", read_xml),
    CallForm("<minimax:tool_call>", "</minimax:tool_call>", read_xml),
    CallForm("<｜DSML｜function_calls>", "</｜DSML｜function_calls>", read_xml),
    CallForm("<｜DSML｜tool_calls>", "</｜DSML｜tool_calls>", read_xml),
    CallForm('<function name="', "</function>", lambda body, tools: read_xml(f'<function name="{body}', tools)),
    CallForm("<tool_calls>", "</tool_calls>", read_json),
    CallForm("<TOOLCALL>", "</TOOLCALL>", read_json),
    CallForm("<|tool_call|>", "<|/tool_call|>", read_json),  # Granite ends its answer instead
    CallForm("<|tools_prefix|>", "<|tools_suffix|>", read_json),
    CallForm("<|START_ACTION|>", "<|END_ACTION|>", read_json),
    CallForm("<|function_call|>", "", read_json),
    CallForm("function call<|role_sep|>", "", read_json),
    CallForm("functools[", "", lambda body, tools: read_json(f"[{body}", tools)),
    CallForm("[TOOL_CALLS]", "", read_mistral),
    CallForm("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", read_deepseek),
    CallForm("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", read_kimi),
    CallForm("<|tool_call>", "<tool_call|>", read_gemma),
    CallForm("<|tool_call_start|>", "<|tool_call_end|>", read_python),
)
"""How calls are marked, where a template or a vocabulary has the mark."""

INNER_MARKS: Final = (
    "[ARGS]",
    "[CALL_ID]",
    "<｜tool▁call▁begin｜>",
    "<｜tool▁sep｜>",
    "<｜tool▁call▁end｜>",
    "<|tool_call_begin|>",
    "<|tool_call_argument_begin|>",
    "<|tool_call_end|>",
    '<|"|>',
    "<arg_key>",
    "</arg_key>",
    "<arg_value>",
    "</arg_value>",
    "｜DSML｜",
)
"""What stands inside calls and may be control tokens, too."""
