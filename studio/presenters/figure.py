"""A presenter as layers that move against each other: the puppet that a stage moves."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studio.presenters import face, hair
from studio.presenters.body import body
from studio.presenters.look import Look
from studio.presenters.mouth import MouthShape, mouth
from studio.presenters.paints import cloth_paints, hair_paints, skin_paints
from studio.raster import Affine, Canvas, Picture, svg_document

_WIDTH, _HEIGHT = 800.0, 1120.0
_JAW_STEPS = 14
"""Head drawings kept, from a closed to a fully dropped jaw: one bust unit apart."""
_JAW_DROP = 13.0

EXTENT = (70.0, 60.0, 730.0, 1120.0)
"""Left, top, right, bottom of everything that any look may reach in any pose, in bust units."""
HEAD_EXTENT = (196.0, 60.0, 604.0, 626.0)
"""The same for all that ``draw_head`` draws."""
HEAD = (215.0, 70.0, 585.0, 520.0)
"""Box around the head at rest."""
MOUTH = (325.0, 412.0, 475.0, 515.0)
"""Box around the mouth in any shape and pose, chin included."""


_AT_THE_VIEWER = face.Gaze()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Where the layers stand in one frame. Lengths in bust units, angles in radians."""

    rotation: float = 0.0
    sway: float = 0.0
    nod: float = 0.0
    yaw: float = 0.0
    """Turn of the head: the face slides over the skull. -7 .. 7."""
    pitch: float = 0.0
    breath: float = 0.0
    gaze: face.Gaze = _AT_THE_VIEWER


class Figure:
    """One presenter, ready to be drawn. Close it after use.

    Args:
        look: who.
        rim: colour of the light from behind, or empty.
        scale: pixels per bust unit.
        origin: pixel where bust unit (0, 0) lies.
    """

    def __init__(self, look: Look, *, rim: str, scale: float, origin: tuple[float, float]) -> None:
        self._look = look
        self._scale = scale
        self._origin = origin
        skin, hairs = skin_paints(look), hair_paints(look)
        shadow = hair.forehead_shadow(look)
        self._back = _picture(hairs + hair.behind(look))
        self._body = _picture(skin + cloth_paints(look) + body(look, rim))
        self._heads = [
            _picture(skin + face.head(look, _JAW_DROP * step / (_JAW_STEPS - 1), shadow))
            for step in range(_JAW_STEPS)
        ]
        self._hair = _picture(hairs + hair.on_top(look, rim))

    def draw_body(self, canvas: Canvas, pose: Pose) -> None:
        """Draws what hangs behind the head and everything below it."""
        behind = self._at(
            0.5 * pose.rotation,
            0.7 * pose.sway - 0.25 * pose.yaw,
            0.25 * pose.nod + 0.5 * pose.breath,
        )
        torso = self._at(
            0.12 * pose.rotation,
            0.35 * pose.sway,
            pose.breath,
            pivot_y=900,
            stretch_x=1 + 0.0012 * pose.breath,
        )
        canvas.draw([(self._back, behind), (self._body, torso)])

    def draw_head(self, canvas: Canvas, pose: Pose, shape: MouthShape) -> None:
        """Draws head, face and hair over a body that is there already."""
        look = self._look
        features = _picture(
            face.nose(look)
            + mouth(look, shape)
            + face.brows(look, pose.gaze.brows)
            + face.eyes(look, pose.gaze)
            + face.glasses(look)
        )
        step = min(_JAW_STEPS - 1, max(0, round(shape.opening * (_JAW_STEPS - 1))))
        turn, lift = pose.rotation, pose.nod + 0.6 * pose.breath
        skull = self._at(turn, pose.sway, lift)
        front = self._at(
            turn,
            pose.sway + pose.yaw,
            lift + pose.pitch,
            stretch_x=1 - 0.0014 * abs(pose.yaw),
        )
        top = self._at(turn, pose.sway - 0.22 * pose.yaw, lift - 0.2 * pose.pitch)
        try:
            canvas.draw([(self._heads[step], skull), (features, front), (self._hair, top)])
        finally:
            features.close()

    def close(self) -> None:
        """Frees every layer; a second call does nothing."""
        for picture in (self._back, self._body, self._hair, *self._heads):
            picture.close()

    def _at(
        self,
        angle: float,
        dx: float,
        dy: float,
        *,
        pivot_y: float = 540.0,
        stretch_x: float = 1.0,
    ) -> Affine:
        """Bust units to pixels: turn about (400, pivot_y), then shift."""
        k, (ox, oy), px, py = self._scale, self._origin, 400.0, pivot_y
        cos, sin = math.cos(angle), math.sin(angle)
        a, b, d, e = cos * stretch_x, -sin, sin * stretch_x, cos
        return Affine(
            k * a,
            k * b,
            k * (px + dx - a * px - b * py) + ox,
            k * d,
            k * e,
            k * (py + dy - d * px - e * py) + oy,
        )


def _picture(elements: str) -> Picture:
    return Picture(svg_document(elements, _WIDTH, _HEIGHT))
