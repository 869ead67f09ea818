"""A small page for every error code: where ``type`` of a problem document leads."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, request
from markupsafe import Markup

from app.api.answers import Live
from app.api.context import services
from app.api.operation import operation
from app.api.parameters import path_parameter
from app.api.principal import public
from app.api.problem_catalog import CATALOG, ProblemPage
from app.domain.errors import NotFound

problem_pages = APIBlueprint("problem_pages", __name__)

_PUBLIC = public("it explains errors and tells nothing about anyone.")


class ProblemMeaning(Live):
    """What an error code means."""

    code: str
    title: str
    status: int
    """The HTTP status it usually comes with."""
    meaning: str
    remedy: str


class ProblemList(Live):
    """Every error code."""

    problems: list[ProblemMeaning]


@problem_pages.get("/problems")
@operation(problem_pages, access=_PUBLIC, tag="Help")
@problem_pages.output(ProblemList)
def list_problems() -> ProblemList:
    """List every error code with its meaning and remedy."""
    return ProblemList(
        problems=[_meaning(page) for _, page in sorted(CATALOG.items())],
        livemode=services().http.livemode,
    )


@problem_pages.get("/problems/<code>")
@operation(
    problem_pages,
    access=_PUBLIC,
    tag="Help",
    refuses=(404,),
    parameters=[path_parameter("code", "`code` of a problem document.", "not_found")],
    answers={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
@problem_pages.output(ProblemMeaning)
def get_problem(code: str) -> tuple[ProblemMeaning, int, dict[str, str]] | Response:
    """Read what an error code means: a page for browsers, JSON for programs."""
    page = CATALOG.get(code)
    if page is None:
        raise NotFound(
            "There is no error code of this name.", remedy="GET /problems lists every code."
        )
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if best == "text/html":
        return Response(
            _html(page),
            content_type="text/html; charset=utf-8",
            headers={
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
                "Vary": "Accept",
            },
        )
    return _meaning(page), 200, {"Vary": "Accept"}


def _meaning(page: ProblemPage) -> ProblemMeaning:
    return ProblemMeaning(
        code=page.code,
        title=page.title,
        status=page.status,
        meaning=page.meaning,
        remedy=page.remedy,
        livemode=services().http.livemode,
    )


_PAGE = Markup("""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · AI Video Engineer</title>
<style>
:root {{ color-scheme: light dark; font: 1.0625rem/1.6 system-ui, sans-serif }}
main {{ max-width: 38rem; margin: 12vh auto; padding: 0 1.5rem }}
h1 {{ font-size: 1.75rem; line-height: 1.2; margin: 0 0 1.5rem }}
h2 {{ font-size: 1rem; margin: 1.5rem 0 0 }}
p {{ margin: .25rem 0 }}
code {{ font: .875rem ui-monospace, monospace; opacity: .75 }}
</style>
<main>
<p><code>{code} · HTTP {status}</code></p>
<h1>{title}</h1>
<h2>What it means</h2><p>{meaning}</p>
<h2>What to do</h2><p>{remedy}</p>
</main>
</html>
""")


def _html(page: ProblemPage) -> str:
    return _PAGE.format(
        title=page.title,
        code=page.code,
        status=page.status,
        meaning=page.meaning,
        remedy=page.remedy,
    )
