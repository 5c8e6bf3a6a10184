"""What the disk has no more goes; what could not be looked at stays."""

from __future__ import annotations

from localassist.domain.documents import Collection, Document, DocumentStatus
from localassist.domain.ports.documents import FoundFile, Skipped, SkippedFile
from localassist.usecases.comparing import TAKEN_OUT, Look, gone, is_within, touched

PAPERS = Collection(1, "papers", ("/papers", "/one.md"))


def document(path: str, status: DocumentStatus = DocumentStatus.INDEXED, **more: object) -> Document:
    return Document(hash(path), path, path, "", 1, 1.0, 0, 1, status, **more)  # type: ignore[arg-type]


def found(path: str) -> FoundFile:
    return FoundFile(path, 1, 1.0)


def look(*items: FoundFile | SkippedFile, only: set[str] | None = None) -> Look:
    return Look(PAPERS, None if only is None else frozenset(only), items)


def gone_paths(seen: Look, *paths: str) -> list[str]:
    return [each.path for each in gone([document(path) for path in paths], seen, seen.paths)]


def test_what_was_not_seen_is_gone() -> None:
    assert gone_paths(look(found("/papers/a.md")), "/papers/a.md", "/papers/b.md") == ["/papers/b.md"]


def test_where_a_part_was_looked_at_only_what_is_below_it_can_be_gone() -> None:
    seen = look(only={"/papers/sub"})
    assert gone_paths(seen, "/papers/a.md", "/papers/sub/b.md", "/papers/subway.md") == ["/papers/sub/b.md"]


def test_what_is_below_a_folder_that_could_not_be_opened_stays() -> None:
    seen = look(SkippedFile("/papers/locked", "You may not.", Skipped.UNREACHABLE))
    assert gone_paths(seen, "/papers/locked/a.md", "/papers/b.md") == ["/papers/b.md"]


def test_what_is_below_a_missing_root_stays_though_its_parent_is_there() -> None:
    seen = look(SkippedFile("/papers", "It is not there."))
    assert gone_paths(seen, "/papers/a.md") == []
    assert list(seen.missing) == ["/papers"]


def test_a_file_added_by_itself_is_gone_unless_its_folder_is_too() -> None:
    assert gone_paths(look(SkippedFile("/one.md", "It is not there.")), "/one.md") == ["/one.md"]
    assert gone_paths(look(SkippedFile("/one.md", "It is not there.", Skipped.UNREACHABLE)), "/one.md") == []


def test_parts_go_with_the_file_they_are_in() -> None:
    seen = look(found("/papers/mail.eml"))
    part = document("/papers/mail.eml/annex.pdf", container_id=7)
    assert list(gone([part], seen, seen.paths)) == []


def test_what_another_collection_saw_is_not_gone() -> None:
    assert list(gone([document("/papers/a.md")], look(), frozenset({"/papers/a.md"}))) == []


def test_ingesting_sees_neither_what_somebody_took_out_nor_what_can_not_be_reached() -> None:
    seen = look(
        found("/papers/out.md"),
        found("/papers/in.md"),
        SkippedFile("/papers/song.mp3", "No reader."),
        SkippedFile("/papers/locked.md", "You may not.", Skipped.UNREACHABLE),
        SkippedFile("/one.md", "It is not there."),
    )
    known = [document("/papers/out.md", DocumentStatus.IGNORED, problem=TAKEN_OUT), document("/papers/locked.md")]
    shown = seen.to_read({each.path: each for each in known})
    assert [item.path for item in shown] == ["/papers/in.md", "/papers/song.mp3"]


def test_what_a_rule_names_from_now_on_is_withdrawn() -> None:
    seen = look(
        SkippedFile("/papers/a.md", "A rule leaves it out."),
        SkippedFile("/papers/b.md", "You may not.", Skipped.UNREACHABLE),
    )
    known = [document("/papers/a.md"), document("/papers/b.md"), document("/papers/c.md")]
    assert [each.path for each in seen.withdrawn(known)] == ["/papers/a.md"]


def test_paths_of_either_kind_of_system_are_told_apart_by_whole_names() -> None:
    assert is_within("/papers/a.md", {"/papers"})
    assert is_within("C:\\papers\\a.md", {"C:\\papers"})
    assert is_within("C:\\a.md", {"C:\\"})
    assert is_within("/a.md", {"/"})
    assert not is_within("/papers2/a.md", {"/papers"})
    assert touched(PAPERS.roots, frozenset({"/papers/deep/x"}))
    assert touched(PAPERS.roots, frozenset({"/"}))
    assert not touched(PAPERS.roots, frozenset({"/other"}))
