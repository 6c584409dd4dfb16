"""Local contrast evened out."""

from xraylib.augmentation import intensity
from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import OFF, Factors, Slider

_SCRIPT = """\
limit = random.uniform(*AUGMENT["clahe_range"])
if limit > 1:
    clahe = cv2.createCLAHE(limit, (min(8, shape[1]), min(8, shape[0])))
    image = np.dstack([clahe.apply(plane.copy()) for plane in np.moveaxis(image, 2, 0)])
"""

CLAHE = Augmentation(
    name="CLAHE",
    order=110,
    settings=(
        Factors(
            name="clahe_range",
            label="Local contrast, CLAHE (clip limit)",
            title="Local contrast (CLAHE)",
            help="Helps where some X-rays were already enhanced by the machine, with details "
            "lifted everywhere, and others were not. 1 to 1 is off.",
            says="Smallest and largest clip limit of contrast-limited adaptive histogram "
            "equalisation, or None; at 1 the image stays as it is.",
            least=1,
            most=40,
            slider=Slider(low=1, high=6, step=0.1, format="%.1f"),
            tell=lambda limit: f"clip limit {limit:.1f}",
        ),
    ),
    numbers=(11,),
    neutral={"clahe": 1.0},
    draw=lambda settings, u, _: {"clahe": between(settings["clahe_range"] or OFF, u[0])},
    apply=lambda pixels, drawn: intensity.equalise(pixels, drawn["clahe"]),
    told=lambda drawn: f"CLAHE {drawn['clahe']:.1f}",
    at_end=lambda _name, end, _shape: {"clahe": end},
    summary="CLAHE",
    script=_SCRIPT,
)
"""``clahe``: clip limit; 1 leaves the image as it is."""
