"""What an image looks like, in numbers small enough to compare 100,000 images with each other.

Chest images all look alike, so a 64-bit hash cannot tell a copy from another patient. Two levels
can: `describe` gives a few hundred bytes, by which the most similar images are found with matrix
products; `detail` gives a picture in which copies agree to a tenth of a pixel once they have been
laid over each other (`alignment`). Both see local contrast only: brighter, darker, flatter or
re-encoded copies look the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.images.burned_in_text import count_letters

VIEWS: Final = 3
FREQUENCIES: Final = 12
DETAIL_SIDE: Final = 128

_WORKING_SIDE: Final = 512
_VIEW_SIDE: Final = 64
_INSET: Final = 0.03
_QUANTA: Final = 300.0
_DETAIL_QUANTA: Final = 32.0

_RADIUS: Final = np.hypot(*np.mgrid[:FREQUENCIES, :FREQUENCIES]).astype(np.float32)
_KEPT: Final = (_RADIUS >= 1) & (_RADIUS < FREQUENCIES)
_WEIGHT: Final = np.sqrt(_RADIUS[_KEPT])
DIMENSIONS: Final = int(_KEPT.sum())
RECORD_BYTES: Final = 48 + VIEWS * DIMENSIONS
LOOK_BYTES: Final = RECORD_BYTES + DETAIL_SIDE * DETAIL_SIDE

Grey = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Descriptor:
    """What `describe` finds in one image.

    Attributes:
        views: int8 ``(3, DIMENSIONS)``: the whole image, the image without flat margins, and that
            without its outer 3 %. Zero if there is nothing to see.
        box: ``(left, top, right, bottom)`` of the image without flat margins, 0..1.
        mean: Brightness, 0..255.
        sd: Its standard deviation over the image, 0..127.5.
        corners: Brightness of the top left, top right, bottom left and bottom right corner.
        chroma: Mean difference of the strongest and the weakest colour, 0..1; 0 for grey.
        letters: Length of the longest row of letters printed into the image, as far as plain.
    """

    views: NDArray[np.int8]
    box: tuple[float, float, float, float]
    mean: float
    sd: float
    corners: tuple[float, float, float, float]
    chroma: float
    letters: int

    def to_bytes(self) -> bytes:
        """A record of fixed length; `from_bytes` reads it back."""
        numbers = (*self.box, self.mean, self.sd, *self.corners, self.chroma, self.letters)
        return np.array(numbers, dtype="<f4").tobytes() + self.views.tobytes()

    @classmethod
    def from_bytes(cls, record: bytes | bytearray) -> Self:
        """The descriptor of such a record."""
        numbers = np.frombuffer(record, "<f4", count=12).tolist()
        views = np.frombuffer(record, np.int8, offset=48).reshape(VIEWS, DIMENSIONS)
        left, top, right, bottom, mean, sd, a, b, c, d, chroma, letters = numbers
        return cls(
            views=views,
            box=(left, top, right, bottom),
            mean=mean,
            sd=sd,
            corners=(a, b, c, d),
            chroma=chroma,
            letters=int(letters),
        )


def describe(pixels: NDArray[np.uint8]) -> Descriptor:
    """An image's descriptor.

    Args:
        pixels: uint8 ``(height, width)`` or ``(height, width, 3)``.
    """
    pixels = _shrunk(pixels, _WORKING_SIDE)
    grey = as_grey(pixels)
    chroma = 0.0
    if pixels.ndim == 3:
        chroma = float((pixels.max(axis=2) - pixels.min(axis=2)).mean()) / 255.0
    mean, sd = (float(value[0, 0]) for value in cv2.meanStdDev(grey))
    box = content_box(grey)
    flat = sd < 0.5
    views = np.zeros((VIEWS, DIMENSIONS), dtype=np.int8)
    if not flat:
        boxes = ((0.0, 0.0, 1.0, 1.0), box, _inset(box))
        for number, part in enumerate(boxes):
            if number == 1 and part == boxes[0]:
                views[1] = views[0]
            else:
                views[number] = _view(_cut(grey, part))
    return Descriptor(
        views=views,
        box=box,
        mean=mean,
        sd=sd,
        corners=_corners(grey),
        chroma=chroma,
        letters=0 if flat else count_letters(grey),
    )


def detail(pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
    """The image at 128 × 128 with its local contrast evened out: int8 ``(128, 128)``.

    Args:
        pixels: uint8 ``(height, width)`` or ``(height, width, 3)``.
    """
    small = _resized(as_grey(pixels), DETAIL_SIDE).astype(np.float32)
    away = small - cv2.GaussianBlur(small, (0, 0), 4.0)
    variance = cv2.GaussianBlur(away * away, (0, 0), 6.0)
    even = away / np.sqrt(variance + 1.0 + 0.0225 * float(variance.mean()))
    return _int8(even * _DETAIL_QUANTA)


def look(pixels: NDArray[np.uint8]) -> bytes:
    """The record of `describe`, and after it the picture of `detail`: what one decoding gives."""
    return describe(pixels).to_bytes() + detail(pixels).tobytes()


class TakesLooks(Protocol):
    """Who wants the `look` of each image of a folder while it is scanned: see `scan`.

    Attributes:
        most: Of more images than this none is wanted.
    """

    most: int

    def put(self, content: str, look: bytes) -> None:
        """Takes that of one image, from any thread.

        Args:
            content: SHA-256 of the file's bytes.
            look: What `look` made of it.
        """


def as_grey(pixels: NDArray[np.uint8]) -> Grey:
    """``(height, width)``; colour with the weights 0.299, 0.587 and 0.114."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.ndim == 3 else pixels


