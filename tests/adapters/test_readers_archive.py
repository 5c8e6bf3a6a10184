"""Archives give their files as documents, within bounds that harmful ones meet."""

import io
import time
import zipfile

import pytest
from reading import assert_sound, read_whole, shown

from localassist.adapters.children import ChildDied, ChildPool, Death
from localassist.adapters.readers.file_reader import FileReader
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind
from localassist.domain.errors import DocumentError
from localassist.domain.stopping import Stop


def zipped(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def read(tmp_path, data, name="files.zip", **allowed):
    path = tmp_path / name
    path.write_bytes(data)
    content = read_whole(path, **allowed)
    assert_sound(content)
    return content


def test_each_file_is_read_by_the_reader_of_its_format(tmp_path):
    content = read(
        tmp_path,
        zipped(
            {
                "2024/lease.md": "# Lease\n\nSixty days.",
                "2024/fees.html": "<p>35 euros</p>",
                "__MACOSX/._lease.md": "x",
                "2024/.DS_Store": "x",
                "song.mp3": b"ID3\x04\0\0\0\0" + bytes(50),
                "empty.txt": b"",
            }
        ),
    )
    names = ["2024/lease.md", "2024/fees.html", "song.mp3", "empty.txt"]
    assert shown(content) == [("list item", name) for name in names]
    assert [part.name for part in content.parts] == names
    lease, fees, song, empty = content.parts
    assert [block.kind for block in lease.content.blocks] == [BlockKind.HEADING, BlockKind.PARAGRAPH]
    assert fees.content.text == "35 euros"
    assert song.problem.startswith("song.mp3 is of a kind that can't be read yet")
    assert empty.problem.startswith("empty.txt is empty")


def test_names_of_old_programs_are_guessed(tmp_path):
    data = zipped({"B3lege.txt": "words"}).replace(b"B3lege.txt", b"B\x84lege.txt")
    assert [part.name for part in read(tmp_path, data).parts] == ["Bälege.txt"]


def test_names_lead_nowhere_else(tmp_path):
    content = read(tmp_path, zipped({"../../up.txt": "a", "/etc/root.txt": "b"}))
    assert [part.name for part in content.parts] == ["up.txt", "etc/root.txt"]


def test_an_encrypted_file_is_refused_and_the_others_are_read(tmp_path):
    data = bytearray(zipped({"locked.txt": "words", "open.txt": "words"}))
    data[6] |= 1
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    locked, unlocked = read(tmp_path, bytes(data)).parts
    assert locked.problem.startswith("locked.txt is protected by a password")
    assert unlocked.content.text == "words"


def test_a_damaged_file_costs_that_file(tmp_path):
    data = bytearray(zipped({"a.txt": "first words", "b.txt": "other words"}, zipfile.ZIP_STORED))
    data[data.index(b"first")] ^= 1
    damaged, whole = read(tmp_path, bytes(data)).parts
    assert damaged.problem.startswith("a.txt is damaged inside its archive")
    assert whole.content.text == "other words"


def test_an_archive_cut_off_is_a_sentence(tmp_path):
    with pytest.raises(UnreadableError, match="is damaged or no complete archive"):
        read(tmp_path, zipped({"a.txt": "words " * 1000})[:-20])


def test_a_bomb_is_not_inflated(tmp_path):
    with pytest.raises(UnreadableError, match="far more than a document needs"):
        read(tmp_path, zipped({f"{number}.txt": bytes(30_000_000) for number in range(2)}))


def test_archives_inside_archives_end_at_the_second(tmp_path):
    data = zipped({"innermost.txt": "words"})
    for depth in range(6):
        data = zipped({f"{depth}-{copy}.zip": data for copy in range(4)})
    started = time.monotonic()
    content = read(tmp_path, data)
    assert time.monotonic() - started < 2
    second = content.parts[0].content.parts[0].content
    assert len(second.parts) == 4
    assert all("lies too deep inside other files" in part.problem for part in second.parts)


@pytest.fixture(scope="module")
def reader():
    children = ChildPool(sealed=True)
    yield FileReader(children)
    children.close()


def test_a_file_inside_files_is_read_by_its_path(reader, tmp_path):
    inner = zipped({"2024/lease.md": "# Lease\n\nSixty days."})
    (tmp_path / "outer.zip").write_bytes(zipped({"deep/inner.zip": inner, "other.txt": "x"}))
    content = reader.read(str(tmp_path / "outer.zip/deep/inner.zip/2024/lease.md"), Stop())
    assert (content.title, content.text) == ("Lease", "Lease\n\nSixty days.")
    with pytest.raises(DocumentError, match=r"gone\.md is not inside its file any more"):
        reader.read(str(tmp_path / "outer.zip/deep/inner.zip/gone.md"), Stop())
    with pytest.raises(DocumentError, match=r"lease\.md has no pages"):
        reader.draw_page(str(tmp_path / "outer.zip/deep/inner.zip/2024/lease.md"), 1, 300, None)
    with pytest.raises(DocumentError, match=r"a\.md could not be opened"):
        reader.read(str(tmp_path / "gone.zip/a.md"), Stop())


class DeadlyPool(ChildPool):
    """Dies over a file with b.txt in it, unless that is left to be read by itself, and then over that."""

    def call(self, task, arguments, limits, stop):
        inner = arguments["inside"]["inner"]
        if inner == "b.txt" or not (inner or arguments["apart"]):
            raise ChildDied(Death.CRASH, "SIGSEGV")
        return super().call(task, arguments, limits, stop)


def test_one_file_that_kills_its_reader_costs_that_file(tmp_path):
    children = DeadlyPool()
    (tmp_path / "files.zip").write_bytes(zipped({"a.txt": "words", "b.txt": "words", "c.txt": "more words"}))
    content = FileReader(children).read(str(tmp_path / "files.zip"), Stop())
    children.close()
    assert [part.content.text if part.content else "" for part in content.parts] == ["words", "", "more words"]
    assert content.parts[1].problem.startswith("b.txt is damaged in a way that crashed its reader")


def test_nothing_stays_behind_in_the_temporary_folder(reader, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    (tmp_path / "files.zip").write_bytes(zipped({"a.txt": "words", "b.md": "words"}))
    assert len(reader.read(str(tmp_path / "files.zip"), Stop()).parts) == 2
    assert reader.read(str(tmp_path / "files.zip/b.md"), Stop()).text == "words"
    assert list((tmp_path / "scratch").iterdir()) == []
