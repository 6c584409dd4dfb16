"""Radiograph -> the network's input: the one function that training, evaluation and Classify share.

The result is uint8. Rescaling to 0..1, or standardising, is a layer of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, Protocol, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import check_names, checked, known_fields, short
from xraylib.errors import ConfigError
from xraylib.images.grey_range import GreyRange
from xraylib.images.radiograph import Radiograph, scale_to_uint8
from xraylib.json_values import JsonObject

ColorMode = Literal["grayscale", "rgb"]
Fit = Literal["stretch", "pad", "crop"]
MAX_SIDE: Final = 2048


@known_fields("preparation", "preparation setting")
@dataclass(frozen=True, kw_only=True)
class Preparation:
    """How an image is brought to the size and channels that a network takes.

    Attributes:
        image_size: ``(height, width)`` in pixels, each 1 to 2048.
        color_mode: ``"grayscale"`` for one channel, ``"rgb"`` for three.
        fit: What happens to an image of another shape: ``"stretch"`` distorts it, ``"pad"`` keeps
            its shape and adds black borders, ``"crop"`` keeps its shape and cuts off the edges.
        grey_range: Which grey values are black and white in images of that range's depth, where a
            data set uses a small part of it; None for the full range of each image's depth.

    Raises:
        ConfigError: code ``preparation``: a value that cannot be used, or no such setting.
    """

    image_size: tuple[int, int] = (256, 256)
    color_mode: ColorMode = "grayscale"
    fit: Fit = "stretch"
    grey_range: GreyRange | None = None

    def __post_init__(self) -> None:
        sides: Any = self.image_size
        if (
            not isinstance(sides, tuple)
            or len(sides) != 2
            or any(type(side) is not int or not 1 <= side <= MAX_SIDE for side in sides)
        ):
            raise _invalid("image_size", sides, f"(height, width), each 1 to {MAX_SIDE} pixels")
        if self.color_mode not in get_args(ColorMode):
            raise _invalid("color_mode", self.color_mode, "'grayscale' or 'rgb'")
        if self.fit not in get_args(Fit):
            raise _invalid("fit", self.fit, "'stretch', 'pad' or 'crop'")
        if not isinstance(self.grey_range, GreyRange | None):
            raise _invalid("grey_range", self.grey_range, "a GreyRange or None")

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """``(height, width, channels)`` of what `prepare` returns."""
        return (*self.image_size, 1 if self.color_mode == "grayscale" else 3)

    def to_json(self) -> JsonObject:
        """Plain values for a JSON file; `from_json` reads them back.

        ``grey_range`` is there only where one was chosen.
        """
        ranged = {} if self.grey_range is None else {"grey_range": self.grey_range.to_json()}
        return {
            "image_size": list(self.image_size),
            "color_mode": self.color_mode,
            "fit": self.fit,
            **ranged,
        }

    def ranges(self, radiograph: Radiograph) -> bool:
        """Whether its grey range is for images of this one's depth."""
        return self.grey_range is not None and self.grey_range.bits == radiograph.bit_depth

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Preparation:
        """The preparation that `to_json` wrote; absent keys have their defaults.

        Raises:
            ConfigError: code ``preparation``: an unknown key or an unusable value.
        """
        if not isinstance(value, Mapping):
            raise _invalid("record", value, "a JSON object with names and values")
        known = [field.name for field in fields(cls)]
        check_names(value, known, what="preparation setting", code="preparation")
        given = dict(value)
        if isinstance(given.get("image_size"), list):
            given["image_size"] = tuple(given["image_size"])
        if isinstance(given.get("grey_range"), Mapping):
            given["grey_range"] = GreyRange.from_json(given["grey_range"])
        return cls(**given)


def _invalid(name: str, value: object, expected: str) -> ConfigError:
    return ConfigError(
        f"The preparation's {name} is {short(value)}",
        expected=expected,
        remedy=f"change {name}",
        code="preparation",
    )


class TakesPrepared(Protocol):
    """Who wants each image of a folder prepared while it is scanned: see `scan`.

    Attributes:
        preparation: What each is prepared by.
    """

    preparation: Preparation

    def put(self, place: int, sha256: str, pixels: NDArray[np.uint8]) -> None:
        """Takes one image, from any thread.

        Args:
            place: Its place among all images of the folder.
            sha256: Of the file's bytes that it was made of.
            pixels: What `prepare` made of it.
        """


@checked
def prepare(radiograph: Radiograph, preparation: Preparation) -> NDArray[np.uint8]:
    """The image as a network sees it.

    Grey values, then size, then depth: colour becomes grey with the weights 0.299, 0.587 and
    0.114 (equal channels keep their value exactly); shrinking averages areas and enlarging
    interpolates linearly, at the image's own bit depth; the result is scaled to 0..255, from the
    grey range that was chosen for this depth, or from the full one. An image that already has the
    right size keeps every pixel.

    Args:
        radiograph: The decoded image.
        preparation: Size, channels and fit.

    Returns:
        uint8 ``(height, width, channels)``, C-contiguous, a fresh array.
    """
    pixels = radiograph.pixels
    gray = preparation.color_mode == "grayscale"
    if gray and pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    height, width = preparation.image_size
    if preparation.fit == "stretch":
        fitted = _resize(pixels, height, width)
    elif preparation.fit == "crop":
        fitted = _resize(_centre_crop(pixels, height, width), height, width)
    else:
        fitted = _pad(pixels, height, width)
    if preparation.grey_range is not None and preparation.ranges(radiograph):
        small = preparation.grey_range.scale_to_uint8(fitted)
    else:
        small = scale_to_uint8(fitted, radiograph.bit_depth)
    if small.ndim == 2:
        small = small[:, :, None] if gray else np.repeat(small[:, :, None], 3, axis=2)
    if np.may_share_memory(small, radiograph.pixels):
        small = small.copy()
    return np.ascontiguousarray(small)


def _resize(pixels: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Area averaging along each side that shrinks, then linear along each side that grows."""
    shrunk = (min(pixels.shape[0], height), min(pixels.shape[1], width))
    if shrunk != pixels.shape[:2]:
        pixels = cv2.resize(pixels, (shrunk[1], shrunk[0]), interpolation=cv2.INTER_AREA)
    if shrunk != (height, width):
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    return pixels


def _centre_crop(pixels: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """The largest centred part with the shape ``height : width``."""
    tall, wide = pixels.shape[:2]
    keep_tall = min(tall, max(1, round(wide * height / width)))
    keep_wide = min(wide, max(1, round(tall * width / height)))
    top, left = (tall - keep_tall) // 2, (wide - keep_wide) // 2
    return np.ascontiguousarray(pixels[top : top + keep_tall, left : left + keep_wide])


def _pad(pixels: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """The whole image, centred on black."""
    tall, wide = pixels.shape[:2]
    scale = min(height / tall, width / wide)
    inner = (min(height, max(1, round(tall * scale))), min(width, max(1, round(wide * scale))))
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    canvas = np.zeros((height, width, *pixels.shape[2:]), dtype=pixels.dtype)
    canvas[top : top + inner[0], left : left + inner[1]] = _resize(pixels, *inner)
    return canvas
