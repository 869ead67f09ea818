"""Pages and lists that help: error codes, choices, mock scenarios, workers."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from app.api.problem_catalog import CATALOG
from tests.api.site import assert_problem

APP = Path(__file__).resolve().parents[2] / "app"


def codes_in_source() -> set[str]:
    found: set[str] = set()
    for path in APP.rglob("*.py"):
        found |= set(re.findall(r"\bcode=\"([a-z_]+)\"", path.read_text()))
        found |= set(re.findall(r"^    code = \"([a-z_]+)\"", path.read_text(), re.MULTILINE))
    return found


def test_every_code_that_the_product_can_answer_has_a_page(site):
    missing = codes_in_source() - set(CATALOG) - {"invalid_settings"}
    assert not missing
    for code in CATALOG:
        found = site.client.get(f"/problems/{code}").get_json()
        assert found["code"] == code
        assert found["title"]
        assert found["meaning"].endswith(".")
        assert found["remedy"].endswith(".")
        assert 400 <= found["status"] < 600


@pytest.mark.parametrize("field", ["template", "presenter", "voice", "language"])
def test_codes_made_from_a_fields_name_have_pages_too(field):
    assert f"unknown_{field}" in CATALOG


def test_a_browser_gets_a_page_and_a_program_json(site):
    page = site.client.get("/problems/conflict", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.content_type == "text/html; charset=utf-8"
    assert "<h1>Conflict</h1>" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert site.client.get("/problems/conflict").content_type == "application/json"
    assert "Accept" in page.headers["Vary"]


def test_the_type_of_a_problem_leads_to_its_page(site):
    problem = assert_problem(site.client.get("/nothing"), 404)
    assert site.client.get(problem["type"]).get_json()["code"] == problem["code"]


def test_the_catalog_lists_what_can_be_chosen_with_a_picture_of_each(site):
    found = site.client.get("/catalog").get_json()
    assert {"presenter1", "presenter2", "presenter3"} <= {each["id"] for each in found["templates"]}
    assert len(found["presenters"]) >= 4
    assert len(found["languages"]) >= 12
    assert found["aspects"] == ["16:9", "9:16", "1:1"]
    assert found["limits"]["max_characters"] == 3000
    assert found["limits"]["max_speech_s"] == 90
    for each in (found["templates"][0], found["presenters"][0]):
        path = each["preview_url"].removeprefix("http://localhost")
        answer = site.client.get(path)
        assert answer.status_code == 200
        assert answer.content_type == "image/webp"
        assert answer.headers["Cache-Control"].startswith("public")
        picture = Image.open(io.BytesIO(answer.data))
        assert picture.format == "WEBP"
        assert picture.width >= 320
        again = site.client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""


def test_every_choice_in_the_catalog_is_accepted(site):
    found = site.client.get("/catalog").get_json()
    for member, choices in (
        ("template", [each["id"] for each in found["templates"]]),
        ("presenter", [each["id"] for each in found["presenters"]]),
        ("voice", [each["id"] for each in found["voices"]]),
        ("language", [each["tag"] for each in found["languages"]]),
        ("aspect", found["aspects"]),
        ("resolution", found["resolutions"]),
        ("style", found["styles"]),
        ("profile", found["profiles"]),
    ):
        for choice in choices:
            site.create(**{member: choice})


def test_a_picture_can_be_had_as_png(site):
    answer = site.client.get("/catalog/presenters/maya.png")
    assert answer.content_type == "image/png"
    assert Image.open(io.BytesIO(answer.data)).format == "PNG"


def test_a_template_is_shown_with_another_presenter_and_shape(site):
    usual = site.client.get("/catalog/templates/presenter1.webp").data
    other = site.client.get("/catalog/templates/presenter1.webp?presenter=omar&aspect=9:16").data
    picture = Image.open(io.BytesIO(other))
    assert picture.height > picture.width
    assert usual != other


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/catalog/templates/nobody.webp", 404),
        ("/catalog/templates/presenter1.gif", 404),
        ("/catalog/templates/presenter1", 404),
        ("/catalog/presenters/.webp", 404),
        ("/catalog/presenters/..%2fmaya.webp", 404),
        ("/catalog/templates/presenter1.webp?presenter=nobody", 422),
        ("/catalog/templates/presenter1.webp?aspect=4:3", 422),
    ],
)
def test_a_picture_of_nothing_is_refused(site, path, status):
    assert_problem(site.client.get(path), status)


def test_mock_scenarios_tell_how_to_see_each_failure(site):
    found = site.client.get("/mock/scenarios").get_json()
    assert found["available"] is True
    assert len(found["scenarios"]) >= 10
    stages = {
        "validate",
        "enhance_script",
        "synthesize_speech",
        "render_avatar",
        "compose",
        "store",
    }
    assert {scenario["stage"] for scenario in found["scenarios"]} == stages
    for scenario in found["scenarios"]:
        assert (scenario["code"] is None) == (scenario["outcome"] == "completes")
        assert scenario["code"] is None or scenario["code"] in CATALOG
        site.create(script=f"Hello. {scenario['input']}")


def test_live_mode_says_that_scenarios_are_not_available(make_site):
    found = make_site(livemode=True).client.get("/mock/scenarios").get_json()
    assert found["available"] is False
    assert found["livemode"] is True


def test_workers_are_listed_with_their_queues(working_site):
    (worker,) = working_site.client.get("/admin/workers").get_json()["workers"]
    assert worker["alive"] is True
    assert set(worker["queues"]) >= {"cpu", "render"}


def test_the_pages_are_served_beside_the_api(site):
    page = site.client.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.content_type.startswith("text/html")
    assert site.client.get("/docs").status_code == 200
    described = site.client.get("/", headers={"Accept": "application/json"})
    assert described.content_type == "application/json"
