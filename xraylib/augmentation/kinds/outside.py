"""What stands where a picture was moved away from. Nothing is drawn for it."""

from xraylib.augmentation.augmentation import Augmentation
from xraylib.augmentation.setting import Amount, Choice, Slider

OUTSIDE = Augmentation(
    name="outside",
    order=80,
    settings=(
        Choice(
            name="fill_mode",
            label="Outside the frame",
            title="Outside the frame",
            help="What stands where the X-ray was moved away from.",
            says="What stands outside the frame: the ``nearest`` pixel, a ``constant``, the "
            "picture mirrored (``reflect``) or repeated (``wrap``).",
            default="nearest",
            options={
                "nearest": "nearest pixel",
                "constant": "one grey level",
                "reflect": "mirrored",
                "wrap": "repeated",
            },
            keras=True,
        ),
        Amount(
            name="cval",
            label="Grey level outside",
            title="Grey level outside",
            help="0 is black.",
            says="Grey value (0 to 255) for ``constant``.",
            most=255,
            slider=Slider(low=0, high=255, step=1, format="%.0f"),
            tell=lambda grey: f"{grey:.0f}",
            keras=True,
            only_if=("fill_mode", "constant"),
        ),
    ),
    first=True,
)
