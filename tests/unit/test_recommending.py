"""What to begin with is the best that fits well: of the catalogue, or of this disk where there is no way to the hub."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from fakes import FakeChatModel, FakeChatModels
from fit_room import GB, LAPTOP, Known
from localassist.domain.errors import ModelError, NotFoundError, OfflineError, Stopped
from localassist.domain.fitting import Capacity
from localassist.domain.library import CatalogEntry, Commercial, Fit, Licence, RemoteFile, Repository, Suitability
from localassist.domain.ports.hub import Hub
from localassist.domain.ports.library import ModelCatalog
from localassist.domain.stopping import Stop
from localassist.usecases.fitting_models import FitModels, Judge
from localassist.usecases.recommending import RecommendModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.library import ModelSearch
    from localassist.domain.models import ModelFile

BITS = {"Q2_K": 2.6, "Q4_K_M": 4.8, "Q8_0": 8.5, "F16": 16.0}
FREE = Licence("MIT", "MIT License", Commercial.YES)
WORKSTATION = Capacity(64 * GB, 60 * GB, disk_free=500 * GB, cores=16, bandwidth=200e9)


def entry(name: str, parameters: int, active: int = 0, licence: Licence = FREE, *can: str) -> CatalogEntry:
    return CatalogEntry(
        id=name,
        name=name,
        kind="chat",
        family=name,
        maker="maker",
        licence=licence,
        sources=("https://example.org",),
        repository=f"o/{name}",
        pattern=f"{name}-*.gguf",
        parameters=parameters,
        active_parameters=active,
        context_length=32_768,
        capabilities=frozenset(can or ("tools",)),
    )


class Shop(Hub, ModelCatalog):
    """The entries, each in all quantisations; `problem` is raised instead of an answer."""

    def __init__(self, *entries: CatalogEntry, gated: str = "", problem: Exception | None = None) -> None:
        self._entries = entries
        self._gated = gated
        self._problem = problem
        self.asked: list[str] = []

    @override
    def entries(self) -> tuple[CatalogEntry, ...]:
        return self._entries

    @override
    def entry(self, entry_id: str) -> CatalogEntry:
        return next(one for one in self._entries if one.id == entry_id)

    @override
    def repository(self, name: str, stop: Stop, revision: str = "") -> Repository:
        stop.raise_if_requested()
        if self._problem:
            raise self._problem
        self.asked.append(name)
        one = next(one for one in self._entries if one.repository == name)
        if one.name == "moved":
            raise NotFoundError("It is not there.", "Look elsewhere.")
        files = [RemoteFile(f"{one.name}-{kind}.gguf", int(one.parameters * bits / 8)) for kind, bits in BITS.items()]
        return Repository(name, "r", (*files, RemoteFile("other-Q4_K_M.gguf", 10)), gated=one.name == self._gated)

    @override
    def search(self, search: ModelSearch, stop: Stop) -> Iterator[Repository]:
        yield from ()

    @override
    def card(self, repository: Repository, stop: Stop) -> str:
        return ""

    @override
    def read(self, repository: Repository, file: RemoteFile, start: int, length: int, stop: Stop) -> bytes:
        return b""


class Shelf(FakeChatModels):
    """Model files of the given sizes."""

    def __init__(self, **sizes: int) -> None:
        super().__init__(*(FakeChatModel(name=name) for name in sizes))
        self._sizes = sizes

    @override
    def files(self) -> tuple[ModelFile, ...]:
        return tuple(replace(file, size=self._sizes[file.name]) for file in super().files())


def recommend(shop: Shop, shelf: Shelf | None = None, capacity: Capacity = LAPTOP) -> RecommendModel:
    shelf = shelf or Shelf()
    known = Known({file.path: file.size for file in shelf.files()}, capacity)
    return RecommendModel(shop, shop, shelf, FitModels(known, known, known, shelf, list))


def test_without_asking_it_is_guessed_from_the_catalogue() -> None:
    shop = Shop(entry("tiny", GB), entry("middle", 4 * GB), entry("giant", 70 * GB))
    found = recommend(shop).without_asking()
    assert found is not None
    assert (found.entry, found.variant, found.fit.suitability) == (entry("middle", 4 * GB), None, Suitability.FITS)
    for words in ("middle: at a guess, ", "should write about", "MIT License", "once its files are looked up."):
        assert words in found.reason
    assert shop.asked == []
    assert recommend(Shop(entry("giant", 70 * GB))).without_asking() is None
    narrow = recommend(shop, capacity=replace(LAPTOP, disk_free=2 * GB)).without_asking()
    assert narrow is not None
    assert narrow.entry == entry("tiny", GB), "the middle one does not go onto the disk"


def test_the_largest_that_fits_well_in_the_best_quantisation_that_does() -> None:
    shop = Shop(entry("tiny", GB), entry("middle", 4 * GB), entry("large", 8 * GB), entry("giant", 70 * GB))
    found = recommend(shop)(Stop())
    assert found is not None
    assert found.entry is not None
    assert found.variant is not None
    assert (found.entry.id, found.variant.quantisation) == ("middle", "Q8_0")
    assert found.fit.suitability is Suitability.FITS
    for words in ("middle, Q8_0, 4.2 GB", "largest model of the catalogue", "should write about", "MIT License"):
        assert words in found.reason
    assert "o/giant" not in shop.asked
    assert "o/tiny" not in shop.asked


def test_with_more_memory_it_is_a_larger_one_and_no_quantisation_that_loses_much_is_taken() -> None:
    shop = Shop(entry("large", 8 * GB), entry("giant", 70 * GB))
    found = recommend(shop, capacity=WORKSTATION)(Stop())
    assert found is not None
    assert found.entry is not None
    assert found.entry.id == "large"
    narrow = recommend(Shop(entry("large", 8 * GB)), capacity=Capacity(16 * GB, 4 * GB, 99 * GB, 8, 99e9))(Stop())
    assert narrow is None, "at two bits it would fit"


def test_tools_come_before_size_and_thinking_waits() -> None:
    with_tools = Shop(entry("old", 5 * GB, 0, FREE, "vision"), entry("new", 4 * GB, 0, FREE, "tools"))
    found = recommend(with_tools)(Stop())
    assert found is not None
    assert found.entry is with_tools.entry("new")
    equals = Shop(entry("thinker", 4 * GB, 0, FREE, "tools", "reasoning"), entry("a", 4 * GB), entry("b", 4 * GB))
    found = recommend(equals)(Stop())
    assert found is not None
    assert found.entry is equals.entry("a")


def test_what_not_everybody_may_have_is_not_recommended() -> None:
    private = Licence("nc", "Not for business", Commercial.NO)
    shop = Shop(entry("private", 4 * GB, 0, private), entry("asking", 4 * GB), entry("moved", 4 * GB), gated="asking")
    assert recommend(shop)(Stop()) is None


@pytest.mark.parametrize("problem", [OfflineError("Offline.", "Go online."), None], ids=["offline", "nothing fits"])
def test_without_the_hub_it_is_the_largest_here_that_fits_well(problem: Exception | None) -> None:
    shop = Shop(entry("middle", 4 * GB) if problem else entry("giant", 99 * GB), problem=problem)
    found = recommend(shop, Shelf(small=GB, good=3 * GB, slow=7 * GB, huge=40 * GB))(Stop())
    assert found is not None
    assert found.file is not None
    assert found.file.name == "good"
    assert found.entry is None
    assert "good, 3.0 GB: the largest model on this disk" in found.reason
    assert ("The hub could not be asked. Offline." in found.reason) is (problem is not None)


def test_where_the_hub_cannot_be_asked_and_nothing_here_fits_that_is_said() -> None:
    with pytest.raises(OfflineError, match="Offline"):
        recommend(Shop(entry("middle", 4 * GB), problem=OfflineError("Offline.", "Go online.")), Shelf(huge=40 * GB))(
            Stop()
        )


@pytest.mark.parametrize("problem", [ModelError("It is no model file."), NotFoundError("It is gone.")])
def test_a_repository_with_strange_files_keeps_no_other_from_being_recommended(
    problem: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = Judge.variant

    def judge(self: Judge, repository: Repository, *more: Any) -> Fit:
        if repository.name == "o/strange":
            raise problem
        return judged(self, repository, *more)

    monkeypatch.setattr(Judge, "variant", judge)
    found = recommend(Shop(entry("strange", 5 * GB), entry("middle", 4 * GB)))(Stop())
    assert found is not None
    assert found.entry is not None
    assert found.entry.id == "middle"


def test_nothing_is_recommended_where_nothing_fits_and_looking_ends_on_request() -> None:
    assert recommend(Shop(entry("giant", 99 * GB)), Shelf(huge=40 * GB))(Stop()) is None
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        recommend(Shop(entry("middle", 4 * GB)))(stop)
