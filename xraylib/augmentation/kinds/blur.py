"""Less sharp."""

from xraylib.augmentation import intensity
from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import Amount, Slider

_SCRIPT = """\
sigma = random.uniform(0, AUGMENT["blur_range"])
if sigma > 0:
    image = cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE).reshape(shape)
"""

BLUR = Augmentation(
    name="blur",
    order=120,
    settings=(
        Amount(
            name="blur_range",
            label="Blur (up to, pixels)",
            title="Blur",
            help="Helps where X-rays are less sharp than yours: older detectors, patients who "
            "moved, strong compression.",
            says="Pixels; the standard deviation of a Gaussian blur is drawn from 0 to this.",
            most=50,
            unit=" pixels",
            slider=Slider(low=0, high=5, step=0.1, format="%.1f px"),
            tell=lambda pixels: f"{pixels:.1f} px",
        ),
    ),
    numbers=(12,),
    neutral={"blur": 0.0},
    draw=lambda settings, u, _: {"blur": between((0, settings["blur_range"]), u[0])},
    apply=lambda pixels, drawn: intensity.blur(pixels, drawn["blur"]),
    told=lambda drawn: f"blur {drawn['blur']:.1f} px",
    at_end=lambda _name, end, _shape: {"blur": end},
    summary="blur {blur_range:g} px",
    script=_SCRIPT,
)
"""``blur``: standard deviation, in pixels."""
