"""The studio from the command line: ``python -m studio "Hello there" out.mp4 --aspect 9:16``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from studio.errors import StudioError
from studio.make import make_video
from studio.presenters import PRESENTERS
from studio.spec import ASPECTS, RESOLUTIONS, RenderSpec
from studio.templates import TEMPLATES
from studio.timeline import FPS
from studio.voice import LANGUAGES

_BAR_WIDTH = 32


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m studio", description="Turn a script into a talking-presenter video."
    )
    parser.add_argument("script", nargs="?", help="the text, or - to read it from stdin")
    parser.add_argument("out", nargs="?", type=Path, help="the MP4 to write")
    parser.add_argument("--list", action="store_true", help="show what there is to choose from")
    parser.add_argument("--template", default="presenter1")
    parser.add_argument("--presenter")
    parser.add_argument("--aspect", default="16:9", choices=ASPECTS)
    parser.add_argument("--resolution", default="720p", choices=RESOLUTIONS)
    parser.add_argument("--title", default="")
    parser.add_argument("--language", help="such as de or pt-BR; found out from the text if absent")
    parser.add_argument("--voice", help="such as en-us+m3; the presenter's own if absent")
    parser.add_argument("--no-captions", action="store_true", help="do not burn captions in")
    return parser


def _list() -> None:
    for heading, rows in (
        ("Templates", [(design.id, design.description) for design in TEMPLATES.values()]),
        ("Presenters", [(person.id, person.description) for person in PRESENTERS.values()]),
        ("Languages", [(language.tag, language.name) for language in LANGUAGES.values()]),
    ):
        print(heading)
        for name, text in rows:
            print(f"  {name:<12} {text}")


def _draw_progress(done: int, total: int) -> None:
    filled = _BAR_WIDTH * done // total
    bar = "█" * filled + "░" * (_BAR_WIDTH - filled)
    print(f"\r{bar} {100 * done // total:3d} %  {done / FPS:.1f} s", end="", file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the video was written, 1 when it could not be."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        _list()
        return 0
    if options.script is None or options.out is None:
        parser.error("a script and an output file are needed, or --list")
    if options.out.suffix == ".mp4" and not options.out.parent.exists():
        print(f"The folder {options.out.parent} is not there yet: it is made.", file=sys.stderr)
    started = time.monotonic()
    try:
        made = make_video(
            sys.stdin.read() if options.script == "-" else options.script,
            options.out,
            spec=RenderSpec(
                template=options.template,
                presenter=options.presenter,
                aspect=options.aspect,
                resolution=options.resolution,
                title=options.title,
                captions=not options.no_captions,
            ),
            language=options.language,
            voice=options.voice,
            on_progress=_draw_progress,
        )
    except StudioError as exc:
        print(f"\n{exc}" if sys.stderr.isatty() else str(exc), file=sys.stderr)
        return 1
    took_s = time.monotonic() - started
    length_s = made.info.duration_s
    print(file=sys.stderr)
    print(f"{made.video}: {length_s:.1f} s of video in {took_s:.1f} s ({length_s / took_s:.1f}x)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
