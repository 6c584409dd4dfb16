"""What makes an image unlike those that a network can judge, in plain words.

A warning never changes what the network gives: it says why that may mean little, and what to do.
Where it would mean nothing, the warning refuses: the image gets no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.images.burned_in_text import count_letters
from xraylib.images.decode import Radiograph
from xraylib.images.descriptors import as_grey
from xraylib.images.grey_range import GreyRange
from xraylib.images.notes import NOTES
from xraylib.images.prepare import Preparation
from xraylib.images.radiograph import scale_to_uint8
from xraylib.images.views import LATERAL
from xraylib.ood.familiarity import Verdict, in_words
from xraylib.ood.marks import COLOUR_SHARE, MOSTLY_COLOURED, coloured_share

FEW_PIXELS: Final = 2
TOO_FEW_PIXELS: Final = 4
"""How often a side of a picture goes into the network's: from here on a warning, and no answer.

Of the lesson's real test images, shrunk so, 84 of 100 keep their class at a quarter (64 of 256
pixels), 57 at a sixth and 30 at a tenth, where guessing gives 33; 95 at a half.
"""
SHAPE_RATIO = 2.0
"""Longer by shorter side from which a picture is no usual chest image."""
TEXT_LETTERS = 5
"""Letters in a row from which they are text and no side marker; the audit draws the same line."""
_SAMPLED_SIDE = 512

CUT_SHARE = 0.01
"""Share of pixels beyond the chosen grey range that is more than a marker."""

FLAT_DEVIATION = 2.0
"""Standard deviation, in grey levels of 256, under which there is nothing to see."""

MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "low-resolution": "The picture has only {width} × {height} pixels, the network looks at "
        "{wanted_width} × {wanted_height}: fine signs are missing. Use the original X-ray, not a "
        "preview of it.",
        "too-small": "The picture has only {width} × {height} pixels, and the network looks at "
        "{wanted_width} × {wanted_height}: what it goes by is no longer there. Use the original "
        "X-ray, not a preview of it.",
        "shape": "The picture is {width} × {height} pixels, far from the shape of a frontal chest "
        "X-ray. Cut it to the chest.",
        "no-contrast": "The picture has almost the same grey everywhere: there is nothing to "
        "judge. Check the export of the X-ray, above all its window.",
        "colour": "{percent}% of the picture is in colour, and X-rays are grey. If it is a "
        "photograph or a marked copy, use the original X-ray.",
        "beyond-range": "{percent}% of the picture lies beyond the grey values {grey_range}, "
        "which the model was trained on: it is cut to black or white there. Use an X-ray that is "
        "stored as the training X-rays were.",
        "lateral": "The file says that this is a view from the side, and the network was made for "
        "views from the front or the back. Use the frontal X-ray.",
        "burned-in-text": "There is text in the picture itself. A network can take it for a sign "
        "of disease, and it may name the patient. Export the X-ray without text.",
        "marks": "There are coloured marks in the picture, and the answer comes from them: with "
        "them the network would say {label}, without them {without}. Use the original X-ray.",
    }
)
"""What is said of a picture, by the code of the warning."""


@dataclass(frozen=True, kw_only=True)
class ImageWarning:
    """A reason for doubt.

    Attributes:
        code: Stable identifier: ``low-resolution``, ``too-small``, ``colour``,
            ``no-contrast``, ``shape``,
            ``lateral``, ``burned-in-text``, ``beyond-range``, ``marks``, ``synthetic``, one of
            `xraylib.images.notes.NOTES`, or one of
            ``xraylib.ood.familiarity.REASONS``: ``inverted``, ``rotated``, ``too-dark``,
            ``too-bright``, ``other-body-part``, ``unlike-training``, ``cut``, ``mirrored``,
            ``noisy``.
        message: What was found and what to do, in full sentences.
        refuses: Whether the image gets no answer for it.
    """

    code: str
    message: str
    refuses: bool = False

    def to_json(self) -> dict[str, str | bool]:
        return {"code": self.code, "message": self.message, "refuses": self.refuses}


def image_warnings(
    radiograph: Radiograph,
    prepared: NDArray[np.uint8],
    preparation: Preparation | None = None,
) -> tuple[ImageWarning, ...]:
    """What the picture itself gives away, before any comparison with the training images.

    Args:
        radiograph: As it was read.
        prepared: ``(height, width, channels)``: what the network takes.
        preparation: How it was prepared, where a grey range may have been chosen.
    """
    found: list[ImageWarning] = []

    def warn(code: str, *, refuses: bool = False, **told: object) -> None:
        message = MESSAGES[code].format_map(told)
        found.append(ImageWarning(code=code, message=message, refuses=refuses))

    width, height = radiograph.width, radiograph.height
    wanted_height, wanted_width = prepared.shape[:2]
    times = max(wanted_height / height, wanted_width / width)
    if times >= FEW_PIXELS:
        wanted = {"wanted_width": wanted_width, "wanted_height": wanted_height}
        small = times >= TOO_FEW_PIXELS
        code = "too-small" if small else "low-resolution"
        warn(code, refuses=small, width=width, height=height, **wanted)
    if max(width, height) >= SHAPE_RATIO * min(width, height):
        warn("shape", width=width, height=height)
    if _deviation(prepared) < FLAT_DEVIATION:
        warn("no-contrast", refuses=True)
    share = coloured_share(radiograph.pixels)
    if share > COLOUR_SHARE:
        warn("colour", percent=_percent(share), refuses=share > MOSTLY_COLOURED)
    ranged = None if preparation is None else preparation.grey_range
    if ranged is not None and ranged.bits == radiograph.bit_depth:
        names = [name for name in radiograph.notes if name != "low-range"]  # it was seen to
        cut = _share_beyond(radiograph.pixels, ranged)
        if cut > CUT_SHARE:
            warn("beyond-range", percent=_percent(cut), grey_range=ranged)
    else:
        names = list(radiograph.notes)
    found += [ImageWarning(code=name, message=NOTES[name].message) for name in names]
    if str(radiograph.attributes.get("View", "")).startswith(LATERAL):
        warn("lateral", refuses=True)
    if _has_text(radiograph):
        warn("burned-in-text")
    return tuple(found)


def _percent(share: float) -> str:
    """Never all of a picture."""
    return f"{100 * min(share, 0.99):.0f}"


def _share_beyond(pixels: NDArray[Any], ranged: GreyRange) -> float:
    """Share of pixels outside a grey range."""
    return float(((pixels < ranged.low) | (pixels > ranged.high)).mean())


def _deviation(pixels: NDArray[np.uint8]) -> float:
    """The standard deviation over all pixels and channels; NumPy's own goes through floats."""
    _, deviation = cv2.meanStdDev(pixels.reshape(len(pixels), -1))
    return float(deviation[0, 0])


