"""What the keywords of a JSON schema say, each checked for being what it must be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from localassist.adapters.llama.grammars.gbnf import MOST_REPEATS
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Set

Schema: TypeAlias = "dict[str, Any]"

TELLING_NOTHING: Final = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"}
    | {"$schema", "$id", "$comment", "$defs", "definitions", "discriminator"}
)
KEYWORDS: Final = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems"}),
    "string": frozenset({"minLength", "maxLength", "format"}),
    "integer": frozenset({"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}),
    "number": frozenset({"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}),
}


def unbound(problem: str) -> ModelError:
    """For a schema that an answer can't be bound to; `problem` says why."""
    shown = problem.encode("utf-8", errors="replace").decode()  # names in JSON may be no text
    return ModelError(
        f"The answer can't be bound to the JSON schema: {shown}.", "Change the schema, or ask without it."
    )


def refuse_constant(name: str) -> None:
    """For `NaN` and the infinities, which Python reads."""
    raise unbound(f"it holds {name}, which JSON does not have")


def finite(text: str) -> float:
    """A number with a fraction or an exponent, if it is one that Python can hold."""
    if math.isinf(number := float(text)):
        raise unbound("a number in it is too large")
    return number


def only(schema: Schema, keywords: Set[str]) -> None:
    """Refuse what an answer would not be bound to."""
    unknown = next((key for key in schema if key not in keywords), None)
    if unknown is not None:
        raise unbound(f"the keyword {unknown[:40]} is not supported here")


def narrowed(schema: Schema, kind: Any) -> Schema:
    """What of a schema for several types concerns one of them."""
    others = frozenset[str]().union(*KEYWORDS.values()) - KEYWORDS.get(str(kind), frozenset())
    return {key: value for key, value in schema.items() if key not in others} | {"type": kind}


def implied(schema: Schema) -> str | None:
    """The type that a schema without one speaks of."""
    return next((kind for kind in ("object", "array", "string") if KEYWORDS[kind] & schema.keys()), None)


def listed(schema: Schema, keyword: str) -> list[Any]:
    """The list that a keyword has; only that of `required` may be empty."""
    value = schema[keyword]
    if not isinstance(value, list) or not (value or keyword == "required"):
        raise unbound(f"{keyword} is no list, or an empty one")
    return value


def required_of(schema: Schema) -> list[str]:
    """The names of the members that must be there."""
    names = listed(schema, "required") if "required" in schema else []
    if not all(isinstance(name, str) for name in names):
        raise unbound("required holds what is no name")
    return names


def mapping(schema: Schema, keyword: str) -> Schema:
    """The object that a keyword has, empty without it."""
    value = schema.get(keyword, {})
    if not isinstance(value, dict):
        raise unbound(f"{keyword} is no object")
    return value


def limits(schema: Schema, least: str, most: str) -> tuple[int, int | None]:
    """The least and the greatest count that two keywords allow, the latter None for any."""
    for keyword in (least, most):
        value = schema.get(keyword, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_REPEATS:
            raise unbound(f"{keyword} is not a whole number from 0 to {MOST_REPEATS:,}")
    low, high = schema.get(least, 0), schema.get(most)
    if high is not None and high < low:
        raise unbound(f"{most} is less than {least}")
    return low, high


def bounds_of(schema: Schema) -> dict[str, int | float]:
    """The bounds that a schema sets for numbers, by their keywords."""
    bounds = {key: value for key, value in schema.items() if key in KEYWORDS["integer"]}
    if not all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in bounds.values()):
        raise unbound("a bound of its numbers is no number")
    return bounds


def is_of(value: Any, kind: Any) -> bool:
    """Whether a value is of a type."""
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
