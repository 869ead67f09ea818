"""Failed jobs are readable and can be retried; scripts wait for their author; errors stand where they belong."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import Watch, serve, watched
from tests.browser.studio_page import SHORT, expect_state, make, monitor, row, until

pytestmark = pytest.mark.browser


def test_a_failed_job_says_why_and_what_to_do_in_the_monitor_and_in_the_list(studio: Page) -> None:
    job_id = make(studio, "This one fails. [[fail:render:500]]")
    expect_state(studio, "failed")
    expect(studio.locator("#failure-message")).to_have_text(re.compile(r"\w.+\."))
    expect(studio.locator("#failure-remedy")).to_contain_text("Retry")
    expect(studio.locator("#failure-code")).to_have_text("provider_unavailable")
    failed = studio.locator('.step[data-status="failed"]')
    expect(failed).to_contain_text("Animate the presenter")
    expect(failed).to_contain_text("Attempt 3")
    for hidden in ("Traceback", "http://", "[["):
        assert hidden not in monitor(studio).inner_text()

    listed = row(studio, job_id)
    expect(listed).to_contain_text("Failed")
    expect(listed.locator(".job-failure")).to_contain_text("Retry")
    expect(listed.get_by_role("button", name="Retry")).to_be_visible()


@pytest.mark.parametrize("place", ["#monitor", "#jobs"])
def test_a_retry_from_either_place_ends_in_the_video(studio: Page, place: str) -> None:
    make(studio, "It takes two runs. [[fail:render:400x1]]")
    expect_state(studio, "failed")
    studio.locator(place).get_by_role("button", name="Retry").first.click()
    expect_state(studio, "done")
    until(studio, "video.readyState >= 1")


def test_a_failed_script_can_be_edited_and_made_anew(studio: Page) -> None:
    studio.get_by_role("radio", name="Warm circle").check()
    make(studio, "Almost right. [[fail:render:500]]")
    expect_state(studio, "failed")
    studio.get_by_role("button", name="Edit and make anew").click()
    expect_state(studio, "idle")
    script = studio.get_by_label("Script", exact=True)
    expect(script).to_be_focused()
    expect(script).to_have_value(re.compile("Almost right"))
    expect(studio.get_by_role("radio", name="Warm circle")).to_be_checked()


def test_the_author_edits_and_approves_the_script(studio: Page) -> None:
    make(studio, "Please read me first.", "Let me approve")
    expect_state(studio, "approval")
    expect(studio.locator("#announcer")).to_have_text("The script waits for your approval.")
    text = studio.get_by_label("Script to approve")
    expect(text).to_have_value(re.compile("read me first"))
    approve = monitor(studio).locator("#approve")
    expect(approve).to_have_text("Approve")
    text.fill("I was corrected before anyone spoke me.")
    expect(approve).to_have_text("Save and approve")
    approve.click()
    expect_state(studio, "done")
    expect(studio.locator("#monitor-title")).to_have_text("I was corrected before anyone spoke me.")
    studio.get_by_text("Transcript", exact=True).click()
    expect(studio.locator("#transcript-lines")).to_contain_text("corrected")


def test_an_unchanged_script_is_approved_as_it_is(studio: Page) -> None:
    make(studio, SHORT, "Let me approve")
    expect_state(studio, "approval")
    monitor(studio).get_by_role("button", name="Approve").click()
    expect_state(studio, "done")


def test_a_rejected_script_stops_there(studio: Page) -> None:
    make(studio, SHORT, "Let me approve")
    expect_state(studio, "approval")
    monitor(studio).get_by_role("button", name="Reject").click()
    expect_state(studio, "failed")
    expect(studio.locator("#failure-code")).to_have_text("approval_rejected")


def test_an_empty_script_is_not_approved(studio: Page) -> None:
    make(studio, SHORT, "Let me approve")
    expect_state(studio, "approval")
    studio.get_by_label("Script to approve").fill("  ")
    monitor(studio).locator("#approve").click()
    expect(studio.locator("#approval-error")).to_contain_text("empty")
    expect_state(studio, "approval")


def test_a_running_job_is_cancelled(studio: Page) -> None:
    make(studio, "Stop me. [[slow:render:30s]]")
    expect(studio.locator('.step[data-status="running"]')).to_contain_text("Animate")
    studio.locator("#cancel").click()
    expect_state(studio, "cancelled", 10_000)
    expect(studio.locator("#failure-message")).to_contain_text("cancelled")


def test_an_empty_script_is_refused_at_the_field(studio: Page) -> None:
    studio.get_by_role("button", name="Make the video").click()
    script = studio.get_by_label("Script", exact=True)
    expect(script).to_be_focused()
    expect(script).to_have_attribute("aria-invalid", "true")
    expect(studio.locator("#script-error")).to_be_visible()
    studio.keyboard.type("W")
    expect(studio.locator("#script-error")).to_be_hidden()


def test_a_script_that_is_too_long_is_refused_with_estimate_and_limit(
    studio: Page, watch: Watch
) -> None:
    watch.expected.append("422")
    script = studio.get_by_label("Script", exact=True)
    script.fill("This sentence is said again and again. " * 45)
    expect(studio.locator("#script-estimate")).to_have_class(re.compile("over"))
    studio.get_by_role("button", name="Make the video").click()
    expect(studio.locator("#script-error")).to_contain_text("90 seconds")
    expect(script).to_have_attribute("aria-invalid", "true")
    expect_state(studio, "idle")


def test_too_many_requests_are_told_at_the_button(studio: Page, watch: Watch) -> None:
    watch.expected.append("429")
    sentence = "Too many requests: the limit is 120 per minute. Wait 7 seconds, then try again."

    def refuse(route: Route) -> None:
        body = {"status": 429, "code": "quota_exceeded", "message": sentence, "errors": []}
        route.fulfill(status=429, content_type="application/problem+json", body=json.dumps(body))

    studio.route("**/generate-video", refuse)
    studio.get_by_label("Script", exact=True).fill(SHORT)
    studio.get_by_role("button", name="Make the video").click()
    expect(studio.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(studio.locator("#submit-label")).to_have_text("Make the video")


def test_without_a_stream_to_spare_the_page_polls(studio: Page, watch: Watch) -> None:
    watch.expected.append("503")
    asked: list[str] = []

    def full(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503, content_type="application/problem+json", body="{}")

    studio.route("**/jobs/*/events", full)
    with studio.expect_request("**/video-status/*"):
        make(studio, SHORT)
    expect_state(studio, "done")
    assert len(asked) == 1


def test_a_server_that_went_away_is_told_and_the_script_is_kept(studio: Page, watch: Watch) -> None:
    watch.expected.append("ERR_")
    studio.get_by_label("Script", exact=True).fill(SHORT)
    studio.route("**/generate-video", lambda route: route.abort("connectionrefused"))
    studio.route("**/jobs?*", lambda route: route.abort("connectionrefused"))
    studio.get_by_role("button", name="Make the video").click()
    expect(studio.get_by_role("alert").filter(has_text="does not answer")).to_be_visible()
    expect(studio.locator("#away")).to_be_hidden()
    studio.reload()
    expect(studio.locator("#away")).to_be_visible()
    expect(studio.get_by_label("Script", exact=True)).to_have_value(SHORT)
    studio.unroute("**/jobs?*")
    studio.get_by_role("button", name="Try now").click()
    expect(studio.locator("#away")).to_be_hidden()


def test_a_server_that_asks_for_a_key_gets_it_from_the_field(
    context: BrowserContext, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serve(tmp_path_factory.mktemp("keyed"), REQUIRE_API_KEY="true") as address:
        watch = Watch(address.removeprefix("http://"), expected=["401"])
        page = watched(context, watch)
        page.goto(address)
        expect(page.get_by_label("API key")).to_be_visible()
        expect(page.locator("#library-error")).to_contain_text("key")
        page.get_by_label("Script", exact=True).fill(SHORT)
        page.get_by_role("button", name="Make the video").click()
        expect(page.locator("#api-key-error")).to_contain_text("key")
        expect(page.get_by_label("API key")).to_be_focused()

        sent: list[str | None] = []
        page.on("request", lambda request: sent.append(request.headers.get("authorization")))
        page.get_by_label("API key").fill("avk_tried")
        page.get_by_label("API key").blur()
        expect(page.locator("#library-error")).to_contain_text("key")
        assert "Bearer avk_tried" in sent
        assert page.evaluate("sessionStorage.getItem('api-key')") == "avk_tried"
        assert page.evaluate("localStorage.getItem('api-key')") is None
        assert watch.complaints == []
