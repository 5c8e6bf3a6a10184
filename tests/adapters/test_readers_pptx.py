"""Presentations give their slides in the order of the show, each with its title, its tables and its notes."""

import pptx  # noqa: TID253  presentations are made with it here
import pytest
from pptx.chart.data import CategoryChartData  # noqa: TID253
from pptx.enum.chart import XL_CHART_TYPE  # noqa: TID253
from pptx.opc.constants import RELATIONSHIP_TYPE  # noqa: TID253
from pptx.opc.package import Part  # noqa: TID253
from pptx.opc.packuri import PackURI  # noqa: TID253
from pptx.oxml import parse_xml  # noqa: TID253
from pptx.util import Inches, Pt  # noqa: TID253
from reading import assert_sound, shown

from localassist.adapters.readers import pptx as reader
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.locating import place_of

TITLE_ONLY, TITLE_AND_BODY, BLANK = 5, 1, 6


@pytest.fixture
def deck():
    return pptx.Presentation()


@pytest.fixture
def slide(deck):
    return deck.slides.add_slide(deck.slide_layouts[BLANK])


@pytest.fixture
def read(deck, tmp_path):
    """Saves the deck and reads it."""

    def save_and_read(name="talk.pptx"):
        path = tmp_path / name
        deck.save(str(path))
        content = reader.read(str(path))
        assert_sound(content)
        return content

    return save_and_read


def put(shapes, text, left, top, width=2.0, height=1.0):
    box = shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
    box.text_frame.text = text
    return box


def titled(deck, title):
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    slide.shapes.title.text = title
    return slide


def test_a_slide_is_a_page_below_its_title(deck, read):
    titled(deck, "Budget")
    put(titled(deck, "Outlook").shapes, "Growth slows.", 1, 3)
    content = read()
    assert shown(content) == [("heading1", "Budget"), ("heading1", "Outlook"), ("paragraph", "Growth slows.")]
    assert [page.label for page in content.pages] == ["slide 1", "slide 2"]
    assert place_of(content, content.text.index("Growth"), len(content.text)) == "slide 2"
    assert content.title == "Budget"


def test_shapes_come_as_they_are_read_not_as_they_were_drawn(slide, read):
    put(slide.shapes, "Below everything.", 1, 6)
    put(slide.shapes, "On the right.", 5, 3.1)
    put(slide.shapes, "On the left.", 1, 3)
    slide.shapes.add_group_shape([put(slide.shapes, "Second in a group.", 3, 5), put(slide.shapes, "First.", 1, 4.9)])
    put(slide.shapes, "On top.", 1, 1)
    words = [text for kind, text in shown(read()) if kind == "paragraph"]
    assert words == ["On top.", "On the left.", "On the right.", "First.", "Second in a group.", "Below everything."]


def test_a_slide_without_a_title_does_not_stand_below_the_last_one(deck, read):
    titled(deck, "Costs")
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    put(slide.shapes, "We met on Monday and talked.", 1, 1)
    assert shown(read())[1:] == [("heading1", "Slide 2"), ("paragraph", "We met on Monday and talked.")]


def test_a_short_line_on_top_stands_for_the_missing_title(slide, read):
    put(slide.shapes, "Where we are", 1, 1)
    put(slide.shapes, "Half of it is built.", 1, 3)
    content = read()
    assert shown(content)[0] == ("heading1", "Where we are")
    assert content.title == "Where we are"


def test_bullets_are_items_and_numbers_are_counted(deck, slide, read):
    body = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_BODY]).placeholders[1].text_frame
    body.text = "Fruit"
    deeper = body.add_paragraph()
    deeper.text, deeper.level = "Apples", 1
    numbered = put(slide.shapes, "Mix.", 1, 1).text_frame
    numbered.add_paragraph().text = "Bake."
    for paragraph in numbered.paragraphs:
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                '<a:buAutoNum xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" type="arabicPeriod"/>'
            )
        )
    assert [text for kind, text in shown(read()) if kind == "list item"] == ["1. Mix.", "2. Bake.", "Fruit", "Apples"]


