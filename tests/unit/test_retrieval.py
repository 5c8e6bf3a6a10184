from collections.abc import Sequence

import pytest

from fakes import FakeActivity, FakeDocumentStore, FakeEmbedder, FakeFiles, FakePassageIndex, FakeReader
from localassist.domain.documents import Passage, Scope
from localassist.domain.errors import ModelError
from localassist.domain.events import Retrieved, Searching
from localassist.domain.stopping import Stop
from localassist.usecases.ingesting import IngestPaths
from localassist.usecases.ranking import rank
from localassist.usecases.retrieval import SearchPassages, reranked

LEASE = """# Tenancy agreement flat {flat}

The tenant of this flat is {tenant}, who moved in with a cat and two canaries some years ago.

# Rent

The rent is {rent} euros a month and is due on the third working day of each month by bank transfer.

# Deposit

The deposit is {deposit} euros and is paid back within two months after the keys were returned to us.
"""
BOAT = "# Boats\n\nA sloop has one mast and two sails. It is the commonest kind of yacht today by far, they say."


class Library:
    def __init__(self, **texts: str) -> None:
        self.store = FakeDocumentStore()
        self.index = FakePassageIndex(self.store)
        self.embedder = FakeEmbedder(max_tokens=40)
        files = FakeFiles(**texts)
        ingest = IngestPaths(files, FakeReader(files), self.embedder, self.store, self.index, FakeActivity())
        list(ingest(["/files"], "all", Stop()))
        self.search = SearchPassages(self.store, self.index, self.embedder)
        self.details: list[str] = []

    def find(self, query: str, limit: int = 5, before: str = "") -> tuple[Passage, ...]:
        return self.retrieve(query, limit, before).passages

    def retrieve(self, query: str, limit: int = 5, before: str = "") -> Retrieved:
        *searching, retrieved = self.search(query, Scope.everything(), limit, Stop(), before)
        assert all(isinstance(event, Searching) for event in searching)
        self.details = [event.detail for event in searching if isinstance(event, Searching)]
        assert isinstance(retrieved, Retrieved)
        return retrieved


@pytest.fixture
def leases() -> Library:
    return Library(
        lease_4b=LEASE.format(flat="4B", tenant="Maria Lopez", rent="950", deposit="1,900"),
        lease_7a=LEASE.format(flat="7A", tenant="Jan Novak", rent="1,150", deposit="2,300"),
        boats=BOAT,
    )


def test_the_passage_that_answers_comes_first_with_falling_scores(leases: Library) -> None:
    found = leases.find("How many sails has a sloop?")
    assert "two sails" in found[0].text
    scores = [passage.score for passage in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize(("flat", "rent"), [("4B", "950"), ("7A", "1,150")])
def test_of_two_near_duplicates_the_one_whose_title_is_named_comes_first(leases: Library, flat: str, rent: str) -> None:
    found = leases.find(f"What is the monthly rent of flat {flat}?", limit=10)
    rents = [p.text for p in found if "The rent is" in p.text]
    assert f"rent is {rent} euros" in rents[0]
    assert len(rents) == 2, "the other lease differs in its figures and must not be dropped"


@pytest.mark.parametrize(("tenant", "deposit"), [("Maria Lopez", "1,900"), ("Jan Novak", "2,300")])
def test_a_name_that_stands_elsewhere_in_the_document_decides(leases: Library, tenant: str, deposit: str) -> None:
    found = leases.find(f"Which deposit is paid back to {tenant} after the keys were returned?")
    assert deposit in next(p.text for p in found if "deposit is" in p.text)


@pytest.mark.parametrize("name", ["lease-7a.md", "lease-7a", "lease 7a"])
def test_a_document_can_be_named_by_its_file(name: str) -> None:
    passages = [Passage(n, n, f"/d/lease-{n}a.md", "Lease", None, "", "A pet is kept.", 0, 14, 0.9) for n in (6, 7, 8)]
    assert rank(f"What does {name} say of a pet?", passages)[0].document_id == 7


def test_a_follow_up_finds_what_it_names_itself(leases: Library) -> None:
    found = leases.find("And of flat 7A?", before="What is the monthly rent of flat ?")
    assert "rent is 1,150 euros" in next(p.text for p in found if "The rent is" in p.text)


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("And the tenant of flat 4B?", "What is the monthly rent of flat ?", "tenant of this flat is Maria Lopez"),
        ("And the deposit?", "What is the monthly rent of flat 7A?", "deposit is 2,300"),
        ("When are the keys returned?", "Who is the tenant of flat 4B, Maria Lopez?", "deposit is 1,900"),
    ],
)
def test_a_follow_up_is_not_drowned_by_the_question_before(
    leases: Library, question: str, before: str, expected: str
) -> None:
    assert expected in leases.find(question, before=before)[0].text


