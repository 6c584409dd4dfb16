"""Eight sample images with what Python makes of them, which the page repeats first.

They are the house's own phantoms, in the file formats that the page reads, so that decoding, sizes
and depths are tried as well as the network; no image of the training set leaves the house.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.images.sandbox.shared import read_image
from xraylib.settings import SAMPLE_DATA

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject
    from xraylib.models.classify.classifier import Classifier

TOLERANCE: Final = 1e-5
"""Of a probability; the same that a model is published with."""

Pixels = NDArray[Any]


def self_test(classifier: Classifier) -> JsonObject:
    """The images, and what Python says of each.

    ``pixels`` is the CRC-32 of the prepared pixels; ``score`` is how strange the image is, None for
    a model that does not know; ``warnings`` are the codes of the reasons for doubt.
    """
    images: list[JsonObject] = []
    for name, kind, data in _images():
        judged = classifier.classify(read_image(data), heat_map=False)
        pixels, score = judged.prepared, None
        if classifier.familiar is not None:
            _, features = classifier.probabilities_and_features(pixels[None])
            means = None if features is None else features[0]
            score = classifier.familiar.judge(pixels, means).score
        images.append(
            {
                "name": name,
                "kind": kind,
                "data": base64.b64encode(data).decode("ascii"),
                "pixels": zlib.crc32(pixels.tobytes()),
                "probabilities": [*judged.outputs.values()],
                "score": score,
                "warnings": " ".join(warning.code for warning in judged.warnings),
            }
        )
    return {"tolerance": TOLERANCE, "images": [*images]}


def _images() -> Iterator[tuple[str, str, bytes]]:
    """Name, kind and content of each."""
    originals = [(name, *_phantom(name)) for name in ("Covid", "Normal", "Pneumonia")]
    for name, file, _ in originals:
        yield f"{name}, 8 bits", "PNG", file
    for place, (made, kind, make) in enumerate(_MADE):
        name, _, pixels = originals[place % len(originals)]
        yield f"{name}, {made}", kind, make(pixels)


def _phantom(name: str) -> tuple[bytes, Pixels]:
    data = min((SAMPLE_DATA / "test" / name).glob("*.png")).read_bytes()
    return data, read_image(data).pixels


def _sixteen_bits(pixels: Pixels) -> bytes:
    """Smaller than most networks want, with levels between those of 8 bits."""
    small = cv2.resize(pixels.astype(np.uint16) * 257, (150, 170), interpolation=cv2.INTER_AREA)
    return _encoded(small, ".png")


def _transparent(pixels: Pixels) -> bytes:
    alpha = np.full_like(pixels, 255)
    alpha[: len(alpha) // 8] = np.arange(alpha.shape[1]) % 256
    return _encoded(np.dstack([pixels] * 3 + [alpha])[:, 10:240], ".png")


def _dicom(pixels: Pixels) -> bytes:
    """12 bits of 16, black where values are high, with a window; explicit, little-endian."""
    small = cv2.resize(pixels, (180, 200), interpolation=cv2.INTER_AREA).astype(np.uint16)
    stored = 4095 - small * 13
    rows, columns = stored.shape
    meta = _element(0x0002, 0x0010, "UI", b"1.2.840.10008.1.2.1\0")
    body = (
        _element(0x0028, 0x0002, "US", _word(1)),
        _element(0x0028, 0x0004, "CS", b"MONOCHROME1 "),
        *(
            _element(0x0028, number, "US", _word(value))
            for number, value in (
                (0x0010, rows), (0x0011, columns), (0x0100, 16), (0x0101, 12), (0x0102, 11),
                (0x0103, 0),
            )
        ),
        _element(0x0028, 0x1050, "DS", b"2600"),
        _element(0x0028, 0x1051, "DS", b"3100"),
        _element(0x7FE0, 0x0010, "OW", stored.astype("<u2").tobytes()),
    )  # fmt: skip
    return bytes(128) + b"DICM" + b"".join((meta, *body))


def _element(group: int, number: int, vr: str, value: bytes) -> bytes:
    """PS3.5, 7.1.2."""
    long = vr == "OW"
    head = struct.pack("<HH2s", group, number, vr.encode("ascii"))
    return head + struct.pack("<xxI" if long else "<H", len(value)) + value


def _word(value: int) -> bytes:
    return struct.pack("<H", value)


def _jpeg(pixels: Pixels) -> bytes:
    return _encoded(pixels, ".jpg", cv2.IMWRITE_JPEG_QUALITY, 90)


def _coloured_jpeg(pixels: Pixels) -> bytes:
    yellowish = np.dstack([(pixels * 0.98).astype(np.uint8), pixels, pixels])
    progressive = (cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_QUALITY, 70)
    return _encoded(yellowish, ".jpg", *progressive)


def _encoded(pixels: Pixels, ending: str, *options: int) -> bytes:
    return bytes(cv2.imencode(ending, pixels, options)[1])


_MADE: Final[tuple[tuple[str, str, Callable[[Pixels], bytes]], ...]] = (
    ("16 bits", "PNG", _sixteen_bits),
    ("with transparency", "PNG", _transparent),
    ("progressive, in colour", "JPEG", _coloured_jpeg),
    ("grey", "JPEG", _jpeg),
    ("12 bits", "DICOM", _dicom),
)
