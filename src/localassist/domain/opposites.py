"""Words that say the opposite of each other, in English and German, and some in French and Spanish."""

from __future__ import annotations

from typing import Final

_PAIRS: Final = """
before prior vor vorher / after following nach nachher
more mehr / less fewer weniger
most meisten / least fewest wenigsten
above over exceed exceeds exceeded exceeding oberhalb über / below under beneath unterhalb unter
minimum mindestens minimal min / maximum höchstens maximal max
increase increases increased increasing rise rises rose risen rising grow grows grew grown raise raised raises \
steigt stieg gestiegen steigen erhöht erhöhte erhöhen wächst wuchs gewachsen zugenommen / decrease decreases \
decreased decreasing fall falls fell fallen falling drop drops dropped reduce reduces reduced shrink shrank decline \
declines declined lowered sinkt sank gesunken sinken gesenkt senkte senken verringert verringerte reduziert \
abgenommen
higher höher höhere höheren / lower niedriger niedrigere niedrigeren
high hoch hohe hohen hoher / low niedrig niedrige niedrigen tief
highest höchste höchsten / lowest niedrigste niedrigsten
larger bigger greater größer größere größeren / smaller kleiner kleinere kleineren
largest biggest greatest größte größten / smallest kleinste kleinsten
longer länger / shorter kürzer
first erste ersten erster erstes / last final letzte letzten letzter letztes
earlier früher / later später
earliest / latest
early früh frühe frühen / late spät späte späten
detected confirmed nachgewiesen bestätigt / excluded ausgeschlossen widerlegt
include includes included including einschließlich inklusive / exclude excludes excluded excluding ausschließlich
allow allows allowed permit permits permitted erlaubt gestattet zulässig / forbid forbids forbidden prohibit \
prohibits prohibited ban banned disallowed verboten untersagt unzulässig
may can allowed permitted darf kann erlaubt gestattet / forbidden prohibited banned verboten untersagt \
ausgeschlossen unzulässig
always immer stets / never nie niemals
with mit / without ohne
must shall required obliged mandatory compulsory muss müssen musste / may might optional voluntary darf dürfen kann \
können
win wins won winning gewann gewonnen / lose loses lost losing verlor verloren
accept accepts accepted approve approves approved genehmigt angenommen bewilligt / reject rejects rejected refuse \
refused refuses abgelehnt verworfen
cheaper billiger / dearer teurer
agree agrees agreed / disagree disagrees disagreed
buy buys bought purchase purchased kaufte gekauft / sell sells sold verkaufte verkauft
begin begins began begun start starts started beginnt begann / end ends ended finish finished endet endete
open opens opened geöffnet offen ouvert ouverte abierto abierta / close closes closed geschlossen fermé fermée \
cerrado cerrada
continue continues continued fortgesetzt weitergeführt maintenu maintenue mantuvo mantiene mantenido / stop \
stops stopped \
discontinued abgesetzt eingestellt arrêté arrêtée suspendió suspende suspendido
augmenté augmente augmentent progressé progresse subió sube aumentó aumenta aumentado / baissé baisse baissent \
diminué \
diminue reculé recule bajó baja disminuyó disminuye reducido
fixed fest festen fester fixe fijo fija / variable variabel variablen
permis permise autorisé autorisée permitido permitida autorizado / interdit interdite défendu prohibido prohibida
accepté acceptée approuvé approuvée aprobó aprobada aprobado aceptada aceptado / refusé refusée rejeté rejetée \
rechazó \
rechazada rechazado
avec con / sans sin
avant antes / après después
plus más / moins menos
toujours siempre / jamais nunca
premier première primero primera / dernier dernière último última
better besser / worse schlechter
best beste besten / worst schlechteste
positive positiv / negative negativ
north northern nördlich / south southern südlich
east eastern östlich / west western westlich
inside within innerhalb / outside beyond außerhalb
many viele vielen / few wenige wenigen
same equal gleich gleiche / different unequal verschieden unterschiedlich
all every each alle allen / none no kein keine
father vater husband son sohn brother bruder / mother mutter wife daughter tochter sister schwester
strong strongly stark / weak weakly schwach
support supports supported supporting / oppose opposes opposed opposing
true wahr richtig / false falsch
profit profits gain gains gained gewinn / loss losses verlust
major / minor
upper obere oberen / lower untere unteren
left links / right rechts
"""


def _read(line: str) -> tuple[frozenset[str], frozenset[str]]:
    one, _, other = line.partition(" / ")
    return frozenset(one.split()), frozenset(other.split())


OPPOSITES: Final = tuple(_read(line) for line in _PAIRS.strip().replace("\\\n", "").split("\n"))
"""Pairs of sets of words, casefolded: who says one of the first says the opposite of one of the second."""

_RELATING: Final = """
before prior vor vorher after following nach nachher more mehr less fewer weniger above over exceed exceeds exceeded
exceeding oberhalb über below under beneath unterhalb unter higher höher höhere höheren lower niedriger niedrigere
niedrigeren larger bigger greater größer größere größeren smaller kleiner kleinere kleineren longer länger shorter
kürzer earlier früher later später win wins won winning gewann gewonnen lose loses lost losing verlor verloren buy
buys bought purchase purchased kaufte gekauft sell sells sold verkaufte verkauft better besser worse schlechter
avant antes après después plus más moins menos
"""
RELATIONS: Final = frozenset(_RELATING.split())
"""Those that relate two things: the opposite says the same when the two have changed sides."""
_MODAL_VERBS: Final = "must shall may might can muss müssen musste darf dürfen kann können required optional"
MODALS: Final = frozenset(_MODAL_VERBS.split())
"""Those that say how the verb behind them is meant."""
