"""How OpenAI speaks, and all who speak as it does: chat completions, streamed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.cloud.failures import MISREAD, own_error, require_stream
from localassist.adapters.cloud.pictures import as_openai
from localassist.adapters.cloud.pieces import Answering, Ended, Listed, Said, Thought, Used
from localassist.adapters.cloud.refusals import Kind, RefusalError, refusal
from localassist.adapters.cloud.thinking import ThoughtSplitter
from localassist.domain.chat import ToolCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.cloud.line import Talk
    from localassist.adapters.cloud.pieces import Piece
    from localassist.domain.outbound import Outbound

_REASONS: Final = {
    "stop": "end",
    "length": "length",
    "model_length": "length",
    "max_tokens": "length",
    "tool_calls": "tool calls",
    "function_call": "tool calls",
}
_REFUSED: Final = {"content_filter": Kind.CONTENT, "error": Kind.BUSY}
_REQUEST_IDS: Final = ("x-request-id", "x-generation-id", "request-id")
_REASONING: Final = ("reasoning_content", "reasoning")
"""What models think: DeepSeek, vLLM and llama.cpp's server say the first, OpenRouter and Ollama the second."""
_CONTEXT: Final = ("context_length", "max_context_length", "max_model_len", "context_window")
"""How many tokens a model holds: OpenRouter, Mistral, vLLM and others."""
_NO_CHAT: Final = re.compile(
    r"(^|[-_/.:])(embed(ding)?s?|tts|whisper|dall-e|moderation|realtime|audio|transcribe|image|imagen|sora|veo|lyria|"
    r"babbage|davinci|computer-use|deep-research|aqa|ocr|rerank(er)?|live)([-_/.:\d]|$)|gpt-3\.5-turbo-instruct"
)
"""Names of models that are for something else; OpenAI and Google list them without a word about it."""
_MODELS_PREFIX: Final = "models/"
"""What Google's list puts before the names that its other addresses take."""
_KEYLESS: Final = "none"
"""The client insists on a key; where there is none the line takes it out again."""


class OpenAIDialect:
    """Chat completions of the API of OpenAI, through its own client."""

    def read_client(self) -> None:
        """Read OpenAI's client, which takes half a second."""
        import openai  # noqa: F401  importing it is what makes it ready

    def ask(self, talk: Talk, outbound: Outbound) -> Answering:
        """Send the question. Raises `RefusalError`, and what the door raises."""
        import openai

        entry = talk.entry
        options: dict[str, Any] = {entry.limit: outbound.max_tokens}
        if entry.tells_usage:
            options["stream_options"] = {"include_usage": True}
        if outbound.temperature is not None:
            options["temperature"] = outbound.temperature
        try:
            stream = _client(talk).chat.completions.create(
                model=outbound.target.model,
                messages=[{"role": turn.role.value, "content": as_openai(turn)} for turn in outbound.turns],
                stream=True,
                **options,
            )
        except openai.OpenAIError as error:
            failure = _failure(error)
        else:
            require_stream(stream.response)
            headers = stream.response.headers
            request_id = next((headers[name] for name in _REQUEST_IDS if name in headers), "")
            return Answering(_pieces(stream), stream.close, request_id)
        raise failure

    def models(self, talk: Talk) -> list[Listed]:
        """What is listed, chat models only as far as can be told. Raises as `ask`."""
        import openai

        try:
            client = _client(talk)
            if talk.entry.key_path:
                client.get(f"/{talk.entry.key_path}", cast_to=object)
            return [listed for model in client.models.list() if (listed := _listed(model)) is not None]
        except openai.OpenAIError as error:
            failure: Exception = _failure(error)
        except MISREAD:
            failure = RefusalError(Kind.STRANGE)
        raise failure


def _client(talk: Talk) -> Any:
    """OpenAI's client over the door; it tries nothing again, and no variable of the environment has a say."""
    import openai

    return openai.OpenAI(
        api_key=_KEYLESS,
        base_url=talk.entry.provider.address,
        timeout=talk.client.timeout,
        max_retries=0,
        http_client=talk.client,
    )


def _failure(error: Exception) -> Exception:
    """What one of the client's errors stands for, without the words in it."""
    import openai

    if (ours := own_error(error)) is not None:
        return ours
    status = error.status_code if isinstance(error, openai.APIStatusError) else 0
    headers = error.response.headers if isinstance(error, openai.APIStatusError) else {}
    body = error.body if isinstance(error, openai.APIError) else None
    told = _told(body)
    code = told.get("code")
    if not status and isinstance(code, int):  # OpenRouter's errors within a stream
        status = code
    words = told.get("message") or body or ""
    return refusal(status, headers, (told.get("type"), code, told.get("status")), words)


