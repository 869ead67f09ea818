"""What surrounds every attempt at a stage: cancelled calls, and metrics."""

from __future__ import annotations

import time
from dataclasses import dataclass

from app.domain.errors import AppError
from app.jobs.stage import StageCancelled, StageContext, StageFunction, StageResult
from app.providers.base import CallCancelled
from app.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Attempt:
    """A stage as the engine calls it."""

    name: str
    stage: StageFunction
    metrics: Metrics

    def __call__(self, context: StageContext) -> StageResult:
        """Run the stage, count how it ended, and name a stopped call a cancelled stage."""
        began = time.monotonic()
        outcome, code = "failed", None
        try:
            if context.cancelled():
                raise StageCancelled
            result = self.stage(context)
            outcome = "completed"
        except (CallCancelled, StageCancelled) as exc:
            outcome = "cancelled"
            raise StageCancelled from exc
        except AppError as exc:
            code = exc.code
            raise
        except Exception:
            code = "internal_error"
            raise
        finally:
            self.metrics.stage_ended(
                stage=self.name, outcome=outcome, seconds=time.monotonic() - began, code=code
            )
        return result
