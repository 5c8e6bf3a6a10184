"""Files of a repository put together as ways to have the model, as people name such files."""

import pytest

from localassist.domain.library import RemoteFile
from localassist.domain.quantisations import loses, projectors, variants


def files(*paths: str) -> list[RemoteFile]:
    return [RemoteFile(path, size) for size, path in enumerate(paths, start=1)]


@pytest.mark.parametrize(
    ("path", "quantisation"),
    [
        ("Llama-3.2-3B-Instruct-Q4_K_M.gguf", "Q4_K_M"),
        ("qwen2.5-7b-instruct-q5_k_s.gguf", "Q5_K_S"),
        ("Qwen3-4B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("DeepSeek-R1-Distill-Qwen-1.5B-IQ2_XXS.gguf", "IQ2_XXS"),
        ("tinyllama-1.1b-chat-v1.0.Q3_K.gguf", "Q3_K_M"),
        ("gpt-oss-20b-MXFP4.gguf", "MXFP4"),
        ("model.fp16.gguf", "F16"),
        ("BF16/model.gguf", "BF16"),
        ("Qwen3-8B.gguf", ""),
    ],
)
def test_the_quantisation_is_read_off_the_name(path: str, quantisation: str) -> None:
    assert [variant.quantisation for variant in variants(files(path))] == [quantisation]


def test_parts_are_one_way_and_a_missing_part_is_none() -> None:
    whole = ["Q8_0/m-Q8_0-00002-of-00002.gguf", "Q8_0/m-Q8_0-00001-of-00002.gguf"]
    (found,) = variants(files(*whole, "m-Q4_0-00001-of-00003.gguf", "m-Q4_0-00003-of-00003.gguf"))
    assert [file.path for file in found.files] == sorted(whole)
    assert (found.quantisation, found.size) == ("Q8_0", 3)


def test_projectors_and_what_is_no_model_stand_apart() -> None:
    given = files("mmproj-m-f16.gguf", "m-Q4_K_M.gguf", "imatrix.gguf", "README.md", "m.imatrix", "x/mmproj-BF16.gguf")
    assert [variant.files[0].path for variant in variants(given)] == ["m-Q4_K_M.gguf"]
    assert [file.path for file in projectors(given)] == ["mmproj-m-f16.gguf", "x/mmproj-BF16.gguf"]


def test_the_smallest_comes_first() -> None:
    found = variants([RemoteFile("a-Q8_0.gguf", 8), RemoteFile("a-Q4_0.gguf", 4), RemoteFile("a-F16.gguf", 16)])
    assert [variant.quantisation for variant in found] == ["Q4_0", "Q8_0", "F16"]


def test_what_it_loses_is_said_in_words_with_its_source() -> None:
    assert loses("Q2_K").startswith("Loses very much")
    assert loses("Q4_K_M") == "Loses little: perplexity rises by 0.18 on Llama 3 8B (llama.cpp)."
    assert loses("Q8_0").startswith("Loses next to nothing")
    assert loses("BF16") == "Loses nothing that is noticed."
    assert "2.06 bits a weight" in loses("IQ2_XXS")
    assert loses("Q9_Z") == ""
