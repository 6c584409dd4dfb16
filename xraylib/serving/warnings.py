"""What makes a film unlike those that a network can judge, in plain words.

A warning never changes the probabilities: it says why they may mean little, and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xraylib.data.images import Radiograph

COLOUR_SPREAD = 16
"""Grey levels (of 256) between the channels from which a pixel counts as coloured."""
COLOUR_SHARE = 0.01
"""Share of coloured pixels that is more than a mark or a letter."""
SHAPE_RATIO = 2.0
"""Longer by shorter side from which a picture is no usual chest film."""
FLAT_DEVIATION = 2.0
"""Standard deviation, in grey levels of 256, under which there is nothing to see."""


@dataclass(frozen=True, kw_only=True)
class FilmWarning:
    """A reason for doubt.

    Attributes:
        code: Stable identifier: ``low-resolution``, ``colour``, ``no-contrast``, ``shape``.
        message: What was found and what to do, in full sentences.
    """

    code: str
    message: str

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message}


def film_warnings(
    radiograph: Radiograph, input_shape: tuple[int, int, int]
) -> tuple[FilmWarning, ...]:
    """What the picture itself gives away, before any comparison with the training films.

    Args:
        radiograph: As it was read.
        input_shape: (height, width, channels) of what the network takes.
    """
    found = []
    width, height = radiograph.width, radiograph.height
    if height * 2 <= input_shape[0] or width * 2 <= input_shape[1]:
        found.append(
            FilmWarning(
                code="low-resolution",
                message=f"The picture has only {width} × {height} pixels, the network looks at "
                f"{input_shape[1]} × {input_shape[0]}: fine signs are missing. Use the original "
                "film, not a preview of it.",
            )
        )
    if max(width, height) >= SHAPE_RATIO * min(width, height):
        found.append(
            FilmWarning(
                code="shape",
                message=f"The picture is {width} × {height} pixels, far from the shape of a "
                "frontal chest film. Cut it to the chest.",
            )
        )
    pixels = radiograph.as_uint8()
    if float(pixels.std()) < FLAT_DEVIATION:
        found.append(
            FilmWarning(
                code="no-contrast",
                message="The picture has almost the same grey everywhere: there is nothing to "
                "judge. Check the export of the film, above all its window.",
            )
        )
    share = coloured_share(pixels)
    if share > COLOUR_SHARE:
        found.append(
            FilmWarning(
                code="colour",
                message=f"{share:.0%} of the picture is in colour, and X-ray films are grey. "
                "If it is a photograph or a marked copy, use the original film.",
            )
        )
    return tuple(found)


def coloured_share(pixels: NDArray[np.uint8]) -> float:
    """Share of pixels whose channels differ; 0 for grey pictures, also those stored as RGB."""
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return 0.0
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    return float((spread > COLOUR_SPREAD).mean())
