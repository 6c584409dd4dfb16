"""The image formats, as they are declared."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from xraylib.datasets.names import is_picture_name
from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.format import ImageFormat
from xraylib.images.formats import FORMAT_WORDS, FORMATS, HEAD_BYTES, image_format
from xraylib.images.formats.bmp import BMP
from xraylib.images.radiograph import MAX_PIXELS, Radiograph
from xraylib.images.sandbox.decoder import Decoder
from xraylib.settings import SAMPLE_DATA


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)
def test_a_format_stands_in_the_file_of_its_name(form: ImageFormat) -> None:
    module = import_module(f"xraylib.images.formats.{form.name.lower()}")
    assert form in vars(module).values()
    assert all(is_picture_name(f"a.{ending.upper()}") for ending in form.endings)
    for mark in (form.signature, *form.others):
        head = b"\0" * form.offset + mark
        if form is BMP:
            head += bytes(12) + b"\x28\0\0\0"
        assert image_format(head) is form
        assert image_format(head[:-1]) is None


def test_the_formats_are_named_in_order_and_need_132_bytes() -> None:
    assert FORMAT_WORDS == "PNG, JPEG, TIFF, WebP, BMP or DICOM"
    assert HEAD_BYTES == 132  # a preamble of 128 bytes and DICM: PS3.10, 7.1


def test_each_row_of_the_tables_has_a_test_of_its_name() -> None:
    root = Path(__file__).resolve().parents[2]
    tests = "".join(file.read_text("utf-8") for file in Path(__file__).parent.rglob("test_*.py"))
    there, named = set(re.findall(r"^def (test_\w+)", tests, re.MULTILINE)), set[str]()
    table = False
    for line in (root / "docs/formats.md").read_text("utf-8").splitlines():
        table = line.startswith("|") and (table or line.endswith("| test |"))
        if table and not line.endswith(("| test |", "---|")):
            found = set(re.findall(r"`(test_\w+)`", line.split("|")[-2]))
            assert found, line
            named |= found
    assert len(named) > 20
    assert named <= there


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (sorted((SAMPLE_DATA / "test").rglob("*.png"))[0], "PNG"),
        (sorted((SAMPLE_DATA / "dicom").rglob("*.dcm"))[0], "DICOM"),
    ],
    ids=["PNG", "DICOM"],
)
def test_a_child_process_decodes_to_the_same_pixels_and_name(file: Path, name: str) -> None:
    here = read_image(file)
    with Decoder() as decoder:
        there = decoder.decode(file.read_bytes())
    assert here.format == there.format == name
    assert np.array_equal(here.pixels, there.pixels)


def _declare(monkeypatch: pytest.MonkeyPatch, read: Callable[[bytes], Radiograph]) -> None:
    form = ImageFormat(name="X", endings=("x",), signature=b"XX", says="x", order=99, read=read)
    monkeypatch.setitem(FORMATS, "X", form)


def _code(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    return caught.value.code


def test_no_format_gives_more_pixels_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    side = int(MAX_PIXELS**0.5)
    pixels = np.broadcast_to(np.uint8(7), (side, side + 1))
    assert pixels.size > MAX_PIXELS
    _declare(monkeypatch, lambda _: Radiograph(pixels=pixels, bit_depth=8, mode="L", format="X"))
    assert _code(b"XX") == "too-large"


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (ValueError("odd.\nvalue."), "damaged", "The X file is damaged (odd. value)"),
        (IndexError(), "damaged", "The X file is damaged (its header makes no sense)"),
        (MemoryError(), "too-large", "Decoding this X file takes too much memory"),
    ],
)
def test_whatever_a_reader_raises_becomes_a_refusal(
    error: Exception, code: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_: bytes) -> Radiograph:
        raise error

    _declare(monkeypatch, read)
    with pytest.raises(ImageError) as caught:
        read_image(b"XX")
    assert (caught.value.code, caught.value.what) == (code, told)
