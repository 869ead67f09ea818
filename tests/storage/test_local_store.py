from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from app.domain.errors import InvalidInput, NotFound
from app.storage import LocalStore, StorageError, StorageFull, StorageReadOnly
from app.storage import local as module

CONTENT = b"a video, let us say" * 1000


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "media")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.mp4"
    path.write_bytes(CONTENT)
    return path


def put(store: LocalStore, source: Path, key: str = "video/ab/abc.mp4") -> str:
    store.put(source, key, content_type="video/mp4")
    return key


def test_what_was_put_comes_back(store, source, tmp_path):
    key = put(store, source)
    target = tmp_path / "target.mp4"
    store.fetch(key, target)
    assert target.read_bytes() == CONTENT
    assert store.size(key) == len(CONTENT)
    assert store.exists(key)
    with store.open(key) as reader:
        reader.seek(10)
        assert reader.read(5) == CONTENT[10:15]


def test_keys_are_listed_in_order_and_by_prefix(store, source):
    for key in ("video/b/1.mp4", "poster/a/1.jpg", "video/a/1.mp4"):
        put(store, source, key)
    assert list(store.list()) == ["poster/a/1.jpg", "video/a/1.mp4", "video/b/1.mp4"]
    assert list(store.list("video/")) == ["video/a/1.mp4", "video/b/1.mp4"]


def test_a_store_that_was_never_used_is_empty(store):
    assert list(store.list()) == []
    assert store.discard_partial() == 0


def test_deleting_twice_is_no_error(store, source):
    key = put(store, source)
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)


@pytest.mark.parametrize("act", ["fetch", "open", "size"])
def test_what_is_not_there_is_not_found(store, tmp_path, act):
    arguments = (tmp_path / "target",) if act == "fetch" else ()
    with pytest.raises(NotFound):
        getattr(store, act)("video/ab/none.mp4", *arguments)


@pytest.mark.parametrize(
    "key",
    [
        "../secret",
        "video/../../secret",
        "/etc/passwd",
        "",
        ".",
        "..",
        "video//x",
        "video/.hidden",
        "video/a b.mp4",
        "video/x\n",
        "video\\x",
        "video/x\0.mp4",
        "~root/x",
        "a" * 600,
    ],
)
def test_a_key_cannot_leave_the_folder(store, source, tmp_path, key):
    outside = tmp_path / "secret"
    outside.write_text("no")
    for act in (
        lambda: store.put(source, key, content_type="video/mp4"),
        lambda: store.open(key),
        lambda: store.fetch(key, tmp_path / "target"),
        lambda: store.delete(key),
        lambda: store.exists(key),
    ):
        with pytest.raises(InvalidInput):
            act()
    assert outside.read_text() == "no"


def test_readers_see_the_old_file_or_the_new_one_and_never_half(store, tmp_path):
    versions = [bytes([number]) * 3_000_000 for number in (1, 2)]
    sources = []
    for number, content in enumerate(versions):
        path = tmp_path / f"version{number}"
        path.write_bytes(content)
        sources.append(path)
    key = put(store, sources[0])
    stop = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not stop.is_set():
            with store.open(key) as reader:
                content = reader.read()
            seen.add(content[:1])
            assert content in versions

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        put(store, sources[number % 2])
    stop.set()
    reader.join()
    assert seen


def fail_while_writing(monkeypatch, code: int) -> None:
    def copy(reader, writer, length):
        writer.write(reader.read(100))
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module.shutil, "copyfileobj", copy)


@pytest.mark.parametrize(
    ("code", "error", "public_code"),
    [
        (errno.ENOSPC, StorageFull, "storage_full"),
        (errno.EDQUOT, StorageFull, "storage_full"),
        (errno.EROFS, StorageReadOnly, "storage_read_only"),
        (errno.EACCES, StorageReadOnly, "storage_read_only"),
        (errno.EIO, StorageError, "storage_failed"),
    ],
)
def test_a_failed_write_has_a_name_and_leaves_the_old_file_and_no_part(
    store, source, tmp_path, monkeypatch, code, error, public_code
):
    key = put(store, source)
    newer = tmp_path / "newer"
    newer.write_bytes(b"new")
    with monkeypatch.context() as patched:
        fail_while_writing(patched, code)
        with pytest.raises(error) as failed:
            put(store, newer, key)
    assert failed.value.code == public_code
    assert failed.value.retryable
    assert str(tmp_path) not in str(failed.value)
    assert [path.name for path in store.root.rglob("*") if path.is_file()] == ["abc.mp4"]
    with store.open(key) as reader:
        assert reader.read() == CONTENT
    put(store, newer, key)
    assert store.size(key) == 3


def test_a_folder_that_cannot_be_made_is_named(source, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        put(LocalStore(tmp_path / "file"), source)


def test_what_a_killed_writer_left_is_not_listed_and_is_removed_later(store, source):
    key = put(store, source)
    left = store.root / "video" / "ab" / "abc.mp4.0badc0de.part"
    left.write_bytes(b"half")
    assert list(store.list()) == [key]
    assert store.discard_partial(older_than_s=3600) == 0
    os.utime(left, (0, 0))
    assert store.discard_partial(older_than_s=3600) == 1
    assert not left.exists()
    assert store.exists(key)
