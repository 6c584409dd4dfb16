"""Moving sideways, and up and down."""

from collections.abc import Sequence

from xraylib.augmentation.augmentation import Augmentation, Shape, Values, between
from xraylib.augmentation.setting import Amount, Slider, signed


def _draw(settings: Values, u: Sequence[float], shape: Shape) -> Values:
    height, width = shape[:2]
    across = settings["width_shift_range"] * width
    along = settings["height_shift_range"] * height
    return {
        "shift_x": between((-across, across), u[0]),
        "shift_y": between((-along, along), u[1]),
    }


def _told(drawn: Values) -> str:
    # Keras's sign: a positive shift moves the picture to the left and up.
    across, along = round(drawn["shift_x"]), round(drawn["shift_y"])
    side, height = "←" if across > 0 else "→", "↑" if along > 0 else "↓"
    return f"{side}{abs(across)} {height}{abs(along)} px"


def _at_end(name: str, end: float, shape: Shape) -> Values:
    height, width = shape[:2]
    return {"shift_x": end * width} if name == "width_shift_range" else {"shift_y": end * height}


SHIFT = Augmentation(
    name="shift",
    order=20,
    settings=(
        Amount(
            name="width_shift_range",
            label="Shift sideways (± %)",
            title="Shift sideways",
            help="In per cent of the width: the chest is not always in the middle of the X-ray.",
            says="Largest shift to the left or right, as a fraction of the width. (Keras 3.15 "
            "exchanges the two shifts by mistake; here each does what its name says.)",
            most=0.9,
            two_sided=True,
            slider=Slider(low=0, high=50, step=1, format="%.0f %%", factor=100),
            tell=lambda part: f"{signed(100 * part)} %",
            keras=True,
        ),
        Amount(
            name="height_shift_range",
            label="Shift up and down (± %)",
            title="Shift up and down",
            help="In per cent of the height: the detector sits higher or lower each time.",
            says="Largest shift up or down, as a fraction of the height.",
            most=0.9,
            two_sided=True,
            slider=Slider(low=0, high=50, step=1, format="%.0f %%", factor=100),
            tell=lambda part: f"{signed(100 * part)} %",
            keras=True,
        ),
    ),
    numbers=(1, 2),
    neutral={"shift_x": 0.0, "shift_y": 0.0},
    draw=_draw,
    told=_told,
    at_end=_at_end,
    summary="shift",
    first=True,
)
"""``shift_x``, ``shift_y``: pixels along the width and the height. As in Keras, output column ``x``
shows input column ``x + shift_x``: a positive shift moves the picture to the left and up."""
