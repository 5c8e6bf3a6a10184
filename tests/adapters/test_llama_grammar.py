"""An answer bound to a grammar or a JSON schema has that form; what can't be followed is an error, never a crash."""

from __future__ import annotations

import codecs
import json
import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from bare_llama import bare_model
from gguf_files import CONTROLS, END, ModelOptions, write_random_model, write_talking_model
from localassist.adapters.llama.gbnf import read_grammar
from localassist.adapters.llama.grammar import Grammar
from localassist.adapters.llama.json_grammar import integers
from localassist.adapters.llama.json_schema import grammar_of
from localassist.domain.errors import ModelError
from localassist.domain.ports.chat_model import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bare_llama import BareModel

ARITHMETIC = r"""
# Sums of numbers and names.
root  ::= (expr "=" ws term "\n"){1,3}
expr  ::= term ([-+*/] ws term)*
term  ::= ident | num | "(" ws expr ")" ws
ident ::= [a-z] [a-z0-9_]{0,5} ws
num   ::= [0-9]{1,4} ws   # not too long
ws    ::= [ \t]?
"""
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


def bound(model: BareModel, seed: int, **form: str) -> str | None:
    """An answer in a form, None when it did not come to its end."""
    answer = model.answer(Sampling(seed=seed, temperature=1.5, **form), count=900)  # type: ignore[arg-type]
    assert not answer.stuck
    text = codecs.getincrementaldecoder("utf-8")().decode(answer.text)
    return text if answer.ended else None


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


@pytest.mark.slow
def test_text_bound_to_a_grammar_always_fits_it(model: BareModel) -> None:
    term = r"(?:[a-z][a-z0-9_]{0,5}|[0-9]{1,4})"
    texts = [text for seed in range(50) if (text := bound(model, seed, grammar=ARITHMETIC)) is not None]
    assert len(texts) >= 25
    for text in texts:
        flat = re.sub(r"[ \t]", "", text)
        while (less := re.sub(rf"\({term}(?:[-+*/]{term})*\)", "0", flat)) != flat:
            flat = less
        assert re.fullmatch(rf"(?:{term}(?:[-+*/]{term})*={term}\n){{1,3}}", flat), text


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"}, {"type": "boolean"}, {"type": "null"}, {"type": "integer"}, {"type": "number"},
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


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("{", "not JSON"), ('{"const": NaN}', "NaN"), ("1", "no schema"), ("false", "nothing"), ("[" * 9999, "nested"),
        ('{"type": "strin"}', "strin"), ('{"type": "string", "pattern": "^a$"}', "pattern"),
        ('{"type": "number", "minimum": 1}', "minimum"), ('{"type": "array", "uniqueItems": true}', "uniqueItems"),
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


