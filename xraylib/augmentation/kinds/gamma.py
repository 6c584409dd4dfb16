"""Middle greys made darker or lighter."""

from xraylib.augmentation import intensity
from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import OFF, Factors, Slider

_SCRIPT = """\
table = 255 * (np.arange(256) / 255) ** random.uniform(*AUGMENT["gamma_range"])
image = cv2.LUT(image, np.rint(table).astype(np.uint8)).reshape(shape)
"""

GAMMA = Augmentation(
    name="gamma",
    order=100,
    settings=(
        Factors(
            name="gamma_range",
            label="Gamma (exponent)",
            title="Gamma",
            help="Helps where viewers or converters show mid-greys differently: above 1 lungs "
            "get darker while black and white stay. 1 to 1 is off.",
            says="Smallest and largest exponent of the grey values as fractions of white, or "
            "None; above 1 the lungs get darker while black and white stay.",
            least=0.1,
            most=10,
            slider=Slider(low=0.5, high=2.0, step=0.01, format="%.2f"),
            tell=lambda exponent: f"exponent {exponent:.2f}",
        ),
    ),
    numbers=(10,),
    neutral={"gamma": 1.0},
    draw=lambda settings, u, _: {"gamma": between(settings["gamma_range"] or OFF, u[0])},
    apply=lambda pixels, drawn: intensity.bend(pixels, drawn["gamma"]),
    told=lambda drawn: f"gamma {drawn['gamma']:.2f}",
    at_end=lambda _name, end, _shape: {"gamma": end},
    summary="gamma",
    script=_SCRIPT,
)
"""``gamma``: exponent of the grey values."""
