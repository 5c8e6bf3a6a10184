"""Chat templates write what they were made to write, and a hostile one gets nowhere."""

from __future__ import annotations

import pytest

from gguf_files import CHATML
from localassist.adapters.llama.templates import template_for
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import ModelError

TALK = [Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, "Hi"), Turn(Role.ASSISTANT, "Hello."), Turn(Role.USER, "Bye")]
ALTERNATING = (
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}{{ '[' + m['content'] + ']' }}{% endfor %}"
)
NO_PLACE_FOR_SYSTEM = "{% for m in messages %}{% if m['role'] == 'user' %}U:{{ m['content'] }} {% endif %}{% endfor %}"


def render(source: str, turns: list[Turn] = TALK, *, asks: bool = True) -> str:
    return template_for(source, "<s>", "</s>").render(turns, asks=asks)


def test_chatml() -> None:
    assert render(CHATML, TALK[:2]) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )
    assert render(CHATML, TALK[:2], asks=False).endswith("Hi<|im_end|>\n")


@pytest.mark.parametrize("source", [ALTERNATING, NO_PLACE_FOR_SYSTEM])
def test_a_system_text_without_a_place_goes_into_the_first_question(source: str) -> None:
    text = render(source)
    assert text.index("Be brief.") < text.index("Hi")
    assert text.count("Be brief.") == 1


def test_the_plain_fallback_names_who_speaks_and_stops_before_the_user() -> None:
    assert render("") == "Be brief.\nUser: Hi\nAssistant: Hello.\nUser: Bye\nAssistant:"
    assert template_for("", "", "").stop_strings == ("\nUser:",)


def test_has_what_templates_of_the_main_families_use() -> None:
    source = (
        "{{ bos_token }}{% generation %}{{ messages[0]['content'] | trim }}{% endgeneration %}"
        "{{ strftime_now('%Y')[:2] }}{% for m in messages %}{% if loop.index > 1 %}{% break %}{% endif %}{% endfor %}"
        "{{ {'a': 'é'} | tojson }}{{ '=' * 3 }}{{ tools is none }}{{ eos_token }}"
    )
    assert render(source, [Turn(Role.USER, " x ")]) == '<s>x20{"a": "é"}===True</s>'


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.__init__.__globals__ }}",
        "{{ messages.append('x') }}",
        "{{ 'x' * 1000000000 }}",
        "{{ ['x'] * 1000000000 }}",
        "{{ 10 ** 1000000000 }}",
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ messages[99]['content']['x'] }}",
        "{% include '/etc/passwd' %}",
        "{% for %}",
        "{{ 1 / 0 }}",
    ],
)
def test_a_template_that_does_not_write_a_prompt_is_an_error(source: str) -> None:
    with pytest.raises(ModelError, match="chat template"):
        render(source)