@pytest.mark.parametrize(
    ("grammar", "said"),
    [
        (" ", "no rule named root"), ("# nothing", "no rule named root"), ('a ::= "x"', "no rule named root"),
        ('root ::= "x', "not closed by \" (line 1, column 10)"), ("root ::= [a", "not closed by ]"),
        ("root ::= []", "empty"), ('root ::= ("x"', "not closed (line 1, column 10)"), ("root ::= )", "column 10"),
        ('root = "x"', "::= is missing"), ('root ::= "x"\n\n  other', "line 3, column 8"), ("root ::= b", "b is not"),
        ('root ::= "\\q"', "escape"), ('root ::= "\\u12"', "4 hexadecimal"), ("root ::= *", "nothing to repeat"),
        ('root ::= ""*', "nothing to repeat"), ('root ::= "x"{', "a number"), ('root ::= "x"{2', "}"),
        ('root ::= "x"{3,2}', "repeated"), ('root ::= "x"{2001}', "repeated"), ('root ::= "x"{0,99999}', "repeated"),
        ('root ::= "x"{99999999999999999999999999}', "repeated"), ('root ::= ("x"{0,1000}){3}', "repeated"),
        ('root ::= "' + "x" * 5000 + '"{2000}', "grow"), ("root ::= " + "(" * 5000, "lie in each other"),
        ('root ::= "x" | "y" root ::= "z"', "can't stand"), ('root ::= "x"\nroot ::= "y"', "twice"),
        ("root ::= <think>", "tokens"), ("root ::= !<[7]>", "tokens"), ("x" * 300_000, "characters"),
        ('root ::= "a\0b"', "no text"), ('root ::= "\ud800"', "no text"), ("root ::= root", "begins with itself"),
        ('root ::= root "x" | "y"', "begins with itself"), ("root ::= ((root))", "begins with itself"),
        ('root ::= a "x"\na ::= b | "y"\nb ::= c root\nc ::= d\nd ::= ""', "begins with itself"),
        ('root ::= ("x" | )*', "be empty"), ('root ::= "x" root', "no text fits"),
        ('root ::= "x" a\na ::= "y" b\nb ::= [z] a | root', "no text fits"),
        ("root ::= r0\n" + "\n".join(f"r{n} ::= r{n + 1} | r{n + 1}" for n in range(40)) + '\nr40 ::= "x"', "branches"),
        ("root ::= r0\n" + "\n".join(f"r{n} ::= r{n + 1}" for n in range(999)) + '\nr999 ::= "x"', "begin each other"),
    ],
)  # fmt: skip
def test_a_grammar_that_cannot_be_followed_is_refused_where_it_is_wrong(
    model: BareModel, grammar: str, said: str
) -> None:
    with pytest.raises(ModelError, match=re.escape(said)) as caught:
        model.chain(Sampling(grammar=grammar))
    assert caught.value.hint


def test_what_is_accepted_llama_cpp_accepts_too(
    model: BareModel, capfd: pytest.CaptureFixture[str]
) -> None:  # what its parser refuses, it prints
    generator = random.Random(0)
    pieces = [
        "a",
        "(",
        ")",
        "*",
        "+",
        "?",
        "{2}",
        "{0,3}",
        "{1,}",
        '"x"',
        '""',
        "[^a]",
        ".",
        "\n",
        "|",
        "\\",
        "# c",
        "]",
    ]
    accepted = 0
    for _ in range(3000):
        text = list('root ::= a ("q" | b)\na ::= [a-zé]+ b?\nb ::= "(" root ")" | "x"{2,4}\n')
        for _ in range(generator.randint(1, 3)):
            at = generator.randrange(len(text))
            text[at : at + generator.randint(0, 2)] = [generator.choice(pieces)]
        try:
            Grammar("".join(text), model.vocabulary)
        except ModelError:
            continue
        accepted += 1
    assert 300 < accepted < 2700
    assert capfd.readouterr().err == ""


def test_the_answer_ends_exactly_where_the_grammar_may(model: BareModel) -> None:
    grammar = Grammar('root ::= "ab" | "abc"', model.vocabulary)
    allowed = []
    for token in b"abc":
        allowed.append((grammar.allows(END), grammar.allows(token)))
        grammar.take(token)
    assert allowed == [(False, True), (False, True), (True, True)]
    assert [token for token in range(model.vocabulary.size) if grammar.allows(token)] == sorted(model.vocabulary.ends)
    grammar.take(END)


def test_parts_of_characters_join_to_those_of_the_grammar_and_no_others(model: BareModel) -> None:
    def may_follow(text: str, taken: bytes) -> set[int]:
        grammar = Grammar(text, model.vocabulary)
        for byte in taken:
            assert grammar.allows(byte)
            grammar.take(byte)
        found = {token for token in range(256) if grammar.allows(token)}
        assert not grammar.allows(END)
        return found

    assert may_follow('root ::= "é"', b"") == {0xC3}
    assert may_follow('root ::= "é"', b"\xc3") == {0xA9}
    assert may_follow("root ::= .", b"\xf0") == set(range(0x90, 0xC0))
    assert may_follow("root ::= .", b"\xed") == set(range(0x80, 0xA0))  # beyond are surrogates
    assert may_follow("root ::= [^a]", b"") == set(range(1, 0x80)) - {ord("a")} | set(range(0xC2, 0xF5))


