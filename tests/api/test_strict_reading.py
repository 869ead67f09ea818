"""The traps of APIFlask, each closed: shown on routes that the product does not have."""

from __future__ import annotations

import pytest
from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field

from app.api.operation import operation
from app.api.principal import public
from tests.api.site import assert_problem


class Pet(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    legs: int = 4


class Search(BaseModel):
    kind: list[str] = Field(default_factory=list)
    mood: str | None = None


class Found(BaseModel):
    kind: list[str]
    mood: str | None


pets = APIBlueprint("pets", __name__)
OPEN = public("a test.")


@pets.post("/pets")
@operation(pets, access=OPEN, tag="Pets")
@pets.input(Pet, arg_name="pet")
@pets.output(Pet, 201)
def create_pet(pet):
    """Create a pet."""
    return {"name": pet.name, "legs": "many"} if pet.name == "centipede" else pet


@pets.get("/pets")
@operation(pets, access=OPEN, tag="Pets")
@pets.input(Search, location="query", arg_name="query")
@pets.output(Found)
def find_pets(query):
    """Find pets."""
    return Found(kind=query.kind, mood=query.mood)


@pytest.fixture(scope="module")
def client(make_site):
    site = make_site()
    site.app.register_blueprint(pets)
    return site.client


def test_a_body_of_another_type_is_not_parsed_as_json(client):
    answer = client.post("/pets", data='{"name": "Rex"}', content_type="text/plain")
    assert_problem(answer, 415)


@pytest.mark.parametrize("body", ["", "null", '"{\\"name\\": \\"Rex\\"}"', "[]"])
def test_no_body_is_not_an_empty_object(client, body):
    assert_problem(client.post("/pets", data=body, content_type="application/json"), 400)


@pytest.mark.parametrize("legs", ['"4"', "4.5", "true", "null"])
def test_values_are_not_turned_into_other_types(client, legs):
    body = f'{{"name": "Rex", "legs": {legs}}}'
    problem = assert_problem(client.post("/pets", data=body, content_type="application/json"), 422)
    assert problem["errors"][0]["field"] == "legs"


def test_a_list_of_equal_parameters_keeps_every_value(client):
    assert client.get("/pets?kind=cat&kind=dog").get_json()["kind"] == ["cat", "dog"]
    assert client.get("/pets?kind=cat").get_json()["kind"] == ["cat"]
    assert client.get("/pets").get_json()["kind"] == []


def test_a_parameter_that_takes_one_value_is_refused_twice(client):
    problem = assert_problem(client.get("/pets?mood=good&mood=bad"), 400)
    assert problem["errors"][0]["field"] == "mood"


def test_an_answer_of_the_wrong_shape_is_a_500_that_leaks_nothing(client):
    answer = client.post("/pets", json={"name": "centipede"})
    assert_problem(answer, 500, "internal_error")
    assert "centipede" not in answer.text
    assert "many" not in answer.text


def test_the_description_tells_how_bodies_and_parameters_are_refused(client):
    paths = client.get("/openapi.json").get_json()["paths"]
    assert {"400", "413", "415", "422"} <= paths["/pets"]["post"]["responses"].keys()
    assert {"400", "422"} <= paths["/pets"]["get"]["responses"].keys()
    for answer in paths["/pets"]["post"]["responses"].values():
        kinds = set(answer["content"])
        assert kinds in ({"application/json"}, {"application/problem+json"})


def test_pages_of_the_framework_that_load_from_other_hosts_are_off(client):
    for path in ("/redoc", "/docs/oauth2-redirect"):
        assert client.get(path).status_code == 404
    assert "https://" not in client.get("/docs").text.replace("https://spdx.org", "")
