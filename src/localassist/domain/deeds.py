"""Verbs by which something passes from one to another, seen from either side, and words that tell who does what."""

from __future__ import annotations

import re
from typing import Final

_PASSING: Final = """
give gives giving gave given hand hands handed handing deliver delivers delivered provide provides provided
providing supply supplies supplied supplying grant grants granted return returns returned returning transfer
transfers transferred pass passes passed award awards awarded offer offers offered send sends sent sending geben
gibt gab gegeben übergibt übergeben übergab liefert liefern lieferte geliefert gewährt gewähren überträgt
übertragen zurückgeben überlässt überlassen schickt schicken geschickt sendet gesendet donner donne donnent
donné donnée fournir fournit fournissent fourni fournie remettre remet remis remise restituer restitue restitué
restituée livrer livre livré livrée accorder accorde accordé envoyer envoie envoyé envoyée dar da dan dio dado
entregar entrega entregan entregará entregó entregado suministrar suministra conceder concede concedió devolver
devuelve devolvió enviar envía envían envió enviado
/ receive receives received receiving get gets got getting obtain obtains obtained bekommt bekommen bekam erhält
erhalten erhielt empfängt empfangen reçoit reçoivent reçu recevoir obtient obtenu recibe reciben recibió
recibido recibir obtiene
"""
_PAYING: Final = """
pay pays paid paying repay repays repaid refund refunds refunded reimburse reimburses reimbursed owe owes owed
lodge lodges lodged remit remits remitted zahlt zahlen zahlte gezahlt bezahlt bezahlen überweist überweisen
überwies überwiesen schuldet schulden erstattet erstatten leistet verser verse versent versé versée payer paie
paient paye payé payée rembourser rembourse remboursé pagar paga pagan pagará pagó pagado abonar abona abonan
abonó reembolsa reembolsar
/ collect collects collected charge charges charged kassiert perçoit percevoir cobra cobran cobró
"""
_TELLING: Final = """
report reports reported notify notifies notified inform informs informed tell tells told submit submits submitted
mitzuteilen teilt mitteilen mitgeteilt meldet melden meldete gemeldet informiert übermittelt
prévenir prévient prévenu informer informe informé comunicar comunica comunicó avisa avisar
/ learn learns learned learnt erfährt erfahren apprend
"""
_LENDING: Final = """
lend lends lent lending loan loans loaned leiht leihen lieh geliehen verleiht
prêter prête prêtent prêté prêtée prestar presta prestan prestó prestado
/ borrow borrows borrowed borrowing entleiht emprunter emprunte emprunté empruntée
"""
_SELLING: Final = """
sell sells sold selling verkauft verkaufen verkaufte vend vendre vendu vendue vender vende vendió vendido
/ buy buys bought buying purchase purchases purchased acquire acquires acquired kauft kaufen kaufte gekauft erwirbt
erwarb erworben acheter achète acheté achetée racheter rachète racheté rachetée acquérir acquis
comprar compra compró comprado adquirir adquiere adquirió
"""


def _sides(*classes: str) -> dict[str, tuple[int, int]]:
    return {
        word: (number, side)
        for number, verbs in enumerate(classes)
        for side, some in zip((1, -1), verbs.split("/"), strict=True)
        for word in some.split()
    }


DEEDS: Final = _sides(_PASSING, _PAYING, _TELLING, _LENDING, _SELLING)
"""The class of a verb's form, and whether its subject gives (1) or takes (-1). Class 0 may stand for any other."""

_DETERMINING_WORDS: Final = """
the this that these those each every any his her its their my our your both all der die das den dem ein eine
einen einem einer jede jeder jeden jedem sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer diese dieser
diesen diesem dieses kein keine keinen keinem le la les l un une du des au aux cet cette ces son sa ses leur
leurs chaque mon ma votre notre tout toute el los las una unos unas del al su sus este esta estos estas cada
"""
DETERMINERS: Final = frozenset(_DETERMINING_WORDS.split())
"""Words that lead to a noun."""
_OBLIQUE_WORDS: Final = """
dem einem seinem ihrem diesem jedem keinem den einen seinen ihren diesen jeden keinen
"""
OBLIQUE: Final = frozenset(_OBLIQUE_WORDS.split())
"""German ones, never of whoever acts."""
_TO_WORDS: Final = """
to à au aux a al an
"""
TO: Final = frozenset(_TO_WORDS.split())
_BY_WORDS: Final = """
by par por durch von vom
"""
BY: Final = frozenset(_BY_WORDS.split())
_FROM_WORDS: Final = """
from von vom de du del
"""
FROM: Final = frozenset(_FROM_WORDS.split())
_PREPOSITIONS: Final = """
of in at on with for against under over between into onto within without before after during until since about
across through towards upon near beside besides per as like than if when where des zur zum zu am ans bei beim mit für
gegen unter über zwischen in im ins vor nach während bis seit um aus auf wegen ohne als wie wenn zugunsten
gegenüber dans en pour sur avec sans sous chez contre entre vers avant après pendant depuis dès jusqu comme si
quand con sin sobre bajo contra entre hacia hasta desde ante tras para según durante como cuando
"""
PREPOSITIONS: Final = frozenset(_PREPOSITIONS.split())
_TITLES_WORDS: Final = """
mr mrs ms dr prof herr herrn frau madame monsieur mme don doña señor señora
"""
TITLES: Final = frozenset(_TITLES_WORDS.split())
_BEING: Final = """
is are was were be been being gets
est sont était été sera seront fut es son fue fueron sido será ser era
"""
BEING: Final = frozenset(_BEING.split())
_BECOMING_WORDS: Final = """
wird werden wurde wurden worden
"""
BECOMING: Final = frozenset(_BECOMING_WORDS.split())
_HELPING_WORDS: Final = """
hat haben hatte hatten ist sind war waren habe hätte hätten darf dürfen kann können konnte konnten soll sollen muss
müssen will wollen wollte wollten
"""
HELPING: Final = BECOMING.union(_HELPING_WORDS.split())
"""German verbs beside which another one does not tell whether one does it or many do."""
PARTICIPLE: Final = re.compile(
    r"(?:ed|en|id|nt|lt|ld|ght|ft|pt|st|de|ne|ad|wn|ung|un|rn|ut|et)$|^(?:ge|be|ver|er|ent|zer)\w+(?:t|en)$|\w+ge\w+(?:t|en)$"
    r"|(?:ée?s?|ie?s?|ue?s?|[ai]d[oa]s?|t[oa]s?)$"
)
"""What a passive's verb ends with."""
_PARTICLE_WORDS: Final = """
l d qu c s n a ont ai y en se ne pas no not qui que who which whom il elle on
"""
IDLE: Final = frozenset(_PARTICLE_WORDS.split()).union(DETERMINERS, PREPOSITIONS, TO, BY, FROM, BEING, BECOMING, TITLES)
"""Words that say nothing of their own."""
