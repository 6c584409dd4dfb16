"""Numbers as people read them: what is not all or nothing is never rounded to it."""

from __future__ import annotations

import math
from typing import Final

_NOISE: Final = 1e-12
"""What floating point adds to a number that is whole."""
_BASES: Final = (100, 1_000, 10_000)
ABOUT: Final = "about {count}"
FEWER: Final = "fewer than 1"
MORE: Final = "more than {count}"
"""How a share is told as a number of people: rounded, or not rounded to nobody and to all."""


def rounded(value: float | None, digits: int = 2) -> str:
    """``0.88``; ``> 0.99`` for 0.9996, ``< 0.01`` for 0.0004, ``1.00`` for 1, ``–`` for None.

    Numbers beyond 1 are rounded to it as any other; of a little less than 0, as a correlation may
    be, the sign is told: ``-0.00``.

    Args:
        value: A score, probability, threshold or p.
        digits: After the point, at least 1.
    """
    if value is None:
        return "–"
    told, step = f"{value:.{digits}f}", 10.0**-digits
    whole = float(told)
    if abs(value - whole) <= _NOISE:
        return told.removeprefix("-") if whole == 0 else told
    if whole not in (-1, 0, 1) or abs(value) > 1 or told.startswith("-0"):
        return told
    if whole == 0:
        return f"< {step:.{digits}f}"
    return f"> {1 - step:.{digits}f}" if whole > 0 else f"< {step - 1:.{digits}f}"


def percent(share: float, digits: int = 0) -> str:
    """``88%``; ``> 99%`` and ``< 1%`` for what is not all and not nothing.

    Args:
        share: 0 to 1.
        digits: After the point.
    """
    told, step = f"{share:.{digits}%}", 10.0**-digits
    whole = float(told.rstrip("%"))
    if abs(100 * share - whole) <= 100 * _NOISE or whole not in (0.0, 100.0):
        return told
    return f"> {100 - step:.{digits}f}%" if whole else f"< {step:.{digits}f}%"


def no_more_than(value: float) -> str:
    """``2e-06`` for 1.01e-06: one digit that is not below the value; ``0`` for 0."""
    if value <= 0:
        return "0"
    step = 10.0 ** math.floor(math.log10(value))
    return f"{math.ceil(value / step - _NOISE) * step:.0e}"


def people_base(share: float) -> int:
    """The smallest number of people of which a count tells the share within a twentieth of it."""
    for base in _BASES:
        if 0 < round(share * base) < base and abs(round(share * base) / base - share) <= share / 20:
            return base
    return _BASES[-1] if 0 < share < 1 else _BASES[0]


def outward(low: float, high: float, base: int) -> tuple[int, int]:
    """Whole numbers of people that hold an interval, and thus what was rounded within it."""
    return math.floor(low * base + 1e-9), math.ceil(high * base - 1e-9)


def about_people(share: float, base: int) -> str:
    """``about 22`` of 100; ``fewer than 1``, ``more than 9,999`` where that is neither 0 nor all.

    Args:
        share: 0 to 1.
        base: Of how many people.
    """
    count = round(share * base)
    if 0 < share < 1 and count in (0, base):
        return MORE.format(count=f"{base - 1:,}") if count else FEWER
    return ABOUT.format(count=f"{count:,}")
