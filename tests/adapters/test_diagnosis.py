"""The doctor finds what is wrong, says what to do, and outlives what is ill."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import FakeChatModels
from localassist.adapters.catalog import Catalog
from localassist.adapters.children import ChildPool
from localassist.adapters.database import Database
from localassist.adapters.diagnosis import Diagnosis
from localassist.adapters.places import Places
from localassist.adapters.resources import resource
from localassist.adapters.secrets import KeyringSecrets
from localassist.adapters.settings_file import TomlSettingsStore
from localassist.domain.diagnosis import Finding, State


@pytest.fixture
def diagnosis(home: Path) -> Iterator[Diagnosis]:
    places = Places.find({"LOCALASSIST_HOME": str(home)})
    children, database = ChildPool(), Database(places.database)
    catalog = Catalog(resource("models.toml"), places.verified)
    settings = TomlSettingsStore(places.settings)
    yield Diagnosis(places, settings, database, catalog, FakeChatModels(), KeyringSecrets(), children)
    children.close()
    database.close()


def bad(diagnosis: Diagnosis) -> dict[str, Finding]:
    return {finding.area: finding for finding in diagnosis.findings() if finding.state is State.BAD}


def test_a_sound_home_has_nothing_bad_and_every_note_a_remedy(diagnosis: Diagnosis) -> None:
    findings = list(diagnosis.findings())
    assert [finding for finding in findings if finding.state is State.BAD] == []
    assert all(finding.remedy for finding in findings if finding.state is State.NOTE)


def test_a_wrong_setting_is_found_and_the_rest_still_checked(diagnosis: Diagnosis) -> None:
    diagnosis.places.make()
    diagnosis.places.settings.write_text("passages = 0\n", encoding="utf-8")
    assert set(bad(diagnosis)) == {"Settings"}


def test_a_damaged_database_is_found(diagnosis: Diagnosis) -> None:
    with diagnosis.database.writing() as connection:
        connection.execute("CREATE TABLE t(x)")
        connection.execute(
            "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 9999) SELECT i FROM n"
        )
        connection.execute("CREATE INDEX i ON t(x)")
    diagnosis.database.close()
    path = diagnosis.places.database
    content = bytearray(path.read_bytes())
    content[-40_000:-20_000] = b"\x55" * 20_000
    path.write_bytes(content)
    found = bad(diagnosis)
    assert set(found) == {"Database"}
    assert found["Database"].remedy


def test_a_library_that_is_not_there_is_found(diagnosis: Diagnosis, monkeypatch: pytest.MonkeyPatch) -> None:
    from localassist.adapters import diagnosis as checks

    monkeypatch.setattr(checks.metadata, "requires", lambda _name: ["no-such-library>=1"])
    assert "make setup" in bad(diagnosis)["Libraries"].remedy


def test_a_model_that_is_not_the_published_one_is_found(diagnosis: Diagnosis, tmp_path: Path) -> None:
    published = resource("models.toml").read_text(encoding="utf-8")
    (tmp_path / "models.toml").write_text(re.sub(r'sha256 = "\w+"', f'sha256 = "{"0" * 64}"', published))
    other = Catalog(tmp_path / "models.toml", diagnosis.places.verified)
    found = bad(replace(diagnosis, catalog=other))
    assert "not the one its makers published" in found["Models"].detail
    assert found["Models"].remedy


def test_a_check_that_fails_itself_is_a_finding(diagnosis: Diagnosis, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise RuntimeError

    monkeypatch.setattr(diagnosis.secrets, "backend", broken)
    assert "RuntimeError" in bad(diagnosis)["Keyring"].detail
