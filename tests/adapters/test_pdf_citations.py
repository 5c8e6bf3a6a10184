"""A sentence that another extractor finds on a page of a PDF is cited with that page, and its words are marked."""

import random
import re

import pytest
from reading import read_whole

from localassist.adapters.readers import pdf_drawing
from localassist.adapters.readers.unreadable import UnreadableError
from pdf_pages import WIDTH, drawn_pages, folded, is_covered

pytestmark = [pytest.mark.soak, pytest.mark.corpus]


def positions(content, start, end):
    """The folded letters of a stretch of text, with the position of each."""
    return [(letter, place) for place in range(start, end) for letter in folded(content.text[place])]


def is_marked(path, index, content, words, crop):
    """Whether one place on the page that says the words is marked where the other extractor has them."""
    page = content.pages[index]
    letters = positions(content, page.start, page.end)
    wanted = folded("".join(word["text"] for word in words))
    text = "".join(letter for letter, _ in letters)
    for found in re.finditer(f"(?={re.escape(wanted)})", text):
        first, last = letters[found.start()][1], letters[found.start() + len(wanted) - 1][1]
        end = last + 1 + (not words[-1]["text"][-1].isalnum())
        image = pdf_drawing.draw(str(path), index + 1, WIDTH, (first - page.start, end - page.start))
        scale = WIDTH / (crop[2] - crop[0])
        if all(is_covered(word, image.marks, crop, scale) for word in words) and is_tight(words, image.marks, scale):
            return True
    return False


def is_tight(words, marks, scale):
    return sum(w for _, _, w, _ in marks) < 1.15 * (words[-1]["x1"] - words[0]["x0"]) * scale + 10


def test_pages_and_marks_are_right_in_99_of_100(corpus):
    chance = random.Random(4)
    contents = {}
    missed = []
    pages = drawn_pages(corpus / "documents", chance)
    assert len(pages) > 150
    for path, index, words, crop in pages:
        try:
            content = contents.get(path) or contents.setdefault(path, read_whole(path, recognising=0))
            right = is_marked(path, index, content, words, crop)
        except UnreadableError:
            right = False
        if not right:
            missed.append((path.name, index + 1, " ".join(word["text"] for word in words)))
    print(f"{len(pages) - len(missed)} of {len(pages)} pages and marks are right")
    assert len(missed) <= 0.01 * len(pages), missed
