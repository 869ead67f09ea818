"""SVG to pixels: a dozen functions of the ThorVG library that the ``thorvg-python`` wheel carries.

Called through ctypes rather than the wheel's own classes, which build a new ctypes array type for
every buffer size. ThorVG is not documented as thread-safe: one thread of a process may draw.
"""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.errors import RenderFailed

Rgba = NDArray[np.uint8]
"""Pixels, shape (height, width, 4)."""

# With the default option (1) ThorVG redraws only what changed and blackens those rectangles of a
# buffer that we filled ourselves, from the second frame on.
_ENGINE_OPTION_NONE = 0
_COLOURSPACE_RGBA_PREMULTIPLIED = 0
_LIBRARY_PATTERNS = ("libthorvg*.so*", "libthorvg*.dylib", "*thorvg*.dll")


class Affine(NamedTuple):
    """x' = a·x + b·y + c, y' = d·x + e·y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float


IDENTITY = Affine(1, 0, 0, 0, 1, 0)


class _Matrix(ctypes.Structure):
    _fields_ = tuple((f"e{row}{col}", ctypes.c_float) for row in (1, 2, 3) for col in (1, 2, 3))


@lru_cache(maxsize=1)
def _thorvg() -> ctypes.CDLL:
    spec = importlib.util.find_spec("thorvg_python")
    folders = [Path(p) for p in (spec.submodule_search_locations or ())] if spec else []
    found = [path for f in folders for pattern in _LIBRARY_PATTERNS for path in f.glob(pattern)]
    if not found:
        raise RenderFailed("ThorVG's library was not found: install the package thorvg-python.")
    library = ctypes.CDLL(str(found[0]))
    pointer, u32, flag = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_bool
    for name, restype, argtypes in (
        ("tvg_engine_init", ctypes.c_int, (ctypes.c_uint,)),
        ("tvg_swcanvas_create", pointer, (ctypes.c_int,)),
        ("tvg_swcanvas_set_target", ctypes.c_int, (pointer, pointer, u32, u32, u32, ctypes.c_int)),
        ("tvg_canvas_add", ctypes.c_int, (pointer, pointer)),
        ("tvg_canvas_remove", ctypes.c_int, (pointer, pointer)),
        ("tvg_canvas_update", ctypes.c_int, (pointer,)),
        ("tvg_canvas_draw", ctypes.c_int, (pointer, flag)),
        ("tvg_canvas_sync", ctypes.c_int, (pointer,)),
        ("tvg_canvas_destroy", ctypes.c_int, (pointer,)),
        ("tvg_picture_new", pointer, ()),
        (
            "tvg_picture_load_data",
            ctypes.c_int,
            (pointer, ctypes.c_char_p, u32, ctypes.c_char_p, ctypes.c_char_p, flag),
        ),
        ("tvg_paint_set_transform", ctypes.c_int, (pointer, ctypes.POINTER(_Matrix))),
        ("tvg_paint_duplicate", pointer, (pointer,)),
        ("tvg_paint_ref", ctypes.c_uint16, (pointer,)),
        ("tvg_paint_unref", ctypes.c_uint16, (pointer, flag)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = restype, argtypes
    _check(library.tvg_engine_init(0), "start")
    return library


def _check(result: int, step: str) -> None:
    if result != 0:
        raise RenderFailed(f"ThorVG could not {step} (result {result}).")


class Picture:
    """A parsed SVG document that may be drawn many times. Close it, or leak it."""

    def __init__(self, svg: str) -> None:
        library = _thorvg()
        self._handle: int | None = library.tvg_picture_new()
        data = svg.encode()
        loaded = library.tvg_picture_load_data(self._handle, data, len(data), b"svg", None, True)
        _check(loaded, "read a drawing")
        # Our own reference: a canvas drops the one it takes when it is emptied.
        library.tvg_paint_ref(self._handle)

    @property
    def handle(self) -> int:
        """ThorVG's own pointer."""
        if self._handle is None:
            raise RenderFailed("A closed drawing was drawn.")
        return self._handle

    def close(self) -> None:
        """Frees the drawing; a second call does nothing."""
        if self._handle is not None:
            _thorvg().tvg_paint_unref(self._handle, True)
            self._handle = None


class Canvas:
    """A buffer of premultiplied RGBA and what draws into it.

    Args:
        width: of the buffer.
        height: of the buffer.
        left_top: where the buffer lies in the picture that the layers' affines speak of.
    """

    def __init__(self, width: int, height: int, *, left_top: tuple[int, int] = (0, 0)) -> None:
        self._left_top = left_top
        self.pixels: Rgba = np.zeros((height, width, 4), np.uint8)
        self._handle: int | None = _thorvg().tvg_swcanvas_create(_ENGINE_OPTION_NONE)
        target = self.pixels.ctypes.data
        _check(
            _thorvg().tvg_swcanvas_set_target(
                self._handle, target, width, width, height, _COLOURSPACE_RGBA_PREMULTIPLIED
            ),
            "take the buffer",
        )

    def draw(self, layers: Sequence[tuple[Picture, Affine]]) -> None:
        """Draws the layers over what ``pixels`` hold, the first one lowest."""
        library = _thorvg()
        left, top = self._left_top
        for picture, at in layers:
            # A copy, for a drawing that has been moved keeps a trace of where it was: its
            # gradients stay behind, and a frame would depend on those drawn before it.
            copy = library.tvg_paint_duplicate(picture.handle)
            matrix = _Matrix(at.a, at.b, at.c - left, at.d, at.e, at.f - top, 0, 0, 1)
            _check(library.tvg_paint_set_transform(copy, ctypes.byref(matrix)), "move a layer")
            _check(library.tvg_canvas_add(self._handle, copy), "add a layer")
        _check(library.tvg_canvas_update(self._handle), "prepare a frame")
        _check(library.tvg_canvas_draw(self._handle, False), "draw a frame")
        _check(library.tvg_canvas_sync(self._handle), "finish a frame")
        _check(library.tvg_canvas_remove(self._handle, None), "clear the layers")

    def close(self) -> None:
        """Frees the canvas; ``pixels`` stay. A second call does nothing."""
        if self._handle is not None:
            _check(_thorvg().tvg_canvas_destroy(self._handle), "close")
            self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def svg_document(body: str, width: float, height: float) -> str:
    """Wraps elements into a document whose user units are pixels."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}">{body}</svg>'
    )


def raster(svg: str, width: int, height: int) -> Rgba:
    """One drawing as straight (not premultiplied) RGBA, shape (height, width, 4)."""
    picture = Picture(svg)
    try:
        with Canvas(width, height) as canvas:
            canvas.draw([(picture, IDENTITY)])
            pixels = canvas.pixels
    finally:
        picture.close()
    straight = Image.frombuffer("RGBa", (width, height), pixels.tobytes()).convert("RGBA")
    return np.array(straight)
