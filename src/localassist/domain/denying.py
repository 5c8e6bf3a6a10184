"""Words that deny, in English, German, French and Spanish."""

from __future__ import annotations

from typing import Final

_DENYING_WORDS: Final = """not no never none nobody nothing neither nor without cannot nowhere
    nicht kein keine keinen keinem keiner keines nie niemals niemand niemanden nichts ohne weder"""
_SOFTLY_DENYING_WORDS: Final = """
fail failed fails failing failure lack lacks lacked lacking refuse refuses refused deny denies denied prevent prevents
prevented avoid avoids avoided forbid forbids forbidden prohibit prohibits prohibited prohibition ban banned exclude
excludes excluded excluding except unless unable absent absence missing hardly barely rarely seldom scarcely only
instead rather little few stop stops stopped rule rules ruled reject rejects rejected void useless unaffected free
zero decline declines declined exempt exempts exempted impossible ineligible invalid verboten untersagt ausgeschlossen
außer verhindert scheitert gescheitert fehlt fehlen fehlte mangels unmöglich verweigert abgelehnt selten kaum nur frei
statt unzulässig ungültig unwirksam entfällt
"""
DENYING: Final = frozenset(_DENYING_WORDS.split())
DENYING_SOFTLY: Final = frozenset(_SOFTLY_DENYING_WORDS.split())
"""Words that deny as well as "not" does when both texts speak of the same."""
_ROMANCE_DENYING_WORDS: Final = """
pas jamais aucun aucune rien personne non no nunca jamás ningún ninguna ninguno nadie nada tampoco
"""
ROMANCE_DENYING: Final = frozenset(_ROMANCE_DENYING_WORDS.split())
"""French and Spanish, without the first half of "ne ... pas"."""
_ROMANCE_FUNCTION_WORDS: Final = """
le la les l un une des du de d et est sont à au aux en dans pour par sur avec qui que ne n se s ce cette ces il elle ils
elles son sa ses leur a ont été être sera plus el los las lo una unos unas del y es son fue fueron ser será al con para
por sobre su sus como ha han puede pueden debe deben peut peuvent doit doivent
"""
ROMANCE: Final = frozenset(_ROMANCE_FUNCTION_WORDS.split())
"""Function words of French and Spanish, and what stands before their apostrophes."""
