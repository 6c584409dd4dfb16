"""Images that carry their owner's number in their pixels and in their name, and who sees which.

The number survives what a page does to an image: windows, small pictures, JPEG.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import cv2
import numpy as np
from visitor import Visitor

from xraylib.images.decode import read_image
from xraylib.settings import SAMPLE_DATA

_PHANTOM = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[0]
_GUARD = (1, 0, 1, 0)
_NAME = re.compile(rb"mark(\d{3})q")


def marked_image(owner: int, shade: int = 0) -> tuple[str, bytes]:
    """Name and PNG of a phantom whose upper edge is a row of blocks: the owner's number.

    Args:
        owner: 0 to 255.
        shade: Makes another image of the same owner.
    """
    pixels = read_image(_PHANTOM).as_uint8().copy()
    block = pixels.shape[1] // 16
    for place, bit in enumerate(_bits(owner)):
        pixels[: 2 * block, place * block : (place + 1) * block] = 255 * bit
    pixels[-block:] = shade % 256
    return f"mark{owner:03d}q-{shade}.png", bytes(cv2.imencode(".png", pixels)[1])


def owners_seen(visitor: Visitor) -> set[int]:
    """The numbers of all marks, in names and pictures, that ever came to a visitor."""
    names = {int(number) for number in _NAME.findall(bytes(visitor.received))}
    return names | set(_marks(visitor.pictures()))


def _marks(pictures: set[str]) -> Iterator[int]:
    for picture in pictures:
        data = base64.b64decode(picture + "=" * (-len(picture) % 4))
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
        if pixels is None:
            continue
        height, width = pixels.shape
        columns = [int((place + 0.5) * width / 16) for place in range(16)]
        bits = [int(level > 127) for level in pixels[height // 16, columns]]
        owner = int("".join(map(str, bits[4:12])), 2)
        if bits == _bits(owner):
            yield owner


def _bits(owner: int) -> list[int]:
    number = [int(bit) for bit in f"{owner:08b}"]
    return [*_GUARD, *number, *(1 - bit for bit in number[4:])]
