"""Reading the script that an earlier stage, or a person at the gate, left behind."""

from __future__ import annotations

from typing import TypeGuard

from app.domain.errors import InvalidInput
from app.jobs.stage import StageContext
from app.providers.scripts.scenes import cut_into_scenes
from studio.title import title_from_script

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


def spoken_language(context: StageContext) -> str:
    """The one language of all scenes: that of a person's edit, or else of the request."""
    edited = context.inputs[_SCRIPT_STAGE].output.get("language")
    return edited if isinstance(edited, str) else context.request.language or "en"


def title(context: StageContext) -> str:
    """The title for the picture and the file; a script edited by a person is titled anew."""
    output = context.inputs[_SCRIPT_STAGE].output
    script = final_script(context)
    if _is_as_cut(output.get("scenes"), script):
        return str(output.get("title") or "")
    return title_from_script(script)


def scene_script(context: StageContext) -> str:
    """What is said in the scene of this node, or the whole script in a single-scene video.

    A script edited by a person is cut anew.
    """
    script = final_script(context)
    scene = context.node.scene
    if scene is None:
        return script
    count = context.request.scenes
    scenes = context.inputs[_SCRIPT_STAGE].output.get("scenes")
    if not _is_as_cut(scenes, script) or len(scenes) != count:
        scenes = cut_into_scenes(script, count)
    return str(scenes[scene - 1])


def _is_as_cut(scenes: object, script: str) -> TypeGuard[list[str]]:
    """Whether the scenes are still those of the script: an edit changes only the script."""
    if not isinstance(scenes, list):
        return False
    # Chinese has no spaces that a cut could fall on
    return "".join("".join(map(str, scenes)).split()) == "".join(script.split())
