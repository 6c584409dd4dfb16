"""Grey values pulled away from their mean, or towards it."""

from xraylib.augmentation import intensity
from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import OFF, Factors, Slider

_SCRIPT = """\
mean = int(image.mean() + 0.5)
table = mean + (np.arange(256) - mean) * random.uniform(*AUGMENT["contrast_range"])
image = cv2.LUT(image, np.clip(table, 0, 255).astype(np.uint8)).reshape(shape)
"""

CONTRAST = Augmentation(
    name="contrast",
    order=90,
    settings=(
        Factors(
            name="contrast_range",
            label="Contrast (factor)",
            title="Contrast",
            help="Helps where other detectors or a harder tube voltage give flatter or steeper "
            "X-rays. 1 to 1 is off.",
            says="Smallest and largest factor that the distance of a grey value from the image's "
            "mean is multiplied with, or None.",
            least=0,
            most=10,
            slider=Slider(low=0.5, high=1.5, step=0.01, format="%.2f"),
            tell=lambda factor: f"× {factor:.2f}",
        ),
    ),
    numbers=(9,),
    neutral={"contrast": 1.0},
    draw=lambda settings, u, _: {"contrast": between(settings["contrast_range"] or OFF, u[0])},
    apply=lambda pixels, drawn: intensity.stretch_contrast(pixels, drawn["contrast"]),
    told=lambda drawn: f"contrast {drawn['contrast']:.2f}",
    at_end=lambda _name, end, _shape: {"contrast": end},
    summary="contrast",
    script=_SCRIPT,
)
"""``contrast``: factor of the distance from the image's mean grey value."""
