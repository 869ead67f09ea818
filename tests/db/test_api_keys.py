"""Keys: shown once, checked by hash, useless after revocation or expiry."""

import argparse
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.db.api_keys import ApiKeys
from app.db.database import Database
from app.db.tables import ApiKey
from app.domain.errors import InvalidInput, NotFound
from scripts import keys as script

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(database: Database, clock: Clock) -> ApiKeys:
    return ApiKeys(database, clock)


def test_a_new_key_opens_the_door_of_its_tenant(keys: ApiKeys) -> None:
    made, plaintext = keys.create("front end", tenant="acme", scopes={"jobs"})
    found = keys.authenticate(plaintext)
    assert found is not None
    assert (found.id, found.tenant, found.scopes) == (made.id, "acme", frozenset({"jobs"}))


def test_the_secret_is_not_in_the_database(keys: ApiKeys, database: Database) -> None:
    _, plaintext = keys.create("front end", tenant="acme", scopes={"jobs"})
    secret = plaintext.split("_", 2)[2]
    with database.reading() as session:
        row = session.scalars(sa.select(ApiKey)).one()
    assert all(secret not in str(value) for value in vars(row).values())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("avk_", "sk_"),
        lambda text: text + "x",
        lambda _: "",
        lambda _: "avk_" + "0" * 26 + "_" + "a" * 43,
        lambda text: "avk_" + text[4:30].upper() + text[30:],
    ],
)
def test_anything_else_does_not(keys: ApiKeys, spoil) -> None:  # type: ignore[no-untyped-def]
    _, plaintext = keys.create("front end", tenant="acme", scopes={"jobs"})
    assert keys.authenticate(spoil(plaintext)) is None


def test_a_revoked_key_is_worthless_and_stays_so(keys: ApiKeys) -> None:
    made, plaintext = keys.create("front end", tenant="acme", scopes={"jobs"})
    first = keys.revoke(made.id)
    assert keys.authenticate(plaintext) is None
    assert keys.revoke(made.id).revoked_at == first.revoked_at
    with pytest.raises(NotFound):
        keys.revoke("key_none")


def test_an_expired_key_is_worthless(keys: ApiKeys, clock: Clock) -> None:
    _, plaintext = keys.create(
        "trial", tenant="acme", scopes={"jobs"}, expires_at=NOW + timedelta(days=1)
    )
    clock.now = NOW + timedelta(hours=23)
    assert keys.authenticate(plaintext) is not None
    clock.now = NOW + timedelta(days=1)
    assert keys.authenticate(plaintext) is None


def test_the_last_use_is_noted_at_most_once_a_minute(keys: ApiKeys, clock: Clock) -> None:
    _, plaintext = keys.create("front end", tenant="acme", scopes={"jobs"})
    for seconds in (0, 20, 59):
        clock.now = NOW + timedelta(seconds=seconds)
        keys.authenticate(plaintext)
    assert keys.list()[0].last_used_at == NOW
    clock.now = NOW + timedelta(seconds=60)
    keys.authenticate(plaintext)
    assert keys.list()[0].last_used_at == clock.now


@pytest.mark.parametrize("scopes", [set(), {"root"}, {"jobs", "root"}])
def test_unknown_scopes_are_refused(keys: ApiKeys, scopes: set[str]) -> None:
    with pytest.raises(InvalidInput, match="admin, jobs"):
        keys.create("x", tenant="acme", scopes=scopes)


def test_the_command_line_prints_a_key_once(
    keys: ApiKeys, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> str:
        options: argparse.Namespace = script._parser().parse_args(words)
        script.run(keys, options, NOW)
        return capsys.readouterr().out.strip()

    plaintext = run(
        "create", "ops", "--tenant", "acme", "--scopes", "jobs,admin", "--expires-days", "30"
    )
    found = keys.authenticate(plaintext)
    assert found is not None
    assert found.expires_at == NOW + timedelta(days=30)
    assert found.scopes == {"jobs", "admin"}
    listed = run("list")
    assert found.id in listed
    assert plaintext.split("_", 2)[2] not in listed
    assert "revoked" in run("revoke", found.id)
    assert keys.authenticate(plaintext) is None
