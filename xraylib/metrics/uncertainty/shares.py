"""95 % intervals of shares of images: Wilson's, of few images Clopper and Pearson's. NumPy alone.

Wilson's interval (1927) holds the truth in 95 of 100 cases on average over all truths. Of few
images it holds some in far fewer: with one image a share of 0.8 in 80, with two one of 0.91 in 83.
Clopper and Pearson's (1934) never holds one in fewer than 95. From 12 images on Wilson's holds
those of 0.5 to 0.95 in no fewer than 91 of 100 cases. Where a class has few images, few of all can
be missed: NPV is close to 1 then, and Wilson's held it in 82 to 91 of 100 simulated test sets.
"""

from __future__ import annotations

from typing import Final

from xraylib.metrics.intervals import Interval, wilson_of_share
from xraylib.metrics.uncertainty.quantiles import beta_quantile

FEW: Final = 12
"""Images of which a share has Wilson's interval."""


def interval_of_share(share: float, worth: float, *, images: int) -> Interval:
    """95 % interval of a share.

    Args:
        share: 0 to 1.
        worth: How many independent images it rests on, over 0.
        images: How many there are, or of the kind that has fewest.
    """
    return exact_interval(share, worth) if images < FEW else wilson_of_share(share, worth)


def interval_of_count(hits: int, images: int) -> Interval | None:
    """95 % interval of ``hits / images`` of independent images; None of no images."""
    return interval_of_share(hits / images, images, images=images) if images else None


def exact_interval(share: float, n: float) -> Interval:
    """Clopper and Pearson's interval of a share that rests on ``n`` images, or on their worth."""
    hits = share * n
    return Interval(
        beta_quantile(0.025, hits, n - hits + 1) if share > 0 else 0.0,
        beta_quantile(0.975, hits + 1, n - hits) if share < 1 else 1.0,
    )
