import json
from dataclasses import replace
from pathlib import Path

import pytest

from localassist.cli.evaluating import QuestionsError, read_questions
from localassist.domain.documents import Document, DocumentStatus
from localassist.domain.errors import NotFoundError

LEASE = Document(4, "/home/me/leases/lease.pdf", "Lease", "ab", 1, 0.0, 3, 9, DocumentStatus.INDEXED)


def written(folder: Path, *lines: object) -> Path:
    file = folder / "questions.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["lease.pdf", "leases/lease.pdf", "/home/me/leases/lease.pdf"])
def test_a_file_can_be_named_by_its_path_or_the_end_of_it(tmp_path: Path, name: str) -> None:
    file = written(tmp_path, {"question": "How long?", "file": name, "page": 2}, "", {"question": "Who?", "file": name})
    first, second = read_questions(file, [LEASE])
    assert (first.text, first.document_id, first.page) == ("How long?", 4, 2)
    assert (second.text, second.page) == ("Who?", None)


@pytest.mark.parametrize(
    "line", ["no JSON", "[1]", {"question": "How long?"}, {"question": "?", "file": "a", "page": "x"}]
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: object) -> None:
    with pytest.raises(QuestionsError, match="Line 2"):
        read_questions(written(tmp_path, "", line), [LEASE])


def test_a_file_that_is_not_among_the_documents_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"names ease\.pdf"):
        read_questions(written(tmp_path, {"question": "How long?", "file": "ease.pdf"}), [LEASE])


def test_a_name_that_several_documents_have_is_no_guess(tmp_path: Path) -> None:
    other = replace(LEASE, id=5, path="/home/me/old/lease.pdf")
    with pytest.raises(QuestionsError, match=r"names lease\.pdf, and 2 of these"):
        read_questions(written(tmp_path, {"question": "How long?", "file": "lease.pdf"}), [LEASE, other])
    (told,) = read_questions(written(tmp_path, {"question": "How long?", "file": "old/lease.pdf"}), [LEASE, other])
    assert told.document_id == 5


def test_a_list_as_notepad_saves_it_and_words_with_odd_line_ends_are_read(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('\ufeff{"question": "How\u2028long?", "file": "lease.pdf"}\r\n', encoding="utf-8", newline="")
    assert [question.document_id for question in read_questions(file, [LEASE])] == [4]


def test_a_list_that_is_missing_or_empty_is_said(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match="can't be read"):
        read_questions(tmp_path / "missing.jsonl", [LEASE])
    with pytest.raises(QuestionsError, match="no question"):
        read_questions(written(tmp_path, ""), [LEASE])
