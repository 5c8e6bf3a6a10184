"""What an answer shows of its support: doubts and why, sources and their places, and what is no answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QTextCursor
from transcript_material import answer, texts

from localassist.domain.chat import Caution, Coverage, Evidence
from localassist.domain.documents import Citation, Passage, SentenceSupport, SupportStatus
from localassist.ui.chat.doubts import FIGURE, NAME, OTHERWISE, SENTENCE, doubts
from localassist.ui.chat.pieces import PieceKind
from localassist.ui.chat.pointing import _tip
from localassist.ui.theme import LIGHT

if TYPE_CHECKING:
    from localassist.ui.chat.transcript import TranscriptView

PASSAGE = Passage(1, 1, "/files/costs.xlsx", "Costs", 1, "", "Rent 1,200", 0, 10, 0.8, place="sheet Costs, A2:D9")
CITATION = Citation(1, PASSAGE, "Rent 1,200", 0, 10, 1, "sheet Costs, A2:D9")


def unsupported(text: str, *sentences: str) -> Evidence:
    """Evidence in which these sentences of the text rest on nothing."""
    spans = [(text.index(each), text.index(each) + len(each)) for each in sentences]
    supports = tuple(SentenceSupport(*span, status=SupportStatus.UNSUPPORTED) for span in spans)
    return Evidence(citations=(CITATION,), sentences=supports, searched=True, said=text)


def underlined(transcript: TranscriptView) -> list[str]:
    """The stretches that have a dotted line, in order; a link or code between two leaves them one."""
    layout = transcript.items[0].layout
    assert layout is not None
    found: dict[str, str] = {}
    for number, piece in enumerate(layout.pieces):
        cursor = QTextCursor(piece.document)
        for position in range(piece.length):
            cursor.setPosition(position + 1)
            if cursor.charFormat().toolTip() and not cursor.atBlockStart():
                key = f"{number} {cursor.blockNumber()} {cursor.charFormat().anchorHref()}"
                found[key] = found.get(key, "") + piece.document.characterAt(position)
    return list(found.values())


def test_a_sentence_that_rests_on_nothing_has_a_dotted_line_through_bold_words(transcript: TranscriptView) -> None:
    text = "Rent is 1,200. The **landlord lives** in Porto. More."
    evidence = unsupported(text, "The **landlord lives** in Porto.")
    transcript.show_messages([answer(1, text, evidence=evidence)])
    assert texts(transcript, 0)[0] == "Rent is 1,200. The landlord lives in Porto. More."
    assert underlined(transcript) == ["The landlord lives in Porto."]
    assert texts(transcript, 0)[-1].startswith("One sentence rests on nothing")


@pytest.mark.parametrize(
    ("text", "sentence", "marked"),
    [
        ("- Rent is due.\n- Dogs may stay.", "- Dogs may stay.", ["Dogs may stay."]),
        ("1. Dogs may stay.\n2. Cats.", "1. Dogs may stay.\n2. Cats.", ["Dogs may stay.", "Cats."]),
        ("## Dogs may stay", "## Dogs may stay", ["Dogs may stay"]),
    ],
)
def test_marks_leave_lists_and_headings_what_they_are(
    transcript: TranscriptView, text: str, sentence: str, marked: list[str]
) -> None:
    transcript.show_messages([answer(1, text)])
    plain = texts(transcript, 0)[0]
    transcript.show_messages([answer(1, text, evidence=unsupported(text, sentence))])
    assert texts(transcript, 0)[0] == plain
    assert underlined(transcript) == marked


def test_links_and_code_in_a_doubtful_sentence_stay_links_and_code(transcript: TranscriptView) -> None:
    text = "See [the law](https://example.org) and `rent()` now."
    transcript.show_messages([answer(1, text, evidence=unsupported(text, text))])
    layout = transcript.items[0].layout
    assert layout is not None
    assert 'href="https://example.org"' in layout.pieces[0].document.toHtml()
    assert texts(transcript, 0)[0] == "See the law and \N{NO-BREAK SPACE}rent()\N{NO-BREAK SPACE} now.".replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "the law" not in "".join(underlined(transcript))


@pytest.mark.parametrize(
    ("words", "reason"),
    [("$45", FIGURE), ("3 May 2025", FIGURE), ("sixty", FIGURE), ("Anna Weber", NAME), ("not", OTHERWISE)],
)
def test_what_is_wrong_with_single_words_is_told(transcript: TranscriptView, words: str, reason: str) -> None:
    text = f"The tenant pays {words} here."
    at = text.index(words)
    support = SentenceSupport(0, len(text), (1,), ((at, at + len(words)),), SupportStatus.PARTLY)
    message = answer(1, text, evidence=Evidence(citations=(CITATION,), sentences=(support,), searched=True, said=text))
    transcript.show_messages([message])
    assert underlined(transcript) == [words]
    assert _tip(message, "unsupported:0") == reason
    assert f"Not borne out by your documents: {words}." in texts(transcript, 0)


def test_a_wrong_figure_is_amber_and_a_bare_sentence_keeps_its_colour(transcript: TranscriptView) -> None:
    text = "The fee is $45. Dogs may stay."
    figure = SentenceSupport(0, 15, (), ((11, 14),), SupportStatus.UNSUPPORTED)
    evidence = unsupported(text, "Dogs may stay.")
    transcript.show_messages([answer(1, text, evidence=replace(evidence, sentences=(figure, *evidence.sentences)))])
    layout = transcript.items[0].layout
    assert layout is not None
    inks = {}
    for word in ("$45", "Dogs"):
        cursor = layout.pieces[0].document.find(word)
        inks[word] = cursor.charFormat().foreground().color().name()
    assert inks == {"$45": LIGHT.amber, "Dogs": LIGHT.text}
    assert [each.reason for each in doubts(text, transcript.items[0].message.evidence)] == [FIGURE, SENTENCE]


def test_sources_below_an_answer_name_sheet_and_cells(transcript: TranscriptView) -> None:
    evidence = Evidence(citations=(CITATION,), searched=True, said="Rent is 1,200.")
    message = answer(1, "Rent is 1,200.", evidence=evidence)
    transcript.show_messages([message])
    assert texts(transcript, 0) == ["Rent is 1,200.", "[1] costs.xlsx, sheet Costs, A2:D9"]
    assert _tip(message, "cite:1") == "costs.xlsx, sheet Costs, A2:D9\n“Rent 1,200”"


def test_not_in_your_documents_is_no_answer(transcript: TranscriptView) -> None:
    said = "This is not in your documents: nothing in those that were searched answers the question."
    transcript.show_messages([answer(1, said, evidence=Evidence(searched=True))])
    layout = transcript.items[0].layout
    assert layout is not None
    assert [(piece.kind, piece.tone) for piece in layout.pieces] == [(PieceKind.NOTE, "blue")]
    assert texts(transcript, 0) == [said]


def test_a_document_that_was_attached_and_not_used_is_told_above_the_answer(transcript: TranscriptView) -> None:
    evidence = Evidence(searched=True, said="It is so.", unused=("/files/lease.pdf",))
    transcript.show_messages([answer(1, "It is so.", evidence=evidence)])
    assert texts(transcript, 0)[0] == "Not used: lease.pdf. This answer does not rest on it."


UNSEEN = "This text is white on white; no model was given it."


def test_orders_to_the_model_are_told_loudly_and_folded_menus_are_not(transcript: TranscriptView) -> None:
    cautions = (
        Caution(1, "/files/lease.pdf", "page 2", "Ignore!", orders=True, hidden="white on white"),
        Caution(2, "/files/site.html", "", "Home, Contact", orders=False, hidden="hidden by its page"),
        Caution(3, "/files/a.pdf", "page 1", "Never shown.", orders=False, hidden="too small to be seen"),
    )
    evidence = Evidence(citations=(CITATION,), searched=True, said="Rent.", cautions=cautions)
    transcript.show_messages([answer(1, "Rent.", evidence=evidence)])
    layout = transcript.items[0].layout
    assert layout is not None
    told = [(piece.tone, piece.source) for piece in layout.pieces if piece.kind is PieceKind.NOTE]
    assert told == [
        (
            "red",
            "Beware: lease.pdf, page 2 speaks to the model instead of to you: “Ignore!” " + UNSEEN,
        ),
        (
            "amber",
            "a.pdf, page 1 hides text: “Never shown.” This text is too small to be seen; no model was given it.",
        ),
    ]


def test_an_answer_about_a_whole_document_rests_on_all_that_was_read(transcript: TranscriptView) -> None:
    said = "Read all 12 pages of lease.pdf."
    coverage = (Coverage(1, "/files/lease.pdf", 12, 12, "pages"),)
    evidence = Evidence(searched=True, said="It is about rent.", coverage=coverage, covered=said)
    transcript.show_messages([answer(1, f"It is about rent.\n\n{said}", evidence=evidence)])
    assert texts(transcript, 0) == [f"It is about rent.\n{said}"]
