"""models.toml is whole, and a broken one is refused with what is wrong in it."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from localassist.adapters.catalog_file import Contents, read_catalog
from localassist.adapters.resources import resource
from localassist.domain.errors import StorageError
from localassist.domain.library import Commercial

WHOLE = """
[licence.MIT]
name = "MIT License"
commercial = "yes"
meaning = "Use it for anything."
link = "https://opensource.org/license/mit"
sources = ["https://example.org/LICENSE"]

[[model]]
id = "seer"
name = "Seer 1B"
kind = "chat"
family = "Seer"
maker = "Somebody"
licence = "MIT"
repository = "somebody/Seer-1B-GGUF"
pattern = "Seer-1B-*.gguf"
projector = "mmproj-*.gguf"
parameters = 1_000_000_000
good_at = "Seeing."
capabilities = ["vision"]
sources = ["https://example.org/seer"]
"""
CARRIED = 'carrier = "seer"\ncarrier_version = "1"\nfile = "seer/weights.gguf"\nsha256 = "00"\nsize = 1\n'
BROKEN = {
    "not TOML": ("[licence.MIT]", "[licence", "can't be read"),
    "an unknown key": ('maker = "Somebody"', 'maker = "Somebody"\ncolour = "blue"', "seer has a key that nobody knows"),
    "an unknown key of a licence": ('name = "MIT License"', 'name = "M"\nfee = "none"', "the licence MIT has a key"),
    "no source": ('sources = ["https://example.org/seer"]', "", "seer has no sources"),
    "an empty list of sources": ('["https://example.org/seer"]', "[]", "seer says nothing useful under sources"),
    "a source that is no address": ("https://example.org/seer", "a friend", "no address: a friend"),
    "a licence's link that is no address": ("https://opensource.org/license/mit", "the library", "no address"),
    "a licence without meaning": ('meaning = "Use it for anything."', "", "the licence MIT has no meaning"),
    "a licence of nobody's": ('licence = "MIT"', 'licence = "GPL"', "a licence that is not explained: GPL"),
    "neither yes nor no": ('commercial = "yes"', 'commercial = "maybe"', "neither yes, on conditions nor no"),
    "no id": ('id = "seer"', "", "a model without id has no id"),
    "a number in words": ("parameters = 1_000_000_000", 'parameters = "1B"', "nothing useful under parameters"),
    "a truth for a number": ("parameters = 1_000_000_000", "parameters = true", "nothing useful under parameters"),
    "an empty text": ('"Seeing."', '""', "nothing useful under good_at"),
    "an unknown kind": ('kind = "chat"', 'kind = "oracle"', "has a kind that is none of"),
    "an unknown capability": ('["vision"]', '["vision", "telepathy"]', "can something else than"),
    "a pattern that leaves the folder": ('"Seer-1B-*.gguf"', '"../*.gguf"', "a pattern that can't name"),
    "weights that could hold code": ('"Seer-1B-*.gguf"', '"Seer-1B-*.bin"', "a pattern that can't name"),
    "a projector that is no file name": ('"mmproj-*.gguf"', '"https://x/*.gguf"', "a pattern that can't name"),
    "a repository without owner": ("somebody/Seer-1B-GGUF", "Seer-1B-GGUF", "is in no owner/repository"),
    "a repository without pattern": ('pattern = "Seer-1B-*.gguf"', "", "has only one of repository and pattern"),
    "eyes without projector": ('projector = "mmproj-*.gguf"', "", "sees without projector"),
    "more used than there": ("parameters = 1_", "active_parameters = 2_000_000_000\nparameters = 1_", "uses more"),
    "vectors from a model that chats": ('good_at = "', 'dimension = 3\ngood_at = "', "makes no vectors"),
    "half a carrier": ('maker = "Somebody"', 'maker = "Somebody"\ncarrier = "seer"', "seer has no starter"),
}


def read(folder: Path, text: str) -> Contents:
    (folder / "models.toml").write_text(text, encoding="utf-8")
    return read_catalog(folder / "models.toml")


@pytest.fixture(scope="module")
def shipped() -> Contents:
    return read_catalog(resource("models.toml"))


def test_a_whole_entry_is_read_as_it_stands(tmp_path: Path) -> None:
    (seer,) = read(tmp_path, WHOLE).entries
    assert (seer.id, seer.kind, seer.repository, seer.projector) == (
        "seer",
        "chat",
        "somebody/Seer-1B-GGUF",
        "mmproj-*.gguf",
    )
    assert seer.licence.commercial is Commercial.YES
    assert seer.licence.sources == ("https://example.org/LICENSE",)
    assert (seer.parameters, seer.context_length, seer.capabilities) == (10**9, 0, frozenset({"vision"}))


@pytest.mark.parametrize(("old", "new", "complaint"), BROKEN.values(), ids=BROKEN)
def test_a_broken_catalogue_says_what_is_wrong(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert WHOLE.count(old) == 1
    with pytest.raises(StorageError, match=re.escape(complaint)) as raised:
        read(tmp_path, WHOLE.replace(old, new))
    assert raised.value.hint


def test_no_two_models_have_one_id(tmp_path: Path) -> None:
    _, _, entry = WHOLE.partition("[[model]]")
    with pytest.raises(StorageError, match="two models seer"):
        read(tmp_path, f"{WHOLE}[[model]]{entry}")


def test_a_missing_catalogue_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"models\.toml can't be read"):
        read_catalog(tmp_path / "models.toml")


def test_a_model_that_comes_along_says_how(tmp_path: Path) -> None:
    (carried,) = read(tmp_path, f"{WHOLE}starter = true\n{CARRIED}").carried
    assert (carried.entry.id, carried.carrier, carried.file, carried.size) == ("seer", "seer", "seer/weights.gguf", 1)


def test_one_of_each_kind_is_carried_and_sizes_of_the_hubs_files_are_left_to_the_hub(shipped: Contents) -> None:
    assert [carried.entry.kind for carried in shipped.carried] == ["chat", "embedder"]


def test_every_family_that_people_ask_for_is_there(shipped: Contents) -> None:
    families = {entry.family for entry in shipped.entries}
    assert families >= {"Llama", "Mistral", "Mixtral", "DeepSeek-R1", "Qwen", "Phi", "Gemma", "Falcon", "StableLM"}
    assert families >= {"SmolLM", "gpt-oss", "Granite", "MiniLM", "LEAF", "BGE", "Nomic"}
    assert {entry.kind for entry in shipped.entries} == {"chat", "embedder", "reranker"}


def test_what_can_not_be_had_says_why(shipped: Contents) -> None:
    carried = {model.entry.id for model in shipped.carried}
    for entry in shipped.entries:
        assert entry.repository or entry.id in carried or "can't be used" in entry.notes, entry.id


def test_a_projector_is_never_taken_for_weights(shipped: Contents) -> None:
    for entry in shipped.entries:
        if entry.projector:
            assert not fnmatchcase(entry.projector.replace("*", "f16"), entry.pattern), entry.id


def test_names_and_files_are_each_those_of_one_model(shipped: Contents) -> None:
    names = [entry.name.casefold() for entry in shipped.entries]
    files = [(entry.repository, entry.pattern) for entry in shipped.entries if entry.repository]
    assert len(set(names)) == len(names)
    assert len(set(files)) == len(files)


def test_languages_are_codes(shipped: Contents) -> None:
    for entry in shipped.entries:
        assert all(re.fullmatch(r"[a-z]{2}|mul", code) for code in entry.languages), entry.id


def test_a_licence_that_asks_for_nothing_was_read_and_no_business_use_is_promised_unread(shipped: Contents) -> None:
    for licence in {entry.licence for entry in shipped.entries}:
        assert licence.sources, licence.id
        assert licence.attribution or licence.commercial is Commercial.NO, licence.id
