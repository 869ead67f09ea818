from __future__ import annotations

import hashlib

import pytest

from app.storage import LocalStore, fetch_artifact, save_artifact
from app.storage.base import StorageCorrupt


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "media")


def test_a_file_is_kept_under_its_content(store, tmp_path):
    path = tmp_path / "Clip.MP4"
    path.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    ref = save_artifact(store, path, "clip", "video/mp4", {"duration_s": 1.5})
    assert ref.key == f"clip/{digest[:2]}/{digest}.mp4"
    assert (ref.sha256, ref.size_bytes, ref.kind) == (digest, 7, "clip")
    assert ref.meta == {"duration_s": 1.5}


def test_equal_files_are_one_file(store, tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"same")
        save_artifact(store, tmp_path / name, "clip", "video/mp4")
    assert len(list(store.list())) == 1


def test_a_damaged_or_missing_file_is_noticed_when_it_is_fetched(store, tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"content")
    ref = save_artifact(store, path, "clip", "video/mp4")
    target = tmp_path / "target.mp4"
    assert fetch_artifact(store, ref, target).read_bytes() == b"content"

    store.path(ref.key).write_bytes(b"c0ntent")
    with pytest.raises(StorageCorrupt, match="damaged"):
        fetch_artifact(store, ref, target)
    assert not target.exists()

    store.delete(ref.key)
    with pytest.raises(StorageCorrupt, match="gone") as gone:
        fetch_artifact(store, ref, target)
    assert gone.value.code == "storage_corrupt"
