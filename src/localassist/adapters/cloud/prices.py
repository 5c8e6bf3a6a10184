"""What models cost and hold, as genai-prices brings it along: its updater is never started, so nothing is asked."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.domain.ports.cloud import Price, Prices
from localassist.domain.privacy import Destination

if TYPE_CHECKING:
    from localassist.domain.ports.cloud import Provider

_FREE: Final = Price(0.0, 0.0, "your own server")


class BundledPrices(Prices):
    """Prices as they stood when the version of genai-prices that is installed was made. Safe to call from any thread.

    Where a price depends on how much is sent it is the one for less; where on the date or hour, the one of now.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._data: Any = None

    @override
    def of(self, provider: Provider, model: str) -> Price | None:
        if provider.destination is not Destination.CLOUD:
            return _FREE
        found = self._found(provider, model)
        if found is None:
            return None
        its_provider, its_model = found
        prices = its_model.get_prices(datetime.now(UTC))
        sent, received = _lowest(prices, "input_mtok"), _lowest(prices, "output_mtok")
        if sent is None or received is None:
            return None
        pages = its_provider.pricing_urls or ("",)
        return Price(sent, received, f"genai-prices {_version()} {pages[0]}".strip())

    @override
    def context_length(self, provider: Provider, model: str) -> int:
        found = self._found(provider, model) if provider.destination is Destination.CLOUD else None
        return (found[1].context_window or 0) if found else 0

    def _found(self, provider: Provider, model: str) -> tuple[Any, Any] | None:
        with self._lock:
            if self._data is None:
                self._data = _load()
            try:
                found: tuple[Any, Any] = self._data.find_provider_model(model, None, provider.id, None)
            except LookupError:
                return None
            return found


def _load() -> Any:
    """The data of the package itself: its module level would also take what an updater got."""
    from genai_prices.data import providers
    from genai_prices.data_snapshot import DataSnapshot

    return DataSnapshot(providers=providers, from_auto_update=False)


def _version() -> str:
    from genai_prices import __version__

    return str(__version__)


def _lowest(prices: Any, name: str) -> float | None:
    price = getattr(prices, name, None)
    price = getattr(price, "base", price)
    return None if price is None else float(price)
