"""Who does what to whom: two that changed places in a sentence are marked, the same said from the other side is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from localassist.domain.clauses import Clauses
from localassist.domain.documents import Passage
from localassist.usecases.enacting import defined, exchanged
from localassist.usecases.grounding import Material, ground

SENTENCES = Path(__file__).with_name("grounding_roles.md")
PARTS = re.split(r"^# (.+)\n\n", SENTENCES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
TEXTS = {name: part.partition("\n\n- ")[0] for name, part in zip(PARTS[::2], PARTS[1::2], strict=True)}
PAIRS = [
    (name, *found)
    for name, part in zip(PARTS[::2], PARTS[1::2], strict=True)
    for found in re.findall(r"^- (\w+): (.+) => (.+)$", part, flags=re.MULTILINE)
]


def doubted(name: str, said: str) -> bool:
    """Whether something in a sentence is marked, beside the text that it is about and four others."""
    bodies = [TEXTS[name], *[text for other, text in TEXTS.items() if other != name][:4]]
    passages = [
        Passage(n, n, f"/{n}.txt", "", None, "", text, 0, len(text), 1 - n / 10) for n, text in enumerate(bodies, 1)
    ]
    material = Material("?", passages, lambda _: None, lambda _, texts: [0.0] * len(texts))
    return any(sentence.unsupported for sentence in ground(material, said, complete=False).sentences)


@pytest.mark.slow
def test_what_was_altered_is_marked_and_what_is_true_is_not() -> None:
    missed = [(kind, false) for name, kind, _, false in PAIRS if not doubted(name, false)]
    false_alarms = [true for name, _, true, _ in PAIRS if doubted(name, true)]
    roles = sum(kind == "role" for _, kind, _, _ in PAIRS)
    assert len(PAIRS) == 90
    assert sum(kind == "role" for kind, _ in missed) <= 0.15 * roles, missed
    assert len(missed) <= 0.15 * len(PAIRS), missed
    assert len(false_alarms) <= 0.03 * len(PAIRS), false_alarms


def marked(said: str, held: str, beside: str = "") -> list[str]:
    units = [Clauses(held), Clauses(beside)]
    return [
        said[start:end] for start, end in exchanged(Clauses(said), units[:1], defined(held), frozenset(), lambda: units)
    ]


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("The landlord pays the tenant.", "The tenant pays the landlord."),
        ("The tenant is paid by the landlord.", "The tenant pays the landlord."),
        ("The tenant receives notice from the landlord.", "The tenant gives notice to the landlord."),
        ("The tenant lends the landlord a ladder.", "The tenant borrows a ladder from the landlord."),
        ("Der Vermieter mahnt den Mieter.", "Der Mieter mahnt den Vermieter."),
        ("Dem Mieter schickt die Bank einen Brief.", "Der Mieter schickt der Bank einen Brief. Die Bank zahlt."),
        ("Le locataire paie le bailleur.", "Le bailleur paie le locataire."),
        ("La empresa vende el barco al banco.", "El banco vende el barco a la empresa."),
    ],
)
def test_two_that_changed_places_are_marked(said: str, held: str) -> None:
    assert marked(said, held)


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("The landlord is paid by the tenant.", "The tenant pays the landlord."),
        ("The landlord receives notice from the tenant.", "The tenant gives notice to the landlord."),
        ("The landlord lends the tenant a ladder.", "The tenant borrows a ladder from the landlord."),
        ("Den Vermieter mahnt der Mieter.", "Der Mieter mahnt den Vermieter."),
        ("Le locataire est payé par le bailleur.", "Le bailleur paie le locataire."),
        ("El banco compra el barco a la empresa.", "La empresa vende el barco al banco."),
        ("The buyer met the seller.", "The seller met the buyer."),
        ("She refused the silver medal that the king gave her.", "The king awarded her a silver medal."),
        ("An assistant will help the clerk.", "The director hires an assistant who will help the clerk."),
        ("The director was asked by the union to raise wages.", "The union asked the director to raise wages."),
        ("Ann asked the board to pass the plan.", "Ann showed the plan and asked the board to pass the plan."),
        ("The bank (of the town) sold the bus to the school.", "The bank sold the bus to the school."),
        ("Die Vermieterin trägt die Kosten.", "Die Kosten trägt die Vermieterin."),
        ("Die Vermieterin erhält vom Mieter eine Miete.", "Der Mieter zahlt der Vermieterin eine Miete."),
        ("Der Mieter erfährt von der Bank von einem Brief.", "Die Bank meldet dem Mieter einen Brief."),
        ("Mit dem neu ernannten Kanzler setzte er die Politik fort.", "Er setzte die Politik mit dem Kanzler fort."),
        ("Er darf nicht im schottischen Parlament reden.", "Der Graf darf nicht im schottischen Parlament reden."),
        ("Der Mieter meldet der Bank jeden Schaden.", "Die Bank meldet dem Mieter jede Erhöhung."),
    ],
)
def test_the_same_from_the_other_side_is_not_marked(said: str, held: str) -> None:
    assert marked(said, held) == []


def test_somebody_else_who_does_it_is_marked_where_the_two_deal_with_each_other() -> None:
    held = "The landlord insures the building; the tenant insures her own machines."
    dealing = "The tenant pays the landlord every month."
    assert marked("The building is insured by the tenant.", held, dealing) == ["tenant"]
    assert marked("The owner insures the building.", held, dealing) == []


def test_a_name_and_what_stands_for_it_are_the_same() -> None:
    held = "Ann Lee (the tenant) pays Karl Moss (the landlord)."
    assert marked("The tenant pays Karl Moss.", held) == []
    assert marked("The landlord pays Ann Lee.", held) == ["landlord"]