def _has_text(radiograph: Radiograph) -> bool:
    if str(radiograph.attributes.get("BurnedInAnnotation", "")).upper() == "YES":
        return True
    pixels = radiograph.pixels
    height, width = pixels.shape[:2]
    scale = _SAMPLED_SIDE / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return count_letters(as_grey(scale_to_uint8(pixels, radiograph.bit_depth))) >= TEXT_LETTERS


def strange(verdict: Verdict, *, synthetic: bool) -> ImageWarning:
    """An image is unlike those that the model learned from.

    Args:
        verdict: With a reason.
        synthetic: Whether the model learned from phantoms, so that X-rays of patients are strange.
    """
    return ImageWarning(
        code=verdict.reason,
        message=in_words(verdict, synthetic=synthetic),
        refuses=verdict.refuses,
    )


def marked(*, label: str, without: str) -> ImageWarning:
    """The network's class comes from coloured marks on the image.

    Args:
        label: The class of the image as it is.
        without: The class of the image without them.
    """
    return ImageWarning(
        code="marks",
        message=MESSAGES["marks"].format(label=label, without=without),
        refuses=True,
    )


def drawn() -> ImageWarning:
    """The file says that no patient was looked at, and the network learned from patients."""
    return ImageWarning(
        code="synthetic",
        message="The file says that this picture was made by a program, and this model learned "
        "from X-rays of patients. Use an X-ray of a patient.",
        refuses=True,
    )


def is_drawn(radiograph: Radiograph) -> bool:
    """Whether the file says that the image is synthetic: DICOM (0008,001C), or our phantoms."""
    return str(radiograph.attributes.get("SyntheticData", "")).upper() == "YES"
