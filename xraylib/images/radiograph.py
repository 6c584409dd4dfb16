"""One decoded radiograph, the limits of what is accepted, and the ways to refuse.

Nothing here reads a file: `images` does, with the help of `dicom`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import checked_fields, refused_argument
from xraylib.errors import ImageError

MAX_PIXELS: Final = 25_000_000
MAX_BYTES: Final = 64 * 1024 * 1024

Attributes = Mapping[str, str | int | float]

ALLOWED_ATTRIBUTES: Final = (
    "TransferSyntax",
    "Kind",
    "Modality",
    "PhotometricInterpretation",
    "BodyPartExamined",
    "View",
    "ViewPosition",
    "ViewCode",
    "PatientOrientation",
    "Laterality",
    "ImageLaterality",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "Shown",
    "PresentationLUTShape",
    "BurnedInAnnotation",
    "LossyImageCompression",
    "SyntheticData",
)
DICOM_FACTS: Final = ("sex", "age", "view", "scanner", "detector", "spacing")
"""What a header may tell: the patient's sex and age as written (``065Y``); PA, AP or lateral; the
device's model; the detector's type; millimetres from one row of pixels to the next."""
"""Technical facts of an image; nothing that says who the patient is, where or when."""

# Every code an ImageError can carry but `not-an-image`, which names the formats: what was expected
# and what helps.
_REFUSALS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "empty": (
            "a file with an image in it",
            "copy the file again from where it came from",
        ),
        "too-large": (
            f"at most {MAX_BYTES // 2**20} MiB and {MAX_PIXELS // 1_000_000} megapixels",
            "export the image at a smaller size",
        ),
        "damaged": (
            "a complete, undamaged image file",
            "export or copy the image again",
        ),
        "no-pixels": (
            "a DICOM file that holds an image",
            "choose the file of the image series instead",
        ),
        "several-frames": (
            "one image a file",
            "export the frame you need as a file of its own",
        ),
        "unsupported-compression": (
            "uncompressed, RLE, JPEG (8 bit or lossless), JPEG-LS or JPEG 2000 pixels",
            "export the image uncompressed (Explicit VR Little Endian) or as PNG",
        ),
        "unsupported-pixels": (
            "grey values of up to 16 bits, or 8-bit RGB colour",
            "export the image as greyscale PNG or DICOM",
        ),
        "missing": (
            "a file that is still where it was found",
            "put the file back or scan the folder again",
        ),
        "changed": (
            "the same content as when the folder was scanned",
            "scan the folder again",
        ),
        "cannot-open": (
            "a regular file that this program may read",
            "check the file's permissions and its disk",
        ),
        "outside": (
            "a file inside the data set's folder",
            "copy the file itself into the folder in place of the link",
        ),
        "file-name": (
            "a file name in valid UTF-8",
            "rename the file",
        ),
        "too-slow": (
            "an image that decodes within 10 seconds",
            "export the image again, uncompressed or as PNG",
        ),
        "decoder-died": (
            "an image that decodes within 1 GiB of memory",
            "export the image again, uncompressed or as PNG",
        ),
    }
)
IMAGE_ERROR_CODES: Final[frozenset[str]] = frozenset({*_REFUSALS, "not-an-image"})


def refuse(code: str, what: str) -> ImageError:
    """The error for one of `IMAGE_ERROR_CODES`; ``what`` is a sentence without its full stop."""
    expected, remedy = _REFUSALS[code]
    return ImageError(what, expected=expected, remedy=remedy, code=code)


def check_size(width: int, height: int) -> None:
    """Refuses a size beyond `MAX_PIXELS`, or none at all.

    Raises:
        ImageError: codes ``too-large`` and ``damaged``.
    """
    if width * height > MAX_PIXELS:
        megapixels = width * height / 1e6
        raise refuse("too-large", f"The image has {width} × {height} = {megapixels:.1f} megapixels")
    if width < 1 or height < 1:
        raise refuse("damaged", f"The image has {width} × {height} pixels")


@checked_fields
@dataclass(frozen=True, kw_only=True, eq=False)
class Radiograph:
    """An image as pixels, at the depth in which it was stored.

    Attributes:
        pixels: uint8 or uint16, ``(height, width)`` for grey and ``(height, width, 3)`` for
            colour; 0 is black. A colour file whose three channels are equal everywhere becomes
            grey, value for value. Transparency has been laid over black.
        bit_depth: 8 for uint8; for uint16 the depth whose full range the values use, 9 to 16.
        mode: How the file stores its pixels: ``"L"``, ``"RGBA"``, ``"P"``, ``"I;16"``, …
            or ``"DICOM MONOCHROME1"``, ``"DICOM RGB"``, ….
        format: Name of the file's format: ``"PNG"``, ``"JPEG"``, ``"DICOM"``, ….
        attributes: Technical facts from the file, from a list of allowed names; never a
            patient's name, number or dates.
        notes: Names of `xraylib.images.notes.NOTES`: what had to be decided about the greys.

    Raises:
        ConfigError: code ``argument``: pixels, depth or words that no image has.
    """

    pixels: NDArray[Any]
    bit_depth: int
    mode: str
    format: str
    attributes: Attributes = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape, kind = self.pixels.shape, self.pixels.dtype
        grey_or_rgb = len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)
        if not grey_or_rgb or 0 in shape or kind not in (np.uint8, np.uint16):
            expected = "uint8 or uint16 (height, width) or (height, width, 3)"
            raise refused_argument("pixels", self.pixels, expected, of="Radiograph")
        depths = range(8, 9) if kind == np.uint8 else range(9, 17)
        if self.bit_depth not in depths:
            expected = "8 for uint8 pixels, 9 to 16 for uint16 pixels"
            raise refused_argument("bit_depth", self.bit_depth, expected, of="Radiograph")
        if kind == np.uint16 and self.bit_depth < 16 and int(self.pixels.max()) >> self.bit_depth:
            expected = f"the depth of its largest value, {int(self.pixels.max())}"
            raise refused_argument("bit_depth", self.bit_depth, expected, of="Radiograph")

    def __repr__(self) -> str:
        kind = f"{self.bit_depth} bit{', colour' if self.pixels.ndim == 3 else ''}"
        return f"Radiograph({self.width} × {self.height} pixels, {kind}, {self.format} {self.mode})"

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    def as_uint8(self) -> NDArray[np.uint8]:
        """The pixels as uint8, ``(height, width)`` or ``(height, width, 3)``.

        The full range of the bit depth is scaled to 0..255 and rounded; nothing is clipped.
        """
        return scale_to_uint8(self.pixels, self.bit_depth)


def scale_to_uint8(pixels: NDArray[Any], bit_depth: int) -> NDArray[np.uint8]:
    """``round(pixels * 255 / (2**bit_depth - 1))`` as uint8; uint8 pixels are returned as is."""
    if pixels.dtype == np.uint8:
        return pixels
    top = 2**bit_depth - 1
    table = ((np.arange(top + 1, dtype=np.uint32) * 255 + top // 2) // top).astype(np.uint8)
    return look_up(table, pixels)


def look_up(table: NDArray[Any], positions: NDArray[Any]) -> NDArray[Any]:
    """``table[positions]`` in blocks of rows, because NumPy widens positions to 64 bits."""
    result = np.empty(positions.shape, dtype=table.dtype)
    block = max(1, 500_000 // max(1, positions[0].size))
    for top in range(0, len(positions), block):
        result[top : top + block] = table[positions[top : top + block]]
    return result


def grey_if_equal(pixels: NDArray[Any]) -> NDArray[Any]:
    """One channel where all are equal everywhere, else the pixels as they are."""
    if pixels.ndim == 3:
        first = pixels[:, :, 0]
        if all(np.array_equal(first, pixels[:, :, c]) for c in range(1, pixels.shape[2])):
            pixels = first
    return np.ascontiguousarray(pixels)
