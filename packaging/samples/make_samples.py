"""Write the PDF and DOCX sample documents of assets/samples from the Markdown sources beside this file.

Run it only to change the samples; the files it writes are committed. It is no part of set-up and needs, in an
environment of its own: `pip install reportlab python-docx markdown-it-py`. Then, from the repository's root:

    python packaging/samples/make_samples.py

A source is Markdown in which `---` starts a new page and `{name}` stands for a figure from variants.toml. The
Markdown, HTML and plain text samples have no source here: they are written by hand in assets/samples.
"""

from __future__ import annotations

import datetime
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx import Document  # noqa: TID253
from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: TID253
from docx.oxml import OxmlElement  # noqa: TID253
from docx.oxml.ns import qn  # noqa: TID253
from docx.shared import Pt  # noqa: TID253
from markdown_it import MarkdownIt  # noqa: TID253
from markdown_it.tree import SyntaxTreeNode  # noqa: TID253
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).parent
SAMPLES = SOURCES.parents[1] / "assets" / "samples"
PDF_SOURCES = {"lease.md", "sleep-trial-report.md"}
WRITTEN = datetime.datetime(2025, 9, 1, 9, 0, tzinfo=datetime.UTC)
MARGIN = 24 * mm
FRAME_PADDING = 6  # reportlab keeps this much free within its margins
INK = colors.HexColor("#1d2430")
FAINT = colors.HexColor("#6b7280")
LINE = colors.HexColor("#c5cad3")
SHADE = colors.HexColor("#eef1f5")


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one weight."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a page: `heading`, `text`, `item`, `table` or `break`; `level` is a heading's depth from 1."""

    kind: str
    runs: tuple[Run, ...] = ()
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    has_header: bool = False

    @property
    def text(self) -> str:
        """The words without their weight."""
        return "".join(run.text for run in self.runs)


def parsed(markdown: str) -> Iterator[Block]:
    """Give the blocks of a source in order."""
    for node in SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(markdown)).children:
        match node.type:
            case "hr":
                yield Block("break")
            case "heading":
                yield Block("heading", runs(node), level=int(node.tag[1]))
            case "bullet_list":
                yield from (Block("item", runs(item.children[0])) for item in node.children)
            case "table":
                yield table(node)
            case _:
                yield Block("text", runs(node))


def runs(node: SyntaxTreeNode) -> tuple[Run, ...]:
    """Give the words of a block, strong ones marked."""
    inline = node.children[0] if node.children else None
    if inline is None:
        return ()
    found = []
    for part in inline.children:
        bold = part.type == "strong"
        found.append(Run("".join(leaf.content for leaf in part.walk() if leaf.type == "text"), bold))
    return tuple(found)


def table(node: SyntaxTreeNode) -> Block:
    """Give a table; a header row with nothing in it is left out."""
    rows = [
        tuple("".join(run.text for run in runs(cell)) for cell in row.children)
        for section in node.children
        for row in section.children
    ]
    has_header = any(rows[0])
    return Block("table", rows=tuple(rows if has_header else rows[1:]), has_header=has_header)


class NumberedCanvas(Canvas):
    """A canvas that knows the number of pages when it draws "Page 2 of 4"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802
        """Put the page aside instead of writing it."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write the pages with their numbers."""
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont("Helvetica", 9)
            self.setFillColor(FAINT)
            self.drawRightString(A4[0] - MARGIN, 13 * mm, f"Page {number} of {len(self._pages)}")
            super().showPage()
        super().save()


def pdf_style(name: str, size: float, **more: Any) -> ParagraphStyle:
    """Give a paragraph style whose lines are 1.36 times as high as its letters."""
    more.setdefault("fontName", "Times-Roman")
    return ParagraphStyle(name, fontSize=size, leading=size * 1.36, textColor=INK, **more)


PDF_STYLES = {
    "text": pdf_style("text", 12.5, spaceAfter=7),
    "item": pdf_style("item", 12.5, spaceAfter=3, leftIndent=14, bulletIndent=3),
    "cell": pdf_style("cell", 11.5),
    "head": pdf_style("head", 11.5, fontName="Times-Bold"),
    "h1": pdf_style("h1", 20, fontName="Helvetica-Bold", spaceAfter=10),
    "h2": pdf_style("h2", 14.5, fontName="Helvetica-Bold", spaceBefore=10, spaceAfter=5),
    "h3": pdf_style("h3", 12.5, fontName="Helvetica-Bold", spaceBefore=6, spaceAfter=3),
}


