"""Mutated files: an image or a refusal with a known code, never a crash, a hang or a traceback."""

from __future__ import annotations

import io
import random
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import gdcm
import numpy as np
import pytest
from made_images import dicom, encoded, picture, recompressed
from PIL import Image

from xraylib.errors import ImageError
from xraylib.images.decode import IMAGE_ERROR_CODES, Radiograph, read_image
from xraylib.images.sandbox.decoder import Decoder

pytestmark = pytest.mark.slow

RAMP12 = np.arange(4096, dtype=np.uint16).reshape(64, 64)


def seeds(folder: Path) -> dict[str, bytes]:
    plain = dicom(RAMP12, WindowCenter=2000, WindowWidth=1000, PixelPaddingValue=3)
    compressed = {
        name: recompressed(plain, getattr(gdcm.TransferSyntax, name), folder)
        for name in ("RLELossless", "JPEGLosslessProcess14_1", "JPEGLSLossless", "JPEG2000Lossless")
    }
    return {
        "png": encoded(picture(0, (64, 64))),
        "rgba png": encoded(picture(1, (40, 40, 4))),
        "16-bit png": encoded(RAMP12),
        "jpeg": encoded(picture(2, (64, 64, 3)), "JPEG"),
        "progressive jpeg": encoded(picture(3, (64, 64)), "JPEG", progressive=True),
        "grey and alpha png": encoded(Image.fromarray(np.dstack([picture(4)] * 2))),
        "tiff": encoded(RAMP12, "TIFF", compression="tiff_adobe_deflate"),
        "tiff, white is 0": encoded(picture(5), "TIFF", tiffinfo={262: 0}),
        "jpeg in tiff": encoded(picture(6, (64, 64, 3)), "TIFF", compression="jpeg"),
        "webp": encoded(picture(7, (64, 64, 3)), "WEBP", lossless=True),
        "lossy webp": encoded(picture(8, (64, 64)), "WEBP"),
        "bmp": encoded(Image.fromarray(picture(9)).convert("P"), "BMP"),
        "dicom": plain,
        "dicom, no preamble": plain[132:],
        "dicom, not square": dicom(RAMP12, PixelSpacing=[1, 2]),
        **compressed,
    }


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to four damages: bits, bytes, a cut, a doubled or a zeroed part, a huge number."""
    result = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(result))
        if chance.random() < 0.5:
            at = min(at, chance.randrange(1, 600))  # headers are where it hurts
        length = chance.randint(1, 64)
        kind = chance.randrange(6)
        if kind == 0:
            result[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            result[at : at + length] = chance.randbytes(length)
        elif kind == 2:
            del result[max(at, 140) :]
        elif kind == 3:
            result[at:at] = result[at : at + length]
        elif kind == 4:
            result[at : at + length] = bytes(length)
        else:
            result[at : at + 4] = b"\xff\xff\xff\x7f"
        if len(result) < 150:
            result += bytes(150 - len(result))
    return bytes(result)


def image_or_refusal(decode: Callable[[bytes], Radiograph], data: bytes) -> Radiograph | ImageError:
    try:
        return decode(data)
    except ImageError as error:
        return error


def outcomes(decoder: Decoder, images: dict[str, bytes], count: int) -> Counter[str]:
    chance = random.Random(20)
    seen: Counter[str] = Counter()
    names = sorted(images)
    for number in range(count):
        data = mutate(images[names[number % len(names)]], chance)
        outcome = image_or_refusal(decoder.decode, data)
        if isinstance(outcome, ImageError):
            assert outcome.code in IMAGE_ERROR_CODES - {"too-slow"}
            assert "Traceback" not in outcome.message
            assert "\n" not in outcome.message
            seen[outcome.code] += 1
        else:
            outcome.as_uint8()
            seen["image"] += 1
    return seen


@pytest.mark.parametrize("count", [2000, pytest.param(20_000, marks=pytest.mark.long)])
def test_mutated_files_are_images_or_refusals_with_a_known_code(tmp_path: Path, count: int) -> None:
    with Decoder() as decoder:
        seen = outcomes(decoder, seeds(tmp_path), count)
    assert sum(seen.values()) == count
    assert seen["image"] > 0
    assert seen["damaged"] > count / 10
    assert seen["decoder-died"] <= count / 50  # a crash of a codec costs its file, but is rare


def test_what_a_decoder_says_fits_on_one_line() -> None:
    chance = random.Random(3)
    image = encoded(picture(0, (64, 64)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(150):
            outcome = image_or_refusal(read_image, mutate(image, chance))
            if isinstance(outcome, ImageError):
                assert "\n" not in outcome.message
                assert ".." not in outcome.message
                assert len(outcome.message) < 500


def test_a_dicom_header_with_a_hundred_thousand_elements_is_no_image() -> None:
    stream = io.BytesIO()
    stream.write(dicom(None))
    for number in range(100_000):
        stream.write(b"\x09\x00" + (number % 65_000).to_bytes(2, "little") + b"LO\x02\x00ab")
    with Decoder() as decoder, pytest.raises(ImageError) as caught:
        decoder.decode(stream.getvalue())
    assert caught.value.code in ("no-pixels", "damaged")


def test_deep_nesting_is_refused() -> None:
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    nested = (b"\x28\x00\x00\x30SQ\0\0\xff\xff\xff\xff" + item) * 3000
    with Decoder() as decoder, pytest.raises(ImageError) as caught:
        decoder.decode(dicom(None) + nested)
    assert caught.value.code in ("no-pixels", "damaged", "decoder-died")
