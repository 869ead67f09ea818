"""From what a client asks to a job: everything that can be refused is refused here, by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.errors import InvalidInput
from app.domain.video_request import Profile, Style, VideoRequest
from app.jobs.jobs import Jobs
from app.jobs.views import Created
from app.pipelines import magic
from app.pipelines.catalog import Catalog
from app.pipelines.create_video import CreateVideo
from app.pipelines.plans import plan_for
from app.pipelines.script_text import clean
from app.providers.scripts.scenes import cut_into_scenes
from app.telemetry.metrics import Metrics
from studio.voice import detect_language

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a request that does not say gets."""

    style: Style = "neutral"
    seed: int = 42
    profile: Profile = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPipeline:
    """Takes requests for videos.

    Args:
        weights: shares of the stages in the progress bar.
        calls_loopback: in mock mode, whether webhooks may go to this machine; they must not where
            strangers could have its ports posted to.
    """

    jobs: Jobs
    catalog: Catalog
    metrics: Metrics
    livemode: bool
    weights: Mapping[str, float]
    defaults: Defaults = Defaults()
    calls_loopback: bool = True

    def submit(
        self, wanted: CreateVideo, *, tenant: str, idempotency_key: str | None = None
    ) -> Created:
        """Check a request and make a job of it; with a known key, find the job made before.

        Raises:
            InvalidInput: says what is wrong with which member, and what there is to choose.
        """
        fingerprint = _fingerprint(wanted)
        # before any check: what was taken once is not refused later by limits of another day
        earlier = self.jobs.replay(tenant, idempotency_key, fingerprint)
        if earlier is not None:
            return earlier
        request = self.check(wanted)
        created = self.jobs.create(
            request,
            plan_for(request, self.weights),
            tenant=tenant,
            livemode=self.livemode,
            idempotency_key=idempotency_key,
            fingerprint=fingerprint,
        )
        if created.created:
            self.metrics.job_created(route=created.job.plan.route)
        return created

    def check(self, wanted: CreateVideo) -> VideoRequest:
        """The request that a job would run from; nothing is stored."""
        self.catalog.check_template(wanted.template)
        self.catalog.check_presenter(wanted.presenter)
        self.catalog.check_voice(wanted.voice)
        self._check_webhook(wanted.webhook_url)
        script, faults = magic.take_out(wanted.script, livemode=self.livemode)
        language = self._check_script(
            script,
            self.catalog.language_tag(wanted.language) if wanted.language else None,
            wanted.scenes,
        )
        return VideoRequest(
            script=script,
            template=wanted.template,
            presenter=wanted.presenter,
            user_id=wanted.user_id,
            language=language,
            language_detected=not wanted.language,
            voice=wanted.voice,
            style=wanted.style or self.defaults.style,
            seed=self.defaults.seed if wanted.seed is None else wanted.seed,
            profile=wanted.profile or self.defaults.profile,
            aspect=wanted.aspect,
            resolution=wanted.resolution,
            captions=wanted.captions,
            enhance=wanted.enhance,
            scenes=wanted.scenes,
            approve_script=wanted.approve_script,
            webhook_url=wanted.webhook_url,
            priority=wanted.priority,
            faults=faults,
        )

    def edit(self, script: str, request: VideoRequest) -> dict[str, str]:
        """What a person's own script changes in the output of the stage that wrote it.

        Raises:
            InvalidInput: for whatever a new request with this script would be refused for.
        """
        if magic.is_in(script):
            raise InvalidInput(
                "Magic inputs only go into a new request, not into an edit.",
                field="script",
                code="magic_input_refused",
                remedy="Take the text in double square brackets out of the script.",
            )
        script = clean(script)
        named = None if request.language_detected else request.language
        try:
            language = self._check_script(script, named, request.scenes)
        except InvalidInput as exc:
            if exc.field == "scenes":  # which an edit cannot change
                exc.field, exc.remedy = "script", "Write a longer script."
            raise
        return {"script": script} if named else {"script": script, "language": language}

    def _check_script(self, script: str, language: str | None, scenes: int) -> str:
        """The language that the script is spoken in; ``language`` itself, if it was named."""
        if language is None:
            # detecting costs time with the length; no more is read than a script may have
            language = detect_language(script[: self.catalog.limits.max_characters])
        self.catalog.limits.check(script, language)
        if scenes > 1:
            cut_into_scenes(script, scenes)
        return language

    def _check_webhook(self, url: str | None) -> None:
        if url is None:
            return
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname, parts.port
        except ValueError as exc:
            raise InvalidInput(
                "The webhook_url is not a valid address.", field="webhook_url"
            ) from exc
        if not self.livemode and not self.calls_loopback:
            raise InvalidInput(
                "This server calls no webhooks: it is in mock mode, where they only go to its own "
                "machine, and anyone who reaches it may ask without a key.",
                field="webhook_url",
                code="webhook_not_allowed",
                remedy="Leave webhook_url out, or ask the operator to set REQUIRE_API_KEY=true or "
                "HOST=127.0.0.1.",
            )
        if not self.livemode and host not in _LOOPBACK:
            raise InvalidInput(
                "In mock mode nothing leaves the machine: the webhook_url must be on localhost.",
                field="webhook_url",
                code="webhook_not_local",
                remedy="Use a receiver on localhost, or leave webhook_url out.",
            )


def _fingerprint(wanted: CreateVideo) -> str:
    """Equal for equal requests, whatever was left to the defaults of the day."""
    told = wanted.model_dump(mode="json", exclude_unset=True)
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
