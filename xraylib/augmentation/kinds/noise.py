"""Grain, as at a low dose."""

from xraylib.augmentation import intensity
from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import Amount, Slider

_SCRIPT = """\
noise = random.normal(0, random.uniform(0, AUGMENT["noise_range"]), (*shape[:2], 1))
image = np.clip(np.rint(image.reshape(shape) + noise), 0, 255).astype(np.uint8)
"""

NOISE = Augmentation(
    name="noise",
    order=130,
    settings=(
        Amount(
            name="noise_range",
            label="Noise (up to, grey levels)",
            title="Noise",
            help="Helps where X-rays were taken with a lower dose than yours, as at the bedside.",
            says="Grey levels; the standard deviation of Gaussian noise is drawn from 0 to this.",
            most=128,
            unit=" grey levels",
            slider=Slider(low=0, high=40, step=0.5, format="%.1f"),
            tell=lambda levels: f"{levels:.1f} grey levels",
        ),
    ),
    numbers=(13, 14),
    neutral={"noise": 0.0, "noise_key": 0},
    draw=lambda settings, u, _: {
        "noise": between((0, settings["noise_range"]), u[0]),
        "noise_key": int(u[1] * 2**53) if settings["noise_range"] else 0,
    },
    apply=lambda pixels, drawn: intensity.add_noise(pixels, drawn["noise"], key=drawn["noise_key"]),
    told=lambda drawn: f"noise {drawn['noise']:.1f}",
    at_end=lambda _name, end, _shape: {"noise": end},
    summary="noise {noise_range:g}",
    script=_SCRIPT,
)
"""``noise``: standard deviation, in grey levels; ``noise_key``: which noise, the key of its
generator."""
