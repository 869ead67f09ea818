"""What comes and goes over the picture: the lower third and the captions, each at its time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

from PIL import Image

from studio import chrome
from studio.caption_chips import CaptionChips
from studio.spec import RenderSpec
from studio.templates.base import Template
from studio.timeline import FPS, Cue
from studio.typography import can_write, without_pictures
from studio.yuv import Patch, YuvConverter, patch

_CAPTION_LEAD_S = 0.06
"""A caption stands this long before its first word, so that the eye is there in time."""
_CAPTION_HOLD_S = 0.25
_HIGHLIGHT_LEAD_S = 0.04
_SLIDE_FRAMES = 12
_LOWER_THIRD_FROM_S = 0.4
_LOWER_THIRD_UNTIL_S = 6.0
_LONG_CLIP_S = 9.0
"""In shorter clips the lower third stays to the end."""
_PATCHES_KEPT = 16


class Overlays:
    """The overlays of one clip, made when their time comes and kept for a while.

    Args:
        spec: aspect, size and role.
        design: colours, boxes and caption style.
        name: first line of the lower third.
        cues: captions in the order of time.
        duration_s: length of the clip.
        shapeable: whether the caption font can write the cues; None finds out.
    """

    def __init__(
        self,
        spec: RenderSpec,
        design: Template,
        name: str,
        cues: Sequence[Cue],
        *,
        duration_s: float,
        shapeable: bool | None,
    ) -> None:
        layout, side = design.layouts[spec.aspect], min(spec.size_px)
        self._duration_s = duration_s
        self._captions = CaptionChips(
            design.caption,
            design.palette,
            box_px=layout.caption.pixels(spec.size_px),
            size_px=layout.caption_size * side,
        )
        self._cues = _drawable(cues, shapeable) if spec.captions else []
        self._cue_index = 0
        self._lower_third_box = layout.lower_third.pixels(spec.size_px)
        self._lower_third = chrome.lower_third(
            name, spec.role, design.palette, box_px=self._lower_third_box, short_side_px=side
        )
        self._patches: OrderedDict[tuple[object, ...], Patch | None] = OrderedDict()
        self._converter = YuvConverter()

    @property
    def caption_box_px(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the only place where captions are drawn."""
        return self._captions.box_px

    @property
    def kept(self) -> int:
        """Patches in memory; bounded, however long the clip."""
        return len(self._patches)

    def at(self, index: int) -> list[Patch]:
        """What lies over frame ``index``, the lowest first."""
        found = (self._lower_third_patch(index), self._caption_patch(index / FPS))
        return [overlay for overlay in found if overlay is not None]

    def _lower_third_patch(self, index: int) -> Patch | None:
        if self._lower_third is None:
            return None
        step = index - round(_LOWER_THIRD_FROM_S * FPS)
        if self._duration_s > _LONG_CLIP_S:
            step = min(step, round(_LOWER_THIRD_UNTIL_S * FPS) - index)
        step = min(step, _SLIDE_FRAMES)
        if step <= 0:
            return None
        image = self._lower_third
        left, top = self._lower_third_box[:2]
        return self._patch(("lower third", step), lambda: _slid_in(image, step), left, top)

    def _caption_patch(self, time_s: float) -> Patch | None:
        found = self._cue_at(time_s)
        if found is None:
            return None
        cue, words = found
        active = max(
            (
                i
                for i, word in enumerate(cue.words)
                if words[i] and time_s >= word.start_s - _HIGHLIGHT_LEAD_S
            ),
            default=-1,
        )
        left, top = self._captions.box_px[:2]
        key = ("caption", self._cue_index, active)
        return self._patch(key, lambda: self._captions.image(words, active), left, top)

    def _cue_at(self, time_s: float) -> tuple[Cue, tuple[str, ...]] | None:
        cues = self._cues
        if not cues:
            return None
        if time_s < cues[self._cue_index][0].start_s - _CAPTION_LEAD_S:
            self._cue_index = 0
        while (
            self._cue_index + 1 < len(cues)
            and time_s >= cues[self._cue_index + 1][0].start_s - _CAPTION_LEAD_S
        ):
            self._cue_index += 1
        cue, words = cues[self._cue_index]
        if cue.start_s - _CAPTION_LEAD_S <= time_s < cue.end_s + _CAPTION_HOLD_S:
            return cue, words
        return None

    def _patch(
        self, key: tuple[object, ...], draw: Callable[[], Image.Image], left: int, top: int
    ) -> Patch | None:
        if key not in self._patches:
            self._patches[key] = patch(draw(), left, top, self._converter)
            if len(self._patches) > _PATCHES_KEPT:
                self._patches.popitem(last=False)
        self._patches.move_to_end(key)
        return self._patches[key]


def _drawable(cues: Sequence[Cue], shapeable: bool | None) -> list[tuple[Cue, tuple[str, ...]]]:
    """The cues with the words as they are drawn; none if the font cannot write them all."""
    drawn = [(cue, tuple(without_pictures(word.text) for word in cue.words)) for cue in cues]
    if shapeable is None:
        shapeable = all(can_write(word) for _, words in drawn for word in words)
    return [(cue, words) for cue, words in drawn if any(words)] if shapeable else []


def _slid_in(image: Image.Image, step: int) -> Image.Image:
    """The lower third on its way in: uncovered from the left while it fades in."""
    if step >= _SLIDE_FRAMES:
        return image
    share = step / _SLIDE_FRAMES
    eased = share * share * (3 - 2 * share)
    shown = Image.new("RGBA", image.size)
    shown.paste(image.crop((0, 0, max(1, int(image.width * eased)), image.height)), (0, 0))
    shown.putalpha(shown.getchannel("A").point([round(value * eased) for value in range(256)]))
    return shown
