"""Philox4x64-10 in plain integers, a second source for what NumPy's generator is asked for.

J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.3.
"""

from __future__ import annotations

_WORD = 2**64
_MULTIPLY = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_KEY_STEP = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)


def words(counter: tuple[int, int, int, int], key: tuple[int, int], count: int) -> list[int]:
    """The first ``count`` words of 64 bits after ``counter``, whose first word counts up."""
    found: list[int] = []
    while len(found) < count:
        counter = (counter[0] + 1, *counter[1:])
        found += _block(counter, key)
    return found[:count]


def uniform(counter: tuple[int, int, int, int], key: tuple[int, int], count: int) -> list[float]:
    """Numbers from 0 up to 1: the upper 53 bits of each word."""
    return [(word >> 11) / 2**53 for word in words(counter, key, count)]


def _block(counter: tuple[int, int, int, int], key: tuple[int, int]) -> list[int]:
    a, b, c, d = counter
    first, second = key
    for _ in range(10):
        high_a, low_a = divmod(_MULTIPLY[0] * a, _WORD)
        high_c, low_c = divmod(_MULTIPLY[1] * c, _WORD)
        a, b, c, d = high_c ^ b ^ first, low_c, high_a ^ d ^ second, low_a
        first, second = (first + _KEY_STEP[0]) % _WORD, (second + _KEY_STEP[1]) % _WORD
    return [a, b, c, d]
