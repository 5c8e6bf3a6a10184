"""Keys, tests, lists of models and servers: what is asked of providers and of the keyring, off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from localassist.ui.errors import describe
from localassist.ui.settings.elsewhere.providers import GONE, KEEPING, REMOVING, STILL_THERE, ProviderView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.domain.ports.cloud import CloudModel, KeyState, Provider, Providers
    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Job, Jobs
    from localassist.ui.settings.elsewhere.keys import PastedKey
    from localassist.ui.settings.elsewhere.view import ElsewhereView

ASKING: Final = "Asking for its models…"


class ProvidersPresenter(QObject):
    """Between the cards and the providers. `servers_changed` says that there are others than before, `model_chosen`
    carries the `Target` that is to be offered, `server_removed` the id of a server that is gone.
    """

    servers_changed = Signal()
    server_removed = Signal(str)
    model_chosen = Signal(object)

    def __init__(self, page: ElsewhereView, providers: Callable[[], Providers], jobs: Jobs) -> None:
        super().__init__(page)
        self._page = page
        self._providers = providers
        self._jobs = jobs
        self._tests: dict[str, Job] = {}
        for cards in (page.providers, page.servers.cards):
            cards.card_added.connect(self._on_card_added)
        page.servers.added.connect(self._on_server_added)

    def show(self, providers: Sequence[Provider]) -> None:
        """Show these, the known ones apart from the user's own servers."""
        # Only companies have a page where keys are made.
        self._page.providers.show_providers([each for each in providers if each.keys_at])
        self._page.servers.cards.show_providers([each for each in providers if not each.keys_at])

    def show_found_key(self, provider_id: str, key: KeyState) -> None:
        """Show what the keyring has, unless a key is just going there."""
        card = self.card(provider_id)
        if card is not None and not card.is_busy:
            card.show_key(key)

    def show_unknown_keys(self) -> None:
        """Say of those whose key was not found out that it is not known."""
        for cards in (self._page.providers, self._page.servers.cards):
            for card in cards.all():
                card.give_up_looking()

    def card(self, provider_id: str) -> ProviderView | None:
        """The card of a provider, None once it is gone."""
        return self._page.providers.card(provider_id) or self._page.servers.cards.card(provider_id)

    def _on_card_added(self, card: ProviderView) -> None:
        card.key_given.connect(self._on_key_given)
        card.key_removal_requested.connect(self._on_key_removal_requested)
        card.test_requested.connect(self._on_test_requested)
        card.stop_requested.connect(self._on_stop_requested)
        card.models_requested.connect(self._on_models_requested)
        card.removal_requested.connect(self._on_removal_requested)

    def _on_key_given(self, provider_id: str, key: PastedKey) -> None:
        def show(state: KeyState) -> None:
            if card := self.card(provider_id):
                card.show_key(state)

        self._tell(provider_id, KEEPING)
        self._jobs.call(
            lambda: self._providers().keep_key(provider_id, key.take()), show, lambda e: self._on_failed(provider_id, e)
        )

    def _on_key_removal_requested(self, provider_id: str) -> None:
        def remove() -> tuple[bool, KeyState]:
            providers = self._providers()
            return providers.remove_key(provider_id), providers.key(provider_id)

        def show(ended: tuple[bool, KeyState]) -> None:
            gone, state = ended
            if card := self.card(provider_id):
                card.show_key(state)
                card.show_result(GONE if gone else STILL_THERE)

        self._tell(provider_id, REMOVING)
        self._jobs.call(remove, show, lambda error: self._on_failed(provider_id, error))

    def _on_test_requested(self, provider_id: str) -> None:
        self._tell(provider_id, ASKING, stoppable=True)
        self._tests[provider_id] = job = self._listing(provider_id)
        job.progressed.connect(lambda models: self._on_tested(provider_id, models))
        job.failed.connect(lambda error: self._on_failed(provider_id, error))
        job.ended.connect(lambda: self._on_test_ended(provider_id))
        job.start()

    def _on_stop_requested(self, provider_id: str) -> None:
        if provider_id in self._tests:
            self._tests[provider_id].stop()

    def _on_tested(self, provider_id: str, models: tuple[CloudModel, ...]) -> None:
        if card := self.card(provider_id):
            card.show_result(_test_words(len(models)))

    def _on_test_ended(self, provider_id: str) -> None:
        del self._tests[provider_id]
        if card := self.card(provider_id):
            card.show_rest()

    def _on_models_requested(self, provider_id: str) -> None:
        card = self.card(provider_id)
        if card is None:
            return
        dialog = self._page.models_dialog(card.provider)
        job = self._listing(provider_id)
        # Methods of the dialog itself: what comes after it was closed is not delivered to it.
        job.progressed.connect(dialog.show_models)
        job.failed.connect(dialog.show_failed)
        job.ended.connect(dialog.show_ended)
        dialog.stop_requested.connect(job.stop)
        dialog.chosen.connect(self.model_chosen)
        dialog.show_asking()
        dialog.open()
        job.start()

    def _listing(self, provider_id: str) -> Job:
        def work(stop: Stop) -> Iterator[object]:
            yield self._providers().models(provider_id, stop)

        return self._jobs.prepare(work)

    def _on_server_added(self, name: str, address: str) -> None:
        def show(_provider: Provider) -> None:
            self._page.servers.show_added()
            self.servers_changed.emit()

        self._page.servers.show_adding()
        self._jobs.call(
            lambda: self._providers().add_server(name, address),
            show,
            lambda error: self._page.servers.show_problem(describe(error)),
        )

    def _on_removal_requested(self, server_id: str) -> None:
        def show(_nothing: None) -> None:
            self.server_removed.emit(server_id)
            self.servers_changed.emit()

        self._tell(server_id, "Removing it…")
        self._jobs.call(
            lambda: self._providers().remove_server(server_id), show, lambda error: self._on_failed(server_id, error)
        )

    def _tell(self, provider_id: str, doing: str, *, stoppable: bool = False) -> None:
        if card := self.card(provider_id):
            card.show_doing(doing, stoppable=stoppable)

    def _on_failed(self, provider_id: str, error: BaseException) -> None:
        if card := self.card(provider_id):
            card.show_problem(describe(error))


def _test_words(count: int) -> str:
    if not count:
        return "It answers, and lists no chat model."
    return f"It answers, and lists {'one model' if count == 1 else f'{count:,} models'}."
