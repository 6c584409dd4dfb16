"""The augmentations, one file each; a new file here is a new augmentation."""

from __future__ import annotations

from collections import Counter
from typing import Final

from xraylib.augmentation.augmentation import Augmentation
from xraylib.augmentation.setting import Setting
from xraylib.discovery import declared
from xraylib.errors import ConfigError

AUGMENTATIONS: Final[tuple[Augmentation, ...]] = tuple(
    sorted(
        declared("xraylib.augmentation.kinds", Augmentation, name="name"),
        key=lambda one: (one.order, one.name),
    )
)
"""Every augmentation, in the order in which pictures are changed."""

SETTINGS: Final[dict[str, Setting]] = {
    setting.name: setting for one in AUGMENTATIONS for setting in one.settings
}
"""Every setting by its name, in the order of the augmentations."""

NUMBERS: Final[int] = 1 + max(place for one in AUGMENTATIONS for place in one.numbers)
"""How many random numbers are drawn for a picture, whatever is switched on."""


def refuse_shared_numbers() -> None:
    """Refuses two augmentations that would always draw alike.

    Raises:
        ConfigError: code ``declared-twice``.
    """
    uses = Counter(place for one in AUGMENTATIONS for place in one.numbers)
    shared = [place for place, count in uses.items() if count > 1]
    if shared:
        names = [one.name for one in AUGMENTATIONS if {*shared} & {*one.numbers}]
        raise ConfigError(
            f"The augmentations {' and '.join(names)} use the same random number {shared[0]}",
            expected="numbers of its own for each",
            remedy=f"take {NUMBERS} for the newer one",
            code="declared-twice",
        )


refuse_shared_numbers()
