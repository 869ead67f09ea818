from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Forbidden
from app.storage import MediaLinks

NOW = datetime(2026, 11, 20, 12, 0, 7, tzinfo=UTC)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def links(clock):
    return MediaLinks(lambda: b"secret", 3600, clock)


def parts(link: str) -> tuple[str, str, str, str]:
    split = urlsplit(link)
    _, media, artifact, name = split.path.split("/")
    assert media == "media"
    query = parse_qs(split.query)
    return unquote(artifact), unquote(name), query["expires"][0], query["signature"][0]


def test_a_link_works_until_it_expires(links):
    link = parts(links.path_for("art_1", "video.mp4"))
    links.verify(*link, NOW)
    links.verify(*link, NOW + timedelta(seconds=3600))
    with pytest.raises(Forbidden) as expired:
        links.verify(*link, NOW + timedelta(seconds=3600 * 1.25 + 1))
    assert expired.value.code == "link_expired"


def test_links_asked_for_in_quick_succession_are_equal(links, clock):
    first = links.path_for("art_1", "video.mp4")
    clock.now += timedelta(seconds=60)
    assert links.path_for("art_1", "video.mp4") == first


def test_an_expiry_can_be_chosen(links):
    link = parts(links.path_for("art_1", "video.mp4", NOW + timedelta(seconds=10)))
    links.verify(*link, NOW + timedelta(seconds=9))
    with pytest.raises(Forbidden):
        links.verify(*link, NOW + timedelta(seconds=11))


@pytest.mark.parametrize("changed", range(4))
def test_no_part_of_a_link_can_be_changed(links, changed):
    link = list(parts(links.path_for("art_1", "video.mp4")))
    link[changed] = {0: "art_2", 1: "other.mp4", 2: "99999999999", 3: "A" * 43}[changed]
    with pytest.raises(Forbidden) as refused:
        links.verify(*link, NOW)
    assert refused.value.code == "link_invalid"


def test_a_link_of_another_secret_is_refused(links, clock):
    link = parts(MediaLinks(lambda: b"other", 3600, clock).path_for("art_1", "video.mp4"))
    with pytest.raises(Forbidden):
        links.verify(*link, NOW)


@given(
    artifact=st.text(max_size=40),
    name=st.text(max_size=40),
    expires=st.text(max_size=20),
    signature=st.text(max_size=60),
)
def test_no_invention_is_taken_for_a_link(artifact, name, expires, signature):
    links = MediaLinks(lambda: b"secret", 3600, lambda: NOW)
    with pytest.raises(Forbidden):
        links.verify(artifact, name, expires, signature, NOW)


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_file_name_survives_the_link(name):
    links = MediaLinks(lambda: b"secret", 3600, lambda: NOW)
    link = parts(links.path_for("art_1", name))
    assert link[1] == name
    links.verify(*link, NOW)


def test_the_secret_is_asked_for_once_and_only_when_needed():
    asked: list[int] = []

    def secret() -> bytes:
        asked.append(1)
        return b"secret"

    links = MediaLinks(secret, 3600, lambda: NOW)
    assert asked == []
    links.path_for("art_1", "a.mp4")
    links.path_for("art_2", "b.mp4")
    assert asked == [1]
