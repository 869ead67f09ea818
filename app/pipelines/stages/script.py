"""Reading the script that an earlier stage, or a person at the gate, left behind."""

from __future__ import annotations

from app.domain.errors import InvalidInput
from app.jobs.stage import StageContext
from app.providers.scripts.scenes import cut_into_scenes

_SCRIPT_STAGE = "enhance_script"


def final_script(context: StageContext) -> str:
    """The whole script as it is to be spoken.

    Raises:
        InvalidInput: a person's edit left no text.
    """
    script = context.inputs[_SCRIPT_STAGE].output.get("script")
    if not isinstance(script, str) or not script.strip():
        raise InvalidInput(
            "The approved script is empty.",
            field="script",
            code="empty_script",
            remedy="Go back to the script and write what the presenter should say.",
        )
    return script


def title(context: StageContext) -> str:
    """The title for the picture and the file; empty if there is none."""
    return str(context.inputs[_SCRIPT_STAGE].output.get("title") or "")


def scene_script(context: StageContext) -> str:
    """What is said in the scene of this node, or the whole script in a single-scene video.

    A person may have edited the script without touching the cuts; it is cut anew then.
    """
    script = final_script(context)
    scene = context.node.scene
    if scene is None:
        return script
    count = context.request.scenes
    scenes = context.inputs[_SCRIPT_STAGE].output.get("scenes")
    if isinstance(scenes, list) and len(scenes) == count and _words(*scenes) == _words(script):
        return str(scenes[scene - 1])
    return cut_into_scenes(script, count)[scene - 1]


def _words(*texts: object) -> list[str]:
    return " ".join(map(str, texts)).split()
