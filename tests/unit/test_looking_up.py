"""What somebody means who names a model, and which of its files are taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from localassist.domain.errors import ModelError, NotFoundError
from localassist.domain.library import (
    CatalogEntry,
    Commercial,
    Fit,
    Licence,
    RemoteFile,
    Repository,
    Suitability,
    Variant,
)
from localassist.domain.stopping import Stop
from localassist.usecases.looking_up import LookUpModel, Wanted, named_variant
from localassist.usecases.suggesting import judged, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localassist.domain.ports.hub import Hub
    from localassist.domain.ports.library import ModelCatalog
    from localassist.usecases.fitting_models import Judge

MIT = Licence("MIT", "MIT License", Commercial.YES, "Use it for anything.")
CHAT = CatalogEntry("tiny", "Tiny", "chat", "Tiny", "Maker", MIT, (), "maker/Tiny-GGUF", "tiny-*.gguf")
SEARCHES = replace(CHAT, id="leaf", kind="embedder", repository="maker/leaf", pattern="model.safetensors")
UNKNOWN = replace(CHAT, id="lost", repository="", pattern="", notes="It needs code of its own.")


class Shelves:
    """A catalogue of three and a hub that has what it is given; `asked` is what it was asked for."""

    def __init__(self, **files: tuple[str, ...]) -> None:
        self.files = {name.replace("__", "/").replace("_", "-"): paths for name, paths in files.items()}
        self.asked: list[str] = []

    def entries(self) -> tuple[CatalogEntry, ...]:
        return CHAT, SEARCHES, UNKNOWN

    def repository(self, name: str, stop: Stop, revision: str = "") -> Repository:
        self.asked.append(name)
        files = tuple(RemoteFile(path, 10 + number, "e" * 64) for number, path in enumerate(self.files[name]))
        return Repository(name, "c" * 40, files, licence="mit")

    @property
    def look_up(self) -> LookUpModel:
        return LookUpModel(cast("ModelCatalog", self), cast("Hub", self))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tiny", ("tiny", "")),
        ("maker/Tiny-GGUF:Q4_K_M", ("maker/Tiny-GGUF", "Q4_K_M")),
        (" https://huggingface.co/maker/Tiny-GGUF/tree/main ", ("maker/Tiny-GGUF", "")),
        ("hf.co/maker/Tiny-GGUF:q8_0", ("maker/Tiny-GGUF", "q8_0")),
        ("maker/Tiny-GGUF:", ("maker/Tiny-GGUF", "")),
        ("", ("", "")),
    ],
)
def test_a_name_may_come_from_the_browser_and_end_in_a_quantisation(text: str, meant: tuple[str, str]) -> None:
    assert named_variant(text) == meant


@pytest.mark.parametrize("path", ["/models/mine.gguf", "~/mine.gguf", "./mine.gguf", "../mine.gguf", "C:\\mine.gguf"])
def test_the_hub_is_never_asked_for_the_name_of_a_file_of_this_computer(path: str) -> None:
    with pytest.raises(NotFoundError, match="no model or file"):
        Shelves().look_up(named_variant(path)[0] if path[0] != "C" else path, Stop())


def test_a_model_of_the_catalogue_is_known_by_its_id_and_its_repository() -> None:
    shelves = Shelves()
    assert shelves.look_up.entry("TINY") is CHAT
    assert shelves.look_up.entry("https://huggingface.co/maker/tiny-gguf") is CHAT
    assert shelves.look_up.entry("") is None
    assert shelves.look_up.require("other/model") is None
    with pytest.raises(NotFoundError, match="no model 'tiney'") as caught:
        shelves.look_up.require("tiney")
    assert caught.value.hint == "Did you mean tiny?"
    assert shelves.asked == []


def test_only_the_files_that_the_catalogue_means_are_its_variants() -> None:
    found = Shelves(maker__Tiny_GGUF=("other-Q4_K_M.gguf", "tiny-Q8_0.gguf", "tiny-Q4_K_M.gguf", "mmproj-tiny.gguf"))
    wanted = found.look_up("tiny", Stop())
    assert [each.quantisation for each in wanted.variants] == ["Q8_0", "Q4_K_M"]
    assert (wanted.kind, wanted.licence) == ("chat", MIT)
    assert wanted.variant("q4_k_m") == wanted.variant("tiny-Q4_K_M.gguf") == wanted.variants[1]
    with pytest.raises(NotFoundError) as caught:
        wanted.variant("Q2_K")
    assert caught.value.hint == "It has: Q8_0, Q4_K_M."


def test_the_licence_of_a_model_outside_the_catalogue_is_explained_where_the_catalogue_knows_it() -> None:
    found = Shelves(some__body=("a-Q8_0.gguf",))
    assert found.look_up("some/body", Stop()).licence == MIT
    unknown = replace(Repository("some/body", "c" * 40), licence="made-up")
    assert found.look_up.licence(None, unknown) == Licence("made-up", "made-up")


def test_an_embedder_is_a_folder_without_what_holds_code() -> None:
    paths = ("modules.json", "config.json", "tokenizer.json", "vocab.txt", "1_Pooling/config.json", "model.safetensors")
    more = ("pytorch_model.bin", "onnx/model.onnx", "onnx/config.json", "modeling.py", "README.md", "x.safetensors")
    found = Shelves(maker__leaf=paths + more, other__leaf=paths + more, no__modules=("model.safetensors", "a.json"))
    for name in ("leaf", "other/leaf"):
        (only,) = found.look_up(name, Stop()).variants
        assert {file.path for file in only.files} == set(paths)
        assert only.files[-1].path == "model.safetensors"
    assert found.look_up("other/leaf", Stop()).kind == "embedder"
    with pytest.raises(NotFoundError, match="no file that can be run here"):
        found.look_up("no/modules", Stop())


def test_a_model_whose_files_nobody_names_says_why() -> None:
    shelves = Shelves()
    with pytest.raises(NotFoundError, match="No source says") as caught:
        shelves.look_up("lost", Stop())
    assert caught.value.hint == UNKNOWN.notes
    assert shelves.asked == []


def variant(quantisation: str, size: int) -> Variant:
    return Variant(quantisation, (RemoteFile(f"m-{quantisation}.gguf", size, "e" * 64),))


def taken(**fits: Suitability) -> str:
    """What is suggested of variants in the order of their size."""
    variants = [(variant(name, size), Fit(how, "Why.", 8192, 0, 0)) for size, (name, how) in enumerate(fits.items())]
    wanted = Wanted(None, Repository("maker/m", "c" * 40), MIT, tuple(each for each, _ in variants))
    return suggestion(wanted, variants).variant.quantisation


FITS, SLOW, TIGHT, WONT = Suitability.FITS, Suitability.SLOW, Suitability.TIGHT, Suitability.WONT_RUN


def test_the_largest_that_fits_well_is_suggested_without_the_sixteen_bits_that_gain_nothing() -> None:
    assert taken(Q2_K=FITS, Q4_K_M=FITS, Q8_0=FITS, BF16=FITS) == "Q8_0"
    assert taken(Q2_K=FITS, Q4_K_M=FITS, Q8_0=TIGHT) == "Q4_K_M"


def test_where_nothing_fits_well_the_smallest_that_keeps_most_is_suggested() -> None:
    assert taken(Q2_K=FITS, Q4_K_M=SLOW, Q8_0=SLOW) == "Q4_K_M"
    assert taken(Q2_K=TIGHT, Q4_K_M=TIGHT, Q8_0=WONT) == "Q4_K_M"
    assert taken(Q2_K=TIGHT, Q4_K_M=TIGHT, Q8_0=SLOW) == "Q4_K_M"
    assert taken(Q2_K=TIGHT, Q4_K_M=WONT, Q8_0=WONT) == "Q2_K"
    assert taken(Q2_K=FITS) == "Q2_K"


def test_what_does_not_run_is_refused_with_the_way_to_have_it_all_the_same() -> None:
    for fits in ({"Q4_K_M": WONT}, {"Q2_K": WONT, "Q4_K_M": WONT}):
        with pytest.raises(ModelError, match="No file of maker/m is of use on this computer") as caught:
            taken(**fits)
        assert f"maker/m:{next(iter(fits))} gets that file all the same" in caught.value.hint


def test_a_file_that_is_no_model_does_not_keep_the_others_from_being_judged() -> None:
    class Strict:
        def variant(self, repository: Repository, variant: Variant, stop: Stop, context_length: int) -> Fit:
            if variant.quantisation == "Q2_K":
                raise ModelError("m-Q2_K.gguf is damaged.", "Get it again.")
            return Fit(FITS, "Why.", context_length, 0, 0)

    variants = (variant("Q2_K", 1), variant("Q8_0", 2))
    wanted = Wanted(None, Repository("maker/m", "c" * 40), MIT, variants)
    found: Mapping[Variant, Fit] = dict(judged(wanted, cast("Judge", Strict()), Stop(), 4096))
    assert found[variants[0]].suitability is WONT
    assert found[variants[0]].reason == "m-Q2_K.gguf is damaged."
    assert found[variants[1]].suitability is FITS