def marked_up(block: Block) -> str:
    """Give a block's words in reportlab's markup."""
    escaped = [(run.text.replace("&", "&amp;").replace("<", "&lt;"), run.bold) for run in block.runs]
    return "".join(f"<b>{text}</b>" if bold else text for text, bold in escaped)


def pdf_table(block: Block, width: float) -> Table:
    """Give a ruled table as wide as the text, its columns sized by their longest cell."""
    longest = [max(len(row[i]) for row in block.rows) for i in range(len(block.rows[0]))]
    shares = [min(max(n, 14), 44) for n in longest]
    styled = [
        [Paragraph(cell, PDF_STYLES["head" if block.has_header and not i else "cell"]) for cell in row]
        for i, row in enumerate(block.rows)
    ]
    rules = [("LINEBELOW", (0, 0), (-1, -1), 0.6, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    rules += [("BACKGROUND", (0, 0), (-1, 0), SHADE)] if block.has_header else []
    drawn = Table(styled, colWidths=[width * n / sum(shares) for n in shares], repeatRows=int(block.has_header))
    drawn.setStyle(TableStyle([*rules, ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)]))
    return drawn


def pdf_flow(blocks: list[Block], width: float) -> Iterator[Any]:
    """Give what reportlab lays out, in order."""
    for block in blocks:
        match block.kind:
            case "break":
                yield PageBreak()
            case "heading":
                yield Paragraph(marked_up(block), PDF_STYLES[f"h{block.level}"])
            case "item":
                yield Paragraph(marked_up(block), PDF_STYLES["item"], bulletText="•")
            case "table":
                yield pdf_table(block, width)
                yield Spacer(0, 10)
            case _:
                yield Paragraph(marked_up(block), PDF_STYLES["text"])


def write_pdf(path: Path, blocks: list[Block], running_title: str) -> None:
    """Write a PDF whose bytes depend on nothing but its words."""
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=MARGIN - FRAME_PADDING,
        rightMargin=MARGIN - FRAME_PADDING,
        topMargin=24 * mm,
        bottomMargin=22 * mm,
        title=running_title,
        lang="en",
        invariant=1,
    )

    def head(canvas: Canvas, _document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.setFillColor(FAINT)
        canvas.drawString(MARGIN, A4[1] - 15 * mm, running_title)

    flow = list(pdf_flow(blocks, A4[0] - 2 * MARGIN))
    document.build(flow, onFirstPage=head, onLaterPages=head, canvasmaker=NumberedCanvas)


def docx_table(document: Any, block: Block) -> None:
    """Add a table with a bold header row."""
    drawn = document.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
    for i, row in enumerate(block.rows):
        for cell, text in zip(drawn.add_row().cells, row, strict=True):
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            cell.paragraphs[0].add_run(text).bold = block.has_header and i == 0
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def docx_frame(document: Any, running_title: str) -> None:
    """Set the page's size, its header with the running title and its footer with the number."""
    section = document.sections[0]
    section.page_width, section.page_height = Pt(A4[0]), Pt(A4[1])
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Pt(MARGIN)
    section.header.paragraphs[0].text = running_title
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    footer.add_run("Page ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    footer._p.append(field)  # noqa: SLF001


def write_docx(path: Path, blocks: list[Block], running_title: str) -> None:
    """Write a DOCX with real headings and explicit page breaks."""
    document = Document()
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(10.5)
    docx_frame(document, running_title)
    for block in blocks:
        match block.kind:
            case "break":
                document.add_page_break()
            case "table":
                docx_table(document, block)
            case "heading":
                document.add_heading(block.text, level=block.level)
            case _:
                paragraph = document.add_paragraph(style="List Bullet" if block.kind == "item" else None)
                for run in block.runs:
                    paragraph.add_run(run.text).bold = run.bold or None
    about = document.core_properties
    about.title, about.author, about.comments, about.language = running_title, "", "", "en"
    about.created = about.modified = WRITTEN
    document.save(str(path))
    without_clock(path)


def without_clock(path: Path) -> None:
    """Write a zip file again with one fixed date, so that the same words give the same bytes."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, WRITTEN.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)


def main() -> None:
    """Write every variant that variants.toml names."""
    variants = tomllib.loads((SOURCES / "variants.toml").read_text(encoding="utf-8"))
    for name, figures in variants.items():
        source, running_title = figures.pop("source"), figures.pop("running_title")
        markdown = (SOURCES / source).read_text(encoding="utf-8").format(**figures)
        is_pdf = source in PDF_SOURCES
        write = write_pdf if is_pdf else write_docx
        path = SAMPLES / f"{name}.{'pdf' if is_pdf else 'docx'}"
        write(path, list(parsed(markdown)), running_title)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