def test_tables_stay_tables(slide, read):
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for row, cells in enumerate((("Town", "People"), ("Ulm", "126\n000"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    assert shown(read())[1:] == [("table row", "Town | People"), ("table row", "Ulm | 126 000")]


def test_a_chart_gives_the_figures_behind_it(slide, read):
    data = CategoryChartData(number_format="0%")
    data.categories = ["Q1", "Q2"]
    data.add_series("North", (0.125, 0.5))
    data.add_series("South", (0.25, None))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(4), Inches(3), data)
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "Share of sales"
    frame.chart.value_axis.axis_title.text_frame.text = "Percent"
    assert [text for _, text in shown(read())][1:] == [
        "Share of sales",
        "Percent",
        "| North | South",
        "Q1 | 12.5% | 25%",
        "Q2 | 50% |",
    ]


def test_smart_art_gives_its_points(slide, read):
    model = (
        '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>'
        '<dgm:pt modelId="1"><dgm:t><a:bodyPr/><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt>'
        '<dgm:pt modelId="2" type="pres"><dgm:t><a:bodyPr/><a:p><a:r><a:t>layout</a:t></a:r></a:p></dgm:t></dgm:pt>'
        '<dgm:pt modelId="3"><dgm:t><a:bodyPr/><a:p><a:r><a:t>Build</a:t></a:r></a:p></dgm:t></dgm:pt>'
        "</dgm:ptLst></dgm:dataModel>"
    )
    kind = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    part = Part(PackURI("/ppt/diagrams/data1.xml"), kind, slide.part.package, model.encode())
    relation = slide.part.relate_to(part, RELATIONSHIP_TYPE.DIAGRAM_DATA)
    slide.shapes._spTree.append(
        parse_xml(
            '<p:graphicFrame xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
            ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
            ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            '<p:nvGraphicFramePr><p:cNvPr id="9" name="x"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
            '<p:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></p:xfrm><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/diagram">'
            '<dgm:relIds xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
            f' r:dm="{relation}"/></a:graphicData></a:graphic></p:graphicFrame>'
        )
    )
    assert shown(read())[1:] == [("list item", "Plan"), ("list item", "Build")]


def test_what_the_speaker_noted_comes_after_the_slide(deck, read):
    titled(deck, "Thanks").notes_slide.notes_text_frame.text = "Smile.\nTake questions."
    content = read()
    assert shown(content) == [
        ("heading1", "Thanks"),
        ("heading2", "Speaker notes"),
        ("paragraph", "Smile."),
        ("paragraph", "Take questions."),
    ]
    assert content.page_at(content.text.index("questions")) == 1


def test_a_slide_that_the_show_leaves_out_says_so(deck, read):
    titled(deck, "Shown")
    titled(deck, "Spare").element.set("show", "0")
    assert [page.label for page in read().pages] == ["slide 1", "slide 2 (hidden in the show)"]


def test_what_nobody_sees_on_a_slide_is_kept_apart(slide, read):
    put(slide.shapes, "Plain to see.", 1, 1)
    put(slide.shapes, "Far outside", 40, 1)
    put(slide.shapes, "Switched off", 1, 3)._element.nvSpPr.cNvPr.set("hidden", "1")
    tiny = put(slide.shapes, "", 1, 5).text_frame.paragraphs[0].add_run()
    tiny.text, tiny.font.size = "Like dust", Pt(1)
    content = read()
    assert [text for kind, text in shown(content) if kind == "paragraph"] == ["Plain to see."]
    assert {(hidden.reason, hidden.text, hidden.page) for hidden in content.hidden} == {
        ("beside the slide, where nobody sees it", "Far outside", 1),
        ("in a shape that is hidden", "Switched off", 1),
        ("too small to be seen", "Like dust", 1),
    }


def test_pictures_are_said_to_be_passed_over(slide, read, tmp_path):
    from struct import pack
    from zlib import compress, crc32

    def piece(name, data):
        return pack(">I", len(data)) + name + data + pack(">I", crc32(name + data))

    picture = tmp_path / "dot.png"
    picture.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + piece(b"IHDR", pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        + piece(b"IDAT", compress(b"\0\0"))
        + piece(b"IEND", b"")
    )
    slide.shapes.add_picture(str(picture), 0, 0)
    content = read()
    assert content.text == ""
    assert content.notes == ("1 picture was not looked at: text that is part of a picture is missing.",)


def test_a_slide_whose_part_is_missing_costs_that_slide(deck, read):
    titled(deck, "First")
    titled(deck, "Lost")
    deck.slides._sldIdLst[1].rId = "rId999"
    content = read()
    assert shown(content) == [("heading1", "First")]
    assert content.partly
    assert content.notes == ("Slide 2 is damaged and was left out.",)


@pytest.mark.parametrize("data", [b"PK\x03\x04 and no more", b"not an archive"])
def test_no_complete_presentation_is_refused(tmp_path, data):
    path = tmp_path / "talk.pptx"
    path.write_bytes(data)
    with pytest.raises(UnreadableError) as caught:
        reader.read(str(path))
    assert caught.value.predicate == "is damaged or no complete presentation"
    assert caught.value.hint


def test_a_cell_merged_over_rows_belongs_to_each(slide, read):
    table = slide.shapes.add_table(3, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    table.cell(0, 0).merge(table.cell(1, 0))
    for (row, column), text in {(0, 0): "North", (0, 1): "Gold", (1, 1): "Silver", (2, 0): "South"}.items():
        table.cell(row, column).text = text
    assert [text for _, text in shown(read())][1:] == ["North | Gold", "North | Silver", "South |"]


def test_a_formula_is_said_once_not_again_for_other_programs(slide, read):
    spaces = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    )
    paragraph = put(slide.shapes, "The area is ", 1, 1).text_frame.paragraphs[0]
    paragraph._p.append(
        parse_xml(
            f"<mc:AlternateContent {spaces}><mc:Choice><m:r><m:t>a²</m:t></m:r></mc:Choice>"
            "<mc:Fallback><a:r><a:t>a²</a:t></a:r></mc:Fallback></mc:AlternateContent>"
        )
    )
    assert shown(read()) == [("heading1", "The area is a²")]


def test_a_level_that_makes_no_sense_costs_no_words(deck, read):
    body = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_BODY]).placeholders[1].text_frame
    body.text = "Fruit"
    body.paragraphs[0]._p.get_or_add_pPr().set("lvl", "deep")
    content = read()
    assert "Fruit" in content.text
    assert not content.partly


@pytest.mark.parametrize(
    "markup",
    [
        (
            '<p:cmLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:cm idx="1">'
            "<p:text>Check this sum.</p:text></p:cm></p:cmLst>"
        ),
        (
            '<n:cmLst xmlns:n="http://schemas.microsoft.com/office/powerpoint/2018/8/main"'
            ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><n:cm><n:txBody><a:p><a:r>'
            "<a:t>Check this sum.</a:t></a:r></a:p></n:txBody></n:cm></n:cmLst>"
        ),
    ],
)
def test_comments_come_after_their_slide(deck, read, markup):
    slide = titled(deck, "Budget")
    titled(deck, "Outlook")
    kind = "application/vnd.openxmlformats-officedocument.presentationml.comments+xml"
    part = Part(PackURI("/ppt/comments/comment1.xml"), kind, slide.part.package, markup.encode())
    slide.part.relate_to(part, RELATIONSHIP_TYPE.COMMENTS)
    assert shown(read()) == [
        ("heading1", "Budget"),
        ("heading2", "Comments"),
        ("paragraph", "Check this sum."),
        ("heading1", "Outlook"),
    ]
