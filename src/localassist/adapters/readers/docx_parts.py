"""The parts of a Word document: its body, its styles, and what stands beside the body."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.docx_styles import W
from localassist.adapters.readers.xml_parts import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator

R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_TEMPLATE_TITLES: Final = frozenset({"word document", "document", "untitled", "microsoft word document"})
_PAGE_FIELDS: Final = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})


class DocumentParts:
    """A package opened by python-docx, which raises whatever its parts raise.

    Its `Document` refuses files with macros and templates; their parts are the same.
    """

    def __init__(self, path: str) -> None:
        from docx.package import Package

        self._package: Any = Package.open(path)
        self._main = self._package.main_document_part
        self.root = _root(self._main)

    def title(self) -> str:
        """The document's own title, "" for none and for those that templates give."""
        try:
            title = (self._package.core_properties.title or "").strip()
        except (KeyError, ValueError, AttributeError):
            return ""
        return "" if title.lower() in _TEMPLATE_TITLES else title

    def related(self, kind: str) -> Iterator[Any]:
        """The roots of the parts of a kind ("styles", "footnotes", "comments"); damaged ones are left out."""
        for relation in self._main.rels.values():
            if not relation.is_external and (relation.reltype or "").rpartition("/")[2] == kind:
                with contextlib.suppress(SyntaxError, ValueError):
                    yield _root(relation.target_part)

    def named(self, relation_id: str) -> Any:
        """The root of the part that the body refers to by that id. Raises `KeyError` or `SyntaxError`."""
        return _root(self._main.related_parts[relation_id])

    def furniture(self, kind: str) -> list[Any]:
        """The paragraphs of the pages' headers ("header") or footers, each once, without those that number pages."""
        paragraphs: dict[str, Any] = {}
        for reference in self.root.iter(f"{W}{kind}Reference"):
            with contextlib.suppress(KeyError, SyntaxError, ValueError):
                for paragraph in self.named(reference.get(f"{R}id")).iter(f"{W}p"):
                    words = "".join(text.text or "" for text in paragraph.iter(f"{W}t"))
                    if not _numbers_pages(paragraph):
                        paragraphs.setdefault(words, paragraph)
        return list(paragraphs.values())


def _numbers_pages(paragraph: Any) -> bool:
    codes = [code.text or "" for code in paragraph.iter(f"{W}instrText")]
    codes += [field.get(f"{W}instr") or "" for field in paragraph.iter(f"{W}fldSimple")]
    return any(word in _PAGE_FIELDS for code in codes for word in code.upper().split()[:1])


def _root(part: Any) -> Any:
    """A part's root element: some parts python-docx has parsed itself."""
    return part.element if hasattr(part, "element") else parse_xml(part.blob)
