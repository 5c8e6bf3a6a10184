"""Bad files end as sentences that name the file, and what children send is checked."""

import os
import sys

import pytest
from small_pdf import text, write_pdf

from localassist.adapters.child_messages import JSON
from localassist.adapters.children import ChildDied, ChildPool, Death, Reply
from localassist.adapters.readers.file_reader import FileReader
from localassist.domain.errors import DocumentError, PasswordNeededError
from localassist.domain.stopping import Stop


class ScriptedPool(ChildPool):
    """Answers without a process."""

    def __init__(self, answer: Reply | ChildDied):
        super().__init__()
        self._answer = answer

    def call(self, task, arguments, limits, stop):
        if isinstance(self._answer, ChildDied):
            raise self._answer
        return self._answer


@pytest.fixture(scope="module")
def reader():
    children = ChildPool()
    yield FileReader(children)
    children.close()


def problem(reader, path):
    with pytest.raises(DocumentError) as caught:
        reader.read(str(path), Stop())
    assert caught.value.hint
    return caught.value.message


def test_content_decides_before_the_name_does(reader, tmp_path):
    path = tmp_path / "mislabelled.txt"
    write_pdf(path, text(40, 200, "Hello from a page"))
    assert reader.read(str(path), Stop()).text == "Hello from a page"


def test_an_unknown_kind_says_what_can_be_read(reader, tmp_path):
    path = tmp_path / "song.mp3"
    path.write_bytes(b"ID3\x04\0\0\0\0\x0f\x76music" + bytes(100))
    with pytest.raises(DocumentError) as caught:
        reader.read(str(path), Stop())
    assert caught.value.message == "song.mp3 is of a kind that can't be read yet."
    assert caught.value.hint.startswith("Files that can be read: PDF, Word, PowerPoint, Excel")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("empty.pdf", b"", "empty.pdf is empty."),
        ("broken.pdf", b"%PDF-1.7 and then nothing", "broken.pdf is damaged and can't be opened."),
        ("named.pdf", b"no such thing", "named.pdf is damaged and can't be opened."),
        ("broken.docx", b"PK\x03\x04rubbish", "broken.docx is damaged or no complete Word document."),
        ("bytes.txt", bytes(range(32)) * 99, "bytes.txt holds no text."),
    ],
)
def test_bad_files_are_sentences(reader, tmp_path, name, data, expected):
    (tmp_path / name).write_bytes(data)
    assert problem(reader, tmp_path / name) == expected


def test_two_gigabytes_are_refused_unread(reader, tmp_path):
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    assert problem(reader, path) == "huge.txt has 2,000 MB; files up to 500 MB are read."


def test_a_folder_is_no_file(reader, tmp_path):
    assert problem(reader, tmp_path).endswith("is not a file.")


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders there")
def test_a_pipe_does_not_hang(reader, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert problem(reader, tmp_path / "pipe.txt") == "pipe.txt is not a file."


@pytest.mark.parametrize("death", list(Death))
def test_a_death_is_worded(tmp_path, death):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    message = problem(FileReader(ScriptedPool(ChildDied(death, "SIGSEGV"))), tmp_path / "a.pdf")
    assert message.startswith("a.pdf ")
    assert "SIGSEGV" not in message


LAYOUT = {
    "size": 4, "blocks": [], "pages": [], "title": "", "notes": [], "partly": False, "hidden": [], "parts": [],
}  # fmt: skip
EMPTY = LAYOUT | {"size": 0}


def nested(depth):
    value = EMPTY
    for _ in range(depth):
        value = EMPTY | {"parts": [["a", value, ""]]}
    return value | {"size": 4}


@pytest.mark.parametrize("value", [LAYOUT, LAYOUT | {"parts": [["a/b.txt", EMPTY, ""]]}, nested(5)])
def test_what_fits_together_is_believed(tmp_path, value: JSON):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert FileReader(ScriptedPool(Reply(value, b"text"))).read(str(tmp_path / "a.pdf"), Stop()).text == "text"


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        LAYOUT | {"size": 3},
        LAYOUT | {"size": 5},
        LAYOUT | {"blocks": [[1, 0, 99, 0]]},
        LAYOUT | {"blocks": [[1, 2, 4, 0], [1, 0, 2, 0]]},
        LAYOUT | {"blocks": [[9, 0, 2, 0]]},
        LAYOUT | {"blocks": [[1, 0, 2]]},
        LAYOUT | {"blocks": [[1, 0, 2, 0, "A1", [0, 0, float("nan"), 1]]]},
        LAYOUT | {"blocks": [[1, 0, 2, 0, "A1" * 1000]]},
        LAYOUT | {"pages": [[1, "page", 2, "", False]]},
        LAYOUT | {"pages": [[1, float("inf"), 2, "", False]]},
        LAYOUT | {"pages": [[1, -5, 2, "", False]]},
        LAYOUT | {"title": "\ud800"},
        LAYOUT | {"notes": ["a"] * 10_000},
        LAYOUT | {"hidden": [["white on white", 7, None]]},
        LAYOUT | {"parts": [["../up.txt", None, "It is gone."]]},
        LAYOUT | {"parts": [["/etc/passwd", None, "It is gone."]]},
        LAYOUT | {"parts": [["a", None, "It is gone."], ["a", None, "It is gone."]]},
        LAYOUT | {"parts": [[str(number), None, "It is gone."] for number in range(9999)]},
        nested(6),
        {"blocks": []},
    ],
)
def test_what_a_child_sends_is_not_believed_unseen(tmp_path, value: JSON):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    reader = FileReader(ScriptedPool(Reply(value, b"text")))
    assert problem(reader, tmp_path / "a.pdf").startswith("a.pdf is damaged")


