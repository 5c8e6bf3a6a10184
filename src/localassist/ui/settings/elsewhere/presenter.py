"""Fills the page about models elsewhere each time it comes on show, and keeps what is changed on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.errors import NotFoundError
from localassist.ui.errors import describe
from localassist.ui.settings.elsewhere.asking import ProvidersPresenter
from localassist.ui.settings.elsewhere.prices import context_words, price_words
from localassist.usecases.budgeting import month_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from localassist.domain.outbound import Target
    from localassist.domain.ports.cloud import KeyState, Provider
    from localassist.domain.ports.escalations import RememberedConsent, Spending
    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Job, Jobs
    from localassist.ui.settings.elsewhere.view import ElsewhereView
    from localassist.usecases.services import Escalation


@dataclass(frozen=True, slots=True)
class _Found:
    """What is there without a look into the keyring."""

    providers: tuple[Provider, ...]
    spendings: tuple[Spending, ...]
    words: tuple[str, ...]
    consents: tuple[RememberedConsent, ...]


@dataclass(frozen=True, slots=True)
class _KeyFound:
    provider_id: str
    key: KeyState


class ElsewherePresenter(QObject):
    """Between the page and what is done with models elsewhere; settings leave it by the page's own `changed`.

    `servers_changed` says that there are other servers of the user's own than before.
    """

    servers_changed = Signal()

    def __init__(self, page: ElsewhereView, escalation: Callable[[], Escalation], jobs: Jobs) -> None:
        super().__init__(page)
        self._page = page
        self._escalation = escalation
        self._jobs = jobs
        self._reading: Job | None = None
        self._is_due = False
        self._names: Mapping[str, str] = {}
        self._unsaved: tuple[str, ...] | None = None
        self._saving = False
        self._providers = ProvidersPresenter(page, lambda: escalation().providers, jobs)
        self._providers.servers_changed.connect(self.refresh)
        self._providers.servers_changed.connect(self.servers_changed)
        self._providers.server_removed.connect(self._on_server_removed)
        self._providers.model_chosen.connect(self._on_model_chosen)
        page.opened.connect(self.refresh)
        page.offered.details_requested.connect(self._on_details_requested)
        page.words.changed.connect(self._on_words_changed)
        page.consents.withdrawn.connect(self._on_withdrawn)

    def refresh(self) -> None:
        """Show how everything is now; keys come last, since a keyring may ask to be unlocked."""
        self._is_due = self._reading is not None
        if self._reading is not None:
            return
        self._page.note.hide()
        self._reading = job = self._jobs.prepare(self._read)
        job.progressed.connect(self._on_read)
        job.failed.connect(self._on_unreadable)
        job.ended.connect(self._on_reading_ended)
        job.start()
        self._on_details_requested()

    def _read(self, stop: Stop) -> Iterator[object]:
        escalation = self._escalation()
        providers, store = escalation.providers.all(), escalation.store
        yield _Found(providers, store.spendings(month_of(datetime.now(UTC))), store.private_words(), store.consents())
        for provider in providers:
            stop.raise_if_requested()
            yield _KeyFound(provider.id, escalation.providers.key(provider.id))

    def _on_read(self, found: object) -> None:
        match found:
            case _Found(providers, spendings, words, consents):
                self._names = {provider.id: provider.name for provider in providers}
                self._providers.show(providers)
                self._page.spending.show_spendings(spendings)
                self._page.words.show_words(words)
                self._page.consents.show_consents(consents, self._names)
            case _KeyFound(provider_id, key):
                self._providers.show_found_key(provider_id, key)

    def _on_unreadable(self, error: BaseException) -> None:
        # What one keyring does not say of one key it does not say of the others either, a minute each.
        self._providers.show_unknown_keys()
        self._page.note.complain(describe(error))

    def _on_reading_ended(self) -> None:
        self._reading = None
        if self._is_due:
            self.refresh()

    def _on_details_requested(self) -> None:
        offered = self._page.offered.offered
        if not offered or not self._page.isVisible():
            return
        self._jobs.call(
            lambda: self._details(offered), lambda told: self._show_details(offered, *told), self._on_unreadable_model
        )

    def _details(self, offered: str) -> tuple[str, str]:
        escalation = self._escalation()
        provider_id, _, model = offered.partition("/")
        try:
            provider = escalation.providers.get(provider_id)
        except NotFoundError as error:
            return offered, str(error)
        context = escalation.prices.context_length(provider, model)
        told = price_words(escalation.prices.of(provider, model))
        return f"{model} of {provider.name}", f"{told} Context: {context_words(context)}."

    def _show_details(self, offered: str, name: str, told: str) -> None:
        if offered == self._page.offered.offered:
            self._page.offered.show_details(name, told)

    def _on_unreadable_model(self, error: BaseException) -> None:
        self._page.offered.note.complain(describe(error))

    def _on_model_chosen(self, target: Target) -> None:
        self._page.changed.emit("cloud_model", target.name)

    def _on_server_removed(self, server_id: str) -> None:
        if self._page.offered.offered.startswith(f"{server_id}/"):
            self._page.changed.emit("cloud_model", "")

    def _on_words_changed(self, words: tuple[str, ...]) -> None:
        self._unsaved = words
        self._save_words()

    def _save_words(self) -> None:
        """Save one list after the other, so that the user's last word on it is the last."""
        words, store = self._unsaved, self._escalation
        if self._saving or words is None:
            return
        self._unsaved, self._saving = None, True

        def save(words: tuple[str, ...] = words) -> tuple[str, ...]:
            kept = store().store
            kept.set_private_words(words)
            return kept.private_words()

        self._jobs.call(save, self._on_words_saved, self._on_words_refused)

    def _on_words_saved(self, words: tuple[str, ...]) -> None:
        self._saving = False
        if self._unsaved is None:
            self._page.words.show_words(words)
        self._save_words()

    def _on_words_refused(self, error: BaseException) -> None:
        self._saving = False
        self._page.words.show_problem(describe(error))
        self._save_words()

    def _on_withdrawn(self, conversation_id: int | None) -> None:
        def withdraw() -> tuple[RememberedConsent, ...]:
            store = self._escalation().store
            store.withdraw_consents(conversation_id)
            return store.consents()

        self._jobs.call(
            withdraw,
            lambda consents: self._page.consents.show_consents(consents, self._names),
            lambda error: self._page.consents.note.complain(describe(error)),
        )