def test_nothing_relevant_gives_nothing(leases: Library) -> None:
    assert leases.find("Who composed symphony number nine in Vienna?") == ()
    assert leases.find("???") == ()


def test_the_same_words_twice_in_documents_of_one_title_come_once() -> None:
    library = Library(boats=BOAT)
    files = FakeFiles()
    files.write("/files/copy/boats.md", BOAT + " ")
    list(
        IngestPaths(files, FakeReader(files), library.embedder, library.store, library.index, FakeActivity())(
            ["/files"], "all", Stop()
        )
    )
    assert len(library.find("How many sails has a sloop?")) == 1


def test_without_an_embedder_words_decide_and_the_search_says_so(leases: Library) -> None:
    leases.embedder.problem = ModelError("The embedding model is not installed.")
    assert "two sails" in leases.find("sails of a sloop")[0].text
    assert leases.details[-1] == "Only words were searched: The embedding model is not installed."


def test_without_an_index_words_decide(leases: Library) -> None:
    leases.index.problem = ModelError("The index is being rebuilt.")
    assert "two sails" in leases.find("sails of a sloop")[0].text


def test_a_question_about_all_there_is_gets_each_document_and_says_how_many_match() -> None:
    names = ["Ahrens", "Baker", "Castro", "Dumont", "Ersoy", "Farkas", "Gallo", "Holm"]
    texts = {f"lease_{n}": LEASE.format(flat=n, tenant=name, rent=900 + n, deposit=n) for n, name in enumerate(names)}
    library = Library(**texts, boats=BOAT)
    retrieved = library.retrieve("List all tenants who moved in with a cat.", limit=3)
    first = retrieved.passages[: len(names)]
    assert {passage.document_id for passage in first} == {passage.document_id for passage in retrieved.passages}
    assert all(name in " ".join(passage.text for passage in first) for name in names)
    assert retrieved.matched_documents == len(names)
    assert retrieved.matched >= len(retrieved.passages) >= len(names)
    plain = library.retrieve("Who moved in with a cat?", limit=3)
    assert (len(plain.passages), plain.matched, plain.matched_documents) == (3, 0, 0)


def test_each_passage_says_what_words_and_meaning_have_in_it(leases: Library) -> None:
    best = leases.find("How many sails has a sloop?")[0]
    assert best.words > 0
    assert best.meaning > 0
    assert best.words + best.meaning <= 1
    assert best.rerank is None
    leases.embedder.problem = ModelError("The embedding model is not installed.")
    assert leases.find("sails of a sloop")[0].meaning == 0


class LengthReranker:
    """Prefers short texts; has time for `count` of them."""

    name = "length 1"

    def __init__(self, count: int = 100, problem: ModelError | None = None) -> None:
        self.count = count
        self.problem = problem

    def scores(self, query: str, texts: Sequence[str], seconds: float, stop: Stop) -> tuple[float, ...]:
        if self.problem:
            raise self.problem
        return tuple(-float(len(text)) for text in texts[: self.count])


def test_a_reranker_has_half_the_say_and_is_told_of(leases: Library) -> None:
    leases.search = SearchPassages(leases.store, leases.index, leases.embedder, LengthReranker())
    found = leases.find("How many sails has a sloop?")
    assert all(passage.rerank is not None for passage in found)
    assert leases.details[-1] == "Reading the best passages together with the question."


def test_a_reranker_that_fails_leaves_the_order_as_it_was_and_the_search_says_so(leases: Library) -> None:
    before = leases.find("How many sails has a sloop?")
    broken = LengthReranker(problem=ModelError("The reranker is not installed."))
    leases.search = SearchPassages(leases.store, leases.index, leases.embedder, broken)
    assert leases.find("How many sails has a sloop?") == before
    assert leases.details[-1].endswith("together with the question: The reranker is not installed.")


def test_passages_that_a_reranker_had_no_time_for_follow_in_their_order() -> None:
    passages = [Passage(n, n, "/a", "", None, "", "", 0, 0, 1 - n / 10) for n in range(4)]
    ordered = reranked(passages, [1.0, 9.0])
    assert [passage.chunk_id for passage in ordered] == [1, 0, 2, 3]
    assert [passage.rerank for passage in ordered] == [1.0, 0.0, None, None]
    assert [p.score for p in ordered] == sorted((p.score for p in ordered), reverse=True)
    assert reranked(passages, []) == passages
