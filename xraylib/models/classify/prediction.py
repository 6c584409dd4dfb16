"""What a model says about one image, or that it cannot judge it, as a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.models.classify.warnings import ImageWarning

Status = Literal["ok", "cannot-judge", "refused"]

UNSURE: Final = 0.6
"""Highest probability under which nothing stands out, for a model without operating points."""
MARGIN: Final = 0.2
"""By how much the highest probability must be ahead of the second for one class to stand out.

The difference of the two is a usual measure of doubt (Scheffer et al. 2001, margin sampling). Of
two classes it is 0.2 where the higher one is ``UNSURE``.
"""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """What the operating point of a class says of an image.

    Attributes:
        point: The operating point.
        flagged: Whether the image reaches its threshold.
        uncertain: Whether it lies in its band, where a human should decide.
    """

    point: ChosenPoint
    flagged: bool
    uncertain: bool


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a model says about one image.

    Attributes:
        outputs: What the network gives, by class, in the order of the classes; they sum to 1
            (those of findings do not), and the bundle's temperature is applied. Of an image that
            cannot be judged they mean nothing: read ``probabilities``.
        uncertain: Whether a human should decide: a probability lies in the band around its
            threshold, the first class is less than 0.2 ahead of the second, or, without operating
            points, none reaches 0.6.
            Of findings the bands alone decide.
        operating: By class that has an operating point, what that says of this image; None for
            a model without operating points, and of an image that cannot be judged.
        warnings: Reasons for doubt; often none. Those for which the image cannot be judged are the
            first. An image unlike those that the model learned from has one with a code of
            ``xraylib.ood.familiarity.REASONS``.
        prepared: ``(height, width, channels)`` uint8: what the network saw.
        heat_map: ``(height, width)`` from 0 to 1 for ``label``, on ``prepared``; or None.
        heat_map_method: ``"cam"``, ``"occlusion"`` or ``""``.
        milliseconds: From radiograph to prediction.
        several: Whether the classes are findings, of which an image may show several, or none.
    """

    outputs: Mapping[str, float]
    uncertain: bool
    operating: Mapping[str, Flag] | None = field(repr=False)
    warnings: tuple[ImageWarning, ...]
    prepared: NDArray[np.uint8] = field(repr=False)
    heat_map: NDArray[np.float32] | None = field(repr=False)
    heat_map_method: str
    milliseconds: float
    several: bool = False

    @property
    def status(self) -> Status:
        """``"ok"`` or ``"cannot-judge"``."""
        return status_of(self.warnings)

    @property
    def probabilities(self) -> dict[str, float]:
        """By class; empty for an image that cannot be judged."""
        return dict(self.outputs) if self.status == "ok" else {}

    @property
    def would_have_said(self) -> dict[str, float]:
        """What ``probabilities`` would be if the image could be judged; empty where it can."""
        return {} if self.status == "ok" else dict(self.outputs)

    @property
    def label(self) -> str | None:
        """The class with the highest probability; None for an image that cannot be judged, and of
        findings, which are no classes.
        """
        return None if self.several or self.status != "ok" else self.likeliest

    @property
    def likeliest(self) -> str:
        """The class of the highest output, also of an image that cannot be judged."""
        return max(self.outputs, key=self.outputs.__getitem__)

    @property
    def flagged(self) -> tuple[str, ...] | None:
        """The classes whose threshold is reached; None where ``operating`` is."""
        if self.operating is None:
            return None
        return tuple(name for name, flag in self.operating.items() if flag.flagged)


def status_of(warnings: Iterable[ImageWarning]) -> Status:
    """What these warnings leave of an answer: the one place where that is decided."""
    return "cannot-judge" if any(warning.refuses for warning in warnings) else "ok"


def is_uncertain(
    outputs: Mapping[str, float], operating: Mapping[str, Flag] | None, *, several: bool = False
) -> bool:
    """What ``Prediction.uncertain`` holds."""
    if several:
        return any(flag.uncertain for flag in (operating or {}).values())
    first, second = sorted(outputs.values(), reverse=True)[:2]
    if first - second < MARGIN - 1e-9:
        return True
    if not operating:
        return first < UNSURE
    return any(flag.uncertain for flag in operating.values())
