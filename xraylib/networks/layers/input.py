"""The image as it comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from xraylib.networks.declaration.code import Call
from xraylib.networks.declaration.effect import Effect, Shape
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Setting, refuse, whole_number
from xraylib.networks.declaration.words import times

MAX_SIDE: Final = 4_096
"""Largest height or width of the input, in pixels."""

MAX_CHANNELS: Final = 16


@dataclass(frozen=True, kw_only=True)
class _ImageShape(Setting):
    """Height, width and channels."""

    def checked(self, kind: str, name: str, value: Any) -> Shape:
        sizes = tuple(value) if isinstance(value, tuple | list) else ()
        limits = (MAX_SIDE, MAX_SIDE, MAX_CHANNELS)
        whole = [size for size in map(whole_number, sizes) if size is not None]
        if (
            len(sizes) != 3
            or len(whole) != 3
            or not all(1 <= size <= limit for size, limit in zip(whole, limits, strict=True))
        ):
            raise refuse(
                kind,
                name,
                value,
                f"height, width and channels, up to {times(limits)}",
                "write for example [256, 256, 1]",
                ((256, 256, 1),),
            )
        return tuple(whole)


@dataclass(frozen=True)
class Input(Layer):
    """The image as it comes in, pixel values 0 to 255.

    Attributes:
        shape: ``(height, width, channels)``, in pixels.
    """

    group = Group.INPUT
    meaning = "The X-ray as the data set's preparation makes it, grey levels 0 to 255."
    keras_class = "InputLayer"
    in_block = False

    shape: Annotated[Shape, _ImageShape(first=(256, 256, 1), shown=False)]

    @property
    def label(self) -> str:
        return f"Input {times(self.shape)}"

    def effect(self, shape: Shape) -> Effect:
        return Effect(shape)

    def keras_call(self, shape: Shape | None = None) -> Call:
        return Call("keras.Input", super().keras_call(shape).arguments)
