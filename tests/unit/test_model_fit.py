"""How well a model fits is one word and one sentence, and what was measured here beats what was calculated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fakes import FakeChatModel, FakeChatModels
from fit_room import GB, LAPTOP, Known, Weights
from localassist.domain.errors import ModelError
from localassist.domain.fitting import Demand, Pace, fit_of
from localassist.domain.library import CatalogEntry, Licence, RemoteFile, Repository, Suitability, Variant
from localassist.domain.stopping import Stop
from localassist.usecases.fitting_models import FitModels, Judge
from localassist.usecases.predicting import Speeds


def judge(known: Known, *names: str, loaded: tuple[str, ...] = ()) -> Judge:
    models = FakeChatModels(*(FakeChatModel(name=name) for name in names))
    return FitModels(known, known, known, models, lambda: loaded)()


def path(name: str) -> str:
    return f"/models/{name}.gguf"


@pytest.mark.parametrize(
    ("demand", "suitability", "says"),
    [
        (Demand(8192, 4 * GB, 3 * GB, tokens_per_second=20.0), Suitability.FITS, "should write about 20 tokens"),
        (Demand(8192, 4 * GB, 3 * GB, tokens_per_second=8.04, measured=True), Suitability.FITS, "writes 8.0 tokens a"),
        (Demand(8192, 8 * GB, 3 * GB), Suitability.FITS, "will show when it runs"),
        (Demand(8192, 4 * GB, 3 * GB, tokens_per_second=7.9), Suitability.SLOW, "slower than most people read"),
        (Demand(8192, 13 * GB, 12 * GB, tokens_per_second=1.0), Suitability.SLOW, "It needs at least 12.0 GB, more"),
        (Demand(8192, 8 * GB + 1, 3 * GB, tokens_per_second=20.0), Suitability.TIGHT, "little for other programs"),
        (Demand(8192, 11 * GB, 9 * GB, tokens_per_second=20.0), Suitability.TIGHT, "of 8,192 tokens, more than"),
        (Demand(8192, 13 * GB, 12 * GB, tokens_per_second=20.0), Suitability.TIGHT, "close other programs first"),
        (Demand(8192, 15 * GB, 13 * GB, tokens_per_second=20.0), Suitability.WONT_RUN, "this computer has 16.0 GB in"),
        (Demand(8192, 4 * GB, 3 * GB, download=101 * GB), Suitability.WONT_RUN, "101.0 GB of the disk"),
        (Demand(8192, 11 * GB, 9 * GB, given_back=4 * GB), Suitability.FITS, "once the loaded model has left"),
    ],
)  # fmt: skip
def test_one_word_and_why(demand: Demand, suitability: Suitability, says: str) -> None:
    fit = fit_of(demand, LAPTOP)
    assert fit.suitability is suitability
    assert says in fit.reason
    assert fit.reason.endswith(".")


def test_a_larger_file_never_gets_a_better_word() -> None:
    words = [
        fit_of(Demand(8192, size * GB, size * GB - GB // 2, tokens_per_second=100 / size), LAPTOP).suitability
        for size in range(1, 17)
    ]
    order = list(Suitability)
    assert words == sorted(words, key=order.index)
    assert set(words) == set(order)


def test_memory_and_speed_are_told_for_the_chosen_context() -> None:
    known = Known({path("small"): 2 * GB})
    usual, long = judge(known, "small").file(path("small")), judge(known, "small").file(path("small"), 32_768)
    assert (usual.context_length, usual.needed) == (8192, 2 * GB + 81_920_000)
    assert (long.context_length, long.needed) == (32_768, 2 * GB + 327_680_000)
    assert judge(known).file(path("small"), 10**6).context_length == 32_768, "no longer than it was trained for"
    with pytest.raises(ModelError, match="no file"):
        judge(known).file("/gone.gguf")


def test_few_cores_or_a_slow_memory_bound_the_speed() -> None:
    file = path("m")
    quick = judge(Known({file: 2 * GB}, replace(LAPTOP, cores=64))).file(file).tokens_per_second
    slow_memory = judge(Known({file: 2 * GB}, replace(LAPTOP, cores=64, bandwidth=10e9))).file(file).tokens_per_second
    one_core = judge(Known({file: 2 * GB}, replace(LAPTOP, cores=1))).file(file).tokens_per_second
    assert quick == pytest.approx(40 / 2.02, rel=0.01)
    assert slow_memory == pytest.approx(10 / 2.02, rel=0.01)
    assert one_core == pytest.approx(12 / 2.02, rel=0.01)
    assert judge(Known({file: 2 * GB}, replace(LAPTOP, quick=False))).file(file).tokens_per_second is None


def test_after_one_run_a_model_s_own_speed_is_told_and_others_follow() -> None:
    files = {path("ran"): 2 * GB, path("other"): 4 * GB}
    before = judge(Known(files), "ran", "other")
    paces = (Pace("ran", "CPU, 4 threads", 5.0, depth=2048),)
    after = judge(Known(files, paces=paces), "ran", "other")
    fit = after.file(path("ran"))
    assert (fit.tokens_per_second, fit.measured, fit.suitability) == (pytest.approx(5.0), True, Suitability.SLOW)
    factor = 5.0 / (before.file(path("ran")).tokens_per_second or 0)
    other = after.file(path("other"))
    assert not other.measured
    assert other.tokens_per_second == pytest.approx((before.file(path("other")).tokens_per_second or 0) * factor)


def test_the_same_file_on_the_hub_is_known_by_its_name() -> None:
    known = Known({path("m-Q4_K_M"): 2 * GB}, paces=(Pace("m-Q4_K_M", "CPU, 4 threads", 11.0, depth=2048),))
    variant = Variant("Q4_K_M", (RemoteFile("m-Q4_K_M.gguf", 2 * GB),))
    fit = judge(known, "m-Q4_K_M").variant(Repository("o/m", "r"), variant, Stop())
    assert (fit.tokens_per_second, fit.measured) == (pytest.approx(11.0), True)


def test_the_likest_model_corrects_and_the_middle_of_the_latest_runs_counts() -> None:
    footprints = {"small": Weights(GB), "large": Weights(8 * GB)}
    rates = (6.0, 1.0, 6.1, 5.9, 40.0, 0.1)
    paces = [*(Pace("large", "CPU, 4 threads", rate, 0) for rate in rates), Pace("small", "CPU, 4 threads", 10.0, 0)]
    speeds = Speeds(LAPTOP, paces, footprints)
    assert speeds.of(Weights(8 * GB), "large", 0, 0.0).tokens_per_second == pytest.approx(6.0)
    near_small, near_large = speeds.of(Weights(2 * GB), "x", 0, 0.0), speeds.of(Weights(6 * GB), "y", 0, 0.0)
    assert near_small.tokens_per_second == pytest.approx(5.0, rel=0.01)
    assert near_large.tokens_per_second == pytest.approx(8.0, rel=0.01)


def test_a_gpu_s_speed_is_unknown_until_something_ran_there() -> None:
    card = replace(LAPTOP, gpu_total=12 * GB, gpu_free=11 * GB)
    file = path("m")
    unknown = judge(Known({file: 6 * GB}, card), "m").file(file)
    assert (unknown.suitability, unknown.tokens_per_second) == (Suitability.FITS, None)
    on_cpu = (Pace("m", "CPU, 4 threads", 3.0, 0),)
    assert judge(Known({file: 6 * GB}, card, on_cpu), "m").file(file).tokens_per_second is None
    ran = (Pace("m", "NVIDIA RTX, 4 threads", 60.0, 2048),)
    assert judge(Known({file: 6 * GB}, card, ran), "m").file(file).tokens_per_second == pytest.approx(60.0)
    other = judge(Known({file: 6 * GB, path("n"): 3 * GB}, card, ran), "m").file(path("n"))
    assert other.tokens_per_second == pytest.approx(120.0, rel=0.01)
    assert not other.measured


def test_beside_layers_on_a_gpu_the_others_decide() -> None:
    card = replace(LAPTOP, gpu_total=6 * GB, gpu_free=5 * GB)
    half = judge(Known({path("m"): 10 * GB}, card)).file(path("m"))
    without = judge(Known({path("m"): 10 * GB})).file(path("m"))
    assert half.tokens_per_second == pytest.approx(2 * (without.tokens_per_second or 0), rel=0.05)
    assert half.free == 15 * GB


def test_a_gpu_without_memory_of_its_own_adds_none() -> None:
    shared = replace(LAPTOP, gpu_total=12 * GB, gpu_free=8 * GB, shared=True)
    fit = judge(Known({path("m"): 4 * GB}, shared)).file(path("m"))
    assert fit.free == 10 * GB
    assert fit.tokens_per_second == pytest.approx(10, rel=0.05)


def test_a_loaded_model_counts_as_gone() -> None:
    files = {path("loaded"): 4 * GB, path("m"): 9 * GB}
    fit = judge(Known(files), "loaded").file(path("m"))
    assert fit.suitability is Suitability.SLOW
    assert fit.free == 10 * GB
    credited = judge(Known(files), "loaded", loaded=(path("loaded"), "/gone.gguf")).file(path("m"))
    assert credited.free == 14 * GB + 40_960_000
    assert "once the loaded model has left" in credited.reason
    card = replace(LAPTOP, gpu_total=12 * GB, gpu_free=7 * GB)
    on_card = judge(Known(files, card), "loaded", loaded=(path("loaded"),)).file(path("m"))
    assert on_card.tokens_per_second is None, "all of it goes onto the card once the other one has left"


def test_a_guess_needs_no_look() -> None:
    def entry(parameters: int, active: int = 0) -> CatalogEntry:
        licence = Licence("MIT", "MIT License")
        return CatalogEntry(
            "m", "M", "chat", "f", "maker", licence, ("s",), parameters=parameters, active_parameters=active
        )

    nothing = judge(Known({}))
    assert nothing.guess(entry(4 * GB)) is Suitability.FITS
    assert nothing.guess(entry(11 * GB)) is Suitability.SLOW
    assert nothing.guess(entry(11 * GB, active=2 * GB)) is Suitability.FITS
    assert nothing.guess(entry(70 * GB)) is Suitability.WONT_RUN
    assert nothing.guess(entry(0)) is None
    assert nothing.guess(replace(entry(GB), kind="embedder")) is None
