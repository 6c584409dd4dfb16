"""Where the lungs of a committed phantom lie, drawn again from its number."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from xraylib.samples.body import LEFT, RIGHT, draw_body, draw_pose
from xraylib.samples.canvas import filled
from xraylib.samples.exposure import shrunk
from xraylib.samples.generate import SEED
from xraylib.samples.phantom import lung_outline


def lungs_of(path: str) -> NDArray[np.float32]:
    """The lung fields of ``…/p012_1.png`` as a mask (256, 256) of 0 and 1."""
    found = re.search(r"p(\d+)_(\d+)\.png$", path)
    if found is None:
        raise ValueError(f"{path} is no phantom")
    body = draw_body(SEED, int(found[1]))
    pose = draw_pose(SEED, body, int(found[2]) - 1)
    fields = [shrunk(filled(pose.pixels(lung_outline(body, sign)))) for sign in (RIGHT, LEFT)]
    return (np.maximum(*fields) > 0.5).astype(np.float32)
