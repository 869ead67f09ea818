"""The API's description: valid, complete, and true of every answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema_rs
import pytest
import schemathesis
from schemathesis.engine import Status, events, from_schema

from app.api.operation import ACCESS_ATTRIBUTE
from app.api.streams import Streams

CONFIG = {
    "generation": {"max-examples": 10, "deterministic": True, "no-shrink": True},
    # What a schema cannot say (a script too long to speak, a reserved gate) is refused all the same.
    "checks": {"positive_data_acceptance": {"enabled": False}},
}


# schemathesis draws in ways that this version of hypothesis warns of; as errors they end its run
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
def test_nothing_that_is_sent_brings_a_5xx_or_an_undocumented_answer(working_site):
    """Schemathesis: examples, coverage of every constraint, fuzzing, and calls that follow calls."""
    app = working_site.app
    app.extensions["streams"] = Streams(4, look_every_s=0.01, longest_s=0.05)
    schema = schemathesis.openapi.from_wsgi(
        "/openapi.json", app, config=schemathesis.Config.from_dict(CONFIG)
    )
    cases, found = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            cases += len(event.recorder.cases)
            found += [
                f"{check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.status == Status.FAILURE
            ]
        elif isinstance(event, events.NonFatalError):
            found.append(f"{event.label}: {event.info}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    assert found == []
    assert cases > 400


@pytest.fixture(scope="module")
def document(site):
    answer = site.client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    return answer.get_json()


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_the_description_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"]
    assert document["info"]["version"]
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    tags = {tag["name"] for tag in document["tags"]}
    for name, operation in operations(document):
        in_path = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", name)), name
        keys = [(p["in"], p["name"]) for p in operation["parameters"]]
        assert len(keys) == len(set(keys)), name
        assert set(operation["tags"]) <= tags, name
        assert all(re.fullmatch(r"[1-5]\d\d", status) for status in operation["responses"]), name
        for scheme in operation.get("security", []):
            assert set(scheme) <= set(document["components"]["securitySchemes"]), name
        for parameter in operation["parameters"]:
            jsonschema_rs.meta.validate(parameter["schema"])


def test_every_reference_leads_somewhere_and_every_schema_is_used(document):
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references == set(document["components"]["schemas"])


def test_every_route_is_described(site, document):
    described = {name for name, _ in operations(document)}
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint.startswith(("web.", "openapi.")):
            continue
        path = rule.rule.replace("<", "{").replace(">", "}")
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            assert f"{method} {path}" in described


def test_every_operation_says_what_it_does_who_may_call_it_and_how_it_fails(site, document):
    scopes = {
        view.__name__: getattr(view, ACCESS_ATTRIBUTE).scope
        for view in site.app.view_functions.values()
    }
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["tags"], name
        assert "API key" in operation["description"] or "Public" in operation["description"], name
        scope = scopes[operation["operationId"]]
        answers = set(operation["responses"])
        assert "500" in answers, name
        if scope is None:
            assert "security" not in operation, name
        else:
            assert {"ApiKey": []} in operation["security"], name
            assert {"401", "403", "503"} <= answers, name
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= answers, name
        if "{" in name:
            assert "404" in answers, name
        for status, answer in operation["responses"].items():
            assert answer["description"], (name, status)
            if status >= "400":
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (name, status)
        for parameter in operation["parameters"]:
            assert parameter.get("description"), (name, parameter["name"])


def test_every_member_of_every_body_and_answer_has_a_type(document):
    for name, schema in document["components"]["schemas"].items():
        for member, described in schema.get("properties", {}).items():
            assert {"type", "$ref", "anyOf", "allOf", "const", "enum"} & described.keys(), (
                name,
                member,
            )


def test_examples_of_bodies_are_accepted(site, document):
    content = document["paths"]["/generate-video"]["post"]["requestBody"]["content"]
    examples = content["application/json"]["examples"]
    assert len(examples) >= 3
    for example in examples.values():
        assert site.client.post("/generate-video", json=example["value"]).status_code == 202


def test_the_description_names_no_path_of_this_machine(document):
    assert str(Path(__file__).resolve().parents[2]) not in json.dumps(document)