def content_box(grey: Grey) -> tuple[float, float, float, float]:
    """Where the image is inside flat margins: ``(left, top, right, bottom)``, each 0..1.

    A margin is made of rows or columns whose grey values have a standard deviation of at most
    3 of 255, and takes at most 30 % of a side.
    """
    small = _shrunk(grey, 2 * DETAIL_SIDE)
    height, width = small.shape
    total, squares = cv2.integral2(small, sdepth=cv2.CV_64F, sqdepth=cv2.CV_64F)
    left, top, right, bottom = 0, 0, width, height
    most_x, most_y = int(0.3 * width), int(0.3 * height)
    for _ in range(4):
        before = (left, top, right, bottom)
        flat = _flat_rows(total, squares, left, right)
        while top < most_y and flat[top]:
            top += 1
        while bottom > height - most_y and flat[bottom - 1]:
            bottom -= 1
        flat = _flat_rows(total.T, squares.T, top, bottom)
        while left < most_x and flat[left]:
            left += 1
        while right > width - most_x and flat[right - 1]:
            right -= 1
        if before == (left, top, right, bottom):
            break
    return left / width, top / height, right / width, bottom / height


def _flat_rows(
    total: NDArray[np.float64], squares: NDArray[np.float64], first: int, last: int
) -> NDArray[np.bool_]:
    """Which rows hardly vary between two columns, from integral images."""
    count = last - first
    mean = np.diff(total[:, last] - total[:, first]) / count
    square = np.diff(squares[:, last] - squares[:, first]) / count
    flat: NDArray[np.bool_] = square - mean * mean <= 9.0
    return flat


def _inset(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    x, y = _INSET * (right - left), _INSET * (bottom - top)
    return left + x, top + y, right - x, bottom - y


def _cut(grey: Grey, box: tuple[float, float, float, float]) -> Grey:
    height, width = grey.shape
    left, right = round(box[0] * width), round(box[2] * width)
    top, bottom = round(box[1] * height), round(box[3] * height)
    return grey[top : max(bottom, top + 1), left : max(right, left + 1)]


def _view(grey: Grey) -> NDArray[np.int8]:
    """Low frequencies of the evened-out picture, the higher ones raised; of length 300."""
    small = _resized(grey, _VIEW_SIDE).astype(np.float32)
    away = small - cv2.GaussianBlur(small, (0, 0), 6.0)
    deviation = np.sqrt(cv2.GaussianBlur(away * away, (0, 0), 9.0))
    even = away / (deviation + 1.0 + 0.15 * float(deviation.mean()))
    values = cv2.dct(even)[:FREQUENCIES, :FREQUENCIES][_KEPT] * _WEIGHT
    length = float(np.linalg.norm(values))
    if length == 0.0:
        return np.zeros(DIMENSIONS, dtype=np.int8)
    return _int8(values * (_QUANTA / length))


def _int8(values: NDArray[Any]) -> NDArray[np.int8]:
    rounded: NDArray[np.int8] = np.clip(np.rint(values), -127, 127).astype(np.int8)
    return rounded


def _corners(grey: Grey) -> tuple[float, float, float, float]:
    height, width = grey.shape
    y, x = max(1, height // 12), max(1, width // 12)
    parts = (grey[:y, :x], grey[:y, -x:], grey[-y:, :x], grey[-y:, -x:])
    a, b, c, d = (float(part.mean()) for part in parts)
    return a, b, c, d


def _shrunk(pixels: NDArray[Any], side: int) -> NDArray[Any]:
    """At most ``side`` pixels long, of the same shape."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    smaller: NDArray[Any] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return smaller


def _resized(grey: Grey, side: int) -> Grey:
    """``(side, side)``: averaged where it shrinks, linear where it grows."""
    height, width = grey.shape
    if (height, width) == (side, side):
        return grey
    low = (min(width, side), min(height, side))
    if low != (width, height):
        grey = cv2.resize(grey, low, interpolation=cv2.INTER_AREA)
    if low != (side, side):
        grey = cv2.resize(grey, (side, side), interpolation=cv2.INTER_LINEAR)
    return grey
