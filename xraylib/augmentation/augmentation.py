"""What an augmentation is: one way in which a training image may vary.

An augmentation is one file of the folder `kinds`, with an `Augmentation` in it. The fields of
`AugmentConfig` and of `Drawn`, JSON, the order of drawing and of applying, the studio of the
Dataset page, the generated Keras script and the table in the documentation follow from what stands
in that folder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from xraylib.augmentation.intensity import Pixels
from xraylib.augmentation.setting import Setting

Shape = tuple[int, ...]
"""Height and width of a picture first; further axes do not matter."""
Values = Mapping[str, Any]
"""What was drawn, by name; or settings by name."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """One way in which a training image may vary.

    Attributes:
        name: In code and in words, for example ``"blur"``.
        order: In which pictures are changed, settings are listed and values are told; the lowest
            comes first.
        settings: Its fields of `AugmentConfig`.
        numbers: The places, in the stream of random numbers of a picture, of those it uses. They
            must never change, so that a run of before goes on with the pixels it had: a new
            augmentation takes the next places that nobody has.
        neutral: What it draws, by name, each with the value that changes nothing; of several the
            first says whether anything changes.
        draw: From its settings, its random numbers (0 or more, below 1) and the picture's shape to
            values for all that `neutral` names.
        apply: Changes pixels, uint8 ``(height, width, channels)``, as its drawn values say, and
            leaves those it was given alone. None: it is part of the one affine map that `affine`
            makes of rotation, shift, zoom, shear and flips, so that a picture is resampled once.
        told: The values drawn for one picture in a few words, with their unit; ``""`` if there is
            nothing to tell. Not asked where nothing may vary.
        at_end: What is drawn when one of its settings is at an end of its range, from that
            setting's name, the end and the picture's shape.
        summary: Of what may vary, in a word or two; ``{name}`` stands for a setting's value.
        script: The lines of the generated Keras script that change ``image`` (uint8 of ``shape``)
            by ``random``, a NumPy generator, and ``AUGMENT``, the settings; without indentation.
            Empty: the script goes without it and says so, unless `apply` is None.
        first: Whether its settings stand on the page at once; the others are folded away.
    """

    name: str
    order: int
    settings: tuple[Setting, ...]
    numbers: tuple[int, ...] = ()
    neutral: Values = field(default_factory=lambda: MappingProxyType({}))
    draw: Callable[[Values, Sequence[float], Shape], Values] = field(
        default=lambda _settings, _numbers, _shape: {}, repr=False
    )
    apply: Callable[[Pixels, Values], Pixels] | None = field(default=None, repr=False)
    told: Callable[[Values], str] = field(default=lambda _: "", repr=False)
    at_end: Callable[[str, float, Shape], Values] = field(
        default=lambda _name, _end, _shape: {}, repr=False
    )
    summary: str = ""
    script: str = field(default="", repr=False)
    first: bool = False

    def is_off(self, settings: Any) -> bool:
        """Whether nothing varies with an `AugmentConfig`."""
        return not self.neutral or all(
            one.is_off(getattr(settings, one.name)) for one in self.settings
        )

    def changes(self, drawn: Any) -> bool:
        """Whether the values of a `Drawn` change anything."""
        name, value = next(iter(self.neutral.items()), ("", None))
        return bool(name and getattr(drawn, name) != value)


def between(ends: tuple[float, float], unit: float) -> float:
    """From one end to the other as a random number goes from 0 to 1."""
    low, high = ends
    return low + (high - low) * unit
