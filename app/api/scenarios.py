"""The failures that mock mode plays on request: `GET /mock/scenarios`."""

from __future__ import annotations

from typing import Literal

from apiflask import APIBlueprint

from app.api.answers import Answer, Live
from app.api.context import services
from app.api.operation import operation
from app.api.principal import public
from app.pipelines.magic import MAX_SLOW_S, SCENARIOS, TARGETS

scenarios = APIBlueprint("scenarios", __name__)


class ScenarioAnswer(Answer):
    """A magic input, and what becomes of a job that holds it."""

    input: str
    """Put it anywhere in a script; it is taken out before the script is spoken."""
    stage: str
    """The stage that it strikes."""
    outcome: Literal["completes", "fails"]
    code: str | None
    """Of the failure, when the job fails."""
    explanation: str


class TargetAnswer(Answer):
    """What a magic input may aim at."""

    target: str
    stage: str
    kinds: list[str]
    """Failures it knows: ``[[fail:<target>:<kind>]]``, or ``<kind>x2`` for the first two tries."""


class ScenarioList(Live):
    """How to see every failure without breaking anything."""

    available: bool
    """False in live mode, where magic inputs are refused."""
    scenarios: list[ScenarioAnswer]
    targets: list[TargetAnswer]
    slowest_s: int
    """Longest delay of ``[[slow:<target>:<seconds>s]]``."""


@scenarios.get("/mock/scenarios")
@operation(
    scenarios,
    access=public("it describes the product and tells nothing about anyone."),
    tag="Help",
)
@scenarios.output(ScenarioList)
def list_scenarios() -> ScenarioList:
    """List the magic inputs: texts in a script that make a simulated stage fail or wait."""
    livemode = services().http.livemode
    return ScenarioList(
        available=not livemode,
        scenarios=[
            ScenarioAnswer(
                input=scenario.input,
                stage=scenario.stage,
                outcome=scenario.outcome,
                code=scenario.code,
                explanation=scenario.explanation,
            )
            for scenario in SCENARIOS
        ],
        targets=[
            TargetAnswer(target=target, stage=stage, kinds=sorted(kinds))
            for target, (stage, kinds) in sorted(TARGETS.items())
        ],
        slowest_s=MAX_SLOW_S,
        livemode=livemode,
    )
