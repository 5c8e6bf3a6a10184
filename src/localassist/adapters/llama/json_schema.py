"""JSON schemas turned into grammars (GBNF) whose every text is JSON that the schema allows."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import unquote

from localassist.adapters.llama.gbnf import MOST_REPEATS
from localassist.adapters.llama.json_grammar import JSON_RULES, LARGEST, integers, literal
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Set

_Schema: TypeAlias = "dict[str, Any]"

_NOTHING: Final = '""'
_LONGEST: Final = 200_000
_DEEPEST: Final = 60
_MOST_RULES: Final = 5_000
_FORMATS: Final = frozenset({"date", "time", "date-time", "uuid"})
_TELLING_NOTHING: Final = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"}
    | {"$schema", "$id", "$comment", "$defs", "definitions", "discriminator"}
)
_KEYWORDS: Final = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems"}),
    "string": frozenset({"minLength", "maxLength", "format"}),
    "integer": frozenset({"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}),
    "number": frozenset({"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}),
}


def grammar_of(schema: str) -> str:
    """The grammar of a JSON schema (JSON text, draft 2020-12 or 7). Raises `ModelError` for one that can't be bound to.

    What an answer can't be bound to is refused by its keyword, never passed over; only a `format` other than dates,
    times and UUIDs tells nothing, as in the standard. The answer may be narrower than the schema: members come in the
    order of `properties`, and no others but those required or, without `properties`, any; the alternatives of
    `oneOf` are taken to exclude each other.
    """
    if len(schema) > _LONGEST:
        raise _unbound(f"it has {len(schema):,} characters; up to {_LONGEST:,} are followed")
    try:
        parsed = json.loads(schema, parse_constant=_refuse_constant)
    except RecursionError:
        raise _unbound("it is nested too deeply") from None
    except ValueError as error:
        raise _unbound(f"it is not JSON, {getattr(error, 'msg', 'for a number in it')}") from error
    return _Writer(parsed).grammar()


class _Writer:
    """Writes a rule for each part of a schema; every method for a part returns the name of its rule."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._rules: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._depth = 0

    def grammar(self) -> str:
        """All rules, a line each."""
        self._rules["root"] = self._value(self._root)
        return "\n".join(f"{name} ::= {rule}" for name, rule in (JSON_RULES | self._rules).items())

    def _value(self, schema: Any) -> str:
        if schema is True or schema == {}:
            return "value"
        if not isinstance(schema, dict):
            raise _unbound("a part of it is false, which allows nothing" if schema is False else "a part is no schema")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _unbound(f"it is nested more than {_DEEPEST} deep")
        told = {key: value for key, value in schema.items() if key not in _TELLING_NOTHING}
        name = self._kind(told)
        self._depth -= 1
        return name

    def _kind(self, schema: _Schema) -> str:
        ways: dict[str, Callable[[_Schema], str]] = {
            "$ref": lambda schema: self._reference(schema["$ref"]),
            "const": lambda schema: self._literals([schema["const"]], schema.get("type")),
            "enum": lambda schema: self._literals(_list(schema, "enum"), schema.get("type")),
            "anyOf": lambda schema: self._any(_list(schema, "anyOf")),
            "oneOf": lambda schema: self._any(_list(schema, "oneOf")),
            "allOf": lambda schema: self._value(self._merged(_list(schema, "allOf"))),
        }
        for keyword, way in ways.items():
            if keyword in schema:
                _only(schema, {keyword, "type"} if keyword in ("const", "enum") else {keyword})
                return way(schema)
        return self._typed(schema)

    def _typed(self, schema: _Schema) -> str:
        kind = schema.get("type", _implied(schema))
        if isinstance(kind, list):
            return self._any([_narrowed(schema, one) for one in kind])
        ways: dict[str, Callable[[_Schema], str]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._integer,
        }
        if kind in ways:
            return ways[kind](schema)
        _only(schema, {"type"})
        if kind in ("number", "boolean", "null"):
            return str(kind)
        if kind is None:
            return "value"
        raise _unbound(f"the type {str(kind)[:40]} is unknown")

    def _any(self, schemas: list[Any]) -> str:
        return self._rule(" | ".join(dict.fromkeys(map(self._value, schemas))))

    def _literals(self, values: list[Any], kind: Any) -> str:
        kinds = kind if isinstance(kind, list) else [kind]
        fitting = [value for value in values if kind is None or any(_is_of(value, one) for one in kinds)]
        if not fitting:
            raise _unbound("none of its values (const, enum) is of its type")
        return self._rule(" | ".join(dict.fromkeys(literal(value) for value in fitting)))

    def _reference(self, reference: Any) -> str:
        target = self._target(reference)
        if reference not in self._named:
            # Named before it is written, so that it can hold itself.
            name = self._named[reference] = self._rule(_NOTHING)
            self._rules[name] = self._value(target)
        return self._named[reference]

    def _target(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            raise _unbound("it refers to something outside of itself ($ref)")
        target = self._root
        for part in reference.split("/")[1:]:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(target, list) and key.isdecimal() and int(key) < len(target):
                target = target[int(key)]
            elif isinstance(target, dict) and key in target:
                target = target[key]
            else:
                raise _unbound(f"{reference[:80]} is not in it ($ref)")
        return target

    def _merged(self, schemas: list[Any]) -> Any:
        if len(schemas) == 1:
            return schemas[0]
        merged: _Schema = {"type": "object", "properties": {}, "required": []}
        for schema in schemas:
            part = self._target(schema["$ref"]) if isinstance(schema, dict) and "$ref" in schema else schema
            if not isinstance(part, dict):
                raise _unbound("a part of allOf is no schema")
            told = {key: value for key, value in part.items() if key not in _TELLING_NOTHING}
            _only(told, {"type", "properties", "required"})
            properties = _mapping(told, "properties")
            if told.get("type", "object") != "object" or merged["properties"].keys() & properties.keys():
                raise _unbound("it has parts (allOf) that are no objects or share members")
            merged["properties"] |= properties
            merged["required"] += _list(told, "required") if "required" in told else []
        return merged

    def _object(self, schema: _Schema) -> str:
        _only(schema, {"type", *_KEYWORDS["object"]})
        members = dict(_mapping(schema, "properties"))
        required = _list(schema, "required") if "required" in schema else []
        others = schema.get("additionalProperties", True)
        members |= {name: others for name in required if isinstance(name, str) and name not in members}
        if not members:
            return self._map(others)
        # From the last member to the first: what may follow when others stand before it, and when none do.
        after = first = self._rule(_NOTHING)
        for name, part in reversed(members.items()):
            member = self._rule(f'{literal(name)} ":" ws {self._value(part)}')
            skip_after, skip_first = ("", "") if name in required else (f" | {after}", f" | {first}")
            first = self._rule(f"{member} {after}{skip_first}")
            after = self._rule(f'"," ws {member} {after}{skip_after}')
        return self._rule(f'"{{" ws {first} ws "}}"')

    def _map(self, values: Any) -> str:
        if values is False:
            return self._rule('"{" ws "}"')
        member = self._rule(f'string ":" ws {self._value(values)}')
        return self._rule(f'"{{" ws ({member} ("," ws {member})*)? ws "}}"')

    def _array(self, schema: _Schema) -> str:
        _only(schema, {"type", *_KEYWORDS["array"]})
        items = schema.get("items", True)
        firsts = items if isinstance(items, list) else _list(schema, "prefixItems") if "prefixItems" in schema else []
        least, most = _limits(schema, "minItems", "maxItems")
        if firsts:
            _only(schema, {"type", "items", "prefixItems"})
            return self._rule('"[" ws ' + ' "," ws '.join(map(self._value, firsts)) + ' ws "]"')
        if most == 0:
            return self._rule('"[" ws "]"')
        item = self._value(items)
        more = self._rule(f'"," ws {item}')
        rest = "" if most is None else most - 1
        some = f"{item} {more}{{{max(least - 1, 0)},{rest}}}"
        return self._rule(f'"[" ws {some} ws "]"' if least else f'"[" ws ({some})? ws "]"')

    def _string(self, schema: _Schema) -> str:
        _only(schema, {"type", *_KEYWORDS["string"]})
        least, most = _limits(schema, "minLength", "maxLength")
        if schema.get("format") in _FORMATS:
            _only(schema, {"type", "format"})
            return str(schema["format"])
        if not least and most is None:
            return "string"
        return self._rule(f'"\\"" char{{{least},{"" if most is None else most}}} "\\""')

    def _integer(self, schema: _Schema) -> str:
        _only(schema, {"type", *_KEYWORDS["integer"]})
        bounds = [schema[key] for key in sorted(_KEYWORDS["integer"] & schema.keys())]
        if not bounds:
            return "integer"
        if not all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in bounds):
            raise _unbound("a bound of its numbers is no number")
        low = max(math.ceil(schema.get("minimum", -LARGEST)), math.floor(schema.get("exclusiveMinimum", -LARGEST)) + 1)
        high = min(math.floor(schema.get("maximum", LARGEST)), math.ceil(schema.get("exclusiveMaximum", LARGEST)) - 1)
        numbers = integers(max(low, -LARGEST), min(high, LARGEST))
        if not numbers:
            raise _unbound("no whole number lies between its bounds (minimum, maximum)")
        return self._rule(" | ".join(numbers))

    def _rule(self, text: str) -> str:
        if len(self._rules) >= _MOST_RULES:
            raise _unbound("it has too many parts")
        name = f"part-{len(self._rules)}"
        self._rules[name] = text
        return name


