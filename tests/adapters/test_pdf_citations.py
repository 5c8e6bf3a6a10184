"""A sentence that another extractor finds on a page of a PDF is cited with that page, and its words are marked."""

import logging
import random
import re
import unicodedata
from itertools import pairwise

import pdfplumber
import pytest
from reading import read_whole

from localassist.adapters.readers import pdf_drawing
from localassist.adapters.readers.unreadable import UnreadableError

pytestmark = [pytest.mark.soak, pytest.mark.corpus]

PAGES = 250
WIDTH = 1000
WIDEST_SPACE = 5.5  # points; where a raised or lowered sign was left out of the line, the gap is wider
PLAIN_WORD = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*[.,;:!?]?|\d+[.,]?")
NO_LETTER = re.compile(r"[\W_]+")


def folded(words):
    """The letters and digits alone: extractors differ in spaces, hyphens and ligatures."""
    return NO_LETTER.sub("", unicodedata.normalize("NFKC", words)).casefold()


def sentence(words, chance):
    """Six to eleven plain words in a row on one line, None where a page has none."""
    words = [word for word in words if word["upright"]]
    for start in chance.sample(range(len(words)), len(words)):
        run = words[start : start + chance.randrange(6, 12)]
        apart = (right["x0"] - left["x1"] for left, right in pairwise(run))
        level = all(abs(left["top"] - right["top"]) < 2 for left, right in pairwise(run))
        if (
            len(run) >= 6
            and level
            and all(0 <= gap < WIDEST_SPACE for gap in apart)
            and all(PLAIN_WORD.fullmatch(word["text"]) for word in run)
            and sum(word["text"].islower() for word in run) >= 3
        ):
            return run
    return None


def stands_once(words, texts):
    """Whether the words are those of one page alone: a head that runs over many has no page to cite."""
    wanted = folded("".join(word["text"] for word in words))
    return sum(wanted in text for text in texts.values()) <= 1


def drawn_pages(folder, chance):
    """Pages at random, no two alike, each with a sentence: (path, index, words, shift of the visible part)."""
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    seen = set()
    found = []
    for path in sorted(folder.rglob("*.pdf")):
        try:
            with pdfplumber.open(path) as file:
                pages = list(enumerate(file.pages))
                pages = chance.sample(pages, min(len(pages), 40))
                texts = {index: folded(page.extract_text() or "") for index, page in pages}
                for index, page in pages:
                    words = sentence(page.dedupe_chars().extract_words(), chance) if texts[index] not in seen else None
                    seen.add(texts[index])
                    if words and stands_once(words, texts):
                        found.append((path, index, words, page.cropbox))
                    page.close()
        except Exception:  # noqa: BLE001  what the other extractor can't read is no test of this one
            continue
    return chance.sample(found, min(PAGES, len(found)))


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


def is_covered(word, marks, crop, scale):
    level = ((word["top"] + word["bottom"]) / 2 - crop[1]) * scale
    inside = [word["x0"] + share * (word["x1"] - word["x0"]) - crop[0] for share in (0.1, 0.5, 0.9)]
    return all(any(x - 1 <= at * scale <= x + w + 1 and y <= level <= y + h for x, y, w, h in marks) for at in inside)


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
