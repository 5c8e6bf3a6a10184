"""An answer bound to a JSON schema is JSON that the schema allows; what can't be bound to is a sentence."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from bare_llama import bare_model, bound
from gguf_files import ModelOptions, write_random_model
from localassist.adapters.llama.grammars.gbnf import read_grammar
from localassist.adapters.llama.grammars.json_grammar import integers, numbers
from localassist.adapters.llama.grammars.json_schema import grammar_of
from localassist.domain.errors import ModelError
from localassist.domain.ports.chat_model import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bare_llama import BareModel

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 12, "description": "as it is spelt"},
        "age": {"type": "integer", "minimum": 0, "maximum": 130},
        "height": {"type": ["number", "null"]},
        "tags": {"type": "array", "items": {"enum": ["a\\b", 'é"\n', "c/d", 7, None]}, "minItems": 1, "maxItems": 4},
        "born": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
        "key": {"type": "string", "format": "uuid"},
        "child": {"anyOf": [{"$ref": "#/$defs/child"}, {"type": "null"}]},
        "flags": {"type": "object", "additionalProperties": {"type": "boolean"}},
        'odd "name"\\': {"const": {"x": [1, 2.5, "\u2028"]}},
        "pair": {"type": "array", "prefixItems": [{"type": "boolean"}, {"allOf": [{"type": "null"}]}]},
    },
    "required": ["name", "tags", "child"],
    "additionalProperties": False,
    "$defs": {
        "child": {
            "type": "object",
            "properties": {"n": {"type": "integer", "exclusiveMinimum": -3}, "next": {"$ref": "#/$defs/child"}},
            "required": ["n"],
        }
    },
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareModel]:
    """A model with random weights, which says anything that it may."""
    path = write_random_model(tmp_path_factory.mktemp("model") / "random.gguf", ModelOptions(context_length=4096))
    with bare_model(path) as model:
        yield model


def values(model: BareModel, schema: Mapping[str, Any] | bool, seeds: int) -> list[Any]:
    """The JSON of the answers that came to their end, each held against the schema."""
    found = [bound(model, seed, json_schema=json.dumps(schema)) for seed in range(seeds)]
    parsed = [json.loads(text) for text in found if text is not None]
    for value in parsed:
        jsonschema.validate(value, schema)
    return parsed


@pytest.mark.slow
def test_json_bound_to_a_schema_always_parses_and_is_valid(model: BareModel) -> None:
    assert len(values(model, PERSON, 50)) >= 40


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"}, {"type": "boolean"}, {"type": "null"}, {"type": "integer"}, {"type": "number"},
        {"type": "number", "minimum": 0, "maximum": 1}, {"type": "number", "maximum": -2.0},
        {"type": "integer", "minimum": -12, "maximum": 345}, {"type": "integer", "maximum": -7},
        {"enum": ["one", 2, None, [3], {"four": 5}]}, {"const": "only"}, {"type": "array", "maxItems": 0},
        {"type": "array", "items": {"type": "integer"}, "minItems": 3, "maxItems": 3},
        {"type": "array", "items": {"type": "boolean"}, "maxItems": 1},
        {"type": "string", "minLength": 3, "maxLength": 3}, {"type": "string", "format": "time"},
        {"type": "object", "additionalProperties": False}, {"properties": {"a": {"type": "null"}}},
        {"type": "object", "required": ["a", "b"], "additionalProperties": {"type": "null"}},
        {"type": ["string", "integer"], "maxLength": 2, "minimum": 5}, {"oneOf": [{"type": "null"}, {"const": 1}]},
        {"allOf": [{"$ref": "#/$defs/a"}, {"properties": {"y": {"type": "null"}}, "required": ["y"]}],
         "$defs": {"a": {"type": "object", "properties": {"x": {"type": "boolean"}}}}},
        {"type": "string", "enum": ["right", 1]}, {"$ref": "#/$defs/a~1b%20c", "$defs": {"a/b c": {"const": 0}}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_each_kind_of_schema_is_kept_to(model: BareModel, schema: dict[str, Any]) -> None:
    assert len(values(model, schema, 8)) >= 4


def test_optional_members_may_be_left_out_and_required_ones_not(model: BareModel) -> None:
    null = {"type": "null"}
    schema = {"type": "object", "properties": {"a": null, "b": null, "c": null}, "required": ["b"]}
    assert {tuple(value) for value in values(model, schema, 60)} == {
        ("b",),
        ("a", "b"),
        ("b", "c"),
        ("a", "b", "c"),
    }


def test_where_all_is_allowed_any_value_comes(model: BareModel) -> None:
    found = values(model, True, 40)
    assert {type(value) for value in found} >= {dict, str}


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-3, 3), (7, 123), (-250, -98), (95, 1005), (10, 9), (-1, 10)])
def test_whole_numbers_within_bounds_are_all_of_them(low: int, high: int) -> None:
    patterns = [rule.replace('"', "").replace(" ", "") for rule in integers(low, high)]
    matched = {number for number in range(-1100, 1101) if any(re.fullmatch(one, str(number)) for one in patterns)}
    assert matched == set(range(low, high + 1))
    assert not any(re.fullmatch(one, text) for one in patterns for text in ("00", "-0", "007"))


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 1), (-3, 3), (7, 123), (-25, -9), (2, 1), (-1, 0)])
def test_numbers_within_bounds_are_all_of_them(low: int, high: int) -> None:
    patterns = [rule.replace('"."', "[.]").replace('"', "").replace(" ", "") for rule in numbers(low, high)]
    texts = [text for n in range(-13000, 13001) for text in (f"{n / 100:.2f}", f"{n // 100}")]
    for text in texts:
        assert any(re.fullmatch(one, text) for one in patterns) == (low <= float(text) <= high), text


def test_whatever_a_schema_is_there_is_a_grammar_or_a_sentence() -> None:
    generator = random.Random(1)
    odd: list[Any] = [
        None, True, False, 0, -1, 1.5, float("inf"), "", "string", "#", "#/$defs/a", [], {}, ["string", "null"], [1],
        [{"type": "null"}], {"a": {"type": "string"}}, 2000, "object", "array", "integer", "number", "\ud800",
        float("nan"),
    ]  # fmt: skip
    keywords = [
        "type", "properties", "required", "items", "prefixItems", "minItems", "maxItems", "minLength", "maxLength",
        "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "const", "anyOf", "oneOf",
        "allOf", "$ref", "additionalProperties", "$defs", "title",
    ]  # fmt: skip

    def schema(depth: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(generator.randint(0, 3)):
            kind = generator.random() if depth < 3 else 1.0
            value = schema(depth + 1) if kind < 0.5 else generator.choice(odd)
            found[generator.choice(keywords)] = [value] if 0.4 < kind < 0.6 else value
        return found

    followed = 0
    sentences: set[bytes] = set()
    for _ in range(3000):
        text = json.dumps(schema()).replace("Infinity", "1e999")
        try:
            read_grammar(grammar_of(text))
        except ModelError as error:
            sentences.add(error.message.encode())  # which fails for what is no text
        else:
            followed += 1
    assert 300 < followed < 2700
    assert len(sentences) > 20


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("{", "not JSON"), ('{"const": NaN}', "NaN"), ("1", "no schema"), ("false", "nothing"), ("[" * 9999, "nested"),
        ('{"type": "strin"}', "strin"), ('{"type": "string", "pattern": "^a$"}', "pattern"),
        ('{"type": "number", "minimum": 0.5}', "minimum"),
        ('{"type": {}}', "a type in it"), ('{"type": [{}]}', "a type in it"), ('{"type": []}', "an empty one"),
        ('{"type": "string", "format": []}', "a format in it"), ('{"const": 1e999}', "too large"),
        ('{"type": "integer", "minimum": 1e999}', "too large"), ('{"required": [[1]]}', "required"),
        ('{"type": "number", "exclusiveMinimum": 0}', "exclusiveMinimum"),
        ('{"type": "number", "maximum": "1"}', "bound"),
        ('{"type": "number", "minimum": 2, "maximum": 1}', "between"),
        ('{"type": "array", "uniqueItems": true}', "uniqueItems"),
        ('{"not": {}}', "not"), ('{"$ref": "https://example.org/a"}', "refers"), ('{"$ref": "#/a"}', "#/a"),
        ('{"$ref": ["#"]}', "refers"), ('{"$ref": "#"}', "begins with itself"), ('{"enum": []}', "enum"),
        ('{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}', "no text fits"),
        ('{"type": "integer", "minimum": 5, "maximum": 4}', "between"), ('{"anyOf": []}', "anyOf"),
        ('{"type": "integer", "minimum": true}', "bound"), ('{"type": "string", "enum": [1]}', "type"),
        ('{"type": "string", "minLength": 3, "maxLength": 2}', "maxLength"), ('{"properties": []}', "properties"),
        ('{"type": "array", "maxItems": 1e9}', "maxItems"), ('{"type": "string", "maxLength": 3000}', "2,000"),
        (json.dumps({"enum": list(range(6000))}), "branches"), (" " * 300_000, "characters"),
        ('{"items": ' * 70 + "{}" + "}" * 70, "nested"), ('{"const": "\\ud800"}', "no text"),
        ('{"type": "object", "additionalProperties": false, "required": ["a"]}', "nothing"),
        ('{"allOf": [{"type": "null"}, {"type": "object"}]}', "allOf"),
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_bound_to_is_refused(model: BareModel, schema: str, said: str) -> None:
    with pytest.raises(ModelError, match=re.escape(said)) as caught:
        model.chain(Sampling(json_schema=schema))
    assert caught.value.hint


def test_grammars_of_schemas_can_be_followed() -> None:
    for schema in (PERSON, {"properties": {f"p{n}": {"type": "null"} for n in range(250)}}):
        read_grammar(grammar_of(json.dumps(schema)))
