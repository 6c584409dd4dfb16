"""A DICOM file becomes the same pixels and warnings in the browser's language as in Python."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from random_dicom import at_random
from web_worker import RefusedError, WebWorker

from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.prepare import Preparation, prepare
from xraylib.models.classify.warnings import image_warnings
from xraylib.settings import SAMPLE_DATA

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
    for encoding in ("explicit", "implicit", "big endian", "RLE", "JPEG baseline"):
        assert outcomes[encoding, "same"] >= FILES // 50, outcomes


@pytest.mark.parametrize("file", sorted((SAMPLE_DATA / "dicom").glob("*.dcm")), ids=str)
def test_sample_files(worker: WebWorker, file: Path) -> None:
    assert outcome(worker, file.read_bytes()) == "same"
