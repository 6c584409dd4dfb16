"""The part of a depth's grey values that images use, and that a network is to get all of.

Values of 12 bits that are stored as 16 bits become 16 of 256 grey levels. Nothing is stretched by
itself: somebody chooses the range that the values of a whole set need, and it is the same for each
image, in training and in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError
from xraylib.images.radiograph import look_up
from xraylib.json_values import JsonObject

SMALL: Final = 4
"""What spans less than this part of the range, a quarter, uses little of it."""


def uses_little(lowest: int, highest: int, bits: int) -> bool:
    """Whether values from ``lowest`` to ``highest`` are a small part of what ``bits`` can hold.

    Up to 8 bits there is nothing to win: a network gets all of them.
    """
    return bits > 8 and (highest - lowest) * SMALL < 2**bits


@dataclass(frozen=True, kw_only=True)
class GreyRange:
    """Which grey values of images of one depth are black and white.

    Attributes:
        bits: The depth of the images that it is for, 9 to 16; others are left as they are.
        low: The value that becomes black; what lies below does, too.
        high: The value that becomes white; what lies above does, too.

    Raises:
        ConfigError: code ``grey-range``.
    """

    bits: int
    low: int
    high: int

    def __post_init__(self) -> None:
        whole = all(type(value) is int for value in (self.bits, self.low, self.high))
        if not whole or not 9 <= self.bits <= 16 or not 0 <= self.low < self.high < 2**self.bits:
            raise ConfigError(
                f"The grey range is {self.low} to {self.high} of {self.bits} bits",
                expected="9 to 16 bits, and two values that they can hold, the lower one first",
                remedy="choose the range that the values need, or the one that the files announce",
                code="grey-range",
            )

    def __str__(self) -> str:
        return f"{self.low:,} to {self.high:,} of {self.bits} bits"

    @classmethod
    def around(cls, lowest: int, highest: int, bits: int) -> Self | None:
        """The range that values need; None where that is much of what ``bits`` can hold.

        From 0 to what a whole number of bits can hold, as scanners store it; the same from the
        upper end for inverted values; else exactly from the lowest to the highest.

        Args:
            lowest: Of all images.
            highest: Of all images.
            bits: Their depth.
        """
        top = 2**bits - 1
        if not uses_little(lowest, highest, bits) or lowest == highest:
            return None
        if highest * SMALL <= top:
            return cls(bits=bits, low=0, high=2 ** highest.bit_length() - 1)
        if (top - lowest) * SMALL <= top:
            return cls(bits=bits, low=top + 1 - 2 ** (top - lowest).bit_length(), high=top)
        return cls(bits=bits, low=lowest, high=highest)

    def scale_to_uint8(self, pixels: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """``round((pixels - low) * 255 / (high - low))`` from 0 to 255, as uint8."""
        span = self.high - self.low
        above = np.clip(np.arange(2**self.bits, dtype=np.int64) - self.low, 0, span)
        return look_up(((above * 255 + span // 2) // span).astype(np.uint8), pixels)

    def to_json(self) -> JsonObject:
        """``{"bits", "low", "high"}``."""
        return {"bits": self.bits, "low": self.low, "high": self.high}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `to_json` wrote.

        Raises:
            ConfigError: code ``grey-range``.
        """
        try:
            return cls(bits=value["bits"], low=value["low"], high=value["high"])
        except (KeyError, TypeError):
            raise ConfigError(
                f"The grey range is {value!r:.80}",
                expected="bits, low and high",
                remedy="write for example {'bits': 16, 'low': 0, 'high': 4095}",
                code="grey-range",
            ) from None
