"""docs/models.md says what models.toml says."""

import models_page
from localassist.adapters.catalog_file import read_catalog

ENTRIES = read_catalog(models_page.ROOT / "models.toml").entries


def test_the_page_is_current():
    assert models_page.PAGE.read_text(encoding="utf-8") == models_page.page(ENTRIES), "run packaging/models_page.py"


def test_every_model_and_licence_is_on_the_page():
    page = models_page.page(ENTRIES)
    for entry in ENTRIES:
        assert f"`{entry.id}`" in page
        assert f"### {entry.licence.name}\n" in page
        assert all(address in page for address in entry.sources)


def test_a_row_has_a_cell_for_each_column():
    rows = [line for line in models_page.page(ENTRIES).splitlines() if line.startswith("|")]
    assert len(rows) == len(ENTRIES) + 2 * len({entry.kind for entry in ENTRIES})
    assert {row.count("|") for row in rows} == {11}
