"""How many images a figure needs, and how precise it is with those at hand.

An interval read backwards: half the width of the 95 % interval of a share that is expected on
``n`` independent images. Wilson's (1927) is the one the pages show, and its width can be solved for
``n`` (Piegorsch 2004); Clopper and Pearson's (1934) holds the truth in at least 95 of 100 cases and
asks for more images. Images of one patient are worth less than as many of different ones: by the
design effect of Kish (1965), ``1 + (m - 1) ρ`` for ``m`` images a patient that are alike to the
degree ``ρ``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Z95, wilson_of_share
from xraylib.metrics.uncertainty.quantiles import beta_quantile
from xraylib.rounding import rounded

Method = Literal["wilson", "clopper-pearson"]
METHODS: Final[tuple[Method, ...]] = ("wilson", "clopper-pearson")
MOST: Final = 100_000_000
"""Images beyond which nobody plans."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a figure of a wanted precision takes.

    Attributes:
        share: The figure that is expected, 0 to 1.
        within: Half the width that its 95 % interval is to have at most.
        method: ``"wilson"`` or ``"clopper-pearson"``.
        design_effect: How many images are worth one independent image.
        independent: Images, were each of a patient of its own.
        images: Images, the design effect included.
        patients: Whose images they are.
    """

    share: float
    within: float
    method: Method
    design_effect: float
    independent: int
    images: int
    patients: int

    def __str__(self) -> str:
        """``for ± 5 points at 0.75 about 290 images of as many patients``."""
        whose = (
            "as many patients"
            if self.images == self.patients
            else f"about {about(self.patients):,} patients"
        )
        return (
            f"for ± {points(self.within)} at {rounded(self.share)} about {about(self.images):,} "
            f"images of {whose}"
        )

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return dict(vars(self))


def plan_precision(
    share: float,
    within: float,
    *,
    per_patient: float = 1.0,
    alike: float = 1.0,
    method: Method = "wilson",
) -> Plan:
    """The least images whose 95 % interval is ``share`` give or take ``within``.

    Args:
        share: The accuracy, sensitivity, specificity … that is expected, 0 to 1.
        within: Half the width of the interval, for example 0.05; under 0.5.
        per_patient: Images a patient has on average, 1 or more.
        alike: How alike the results of one patient's images are (the correlation ρ): 0 is not at
            all, 1 means that more images of a patient tell nothing new, which is the careful guess.
        method: ``"wilson"``, or ``"clopper-pearson"`` for an interval that is never too narrow.

    Raises:
        ConfigError: code ``precision``: a value that cannot be.
    """
    _check(0 <= share <= 1, "share", share, "0 to 1")
    _check(0 < within < 0.5, "width", within, "over 0 and under 0.5, for example 0.05")
    _check(per_patient >= 1, "number of images a patient", per_patient, "1 or more")
    _check(0 <= alike <= 1, "likeness of a patient's images", alike, "0 to 1")
    effect = 1 + (per_patient - 1) * alike
    return plan_for_effect(share, within, effect=effect, per_patient=per_patient, method=method)


def plan_for_effect(
    share: float, within: float, *, effect: float, per_patient: float, method: Method = "wilson"
) -> Plan:
    """:func:`plan_precision` with a design effect that was measured."""
    alone = _needed(share, within, method)
    images = math.ceil(round(alone * effect, 6))
    return Plan(
        share=share,
        within=within,
        method=method,
        design_effect=effect,
        independent=alone,
        images=images,
        patients=math.ceil(round(images / per_patient, 6)),
    )


def half_width(share: float, n: float, method: Method = "wilson") -> float:
    """Half the width of the 95 % interval of a share on ``n`` independent images.

    Args:
        share: 0 to 1.
        n: Images, or what they are worth
            (:func:`xraylib.metrics.uncertainty.resampling.worth_of`); over 0.
        method: ``"wilson"`` or ``"clopper-pearson"``.

    Raises:
        ConfigError: code ``precision``.
    """
    _check(0 <= share <= 1, "share", share, "0 to 1")
    _check(n > 0, "number of images", n, "over 0")
    _check(method in METHODS, "method", method, " or ".join(METHODS))
    if method == "wilson":
        low, high = wilson_of_share(share, n)
        return (high - low) / 2
    hits = share * n
    low = beta_quantile(0.025, hits, n - hits + 1) if hits > 0 else 0.0
    high = beta_quantile(0.975, hits + 1, n - hits) if hits < n else 1.0
    return (high - low) / 2


def about(number: int) -> int:
    """The number to two digits, as a plan is told: 286 is about 290."""
    digits = max(0, len(str(number)) - 2)
    return round(number, -digits)


def points(share: float) -> str:
    """A part of a share in words: ``5 points``."""
    told = f"{100 * share:.2g}" if share < 0.1 else f"{100 * share:.0f}"
    return f"{told} point{'' if told == '1' else 's'}"


def _needed(share: float, within: float, method: Method) -> int:
    if method == "wilson":
        # The positive root of within² (n + z²)² = z² (share (1 - share) n + z² / 4).
        square, z2 = within * within, Z95 * Z95
        half = z2 * (share * (1 - share) - 2 * square) / 2
        root = (half + math.sqrt(half * half + square * z2 * z2 * (0.25 - square))) / square
        return max(1, math.ceil(round(root, 9)))
    low, high = 0, 1
    while half_width(share, high, method) > within:
        low, high = high, high * 2
        _check(high < MOST, "width", within, "one that fewer than 100,000,000 images reach")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if half_width(share, middle, method) <= within else (middle, high)
    return high


def _check(fits: bool, what: str, value: object, expected: str) -> None:
    if not fits:
        raise ConfigError(
            f"The {what} is {value}",
            expected=expected,
            remedy="write 5 points as 0.05",
            code="precision",
        )