def _told(body: object) -> dict[str, Any]:
    """What an error says of itself; Google's stand in a list, each in a mapping of its own."""
    first = body[0] if isinstance(body, list) and body else body
    told = first.get("error", first) if isinstance(first, dict) else {}
    return told if isinstance(told, dict) else {}


def _pieces(stream: Any) -> Iterator[Piece]:
    import openai

    reading = _Reading()
    try:
        for chunk in stream:
            yield from reading.read(chunk)
        yield from reading.finish()
    except openai.OpenAIError as error:
        failure = _failure(error)
    except MISREAD:
        failure = RefusalError(Kind.STRANGE)
    else:
        return
    raise failure


class _Reading:
    """Chunks of a stream made into pieces."""

    def __init__(self) -> None:
        self._splitter = ThoughtSplitter()
        self._calls: dict[int, list[str]] = {}
        self._ended = ""

    def read(self, chunk: Any) -> Iterator[Piece]:
        """What a chunk has of the answer."""
        told = chunk.model_fields_set  # what is no object at all has none, and ends the answer
        for choice in (chunk.choices or ()) if "choices" in told else ():
            yield from self._delta(choice.delta if "delta" in choice.model_fields_set else None)
            if choice.finish_reason:
                self._ended = choice.finish_reason
                if self._ended in _REFUSED:
                    yield from self._splitter.finish()
                    raise RefusalError(_REFUSED[self._ended])
                yield from self._end()
        if getattr(chunk, "usage", None) is not None:
            yield _used(chunk.usage)

    def finish(self) -> Iterator[Piece]:
        """What is left where a stream ends without saying why."""
        yield from self._splitter.finish()

    def _end(self) -> Iterator[Piece]:
        yield from self._splitter.finish()
        for number in sorted(self._calls):
            identity, name, arguments = self._calls[number]
            yield ToolCall(identity, name, arguments or "{}")
        self._calls.clear()
        yield Ended(_REASONS.get(self._ended, "end"))

    def _delta(self, delta: Any) -> Iterator[Piece]:
        if delta is None:
            return
        thought = next((text for name in _REASONING if (text := getattr(delta, name, None))), "")
        if isinstance(thought, str) and thought:
            yield Thought(thought)
        yield from self._content(delta.content)
        if delta.refusal:
            yield Said(delta.refusal)
        for call in delta.tool_calls or ():
            known = self._calls.setdefault(call.index or 0, ["", "", ""])
            known[0] = call.id or known[0]
            if call.function is not None:
                known[1] += call.function.name or ""
                known[2] += call.function.arguments or ""

    def _content(self, content: Any) -> Iterator[Piece]:
        """Text, or a list of parts as Mistral's models that think send it."""
        if isinstance(content, str):
            yield from self._splitter.feed(content)
        for part in content if isinstance(content, list) else ():
            if part.get("type") == "thinking":
                yield Thought("".join(inner.get("text", "") for inner in part["thinking"]))
            elif part.get("type") == "text":
                yield from self._splitter.feed(part["text"])


def _used(usage: Any) -> Used:
    cost = getattr(usage, "cost", None)  # OpenRouter says in US dollars what it took
    return Used(
        prompt=_count(usage, "prompt_tokens"),
        cached=_count(getattr(usage, "prompt_tokens_details", None), "cached_tokens"),
        answer=_count(usage, "completion_tokens"),
        reasoning=_count(getattr(usage, "completion_tokens_details", None), "reasoning_tokens"),
        cost=float(cost) if isinstance(cost, int | float) else None,
    )


def _count(counts: Any, name: str) -> int:
    value = getattr(counts, name, None)
    return value if isinstance(value, int) else 0


def _listed(model: Any) -> Listed | None:
    """A model of a list, None where it is not for chats."""
    identity = str(model.id).removeprefix(_MODELS_PREFIX)
    able = _mapping(model, "capabilities")
    shape = _mapping(model, "architecture")
    makes = shape.get("output_modalities", ["text"])
    if _NO_CHAT.search(identity.lower()) or able.get("completion_chat") is False or "text" not in makes:
        return None
    takes = getattr(model, "supported_parameters", None) or ()
    name = getattr(model, "name", None)
    return Listed(
        identity,
        name if isinstance(name, str) and name != identity else "",
        _context_length(model),
        able.get("vision") is True or "image" in shape.get("input_modalities", ()),
        able.get("function_calling") is True or "tools" in takes,
        able.get("reasoning") is True or "reasoning" in takes,
    )


def _context_length(model: Any) -> int:
    said = [getattr(model, name, None) for name in _CONTEXT]
    said += [_mapping(model, "meta").get("n_ctx_train")]  # llama.cpp's server
    return next((number for number in said if isinstance(number, int) and number > 0), 0)


def _mapping(model: Any, name: str) -> dict[str, Any]:
    value = getattr(model, name, None)
    return value if isinstance(value, dict) else {}
