"""Asks models elsewhere: sends what was cleared once, tells what comes, and says plainly what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.cloud.failures import is_broken_line
from localassist.adapters.cloud.known_providers import dialect_of
from localassist.adapters.cloud.patience import Patience
from localassist.adapters.cloud.refusals import RefusalError, broken_off, unreachable, worded
from localassist.adapters.cloud.telling import Telling
from localassist.adapters.hub.patience import pause
from localassist.domain.errors import CloudError, NetworkError
from localassist.domain.ports.cloud import CloudEnded, CloudModels
from localassist.domain.privacy import Destination, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.adapters.cloud.known_providers import KnownProviders
    from localassist.adapters.cloud.line import Line, Talk
    from localassist.adapters.cloud.pieces import Answering
    from localassist.domain.events import GenerationEvent
    from localassist.domain.outbound import Outbound
    from localassist.domain.ports.cloud import Prices, Provider
    from localassist.domain.stopping import Stop

_REASON: Final = "ask a model elsewhere"
_SILENT: Final = frozenset({"ReadTimeout", "WriteTimeout"})  # of httpcore2, which the door names as the cause


class ProviderModels(CloudModels):
    """Models of the providers there are. `silence_s` gives how many seconds one may say nothing."""

    def __init__(
        self,
        providers: KnownProviders,
        prices: Prices,
        silence_s: Callable[[], float],
        patience: Patience = Patience(),  # noqa: B008  a value
    ) -> None:
        self._providers = providers
        self._prices = prices
        self._silence_s = silence_s
        self._patience = patience

    @override
    def generate(self, outbound: Outbound, stop: Stop) -> Iterator[GenerationEvent | CloudEnded]:
        line = self._providers.line(outbound.target.provider, self._silence_s())
        telling = Telling()
        failures = 0
        while True:
            stop.raise_if_requested()
            with line.open(_REASON, stop, _purpose(outbound)) as talk:
                asked = _ask(line, talk, outbound)
                if not isinstance(asked, _Failure):
                    yield from _told(asked, telling, line, outbound.target.model, stop)
                    yield self._ended(asked, telling, line.entry.provider, outbound)
                    return
            failures += 1
            seconds = self._patience.seconds(failures, asked.after) if asked.passing else None
            if seconds is None:
                raise asked.error
            pause(seconds, stop)

    def _ended(self, answering: Answering, telling: Telling, provider: Provider, outbound: Outbound) -> CloudEnded:
        model = outbound.target.model
        figures = telling.figures(self._prices.context_length(provider, model))
        price = self._prices.of(provider, model)
        used = telling.used
        cost = used.cost if used else None
        if cost is None and price is not None and (used or provider.destination is not Destination.CLOUD):
            cost = price.cost(figures.prompt_tokens, figures.answer_tokens)
        return CloudEnded(telling.reason, figures, answering.request_id, cost)


class _Failure:
    """Why a question was not answered; `passing`: surely nothing came of it, and asking again may help."""

    def __init__(self, error: Exception, *, passing: bool, after: float | None = None) -> None:
        self.error = error
        self.passing = passing
        self.after = after


def _purpose(outbound: Outbound) -> Purpose:
    consent = outbound.consent.words if outbound.consent else ""
    return Purpose(outbound.conversation_id, consent, keep_body=True)


def _ask(line: Line, talk: Talk, outbound: Outbound) -> Answering | _Failure:
    provider = line.entry.provider
    try:
        return dialect_of(line.entry).ask(talk, outbound)
    except RefusalError as error:
        return _Failure(worded(error, provider, outbound.target.model), passing=error.passing, after=error.retry_after)
    except NetworkError as error:
        if not is_broken_line(error):
            return _Failure(error, passing=False)
        if talk.left:
            return _Failure(_broken(error, line, begun=False), passing=False)
        return _Failure(unreachable(provider), passing=True)


def _told(answering: Answering, telling: Telling, line: Line, model: str, stop: Stop) -> Iterator[GenerationEvent]:
    """The events of an answer. What breaks once it ended takes nothing from it."""
    failure: Exception | None = None
    try:
        for piece in answering.pieces:
            yield from telling.tell(piece)
            stop.raise_if_requested()
    except RefusalError as error:
        failure = worded(error, line.entry.provider, model, begun=telling.begun)
    except NetworkError as error:
        failure = _broken(error, line, begun=telling.begun) if is_broken_line(error) else error
    finally:
        answering.close()
    if telling.reason:
        return
    raise failure or broken_off(line.entry.provider, "broke off", begun=telling.begun)


def _broken(error: NetworkError, line: Line, *, begun: bool) -> CloudError:
    silent = type(error.__cause__).__name__ in _SILENT
    reason = f"said nothing for {line.silence_s:.0f} seconds" if silent else "broke off"
    return broken_off(line.entry.provider, reason, begun=begun)