def _unbound(problem: str) -> ModelError:
    return ModelError(
        f"The answer can't be bound to the JSON schema: {problem}.", "Change the schema, or ask without it."
    )


def _refuse_constant(name: str) -> None:
    raise _unbound(f"it holds {name}, which JSON does not have")


def _only(schema: _Schema, keywords: Set[str]) -> None:
    """Refuse what an answer would not be bound to."""
    unknown = next((key for key in schema if key not in keywords), None)
    if unknown is not None:
        raise _unbound(f"the keyword {unknown[:40]} is not supported here")


def _narrowed(schema: _Schema, kind: Any) -> _Schema:
    """What of a schema for several types concerns one of them."""
    others = frozenset[str]().union(*_KEYWORDS.values()) - _KEYWORDS.get(str(kind), frozenset())
    return {key: value for key, value in schema.items() if key not in others} | {"type": kind}


def _implied(schema: _Schema) -> str | None:
    """The type that a schema without one speaks of."""
    return next((kind for kind in ("object", "array", "string") if _KEYWORDS[kind] & schema.keys()), None)


def _list(schema: _Schema, keyword: str) -> list[Any]:
    value = schema[keyword]
    if not isinstance(value, list) or not (value or keyword == "required"):
        raise _unbound(f"{keyword} is no list, or an empty one")
    return value


def _mapping(schema: _Schema, keyword: str) -> _Schema:
    value = schema.get(keyword, {})
    if not isinstance(value, dict):
        raise _unbound(f"{keyword} is no object")
    return value


def _limits(schema: _Schema, least: str, most: str) -> tuple[int, int | None]:
    for keyword in (least, most):
        value = schema.get(keyword, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_REPEATS:
            raise _unbound(f"{keyword} is not a whole number from 0 to {MOST_REPEATS:,}")
    low, high = schema.get(least, 0), schema.get(most)
    if high is not None and high < low:
        raise _unbound(f"{most} is less than {least}")
    return low, high


def _is_of(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return bool(kind == "boolean")
    classes: dict[str, tuple[type, ...]] = {
        "object": (dict,),
        "array": (list,),
        "string": (str,),
        "null": (type(None),),
        "integer": (int,),
        "number": (int, float),
    }
    return isinstance(value, classes.get(str(kind), ()))
