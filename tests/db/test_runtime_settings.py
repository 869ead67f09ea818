"""Settings that change while the product runs."""

import threading
from datetime import UTC, datetime

from app.db.database import Database
from app.db.runtime_settings import RuntimeSettings

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_value_is_seen_by_every_other_process_at_once(database: Database) -> None:
    other = Database(database.url)
    here, there = RuntimeSettings(database), RuntimeSettings(other)
    assert here.get("tts_provider") is None
    here.set("tts_provider", "elevenlabs", actor="key_1")
    assert there.get("tts_provider") == "elevenlabs"
    there.set("tts_provider", {"name": "sarvam", "percent": 5}, actor="key_2")
    assert here.get("tts_provider") == {"name": "sarvam", "percent": 5}
    here.set("tts_provider", None, actor="key_1")
    assert there.get("tts_provider") is None
    other.dispose()


def test_every_change_is_audited(database: Database) -> None:
    settings = RuntimeSettings(database, lambda: NOW)
    settings.set("canary", 10, actor="ann")
    settings.set("canary", 20, actor="bob")
    changes = [(c.before, c.after, c.actor, c.created_at) for c in settings.changes("canary")]
    assert changes == [(10, 20, "bob", NOW), (None, 10, "ann", NOW)]


def test_a_secret_is_made_once_also_when_many_ask_first(database: Database) -> None:
    seen: list[str] = []

    def ask() -> None:
        seen.append(RuntimeSettings(database).get_or_create_secret("media_signing"))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 5
    assert len(set(seen)) == 1
    assert len(seen[0]) >= 43
    assert RuntimeSettings(database).get_or_create_secret("other") != seen[0]


def test_the_audit_holds_no_secret(database: Database) -> None:
    settings = RuntimeSettings(database)
    secret = settings.get_or_create_secret("media_signing")
    (change,) = settings.changes("secret:media_signing")
    assert change.before is None
    assert change.after is None
    assert secret not in repr(change)


def test_many_may_set_the_same_value_first(database: Database) -> None:
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    def set_it(number: int) -> None:
        settings = RuntimeSettings(database)
        barrier.wait(10)
        try:
            settings.set("queue:cpu", number, actor="system")
        except Exception as error:  # noqa: BLE001  # told by the main thread
            failures.append(error)

    threads = [threading.Thread(target=set_it, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    settings = RuntimeSettings(database)
    assert settings.get("queue:cpu") in range(4)
    assert len(settings.changes("queue:cpu")) == 4
