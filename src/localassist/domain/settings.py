"""Every setting, its default and its meaning, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from localassist.domain.errors import SettingsError

NO_MODEL: Final = "none"  # as `chat_model`: answer with quotes from documents, also where there is a model
DEFAULT_SYSTEM_PROMPT: Final = "You are a helpful assistant. Answer briefly and truthfully."


def _setting(default: Any, meaning: str, allowed: tuple[float, float] | tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"meaning": meaning, "allowed": allowed})


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's choices, one value a setting, checked on creation.

    Raises `SettingsError` for a value of the wrong type or outside its range.
    """

    system_prompt: str = _setting(DEFAULT_SYSTEM_PROMPT, "Said to the model before every conversation.")
    chat_model: str = _setting(
        "", f"Name or file of the chat model; empty takes the first usable one, {NO_MODEL!r} quotes documents instead."
    )
    models_folder: str = _setting(
        "", "Folder that models are downloaded into; empty is the app's own. Moving what is in it: `models move`."
    )
    temperature: float = _setting(0.3, "How freely the model chooses words; 0 always takes the likeliest.", (0.0, 2.0))
    max_answer_tokens: int = _setting(1024, "An answer ends after this many tokens.", (16, 32768))
    max_reasoning_tokens: int = _setting(
        2048,
        "A model that thinks before it answers gets this many tokens for it; 0 keeps it from thinking, where it can "
        "be kept.",
        (0, 32768),
    )
    context_length: int = _setting(
        0, "Tokens a conversation may use, from the next question on; 0 lets the app choose.", (0, 1_048_576)
    )
    threads: int = _setting(
        0, "Processor threads for the model, from the next question on; 0 uses the physical cores.", (0, 256)
    )
    unload_after_minutes: int = _setting(
        30,
        "A model that is asked nothing for so many minutes leaves the memory; 0 keeps it until the end.",
        (0, 10_080),
    )
    embedding_model: str = _setting(
        "", "Name or folder of the model that documents are searched with; empty takes the one that came along."
    )
    reranker: str = _setting("", "Folder of a cross-encoder that ranks what was found once more; empty uses none.")
    passages: int = _setting(
        6,
        "How much of the documents an answer is given, in passages of about 250 tokens; lists get twice as much.",
        (1, 30),
    )
    offline: bool = _setting(default=True, meaning="Refuse every connection that leaves this computer.")
    escalation: str = _setting(
        "suggest",
        "Models elsewhere: never offer one (local), offer one below an answer that needs it (suggest), or ask before "
        "such an answer is written (ask). Nothing is sent without your word.",
        ("local", "suggest", "ask"),
    )
    cloud_model: str = _setting(
        "", "The model that is offered, as provider/model; empty offers none. `localassist cloud models` lists them."
    )
    monthly_budget: float = _setting(
        0.0, "US dollars a month for models elsewhere, after which nothing is sent; 0 sets no bound.", (0.0, 100_000.0)
    )
    most_per_question: float = _setting(
        0.0, "US dollars that one question may cost at most; 0 sets no bound.", (0.0, 1_000.0)
    )
    cloud_patience_seconds: int = _setting(
        60, "So long a model elsewhere may be silent before it is given up.", (5, 3600)
    )
    redact: bool = _setting(
        default=True,
        meaning="Replace names, numbers and secrets by placeholders in what is sent; they come back here. Your private "
        "words are replaced in any case.",
    )
    theme: str = _setting("system", "Colours of the window.", ("system", "light", "dark"))

    def __post_init__(self) -> None:
        for item in fields(self):
            _check(item.name, getattr(self, item.name), item.default, item.metadata["allowed"])


def _of_model(like: Any, meaning: str, allowed: tuple[float, float] | tuple[str, ...] = ()) -> Any:
    return field(default=None, metadata={"meaning": meaning, "allowed": allowed, "like": like})


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What holds for one chat model; None where the model has no choice of its own. Checked on creation.

    Those that `Settings` has too go before these. A draft model is not among them: the session asks for the logits of
    one token at a time, so it could not judge several that another model guessed. Raises `SettingsError`.
    """

    system_prompt: str | None = _of_model(
        "", "Said to this model before conversations that have no words of their own."
    )
    temperature: float | None = _of_model(0.0, "How freely it chooses words; 0 always takes the likeliest.", (0.0, 2.0))
    top_k: int | None = _of_model(0, "It chooses among so many of the likeliest tokens; 0 among all.", (0, 100_000))
    top_p: float | None = _of_model(0.0, "Among the likeliest that together are so likely.", (0.0, 1.0))
    min_p: float | None = _of_model(0.0, "Among those at least so likely, measured by the likeliest.", (0.0, 1.0))
    repeat_penalty: float | None = _of_model(0.0, "What was said just now becomes less likely; 1 does not.", (0.5, 2.0))
    max_answer_tokens: int | None = _of_model(0, "An answer ends after this many tokens.", (16, 32768))
    max_reasoning_tokens: int | None = _of_model(0, "So many tokens to think; 0 keeps it from thinking.", (0, 32768))
    context_length: int | None = _of_model(0, "Tokens a conversation may use; 0 lets the app choose.", (0, 1_048_576))
    gpu_layers: int | None = _of_model(
        0, "At most so many layers on the graphics processors; 0 uses the processor alone.", (0, 1000)
    )
    template: str | None = _of_model("", "Chat template (Jinja) in the place of the one in its file.")
    adapters: tuple[str, ...] | None = _of_model(
        (), "Adapter files (LoRA) it is loaded with, each with @ and its weight where that is not 1."
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            if getattr(self, item.name) is not None:
                _check(item.name, getattr(self, item.name), item.metadata["like"], item.metadata["allowed"])

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, by name."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def weighed_adapters(self) -> tuple[tuple[str, float], ...]:
        """The adapter files with their weights."""
        return tuple(map(_weighed, self.adapters or ()))

    def over(self, settings: Settings) -> Settings:
        """The settings as they hold for this model."""
        names = {item.name for item in fields(Settings)}
        return replace(settings, **{name: value for name, value in self.chosen.items() if name in names})


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings of a model to be shared; `model` is the name of the one they were made for.

    `unknown` are sentences about what the file holds besides, which was left out.
    """

    model: str
    settings: ModelSettings
    unknown: tuple[str, ...] = ()


def _weighed(adapter: str) -> tuple[str, float]:
    path, mark, weight = adapter.rpartition("@")
    try:
        return (path, float(weight)) if mark else (adapter, 1.0)
    except ValueError:
        return adapter, 1.0  # a path that has an @ of its own


def _check(name: str, value: object, default: object, allowed: tuple[Any, ...]) -> None:
    if not _same_type(value, default):
        raise SettingsError(
            f"The setting {name} is {value!r}, which is not a {_kind(default)}.",
            f"It is written like {default!r}.",
        )
    if allowed and isinstance(value, str):
        if value not in allowed:
            raise SettingsError(f"The setting {name} is {value!r}.", f"It can be one of: {', '.join(allowed)}.")
    elif allowed and isinstance(value, int | float) and not allowed[0] <= value <= allowed[1]:
        raise SettingsError(f"The setting {name} is {value}.", f"It can be {allowed[0]} to {allowed[1]}.")


def _same_type(value: object, default: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, tuple):
        return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    return isinstance(value, type(default))


def _kind(default: object) -> str:
    kinds = {bool: "yes or no (true or false)", int: "whole number", float: "number", tuple: "list of texts"}
    return kinds.get(type(default), "text")
