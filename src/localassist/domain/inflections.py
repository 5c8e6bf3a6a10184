"""Words without their inflections, and whether those of a text are French or Spanish."""

from __future__ import annotations

import re
from typing import Final

from localassist.domain.denying import ROMANCE, ROMANCE_DENYING
from localassist.domain.terms import FUNCTION_WORDS, WORD

_IRREGULAR_VERBS: Final = """
pay paid / hold held / keep kept / make made / take took taken / give gave given / go went gone / sell sold / buy
bought / find found / leave left / build built / send sent / say said / tell told / get got / win won / lose lost /
meet met / lead led / rise rose risen / fall fell fallen / grow grew grown / draw drew drawn / write wrote written /
begin began begun / run ran / speak spoke spoken / choose chose chosen / break broke broken / drive drove driven /
know knew known / see saw seen / come came / become became / bring brought / think thought / teach taught / catch
caught / feel felt / stand stood / spend spent / mean meant / bear bore borne / wear wore worn / eat ate eaten / drink
drank drunk / gelten gilt galt gegolten / nehmen nimmt nahm genommen / geben gab gegeben / zahlen gezahlt bezahlt /
finden fand gefunden
"""
_BASES: Final = {form: verb.split()[0] for verb in _IRREGULAR_VERBS.split("/") for form in verb.split()[1:]}
_INFLECTIONS: Final = ("ings", "ing", "ies", "ied", "ed", "es", "en", "er", "s", "e", "d", "n", "y")
_SHORTEST: Final = 3
_ROMANCE_ONLY: Final = ROMANCE - FUNCTION_WORDS
_NOT_ROMANCE: Final = FUNCTION_WORDS - ROMANCE - ROMANCE_DENYING
APOSTROPHE: Final = re.compile("['’]")
"""What French words are joined by."""


def base_of(word: str) -> str:
    """A folded word without its inflection, like `terms.stem` but for short and irregular verbs too."""
    word = _BASES.get(word, word)
    for _ in range(2):
        ending = next((e for e in _INFLECTIONS if word.endswith(e) and len(word) - len(e) >= _SHORTEST), "")
        word = word.removesuffix(ending)
    return word[:-1] if len(word) > _SHORTEST and word[-1] == word[-2] else word


def is_romance(text: str) -> bool:
    """Whether more of a text's function words are French or Spanish than English or German."""
    found = [match.group().casefold() for match in WORD.finditer(text)]
    parts = [part for word in found for part in APOSTROPHE.split(word)]
    return sum(part in _ROMANCE_ONLY for part in parts) > sum(word in _NOT_ROMANCE for word in found)
