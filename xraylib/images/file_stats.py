"""What the index keeps of an image's content, found in one reading of the file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ImageError
from xraylib.images.decode import Radiograph, read_bytes, read_image


@dataclass(frozen=True, kw_only=True, slots=True)
class FileStats:
    """An image's content in numbers; of an unreadable file, the reason.

    Attributes:
        width: Columns, 0 if unreadable; likewise the others.
        height: Rows.
        mode: How the file stores its pixels, as in `Radiograph.mode`.
        bit_depth: 8 to 16.
        sha256: Of the file's bytes, hexadecimal; also of a file that does not decode.
        phash: `perceptual_hash`.
        mean: Mean grey level on the scale 0..255.
        sd: Standard deviation of the grey levels on the same scale.
        lowest: Lowest grey value, 0 to ``2**bit_depth - 1``.
        highest: Highest grey value.
        view: From which side it was taken, as `views.view_of` says it.
        notes: What had to be decided about the greys: names with a blank between them.
        error_code: One of the image error codes, or ``""``.
        error_reason: The whole message, or ``""``.
    """

    width: int = 0
    height: int = 0
    mode: str = ""
    bit_depth: int = 0
    sha256: str = ""
    phash: int = 0
    mean: float = 0.0
    sd: float = 0.0
    lowest: int = 0
    highest: int = 0
    view: str = ""
    notes: str = ""
    error_code: str = ""
    error_reason: str = ""


def file_stats(path: Path) -> FileStats:
    """Reads and decodes one file. Never raises because of the file."""
    return stats_and_image(path)[0]


def stats_and_image(path: Path) -> tuple[FileStats, Radiograph | None]:
    """The same, and the image itself, None where it cannot be read; decoded once."""
    sha256 = ""
    try:
        data = read_bytes(path)
        sha256 = hashlib.sha256(data).hexdigest()
        image = read_image(data)
    except ImageError as error:
        return FileStats(sha256=sha256, error_code=error.code, error_reason=error.message), None
    mean, sd = grey_levels(image)
    stats = FileStats(
        width=image.width,
        height=image.height,
        mode=image.mode,
        bit_depth=image.bit_depth,
        sha256=sha256,
        phash=perceptual_hash(image.pixels),
        mean=mean,
        sd=sd,
        lowest=int(image.pixels.min()),
        highest=int(image.pixels.max()),
        view=str(image.attributes.get("View", "")),
        notes=" ".join(image.notes),
    )
    return stats, image


def grey_levels(image: Radiograph) -> tuple[float, float]:
    """Mean and standard deviation of the grey levels, where 255 is the image's full range."""
    pixels = image.pixels
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    mean, sd = cv2.meanStdDev(pixels)
    scale = 255 / (2**image.bit_depth - 1)
    return float(mean[0, 0]) * scale, float(sd[0, 0]) * scale


def perceptual_hash(pixels: NDArray[Any]) -> int:
    """64 bits that hardly change when an image is resized, re-encoded or made brighter.

    The picture is averaged down to 32 × 32; bit k says whether the k-th of the 8 × 8 lowest
    frequencies of its cosine transform is above their median ("pHash": Zauner, 2010). The mean
    brightness takes no part. Hashes are compared by the number of bits that differ.

    Args:
        pixels: uint8 or uint16 ``(height, width)`` or ``(height, width, 3)``.
    """
    small = cv2.resize(pixels, (32, 32), interpolation=cv2.INTER_AREA)
    if small.ndim == 3:
        small = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    if small.min() == small.max():
        return 0
    low = cv2.dct(small.astype(np.float32))[:8, :8].ravel()
    low[0] = 0.0
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
