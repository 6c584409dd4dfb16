"""The grey range as an option of commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xraylib.errors import ConfigError

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.images.grey_range import GreyRange
    from xraylib.images.prepare import Preparation


def chosen_range(text: str, index: DatasetIndex) -> GreyRange | None:
    """What ``--grey-range`` asks for.

    Args:
        text: ``announced``, ``needed`` or ``BITS:LOW:HIGH``.
        index: The images, whose values say what is needed.

    Raises:
        ConfigError: code ``grey-range``: none of these, or nothing is needed.
    """
    from xraylib.datasets.grey_notes import needed_range

    if text == "announced":
        return None
    if text == "needed":
        found = needed_range(index)
        if found is None:
            raise ConfigError(
                "There is no smaller range that the values of all images need",
                expected="images of one depth that all use less than a quarter of its range",
                remedy="leave --grey-range out, or give BITS:LOW:HIGH",
                code="grey-range",
            )
        return found
    return given_range(text)


def given_range(text: str) -> GreyRange:
    """What ``BITS:LOW:HIGH`` says.

    Raises:
        ConfigError: code ``grey-range``.
    """
    from xraylib.images.grey_range import GreyRange

    parts = text.split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise ConfigError(
            f"--grey-range is {text[:80]!r}",
            expected="announced, needed or BITS:LOW:HIGH",
            remedy="write for example --grey-range needed, or --grey-range 16:0:4095",
            code="grey-range",
        )
    bits, low, high = map(int, parts)
    return GreyRange(bits=bits, low=low, high=high)


def ranged(preparation: Preparation, text: str, index: DatasetIndex) -> Preparation:
    """The preparation with what ``--grey-range`` asks for.

    Raises:
        ConfigError: As `chosen_range`.
    """
    return replace(preparation, grey_range=chosen_range(text, index))
