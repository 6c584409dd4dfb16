"""Slanting."""

from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import Amount, Slider, signed

SHEAR = Augmentation(
    name="shear",
    order=40,
    settings=(
        Amount(
            name="shear_range",
            label="Shear (± degrees)",
            title="Shear",
            help="Slants the picture. Rare in real X-rays, so use little.",
            says="Degrees; the angle is drawn from -shear_range to +shear_range.",
            most=80,
            unit=" degrees",
            two_sided=True,
            slider=Slider(low=0, high=45, step=1, format="%.0f°"),
            tell=lambda degrees: f"{signed(degrees)}°",
            keras=True,
        ),
    ),
    numbers=(5,),
    neutral={"shear": 0.0},
    draw=lambda settings, u, _: {
        "shear": between((-settings["shear_range"], settings["shear_range"]), u[0])
    },
    told=lambda drawn: f"shear {signed(drawn['shear'])}°",
    at_end=lambda _name, end, _shape: {"shear": end},
    summary="shear {shear_range:g}°",
    first=True,
)
"""``shear``: degrees."""
