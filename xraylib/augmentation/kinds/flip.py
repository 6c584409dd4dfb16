"""Mirroring."""

from xraylib.augmentation.augmentation import Augmentation, Values
from xraylib.augmentation.setting import Switch


def _told(drawn: Values) -> str:
    words = ("mirrored" if drawn["flip_h"] else "", "upside down" if drawn["flip_v"] else "")
    return " · ".join(word for word in words if word)


FLIP = Augmentation(
    name="flip",
    order=50,
    settings=(
        Switch(
            name="horizontal_flip",
            label="Mirror left and right",
            title="Mirror left and right",
            help="Off for a reason: it puts the heart on the wrong side, which real patients "
            "almost never have.",
            says="Mirror left and right in half of the cases. Off by default: it puts the heart on "
            "the wrong side.",
            keras=True,
        ),
        Switch(
            name="vertical_flip",
            label="Turn upside down",
            title="Turn upside down",
            help="Off: no X-ray is read upside down.",
            says="Turn upside down in half of the cases.",
            keras=True,
        ),
    ),
    numbers=(6, 7),
    neutral={"flip_h": False, "flip_v": False},
    draw=lambda settings, u, _: {
        "flip_h": settings["horizontal_flip"] and u[0] < 0.5,
        "flip_v": settings["vertical_flip"] and u[1] < 0.5,
    },
    told=_told,
    summary="flips",
    first=True,
)
"""``flip_h``, ``flip_v``: whether left and right, top and bottom are exchanged."""