def test_control_tokens_are_no_text_however_they_are_spelt(model: BareModel) -> None:
    grammar = Grammar("root ::= .*", model.vocabulary)
    opening = 256 + CONTROLS.index("<|im_start|>")
    assert not grammar.allows(opening)
    assert not model.vocabulary.piece(opening)


def test_only_what_was_chosen_is_taken(tmp_path: Path) -> None:
    # It wants to say "no" and is made to say "yes": each refused choice must leave no trace in the grammar.
    with bare_model(write_talking_model(tmp_path / "no.gguf", [b"n", b"o"])) as model:
        answer = model.answer(Sampling(temperature=0.0, grammar='root ::= "yes" | "yesterday"'), prompt=[ord("\n")])
    assert (answer.text, answer.ended, answer.stuck) == (b"yes", True, False)


def test_what_fits_is_left_as_it_is(tmp_path: Path) -> None:
    path = write_talking_model(tmp_path / "loop.gguf", [b"a", b"b", b"c"], ModelOptions(loops=True))
    with bare_model(path) as model:
        sampling = Sampling(seed=5, temperature=2.0, top_k=2)
        free = model.answer(sampling, prompt=[ord("\n")])
        assert model.answer(replace(sampling, grammar="root ::= .*"), prompt=[ord("\n")]) == free
    assert len(free.tokens) > 3


@pytest.mark.parametrize(
    "options", [{"mirostat": 1}, {"mirostat": 2}, {"typical_p": 0.5, "top_k": 0}, {"xtc_probability": 1.0},
                {"dry_multiplier": 1.0}, {"repeat_penalty": 1.3}, {"temperature": 0.0}]
)  # fmt: skip
def test_every_sampler_chooses_among_what_fits(model: BareModel, options: dict[str, float]) -> None:
    sampling = Sampling(**{"seed": 4, "grammar": "root ::= [p-t]{30}", **options})  # type: ignore[arg-type]
    answer = model.answer(sampling)
    assert re.fullmatch(rb"[p-t]{30}", answer.text)
    assert answer.ended
    assert not answer.stuck


def test_a_grammar_does_not_hold_where_it_is_told_not_to(model: BareModel) -> None:
    chain = model.chain(Sampling(temperature=0.0, grammar='root ::= "!"'))
    model.begin([65, 66, 67])
    chain.bound = False
    free = chain.choose(model.context)
    chain.bound = True
    assert (free == ord("!"), chain.choose(model.context)) == (False, ord("!"))
    chain.close()


def test_a_dead_end_ends_the_answer(model: BareModel) -> None:
    # Only NUL, which no text here holds, could go on.
    answer = model.answer(Sampling(grammar=r'root ::= "a" [\x00]'))
    assert (answer.text, answer.ended, answer.stuck) == (b"a", True, True)


def test_a_grammar_understood_in_ever_more_ways_is_stopped(tmp_path: Path) -> None:
    grammar = 'root ::= "a" root "x" | "a" root "y" | "a"'
    with (
        bare_model(write_talking_model(tmp_path / "a.gguf", [b"a"], ModelOptions(loops=True))) as model,
        pytest.raises(ModelError, match="too many ways"),
    ):
        model.answer(Sampling(grammar=grammar, temperature=0.0), prompt=[ord("\n")], count=200)


def test_grammars_of_schemas_can_be_followed() -> None:
    for schema in (PERSON, {"properties": {f"p{n}": {"type": "null"} for n in range(250)}}):
        read_grammar(grammar_of(json.dumps(schema)))
