"""Mock mode at the pace of the real thing: each stage takes at least its share of a set time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.jobs.stage import StageCancelled, StageContext, StageFunction, StageResult

_LOOK_S = 0.2
"""How often it looks whether the job was cancelled, and tells how far it is."""


@dataclass(frozen=True, slots=True)
class Paced:
    """A stage that is not done before its time.

    Its share of ``pace_s`` is its node's share of the plan's weights. A stage that really takes
    longer is not held up.
    """

    stage: StageFunction
    pace_s: float
    monotonic: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep

    def __call__(self, context: StageContext) -> StageResult:
        """Run the stage, then wait until its share of the time has passed."""
        weights = sum(node.weight for node in context.plan.nodes)
        share_s = self.pace_s * context.node.weight / weights
        began = self.monotonic()

        def fraction() -> float:
            return min(1.0, (self.monotonic() - began) / share_s)

        def report(done: float) -> None:
            context.report(min(done, fraction()))

        result = self.stage(replace(context, report=report))
        while (left_s := share_s - (self.monotonic() - began)) > 0:
            if context.cancelled():
                raise StageCancelled
            context.report(fraction())
            self.wait(min(_LOOK_S, left_s))
        return result
