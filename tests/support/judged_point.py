"""What a published model's operating point says of an image, for the tests of reports."""

from __future__ import annotations

from typing import Final

from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.models.classify.prediction import Flag

POINT: Final = Flag(
    point=ChosenPoint(threshold=0.42, flagged_right=84, flagged=100, rests_on=22, too_few=True),
    flagged=True,
    uncertain=False,
)
