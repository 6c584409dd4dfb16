"""DICOM files at random beside dcmtk's pictures of them, within 1 of 255.

``python benchmarks/second_opinion.py`` prints how far apart they are, axis by axis.
"""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import numpy as np
import pytest
from random_dicom import MISSING, Figures, at_random, compared, difference, shown

from xraylib.images.decode import read_image

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING), reason=f"not on this machine (apt-get install dcmtk): {MISSING}"
    ),
]
AT_ONCE = 200
LONG = 5000


@pytest.mark.parametrize(
    "first",
    [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(AT_ONCE, LONG, AT_ONCE))],
)
def test_files_made_at_random_look_as_dcmtk_shows_them(first: int, tmp_path: Path) -> None:
    figures = compared(range(first, first + AT_ONCE), tmp_path)
    print(figures.table())
    assert figures.failures == []
    assert figures.files["all", "all"] == AT_ONCE
    assert figures.largest["all", "all"] <= 1


def test_a_difference_is_seen(tmp_path: Path) -> None:
    """That the comparison can fail: of shape, of levels, of what padding must be."""
    case = next(
        case
        for seed in range(100)
        if (case := at_random(random.Random(seed), tmp_path)).tool == "dcm2pnm" and not case.refused
    )
    theirs = shown(case, tmp_path)
    ours = read_image(case.ours).as_uint8()
    assert difference(ours, theirs, case.padding) <= 1
    assert difference(ours[:-1], theirs, None) == 255
    assert difference(np.roll(ours, 1), theirs, None) > 1
    assert difference(np.full_like(ours, 9), theirs, np.ones(ours.shape[:2], np.bool_)) == 255
    figures = Figures()
    figures.add(7, dataclasses.replace(case, axes={"sign": "signed"}), 12, "")
    assert figures.failures == [(7, "12 of 255 apart", {"sign": "signed"})]
    assert "| sign | signed | 1 | 0 | 12 |" in figures.table()
