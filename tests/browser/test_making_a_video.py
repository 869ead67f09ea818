"""From a script to a playing video, as a person does it."""

from __future__ import annotations

import re

import av
import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.studio_page import SHORT, expect_state, make, monitor, row, tab_to, until

pytestmark = pytest.mark.browser


def test_a_video_is_made_and_played_with_the_keyboard_alone(studio: Page) -> None:
    tab_to(studio, "#script")
    studio.keyboard.type("Hello. The keyboard made this video.")
    tab_to(studio, '[name="template"]')
    studio.keyboard.press("ArrowRight")
    expect(studio.get_by_role("radio", name="Newsroom")).to_be_checked()
    tab_to(studio, '[name="presenter"]')
    studio.keyboard.press("ArrowRight")
    expect(studio.get_by_role("radio", name="Zoe")).to_be_checked()
    tab_to(studio, '[name="aspect"]')
    studio.keyboard.press("ArrowRight")
    expect(studio.get_by_role("radio", name="Tall")).to_be_checked()
    tab_to(studio, '[name="captions"]')
    studio.keyboard.press("Space")
    expect(studio.get_by_role("switch", name="Captions in the picture")).not_to_be_checked()
    tab_to(studio, "#submit")
    studio.keyboard.press("Enter")

    expect(studio.locator("#monitor-title")).to_be_focused()
    expect_state(studio, "done")
    tab_to(studio, "#video", presses=5)
    until(studio, "document.getElementById('video').readyState >= 1")
    studio.keyboard.press("Space")
    until(studio, "document.getElementById('video').currentTime > 0.5")
    shape = studio.evaluate("[video.videoWidth, video.videoHeight]")
    assert shape == [720, 1280]


def test_the_shortcut_sends_the_form(studio: Page) -> None:
    studio.get_by_label("Script", exact=True).fill(SHORT)
    studio.keyboard.press("Control+Enter")
    expect_state(studio, "done")


def test_progress_is_told_by_step_until_the_video_plays(studio: Page) -> None:
    studio.evaluate(
        """() => {
            window.seen = [];
            const bar = document.getElementById("progress");
            new MutationObserver(() => window.seen.push(bar.value)).observe(bar, { attributes: true });
            window.said = new Set();
            const told = document.getElementById("announcer");
            new MutationObserver(() => window.said.add(told.textContent))
                .observe(told, { childList: true, characterData: true, subtree: true });
        }"""
    )
    make(studio, "A script long enough to watch. " * 8 + "[[slow:render:1s]]")
    expect_state(studio, "running")
    expect(studio.locator(".step")).to_have_count(6)
    expect(studio.locator('.step[data-status="running"]')).to_have_count(1)
    expect_state(studio, "done")

    seen = studio.evaluate("window.seen")
    assert seen == sorted(seen), "progress went back"
    assert len(set(seen)) >= 3
    said = studio.evaluate("[...window.said]")
    assert any("percent" in sentence for sentence in said)
    assert said[-1] == "Your video is ready."

    video = studio.locator("#video")
    expect(video).to_be_visible()
    until(studio, "video.readyState >= 1 && video.duration > 8")
    video.evaluate("video => video.play()")
    until(studio, "video.currentTime > 0.5 && video.readyState >= 3")
    facts = studio.locator("#facts")
    expect(facts).to_contain_text("1280 × 720")
    expect(facts).to_contain_text(re.compile(r"\d [KM]B"))


def test_captions_are_a_track_and_a_transcript_that_jumps(studio: Page) -> None:
    make(studio, "First we say hello to everyone. Then, a little later, we say goodbye.")
    expect_state(studio, "done")
    until(studio, "video.textTracks[0]?.cues?.length >= 2")
    assert studio.evaluate("video.textTracks[0].kind") == "captions"
    studio.get_by_text("Transcript", exact=True).click()
    lines = studio.locator(".transcript-line")
    expect(lines.first).to_contain_text("First we say hello")
    last_start = studio.evaluate("[...video.textTracks[0].cues].at(-1).startTime")
    lines.last.click()
    until(studio, f"video.currentTime >= {last_start}")
    expect(lines.last).to_have_attribute("aria-current", "true")


def test_the_download_is_the_video(studio: Page, site: str) -> None:
    job_id = make(studio, SHORT)
    expect_state(studio, "done")
    with studio.expect_download() as started:
        studio.locator("#downloads").get_by_role("link", name="MP4").click()
    download = started.value
    assert download.suggested_filename == f"{job_id}.mp4"
    with av.open(str(download.path())) as file:
        assert file.streams.video[0].codec_context.name == "h264"
        assert file.duration is not None
        assert file.duration > 1_000_000
    for name, start in (("SRT", "1\n00:00:"), ("VTT", "WEBVTT")):
        link = studio.locator("#downloads").get_by_role("link", name=name)
        text = requests.get(f"{site}{link.get_attribute('href')}", timeout=10).text
        assert text.startswith(start)


def test_the_address_of_a_video_can_be_shared(studio: Page, site: str) -> None:
    job_id = make(studio, SHORT)
    expect_state(studio, "done")
    studio.goto(f"{site}/?job={job_id}")
    expect_state(studio, "done")
    studio.get_by_role("button", name="New video").click()
    expect_state(studio, "idle")
    assert studio.url.rstrip("/") == site
    studio.go_back()
    expect_state(studio, "done")


def test_an_unknown_address_says_so(studio: Page, site: str, watch: Watch) -> None:
    watch.expected.append("404")
    studio.goto(f"{site}/?job=vid_00000000000000000000000000")
    expect(studio.locator("#monitor-error")).to_contain_text("no such video")
    expect_state(studio, "idle")


def test_the_list_shows_the_newest_first_with_poster_and_opens_it(studio: Page, site: str) -> None:
    first = make(studio, "The first of two.")
    expect_state(studio, "done")
    studio.get_by_role("button", name="New video").click()
    second = make(studio, "The second of two.")
    expect_state(studio, "done")
    studio.goto(site)
    expect(row(studio, second)).to_contain_text("The second of two.")
    ids = studio.locator("#jobs .job[data-id]").evaluate_all("rows => rows.map(r => r.dataset.id)")
    assert ids.index(second) == 0
    assert ids.index(first) == 1
    poster = row(studio, second).locator("img")
    expect(poster).to_have_attribute("src", re.compile("^/media/"))
    poster.scroll_into_view_if_needed()
    until(studio, f"document.querySelector('[data-id={second}] img').naturalWidth > 0")
    row(studio, first).get_by_role("link", name="The first of two.", exact=True).click()
    expect_state(studio, "done")
    expect(monitor(studio)).to_contain_text("The first of two.")
    expect(row(studio, first)).to_have_attribute("aria-current", "true")


def test_several_scenes_are_one_video(studio: Page) -> None:
    studio.get_by_label("Scenes").select_option("2")
    make(studio, "Scene one says this. Scene two says that.")
    expect_state(studio, "done")
    studio.get_by_text("Steps", exact=True).click()
    expect(studio.locator(".steps")).to_contain_text("scene 2")
