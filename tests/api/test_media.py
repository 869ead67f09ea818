"""Files by signed link: for players, browsers and download managers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.api.site import assert_problem

CONTENT = b"video of Hello there."
SIZE = len(CONTENT)


@pytest.fixture(scope="module")
def link(working_site) -> str:
    """Path and query of a finished video."""
    url = urlsplit(working_site.wait(working_site.create(), "completed")["video_url"])
    return f"{url.path}?{url.query}"


@pytest.fixture
def read(working_site, link):
    def get(path=link, *, method="GET", **headers):
        return working_site.client.open(
            path,
            method=method,
            headers={k.replace("_", "-"): v for k, v in headers.items()},
            buffered=True,
        )

    return get


def test_a_file_is_whole_and_says_what_it_is(read):
    answer = read()
    assert answer.status_code == 200
    assert answer.data == CONTENT
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="vid_')
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert answer.headers["ETag"].startswith('"')


def test_download_asks_the_browser_to_save_it(read, link):
    disposition = read(f"{link}&download=1").headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="vid_')
    assert disposition.endswith('.mp4"')


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=0-4", 0, 4),
        ("bytes=5-9", 5, 9),
        ("bytes=5-", 5, SIZE - 1),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        (f"bytes=-{SIZE}", 0, SIZE - 1),
        ("bytes=-9999", 0, SIZE - 1),
        ("bytes=3-9999", 3, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=2-3,5-6", 2, 3),
        ("bytes=2-3, 100000-", 2, 3),
        ("BYTES=1-2", 1, 2),
        ("bytes = 1 - 2", 1, 2),
    ],
)
def test_a_part_of_the_file(read, asked, first, last):
    answer = read(Range=asked)
    assert answer.status_code == 206
    assert answer.data == CONTENT[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize(
    "asked",
    [f"bytes={SIZE}-", "bytes=9999-", "bytes=9999-99999", "bytes=-0", "bytes=999999999999-"],
)
def test_a_part_behind_the_end_is_a_416_that_tells_the_size(read, asked):
    answer = read(Range=asked)
    assert_problem(answer, 416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=--5",
        "bytes=1-2-3",
        "bytes=+1-2",
        "bytes=0x1-0x2",
        "bytes=١-٢",
        "bytes=" + "9" * 5000 + "-",
        "bytes=1.5-2",
        "items=0-1",
        "bytes:0-1",
    ],
)
def test_a_range_that_cannot_be_read_is_ignored(read, asked):
    answer = read(Range=asked.encode().decode("latin-1"))
    assert answer.status_code == 200
    assert answer.data == CONTENT


def test_a_thousand_ranges_are_answered_with_the_first(read):
    answer = read(Range="bytes=" + ",".join(f"{n}-{n}" for n in range(1000)))
    assert answer.status_code == 206
    assert answer.data == CONTENT[:1]


@pytest.mark.parametrize("asked", [None, "bytes=2-5"])
def test_the_head_is_the_same_without_the_body(read, asked):
    headers = {"Range": asked} if asked else {}
    whole, head = read(**headers), read(method="HEAD", **headers)
    assert head.data == b""
    assert head.status_code == whole.status_code
    for name in ("Content-Length", "Content-Type", "ETag", "Content-Range", "Accept-Ranges"):
        assert head.headers.get(name) == whole.headers.get(name), name


def test_a_known_file_is_not_sent_again(read):
    etag = read().headers["ETag"]
    answer = read(If_None_Match=etag)
    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == etag
    assert read(If_None_Match=f'"other", {etag}').status_code == 304
    assert read(If_None_Match='"other"').status_code == 200


def test_a_part_of_another_file_than_the_client_has_is_the_whole_file(read):
    etag = read().headers["ETag"]
    assert read(Range="bytes=0-1", If_Range=etag).status_code == 206
    assert read(Range="bytes=0-1", If_Range='"other"').status_code == 200
    assert read(Range="bytes=0-1", If_Range="Wed, 21 Oct 2015 07:28:00 GMT").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "x"},
        {"signature": ""},
        {"signature": None},
        {"signature": "A" * 43},
        {"expires": "0"},
        {"expires": "99999999999"},
        {"expires": "9" * 20},
        {"expires": "soon"},
        {"expires": "-1"},
        {"expires": "１２３"},
        {"expires": None},
    ],
)
def test_a_changed_link_is_refused(read, link, change):
    path, _, query = link.partition("?")
    changed = {**dict(parse_qsl(query)), **change}
    query = urlencode({name: value for name, value in changed.items() if value is not None})
    assert_problem(read(f"{path}?{query}"), 403, "link_invalid")


def test_a_link_is_for_one_file_and_one_name(working_site, read, link):
    other = urlsplit(working_site.wait(working_site.create(), "completed")["video_url"]).path
    query = link.partition("?")[2]
    assert_problem(read(f"{other}?{query}"), 403, "link_invalid")
    assert_problem(read(link.replace(".mp4", ".html")), 403, "link_invalid")


def test_a_link_of_yesterday_has_expired_and_the_next_reading_has_a_new_one(working_site, read):
    job_id = working_site.create()
    working_site.wait(job_id, "completed")
    video = working_site.services.jobs.get(job_id).video
    old = working_site.services.links.path_for(
        video.id, "video.mp4", expires_at=datetime.now(UTC) - timedelta(seconds=1)
    )
    problem = assert_problem(read(old), 403, "link_expired")
    assert "again" in problem["remedy"]
    fresh = urlsplit(working_site.status(job_id)["video_url"])
    assert read(f"{fresh.path}?{fresh.query}").status_code == 200


def test_a_link_needs_no_header_where_everything_else_needs_a_key(working_site, link):
    strict = working_site.told(livemode=True, require_api_key=True)
    assert_problem(strict.client.get("/jobs"), 401)
    assert strict.client.get(link, buffered=True).data == CONTENT


def test_a_file_that_was_removed_is_a_404(working_site, read):
    job_id = working_site.create(script="Soon gone.")
    url = urlsplit(working_site.wait(job_id, "completed")["video_url"])
    working_site.services.store.delete(working_site.services.jobs.get(job_id).video.ref.key)
    assert_problem(read(f"{url.path}?{url.query}"), 404, "file_not_found")
    assert working_site.status(job_id)["status"] == "completed"


def test_captions_and_poster_have_links_of_their_own(working_site, read):
    job_id = working_site.create()
    working_site.wait(job_id, "completed")
    files = working_site.client.get(f"/jobs/{job_id}").get_json()["artifacts"]
    kinds = {"video": "video/mp4", "captions_vtt": "text/vtt", "poster": "image/jpeg"}
    assert {file["kind"]: file["content_type"] for file in files} == kinds
    for file in files:
        url = urlsplit(file["url"])
        answer = read(f"{url.path}?{url.query}")
        assert answer.status_code == 200
        assert answer.content_type.partition(";")[0] == file["content_type"]
        assert len(answer.data) == file["size_bytes"]


def test_a_browser_on_another_site_may_embed_it(read):
    assert read().headers["Cross-Origin-Resource-Policy"] == "cross-origin"