def test_a_text_that_is_no_utf8_is_not_believed(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert problem(FileReader(ScriptedPool(Reply(LAYOUT, b"\xff"))), tmp_path / "a.pdf")


def test_only_pdf_files_have_pages_to_draw(reader, tmp_path):
    (tmp_path / "a.md").write_text("Text", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"a\.md has no pages that could be shown"):
        reader.draw_page(str(tmp_path / "a.md"), 1, 400, None)


def test_a_files_name_is_not_logged(tmp_path, caplog):
    path = tmp_path / "Letter to Dr. Ada about cancer"
    path.write_text("text")
    problem(FileReader(ScriptedPool(ChildDied(Death.CRASH, "SIGSEGV"))), path)
    assert "SIGSEGV" in caplog.text
    assert "cancer" not in caplog.text


class LockedPool(ChildPool):
    """Reads what it is given the password of; `asked` are the arguments of every call."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def call(self, task, arguments, limits, stop):
        self.asked.append(arguments)
        inside = arguments["inside"]
        if inside["passwords"].get(inside["inner"]) != "sesame":
            raise PasswordNeededError("a.pdf is protected by a password.", "Give it.")
        return Reply(LAYOUT, b"text")


def test_a_password_opens_its_file_and_goes_nowhere_else(tmp_path, caplog):
    caplog.set_level("DEBUG")
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "b.pdf").write_bytes(b"%PDF")
    pool = LockedPool()
    reader = FileReader(pool)
    with pytest.raises(PasswordNeededError):
        reader.read(str(tmp_path / "a.pdf"), Stop())
    reader.unlock(str(tmp_path / "a.pdf"), "wrong")
    with pytest.raises(PasswordNeededError):
        reader.read(str(tmp_path / "a.pdf"), Stop())
    reader.unlock(str(tmp_path / "a.pdf"), "sesame")
    assert reader.read(str(tmp_path / "a.pdf"), Stop()).text == "text"
    with pytest.raises(PasswordNeededError):
        reader.read(str(tmp_path / "b.pdf"), Stop())
    assert pool.asked[-1]["inside"]["passwords"] == {}
    assert "sesame" not in caplog.text


def test_a_password_of_a_file_inside_a_file_goes_with_it(tmp_path):
    (tmp_path / "mail.eml").write_bytes(b"From: a")
    pool = LockedPool()
    reader = FileReader(pool)
    reader.unlock(str(tmp_path / "mail.eml/annex.pdf"), "sesame")
    assert reader.read(str(tmp_path / "mail.eml/annex.pdf"), Stop()).text == "text"
    inside = pool.asked[0]["inside"]
    assert pool.asked[0]["path"] == str(tmp_path / "mail.eml").replace(os.sep, "/")
    assert (inside["inner"], inside["passwords"]) == ("annex.pdf", {"annex.pdf": "sesame"})
