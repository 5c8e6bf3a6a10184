"""How Anthropic speaks: messages, streamed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.cloud.failures import MISREAD, own_error, require_stream
from localassist.adapters.cloud.pictures import as_anthropic
from localassist.adapters.cloud.pieces import Answering, Ended, Listed, Said, Thought, Used
from localassist.adapters.cloud.refusals import Kind, RefusalError, refusal
from localassist.domain.chat import Role, ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.cloud.line import Talk
    from localassist.adapters.cloud.pieces import Piece
    from localassist.domain.outbound import Outbound

_REASONS: Final = {
    "end_turn": "end",
    "pause_turn": "end",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "stop_sequence": "stop string",
    "tool_use": "tool calls",
}
_KEYLESS: Final = "none"
_MOST_MODELS: Final = 5_000
_PAGE: Final = 1_000


class AnthropicDialect:
    """Messages of the API of Anthropic, through its own client."""

    def read_client(self) -> None:
        """Read Anthropic's client, which takes half a second."""
        import anthropic  # noqa: F401  importing it is what makes it ready

    def ask(self, talk: Talk, outbound: Outbound) -> Answering:
        """Send the question. Raises `RefusalError`, and what the door raises."""
        import anthropic

        system = "\n\n".join(turn.text for turn in outbound.turns if turn.role is Role.SYSTEM)
        options: dict[str, Any] = {"system": system} if system else {}
        if outbound.temperature is not None:
            options["temperature"] = outbound.temperature
        try:
            stream = _client(talk).messages.create(
                model=outbound.target.model,
                max_tokens=outbound.max_tokens,
                messages=[
                    {"role": turn.role.value, "content": as_anthropic(turn)}
                    for turn in outbound.turns
                    if turn.role is not Role.SYSTEM
                ],
                stream=True,
                **options,
            )
        except anthropic.AnthropicError as error:
            failure = _failure(error)
        else:
            require_stream(stream.response)
            return Answering(_pieces(stream), stream.close, stream.response.headers.get("request-id", ""))
        raise failure

    def models(self, talk: Talk) -> list[Listed]:
        """What is listed and still answers. Raises as `ask`."""
        import anthropic

        try:
            models = islice(_client(talk).models.list(limit=_PAGE), _MOST_MODELS)
            return [_listed(model) for model in models if model.lifecycle != "retired"]
        except anthropic.AnthropicError as error:
            failure: Exception = _failure(error)
        except MISREAD:
            failure = RefusalError(Kind.STRANGE)
        raise failure


def _client(talk: Talk) -> Any:
    """Anthropic's client over the door; it tries nothing again, and no variable of the environment has a say."""
    import anthropic

    return anthropic.Anthropic(
        api_key=_KEYLESS,
        base_url=talk.entry.provider.address,
        timeout=talk.client.timeout,
        max_retries=0,
        open_telemetry=False,
        http_client=talk.client,
    )


def _failure(error: Exception) -> Exception:
    """What one of the client's errors stands for, without the words in it."""
    import anthropic

    if (ours := own_error(error)) is not None:
        return ours
    if not isinstance(error, anthropic.APIStatusError):
        return RefusalError(Kind.STRANGE)
    within = error.status_code < 400  # an event of an answer that began well
    return refusal(
        0 if within else error.status_code,
        error.response.headers,
        (error.error_code, error.type),
        error.api_message or error.body or "",
    )


def _pieces(stream: Any) -> Iterator[Piece]:
    import anthropic

    reading = _Reading()
    try:
        for event in stream:
            yield from reading.read(event)
    except anthropic.AnthropicError as error:
        failure = _failure(error)
    except MISREAD:
        failure = RefusalError(Kind.STRANGE)
    else:
        return
    raise failure


class _Reading:
    """Events of a stream made into pieces."""

    def __init__(self) -> None:
        self._call: list[str] | None = None
        self._used = Used()

    def read(self, event: Any) -> Iterator[Piece]:
        """What an event has of the answer."""
        if event.type == "message_start":
            self._count(event.message.usage)
        elif event.type == "content_block_start":
            yield from self._begin(event.content_block)
        elif event.type == "content_block_delta":
            yield from self._delta(event.delta)
        elif event.type == "content_block_stop" and self._call is not None:
            (identity, name, arguments), self._call = self._call, None
            yield ToolCall(identity, name, arguments or "{}")
        elif event.type == "message_delta":
            self._count(event.usage)
            yield self._used
            yield from _end(event.delta.stop_reason)

    def _begin(self, block: Any) -> Iterator[Piece]:
        if block.type == "tool_use":
            self._call = [block.id, block.name, ""]
        elif block.type == "text" and block.text:
            yield Said(block.text)
        elif block.type == "thinking" and block.thinking:
            yield Thought(block.thinking)

    def _delta(self, delta: Any) -> Iterator[Piece]:
        if delta.type == "text_delta":
            yield Said(delta.text)
        elif delta.type == "thinking_delta":
            yield Thought(delta.thinking)
        elif delta.type == "input_json_delta" and self._call is not None:
            self._call[2] += delta.partial_json

    def _count(self, usage: Any) -> None:
        """Counts grow: the last ones hold. What is read from or written to a cache counts as sent."""
        if usage is None:
            return
        cached = usage.cache_read_input_tokens or 0
        sent = (usage.input_tokens or 0) + cached + (usage.cache_creation_input_tokens or 0)
        details = usage.output_tokens_details
        self._used = Used(
            prompt=max(self._used.prompt, sent),
            cached=max(self._used.cached, cached),
            answer=usage.output_tokens or 0,
            reasoning=(getattr(details, "thinking_tokens", None) or 0) if details else 0,
        )


def _end(reason: str | None) -> Iterator[Piece]:
    if reason == "refusal":
        raise RefusalError(Kind.CONTENT)
    if reason:
        yield Ended(_REASONS.get(reason, "end"))


def _listed(model: Any) -> Listed:
    able = model.capabilities
    return Listed(
        model.id,
        model.display_name or "",
        model.max_input_tokens or 0,
        vision=bool(able and able.image_input.supported),
        reasoning=bool(able and able.thinking.supported),
    )
