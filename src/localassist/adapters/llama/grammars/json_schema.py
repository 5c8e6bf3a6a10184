"""JSON schemas turned into grammars (GBNF) whose every text is JSON that the schema allows."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from localassist.adapters.llama.grammars.json_grammar import JSON_RULES, LARGEST, integers, literal, numbers
from localassist.adapters.llama.grammars.json_keywords import (
    KEYWORDS,
    TELLING_NOTHING,
    Schema,
    bounds_of,
    finite,
    implied,
    is_of,
    limits,
    listed,
    mapping,
    narrowed,
    only,
    refuse_constant,
    required_of,
    unbound,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_NOTHING: Final = '""'
_LONGEST: Final = 200_000
_DEEPEST: Final = 60
_MOST_RULES: Final = 5_000
_FORMATS: Final = frozenset({"date", "time", "date-time", "uuid"})


def grammar_of(schema: str) -> str:
    """The grammar of a JSON schema (JSON text, draft 2020-12 or 7). Raises `ModelError` for one that can't be bound to.

    What an answer can't be bound to is refused by its keyword, never passed over; only a `format` other than dates,
    times and UUIDs tells nothing, as in the standard. The answer may be narrower than the schema: members come in the
    order of `properties`, and no others but those required or, without `properties`, any; the alternatives of
    `oneOf` are taken to exclude each other.
    """
    if len(schema) > _LONGEST:
        raise unbound(f"it has {len(schema):,} characters; up to {_LONGEST:,} are followed")
    try:
        parsed = json.loads(schema, parse_constant=refuse_constant, parse_float=finite)
    except RecursionError:
        raise unbound("it is nested too deeply") from None
    except ValueError as error:
        raise unbound(f"it is not JSON, {getattr(error, 'msg', 'for a number in it')}") from error
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
            raise unbound("a part of it is false, which allows nothing" if schema is False else "a part is no schema")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise unbound(f"it is nested more than {_DEEPEST} deep")
        told = {key: value for key, value in schema.items() if key not in TELLING_NOTHING}
        name = self._kind(told)
        self._depth -= 1
        return name

    def _kind(self, schema: Schema) -> str:
        ways: dict[str, Callable[[Schema], str]] = {
            "$ref": lambda schema: self._reference(schema["$ref"]),
            "const": lambda schema: self._literals([schema["const"]], schema.get("type")),
            "enum": lambda schema: self._literals(listed(schema, "enum"), schema.get("type")),
            "anyOf": lambda schema: self._any(listed(schema, "anyOf")),
            "oneOf": lambda schema: self._any(listed(schema, "oneOf")),
            "allOf": lambda schema: self._value(self._merged(listed(schema, "allOf"))),
        }
        for keyword, way in ways.items():
            if keyword in schema:
                only(schema, {keyword, "type"} if keyword in ("const", "enum") else {keyword})
                return way(schema)
        return self._typed(schema)

    def _typed(self, schema: Schema) -> str:
        kind = schema.get("type", implied(schema))
        if isinstance(kind, list):
            return self._any([narrowed(schema, one) for one in listed(schema, "type")])
        if kind is None:
            only(schema, {"type"})
            return "value"
        if not isinstance(kind, str):
            raise unbound("a type in it is no name")
        ways: dict[str, Callable[[Schema], str]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._integer,
            "number": self._number,
        }
        if kind in ways:
            return ways[kind](schema)
        only(schema, {"type"})
        if kind in ("boolean", "null"):
            return kind
        raise unbound(f"the type {kind[:40]} is unknown")

    def _any(self, schemas: list[Any]) -> str:
        return self._rule(" | ".join(dict.fromkeys(map(self._value, schemas))))

    def _literals(self, values: list[Any], kind: Any) -> str:
        kinds = kind if isinstance(kind, list) else [kind]
        fitting = [value for value in values if kind is None or any(is_of(value, one) for one in kinds)]
        if not fitting:
            raise unbound("none of its values (const, enum) is of its type")
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
            raise unbound("it refers to something outside of itself ($ref)")
        target = self._root
        for part in reference.split("/")[1:]:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(target, list) and key.isdecimal() and int(key) < len(target):
                target = target[int(key)]
            elif isinstance(target, dict) and key in target:
                target = target[key]
            else:
                raise unbound(f"{reference[:80]} is not in it ($ref)")
        return target

    def _merged(self, schemas: list[Any]) -> Any:
        if len(schemas) == 1:
            return schemas[0]
        merged: Schema = {"type": "object", "properties": {}, "required": []}
        for schema in schemas:
            part = self._target(schema["$ref"]) if isinstance(schema, dict) and "$ref" in schema else schema
            if not isinstance(part, dict):
                raise unbound("a part of allOf is no schema")
            told = {key: value for key, value in part.items() if key not in TELLING_NOTHING}
            only(told, {"type", "properties", "required"})
            properties = mapping(told, "properties")
            if told.get("type", "object") != "object" or merged["properties"].keys() & properties.keys():
                raise unbound("it has parts (allOf) that are no objects or share members")
            merged["properties"] |= properties
            merged["required"] += required_of(told)
        return merged

    def _object(self, schema: Schema) -> str:
        only(schema, {"type", *KEYWORDS["object"]})
        members = dict(mapping(schema, "properties"))
        required = required_of(schema)
        others = schema.get("additionalProperties", True)
        members |= {name: others for name in required if name not in members}
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

    def _array(self, schema: Schema) -> str:
        only(schema, {"type", *KEYWORDS["array"]})
        items = schema.get("items", True)
        firsts = items if isinstance(items, list) else listed(schema, "prefixItems") if "prefixItems" in schema else []
        least, most = limits(schema, "minItems", "maxItems")
        if firsts:
            only(schema, {"type", "items", "prefixItems"})
            return self._rule('"[" ws ' + ' "," ws '.join(map(self._value, firsts)) + ' ws "]"')
        if most == 0:
            return self._rule('"[" ws "]"')
        item = self._value(items)
        more = self._rule(f'"," ws {item}')
        rest = "" if most is None else most - 1
        some = f"{item} {more}{{{max(least - 1, 0)},{rest}}}"
        return self._rule(f'"[" ws {some} ws "]"' if least else f'"[" ws ({some})? ws "]"')

    def _string(self, schema: Schema) -> str:
        only(schema, {"type", *KEYWORDS["string"]})
        least, most = limits(schema, "minLength", "maxLength")
        form = schema.get("format", "")
        if not isinstance(form, str):
            raise unbound("a format in it is no name")
        if form in _FORMATS:
            only(schema, {"type", "format"})
            return form
        if not least and most is None:
            return "string"
        return self._rule(f'"\\"" char{{{least},{"" if most is None else most}}} "\\""')

    def _integer(self, schema: Schema) -> str:
        only(schema, {"type", *KEYWORDS["integer"]})
        bounds = bounds_of(schema)
        if not bounds:
            return "integer"
        low = max(math.ceil(bounds.get("minimum", -LARGEST)), math.floor(bounds.get("exclusiveMinimum", -LARGEST)) + 1)
        high = min(math.floor(bounds.get("maximum", LARGEST)), math.ceil(bounds.get("exclusiveMaximum", LARGEST)) - 1)
        return self._between(integers(max(low, -LARGEST), min(high, LARGEST)))

    def _number(self, schema: Schema) -> str:
        only(schema, {"type", "minimum", "maximum"})
        bounds = bounds_of(schema)
        if not bounds:
            return "number"
        if any(bound != int(bound) for bound in bounds.values()):
            raise unbound("a bound of its numbers (minimum, maximum) is no whole one")
        low, high = int(bounds.get("minimum", -LARGEST)), int(bounds.get("maximum", LARGEST))
        return self._between(numbers(max(low, -LARGEST), min(high, LARGEST)))

    def _between(self, numbers: list[str]) -> str:
        if not numbers:
            raise unbound("no number lies between its bounds (minimum, maximum)")
        return self._rule(" | ".join(numbers))

    def _rule(self, text: str) -> str:
        if len(self._rules) >= _MOST_RULES:
            raise unbound("it has too many parts")
        name = f"part-{len(self._rules)}"
        self._rules[name] = text
        return name
