"""Turning about the centre."""

from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import Amount, Slider, signed

ROTATION = Augmentation(
    name="rotation",
    order=10,
    settings=(
        Amount(
            name="rotation_range",
            label="Rotation (± degrees)",
            title="Rotation",
            help="Patients lean. A few degrees are real; a chest on its side is not.",
            says="Degrees; the angle is drawn from -rotation_range to +rotation_range.",
            most=180,
            unit=" degrees",
            two_sided=True,
            slider=Slider(low=0, high=90, step=1, format="%.0f°"),
            tell=lambda degrees: f"{signed(degrees)}°",
            keras=True,
        ),
    ),
    numbers=(0,),
    neutral={"rotation": 0.0},
    draw=lambda settings, u, _: {
        "rotation": between((-settings["rotation_range"], settings["rotation_range"]), u[0])
    },
    told=lambda drawn: f"{signed(drawn['rotation'])}°",
    at_end=lambda _name, end, _shape: {"rotation": end},
    summary="rotation {rotation_range:g}°",
    first=True,
)
"""``rotation``: degrees."""
