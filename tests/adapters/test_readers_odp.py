"""OpenDocument presentations give their slides in order, each with its title and its notes."""

import zipfile

import pytest
from reading import ODF_SPACES, assert_sound, shown

from localassist.adapters.readers import odp as reader
from localassist.adapters.readers.unreadable import UnreadableError


def frame(text, kind=""):
    named = f'presentation:class="{kind}"' if kind else ""
    return f"<draw:frame {named}><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"


@pytest.fixture
def read(tmp_path):
    def write_and_read(*slides, styles=""):
        path = tmp_path / "talk.odp"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.presentation")
            archive.writestr(
                "content.xml",
                f"<office:document-content {ODF_SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
                f"<office:body><office:presentation>{''.join(slides)}</office:presentation></office:body>"
                "</office:document-content>",
            )
        content = reader.read(str(path))
        assert_sound(content)
        return content

    return write_and_read


def test_a_slide_is_a_page_below_its_title(read):
    table = (
        "<draw:frame><table:table><table:table-row><table:table-cell><text:p>Town</text:p></table:table-cell>"
        "<table:table-cell><text:p>Ulm</text:p></table:table-cell></table:table-row></table:table></draw:frame>"
    )
    content = read(
        f"<draw:page>{frame('Growth slows.')}{frame('Outlook', 'title')}{frame('7', 'page-number')}</draw:page>",
        f"<draw:page>{table}<draw:custom-shape><text:p>In an arrow.</text:p></draw:custom-shape></draw:page>",
    )
    assert shown(content) == [
        ("heading1", "Outlook"),
        ("paragraph", "Growth slows."),
        ("heading1", "Slide 2"),
        ("table row", "Town | Ulm"),
        ("paragraph", "In an arrow."),
    ]
    assert [page.label for page in content.pages] == ["slide 1", "slide 2"]
    assert content.title == "Outlook"


def test_what_the_speaker_noted_comes_after_the_slide(read):
    notes = f"<presentation:notes><draw:page-thumbnail/>{frame('Smile.', 'notes')}</presentation:notes>"
    empty = "<presentation:notes><draw:page-thumbnail/></presentation:notes>"
    content = read(
        f"<draw:page>{frame('Thanks', 'title')}{notes}</draw:page>",
        f"<draw:page>{frame('End', 'title')}{empty}</draw:page>",
    )
    assert shown(content) == [
        ("heading1", "Thanks"),
        ("heading2", "Speaker notes"),
        ("paragraph", "Smile."),
        ("heading1", "End"),
    ]


def test_a_slide_that_the_show_leaves_out_says_so(read):
    styles = (
        '<style:style style:name="dp2" style:family="drawing-page">'
        '<style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )
    content = read(
        f"<draw:page>{frame('Shown', 'title')}</draw:page>",
        f'<draw:page draw:style-name="dp2">{frame("Spare", "title")}</draw:page>',
        styles=styles,
    )
    assert [page.label for page in content.pages] == ["slide 1", "slide 2 (hidden in the show)"]


def test_white_words_show_on_a_dark_slide(read):
    styles = (
        '<style:style style:name="T1" style:family="text"><style:text-properties fo:color="#ffffff"/></style:style>'
    )
    content = read(
        "<draw:page>" + frame('<text:span text:style-name="T1">Bright</text:span>') + "</draw:page>", styles=styles
    )
    assert "Bright" in content.text
    assert content.hidden == ()


@pytest.mark.parametrize("data", [b"PK\x03\x04 and no more", b"not an archive"])
def test_no_complete_presentation_is_refused(tmp_path, data):
    path = tmp_path / "talk.odp"
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match="OpenDocument presentation") as caught:
        reader.read(str(path))
    assert caught.value.hint
