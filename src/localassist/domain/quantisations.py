"""Which ways to have a model the files of a repository are: quantisations, parts put together, projectors apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.library import Variant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.domain.library import RemoteFile

# How much harder a text becomes to foresee (perplexity) once Llama 3 8B is stored so, as `llama-quantize --help` has it
# (llama.cpp, tools/quantize/quantize.cpp, QUANT_OPTIONS).
_PERPLEXITY_RISE: Final = {
    "Q2_K": 3.5199,
    "Q2_K_S": 3.1836,
    "Q3_K_S": 1.6321,
    "Q3_K_M": 0.6569,
    "Q3_K_L": 0.5562,
    "Q4_0": 0.4685,
    "Q4_1": 0.4511,
    "Q4_K_S": 0.2689,
    "Q4_K_M": 0.1754,
    "Q5_0": 0.1316,
    "Q5_1": 0.1062,
    "Q5_K_S": 0.1049,
    "Q5_K_M": 0.0569,
    "Q6_K": 0.0217,
    "Q8_0": 0.0026,
}
# Bits a weight where the same table has nothing else.
_BITS: Final = {
    "IQ1_S": 1.56,
    "IQ1_M": 1.75,
    "TQ1_0": 1.69,
    "TQ2_0": 2.06,
    "IQ2_XXS": 2.06,
    "IQ2_XS": 2.31,
    "IQ2_S": 2.5,
    "IQ2_M": 2.7,
    "IQ3_XXS": 3.06,
    "IQ3_XS": 3.3,
    "IQ3_S": 3.44,
    "IQ3_M": 3.66,
    "IQ4_XS": 4.25,
    "IQ4_NL": 4.5,
}
_MUCH: Final = 0.6
_OTHER_NAMES: Final = {"FP16": "F16", "FP32": "F32", "Q3_K": "Q3_K_M", "Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M"}
_WHOLE: Final = frozenset({"F16", "BF16", "F32"})
_NAME: Final = re.compile(
    r"(?<![A-Z0-9])(?:UD-)?(?:I?Q\d(?:_[0-9A-Z]+)*|TQ\d_\d|BF16|FP?16|FP?32|MXFP4(?:_MOE)?)(?![A-Z0-9])"
)
_PART: Final = re.compile(r"^(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$", re.IGNORECASE)
_SIDE_FILE: Final = re.compile(r"(^|[^a-z])(imatrix|mmproj)([^a-z]|$)", re.IGNORECASE)


def variants(files: Iterable[RemoteFile]) -> tuple[Variant, ...]:
    """The ways to have the model, smallest first; those of which a part is missing are left out.

    The quantisation is read off the name, as nothing else says it before the file is there; "" where there is none.
    """
    found: list[Variant] = []
    parts: dict[tuple[str, int], dict[int, RemoteFile]] = {}
    for file in files:
        if not file.path.lower().endswith(".gguf") or _SIDE_FILE.search(_name(file)):
            continue
        if part := _PART.match(file.path):
            parts.setdefault((part["stem"], int(part["count"])), {})[int(part["number"])] = file
        else:
            found.append(_variant(file.path.removesuffix(file.path[-5:]), (file,)))
    for (stem, count), numbered in parts.items():
        if sorted(numbered) == list(range(1, count + 1)):
            found.append(_variant(stem, tuple(numbered[number] for number in sorted(numbered))))
    return tuple(sorted(found, key=lambda variant: (variant.size, variant.files[0].path)))


def projectors(files: Iterable[RemoteFile]) -> tuple[RemoteFile, ...]:
    """The files that let a model of this repository see, smallest first."""
    found = [file for file in files if file.path.lower().endswith(".gguf") and "mmproj" in _name(file).lower()]
    return tuple(sorted(found, key=lambda file: (file.size, file.path)))


def without_quantisation(path: str) -> str:
    """What all quantisations of a model share of their files' paths; a part of one counts as the whole."""
    part = _PART.match(path)
    stem = part["stem"] if part else path.removesuffix(path[-5:]) if path.lower().endswith(".gguf") else path
    return _NAME.sub("", stem.upper())


def keeps_most(quantisation: str) -> bool:
    """Whether a model is worth having like this where there is a choice: by the table, no less than four bits do."""
    plain = quantisation.upper().removeprefix("UD-")
    if plain in _WHOLE or plain.startswith("MXFP4"):  # the latter is how its makers publish gpt-oss
        return True
    rise, bits = _PERPLEXITY_RISE.get(_OTHER_NAMES.get(plain, plain)), _BITS.get(plain, 0.0)
    return rise < _MUCH if rise is not None else bits >= 4


def loses(quantisation: str) -> str:
    """What a quantisation costs, as a sentence; "" where no source says."""
    if quantisation in _WHOLE:
        return "Loses nothing that is noticed."
    if quantisation in _PERPLEXITY_RISE:
        rise = _PERPLEXITY_RISE[quantisation]
        return f"{_in_words(rise)}: perplexity rises by {rise:.2g} on Llama 3 8B (llama.cpp)."
    if quantisation in _BITS:
        return f"About {_BITS[quantisation]:g} bits a weight (llama.cpp); it has no figure of what that loses."
    return ""


def _in_words(rise: float) -> str:
    # Where one word gives way to the next is our choice.
    for least, words in (
        (2.0, "Loses very much"),
        (_MUCH, "Loses much"),
        (0.25, "Loses something"),
        (0.04, "Loses little"),
    ):
        if rise >= least:
            return words
    return "Loses next to nothing"


def _variant(stem: str, files: tuple[RemoteFile, ...]) -> Variant:
    quantisation = _quantisation(stem)
    return Variant(quantisation, files, loses(quantisation.removeprefix("UD-")))


def _quantisation(stem: str) -> str:
    """The last name of one in the path: file names end in it, and folders are named after it."""
    names = _NAME.findall(stem.upper())
    return _OTHER_NAMES.get(names[-1], names[-1]) if names else ""


def _name(file: RemoteFile) -> str:
    return file.path.rpartition("/")[2]
