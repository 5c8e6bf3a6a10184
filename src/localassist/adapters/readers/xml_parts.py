"""Parses XML from inside a file so that nothing in it is expanded, fetched or run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Iterator


def parse_xml(data: bytes) -> Any:
    """The root element of an XML document; entities of its own stay unexpanded.

    Raises `SyntaxError` (lxml's `XMLSyntaxError` is one) for what is no well-formed XML, nests deeper than 256
    elements or holds a text above 10 million characters: libxml2's own bounds.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def nearest(root: Any, tag: str, without: Container[str]) -> Iterator[Any]:
    """The elements of that tag below `root` that stand in no other such element and in none of those tags."""
    ahead = list(reversed(root))
    while ahead:
        element = ahead.pop()
        if element.tag == tag:
            yield element
        elif element.tag not in without:
            ahead.extend(reversed(element))
