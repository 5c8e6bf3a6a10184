"""Pages drawn at random from PDFs, each with a sentence that another extractor finds on it, and where it stands."""

import logging
import re
import unicodedata
from itertools import pairwise

import pdfplumber

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


def is_covered(word, marks, crop, scale):
    level = ((word["top"] + word["bottom"]) / 2 - crop[1]) * scale
    inside = [word["x0"] + share * (word["x1"] - word["x0"]) - crop[0] for share in (0.1, 0.5, 0.9)]
    return all(any(x - 1 <= at * scale <= x + w + 1 and y <= level <= y + h for x, y, w, h in marks) for at in inside)
