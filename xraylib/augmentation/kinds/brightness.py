"""Grey values multiplied."""

from xraylib.augmentation import intensity
from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import OFF, Factors, Slider

BRIGHTNESS = Augmentation(
    name="brightness",
    order=70,
    settings=(
        Factors(
            name="brightness_range",
            label="Brightness (factor)",
            title="Brightness",
            help="Multiplies the grey levels: exposure differs from X-ray to X-ray. 1 to 1 is off.",
            says="Smallest and largest factor that grey values are multiplied with, or None.",
            least=0,
            most=10,
            slider=Slider(low=0.3, high=1.7, step=0.01, format="%.2f"),
            tell=lambda factor: f"× {factor:.2f}",
            keras=True,
        ),
    ),
    numbers=(8,),
    neutral={"brightness": 1.0},
    draw=lambda settings, u, _: {"brightness": between(settings["brightness_range"] or OFF, u[0])},
    apply=lambda pixels, drawn: intensity.brighten(pixels, drawn["brightness"]),
    told=lambda drawn: f"light {drawn['brightness']:.2f}",
    at_end=lambda _name, end, _shape: {"brightness": end},
    summary="brightness",
    first=True,
)
"""``brightness``: factor of the grey values."""
