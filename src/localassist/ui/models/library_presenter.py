"""Fills the library's catalogue and search, looks models up, and lets what was chosen be downloaded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from localassist.domain.errors import ModelError, NotFoundError, OfflineError
from localassist.ui.errors import describe
from localassist.ui.models.offers import Offer
from localassist.usecases.suggesting import judging, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.library import CatalogEntry, Fit, ModelSearch, Suitability, Variant
    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Job, Jobs
    from localassist.ui.models.browsing import BrowsingPage
    from localassist.ui.models.library_dialog import LibraryDialog
    from localassist.usecases.fitting_models import FitModels
    from localassist.usecases.looking_up import Wanted
    from localassist.usecases.narrowing import Narrowing
    from localassist.usecases.recommending import Recommendation
    from localassist.usecases.services import Services

AT_ONCE: Final = 10
"""Results that are handed over together; a list that grows one by one would be laid out as often."""
NOTHING_FITS: Final = "No model fits well on this computer as it is now. Close other programs, and try again."


@dataclass(frozen=True, slots=True)
class _Card:
    """What its maker says of an offer."""

    offer: Offer
    text: str


@dataclass(frozen=True, slots=True)
class _Fits:
    """How an offer's variants fit, each under the path of its first file."""

    offer: Offer
    fits: dict[str, Fit]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search found since it last told, of so many results that it looked at."""

    offers: tuple[Offer, ...]
    looked_at: int
    is_all: bool = False


class BrowsingPresenter(QObject):
    """Looks up what is chosen on one page. `download_requested` carries an offer and a variant of it."""

    download_requested = Signal(object, object)

    def __init__(self, page: BrowsingPage, services: Services, jobs: Jobs) -> None:
        super().__init__(page)
        self._page = page
        self._services = services
        self._jobs = jobs
        self._job: Job | None = None
        self._cards: dict[str, str] = {}
        page.look_up_requested.connect(self.look_up)
        page.chosen_changed.connect(self._on_chosen_changed)
        page.download_requested.connect(self.download_requested)
        page.details.token.token_given.connect(self._on_token_given)

    def look_up(self, offers: Sequence[Offer]) -> None:
        """Ask the hub for the files of these, and what their makers say."""
        if self._job is not None:
            self._job.stop()
        self._page.details.show_looking_up()
        self._job = job = self._jobs.prepare(lambda stop: self._found(offers, stop))
        job.progressed.connect(self._on_progressed)
        job.failed.connect(self._on_failed)
        job.start()

    def _found(self, offers: Sequence[Offer], stop: Stop) -> Iterator[object]:
        missing: NotFoundError | None = None
        for offer in offers:
            try:
                yield from self._found_one(offer, stop) if offer.repository_name else ()
            except NotFoundError as error:
                missing = error  # the others may be there
        if missing is not None:
            raise missing

    def _found_one(self, offer: Offer, stop: Stop) -> Iterator[object]:
        library = self._services.library()
        wanted = library.look_up(offer.repository_name, stop)
        yield (found := Offer.of(wanted))
        yield _Card(found, library.hub.card(wanted.repository, stop))
        if wanted.kind == "chat":
            yield from _judged(found, wanted, library.fit, stop)

    def _on_progressed(self, happening: object) -> None:
        match happening:
            case Offer(suggestion=None):
                self._page.show_found(happening)
            case Offer():
                self._page.show_suggestion(happening)
            case _Card(offer, text):
                self._cards[offer.key] = text
                self._show_card()
            case _Fits(offer, fits):
                self._page.show_fit(offer, fits)

    def _on_chosen_changed(self, _offers: list[Offer]) -> None:
        self._show_card()

    def _show_card(self) -> None:
        chosen = self._page.chosen
        if len(chosen) == 1 and chosen[0].is_looked_up:
            self._page.details.show_card(self._cards.get(chosen[0].key, ""))

    def _on_token_given(self, token: str) -> None:
        self._jobs.call(
            lambda: self._services.library().keep_token(token),
            lambda lasting: self._page.details.token.show_kept(lasting=lasting),
            self._on_failed,
        )

    def _on_failed(self, error: BaseException) -> None:
        self._page.complain(error)


class LibraryPresenter(QObject):
    """Between the library's catalogue and search, and the catalogue and the hub.

    `download_requested` carries an offer and a variant of it, `settings_requested` asks for the settings.
    """

    download_requested = Signal(object, object)
    settings_requested = Signal()

    def __init__(self, dialog: LibraryDialog, services: Services, jobs: Jobs) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._services = services
        self._jobs = jobs
        self._job: Job | None = None
        self._guessed = False
        for page in (dialog.catalogue, dialog.search):
            BrowsingPresenter(page, services, jobs).download_requested.connect(self.download_requested)
            page.settings_requested.connect(self.settings_requested)
        dialog.search.search_requested.connect(self._on_search_requested)
        dialog.catalogue.recommend.clicked.connect(self._on_recommend_requested)

    def refresh(self) -> None:
        """Read the catalogue, and whether the offline switch is on."""
        self._jobs.call(self._services.catalogue.entries, self._on_entries, self._on_catalogue_failed)
        self._jobs.call(
            lambda: self._services.settings.load().offline,
            lambda offline: self.show_offline(offline=offline),
            self._on_search_failed,
        )

    def recommend_without_asking(self) -> None:
        """Choose the model to begin with and say why that one, as far as the catalogue and this computer tell."""

        def read() -> tuple[tuple[CatalogEntry, ...], Recommendation | None]:
            return self._services.catalogue.entries(), self._services.library().recommend.without_asking()

        self._jobs.call(read, lambda read: self._begin_with(*read), self._on_catalogue_failed)

    def show_offline(self, *, offline: bool) -> None:
        """Say on the search's page that nothing is looked up while the offline switch is on."""
        if offline:
            self._dialog.search.show_offline()
        else:
            self._dialog.search.show_online()

    def _on_entries(self, entries: tuple[CatalogEntry, ...]) -> None:
        self._dialog.catalogue.show_entries(entries)
        chat = (entry.licence for entry in entries if entry.kind == "chat")
        self._dialog.search.offer_licences({licence.id: licence for licence in chat}.values())

        if not self._guessed:
            self._guessed = True
            self._jobs.call(lambda: self._guess(entries), self._dialog.catalogue.guess_fits, self._on_catalogue_failed)

    def _on_recommend_requested(self) -> None:
        self._dialog.catalogue.recommend.setEnabled(False)
        self._dialog.catalogue.note.say("Looking for the best that fits well …")
        job = self._jobs.prepare(lambda stop: iter((self._services.library().recommend(stop),)))
        job.progressed.connect(self._on_recommended)
        job.failed.connect(self._on_catalogue_failed)
        job.ended.connect(lambda: self._dialog.catalogue.recommend.setEnabled(True))
        job.start()

    def _begin_with(self, entries: tuple[CatalogEntry, ...], found: Recommendation | None) -> None:
        page = self._dialog.catalogue
        page.show_entries(entries)
        page.note.say(found.reason if found else NOTHING_FITS)
        if found is not None and found.entry is not None:
            page.choose(found.entry.id)

    def _on_recommended(self, found: Recommendation | None) -> None:
        page = self._dialog.catalogue
        if found is None:
            page.note.say(NOTHING_FITS)
        elif found.entry is not None:
            entry = found.entry
            page.note.say(found.reason, "Show it", lambda: page.choose(entry.id))
        else:
            page.note.say(found.reason)

    def _guess(self, entries: Sequence[CatalogEntry]) -> dict[str, Suitability]:
        """How well models fit by their parameters alone, without asking anybody."""
        judge = self._services.library().fit()
        guessed = {entry.id: judge.guess(entry) for entry in entries}
        return {key: suitability for key, suitability in guessed.items() if suitability is not None}

    def _searched(self, search: ModelSearch, narrowing: Narrowing, stop: Stop) -> Iterator[_Found]:
        if self._services.settings.load().offline:
            raise OfflineError("")
        library = self._services.library()
        judge = library.fit() if narrowing.fits else None
        found: list[Offer] = []
        looked_at = 0
        for looked_at, repository in enumerate(library.hub.search(search, stop), 1):
            entry = library.look_up.entry(repository.name)
            if narrowing.keeps_found(repository, entry, judge):
                licence = library.look_up.licence(entry, repository) if repository.licence else None
                found.append(Offer(entry, repository, licence))
            if len(found) == AT_ONCE:
                yield _Found(tuple(found), looked_at)
                found = []
        yield _Found(tuple(found), looked_at, is_all=True)

    def _on_search_requested(self, search: ModelSearch, narrowing: Narrowing) -> None:
        if self._job is not None:
            self._job.stop()
        self._dialog.search.show_searching()
        self._job = job = self._jobs.prepare(lambda stop: self._searched(search, narrowing, stop))
        job.progressed.connect(lambda found: self._on_found(job, found))
        job.failed.connect(self._on_search_failed)
        job.start()

    def _on_found(self, job: Job, found: _Found) -> None:
        if job is not self._job:
            return  # what a search that was given up still found belongs nowhere
        self._dialog.search.add_found(found.offers)
        if found.is_all:
            self._dialog.search.show_end(found.looked_at)

    def _on_catalogue_failed(self, error: BaseException) -> None:
        self._dialog.catalogue.note.complain(describe(error))

    def _on_search_failed(self, error: BaseException) -> None:
        if isinstance(error, OfflineError):
            self._dialog.search.show_offline()
        else:
            self._dialog.search.note.complain(describe(error))
            self._dialog.search.say("")


def _judged(offer: Offer, wanted: Wanted, fit: FitModels, stop: Stop) -> Iterator[_Fits | Offer]:
    """How each of its variants fits, and then which to take where any of them runs."""
    judge = fit()
    fits: list[tuple[Variant, Fit]] = []
    for variant, its_fit in judging(wanted, judge, stop):
        fits.append((variant, its_fit))
        yield _Fits(offer, {variant.files[0].path: its_fit})
    try:
        yield replace(offer, suggestion=suggestion(wanted, fits))
    except ModelError:
        return  # beside each variant it says why it won't run, and any can be downloaded all the same
