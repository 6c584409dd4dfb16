"""A DICOM file becomes the same pixels and warnings in the browser's language as in Python."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import gdcm
import numpy as np
import pytest
from made_images import dicom, picture, recompressed
from random_dicom import LOSSLESS, LOSSY, NATIVE, at_random
from web_worker import RefusedError, WebWorker

from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.prepare import Preparation, prepare
from xraylib.images.sandbox.decoder import Decoder
from xraylib.models.classify.warnings import image_warnings
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.slow  # its tests take some seconds together

FILES = 150
NETWORK = Preparation(image_size=(64, 48))


def outcome(worker: WebWorker, data: bytes) -> str:
    """``same``, or the code with which both refuse, or ``not-here``; anything else fails."""
    try:
        image = read_image(data)
    except ImageError as refusal:
        code = refusal.code
    else:
        code = ""
    try:
        told = worker.read(data, NETWORK)
    except RefusedError as refusal:
        there = str(refusal)
    else:
        there = ""
    assert there in (code, "not-here")
    if there:
        return there
    far = np.abs(told["pixels"].astype(int) - image.pixels)
    assert told["pixels"].shape == image.pixels.shape
    assert far.max() <= int("resampled-square" in image.notes)  # enlarged by a maker's library
    assert (told["bits"], tuple(told["notes"])) == (image.bit_depth, image.notes)
    prepared = prepare(image, NETWORK)
    assert np.abs(told["prepared"].reshape(prepared.shape).astype(int) - prepared).max() <= 1
    expected = [warning.to_json() for warning in image_warnings(image, prepared, NETWORK)]
    assert told["warnings"] == expected
    return "same"


def test_a_preamble_in_which_a_tiff_begins_is_anybodys(worker: WebWorker) -> None:
    file = dicom(np.arange(4096, dtype=np.uint16).reshape(64, 64))
    assert outcome(worker, b"II*\0" + file[4:]) == "same"


@pytest.mark.slow
def test_files_at_random_over_the_axes_that_decide_about_greys(
    worker: WebWorker, tmp_path: Path
) -> None:
    outcomes: Counter[tuple[str, str]] = Counter()
    failures = []
    for seed in range(FILES):
        case = at_random(random.Random(seed), tmp_path)
        try:
            outcomes[case.axes["encoding"], outcome(worker, case.ours)] += 1
        except AssertionError as error:
            failures.append((seed, case.axes, str(error)[:200]))
    assert failures == []
    read = (*NATIVE, *LOSSLESS, *LOSSY)
    for encoding in read:
        assert outcomes[encoding, "same"] >= FILES // 50, outcomes


def _damaged(data: bytes, chance: random.Random) -> bytes:
    """Compressed pixels that lack a part, or have another byte, with their marks of an end."""
    begin = data.index(b"\xff\xd8\xff")
    end = data.rindex(b"\xff\xd9")
    place = chance.randrange(begin + 4, end)
    if chance.random() < 0.5:
        return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
    gap = chance.randrange(1, max(2, end - place))
    return data[:place] + data[place + gap : end] + b"\xff\xd9" + bytes(gap) + data[end + 2 :]


@pytest.mark.slow
@pytest.mark.parametrize("syntax", [gdcm.TransferSyntax.JPEGLosslessProcess14_1,
                                    gdcm.TransferSyntax.JPEGBaselineProcess1])  # fmt: skip
def test_a_damaged_stream_is_refused_or_shown_as_python_shows_it(
    worker: WebWorker, tmp_path: Path, syntax: int
) -> None:
    chance = random.Random(0)
    lossless = syntax == gdcm.TransferSyntax.JPEGLosslessProcess14_1
    stored = picture(3, (60, 50)).astype(np.uint16) * 16 if lossless else picture(3, (60, 50))
    data = recompressed(dicom(stored, bits=12 if lossless else 8), syntax, tmp_path)
    assert outcome(worker, data) == "same"
    otherwise = []
    with Decoder() as decoder:
        for _ in range(60):
            broken = _damaged(data, chance)
            try:
                there = worker.read(broken, NETWORK)["pixels"]
            except RefusedError:
                continue
            try:
                here = decoder.decode(broken).pixels
            except ImageError as refusal:
                otherwise.append(refusal.code)
            else:
                otherwise += [] if np.array_equal(here, there) else ["other pixels"]
    assert otherwise == []


@pytest.mark.parametrize("file", sorted((SAMPLE_DATA / "dicom").glob("*.dcm")), ids=str)
def test_sample_files(worker: WebWorker, file: Path) -> None:
    assert outcome(worker, file.read_bytes()) == "same"
