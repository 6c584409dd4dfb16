"""How each setting of a layer is shown: label, limits, and one sentence that teaches.

A new kind of layer needs nothing here unless it brings a field with a new name; such a field
still gets a widget by its value, only without teaching words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from xraylib.app.shared.fixes import setting_words
from xraylib.networks.layers import BACKBONES
from xraylib.networks.layers.settings import ACTIVATIONS, MAX_UNITS, MAX_WINDOW, PADDINGS

Shape = Literal["whole", "pair", "number", "flag", "choice"]


@dataclass(frozen=True, kw_only=True)
class FieldForm:
    """How a field is shown.

    Attributes:
        label: Over the widget.
        help: One sentence that teaches.
        shape: Which widget.
        low: Smallest value.
        high: Largest value.
        step: Of the buttons + and −.
        format: Of a number.
        options: Of a choice.
        empty: What None is called, where None is a value.
        wide: Whether the words of a choice need the room of two fields.
    """

    label: str
    help: str
    shape: Shape
    low: float = 0.0
    high: float = 1.0
    step: float = 1.0
    format: str = "%.3g"
    options: tuple[Any, ...] = ()
    empty: str | None = None
    wide: bool = False


_FORMS: Final = {
    "filters": FieldForm(
        label="Filters",
        help="How many patterns the layer looks for. Each filter makes one map of its own.",
        shape="whole",
        low=1,
        high=MAX_UNITS,
    ),
    "units": FieldForm(
        label="Units",
        help="How many values come out. The last layer has one for each class.",
        shape="whole",
        low=1,
        high=MAX_UNITS,
    ),
    "kernel_size": FieldForm(
        label="Kernel (px)",
        help="Height and width of each filter, in pixels of the map that it looks at.",
        shape="pair",
        low=1,
        high=MAX_WINDOW,
    ),
    "pool_size": FieldForm(
        label="Window (px)",
        help="Height and width of the window of which one value is kept.",
        shape="pair",
        low=1,
        high=MAX_WINDOW,
    ),
    "strides": FieldForm(
        label="Stride (px)",
        help="How far the window moves at each step: a stride of 3 leaves a third of the size.",
        shape="pair",
        low=1,
        high=MAX_WINDOW,
        empty="As large as the window",
    ),
    "padding": FieldForm(
        label="Padding",
        help="valid: the window stays inside, so the map loses its edge. same: zeros are added "
        "around the map, so that a stride of 1 keeps its size.",
        shape="choice",
        options=PADDINGS,
    ),
    "activation": FieldForm(
        label="Activation",
        help="The bend after the sum. relu keeps what is positive; softmax turns the last row "
        "into probabilities that add up to 1.",
        shape="choice",
        options=tuple(name for name in ACTIVATIONS if name != "linear"),
        empty="none",
    ),
    "use_bias": FieldForm(
        label="Bias",
        help="One more number for each filter or unit, added to its sum. Not needed before "
        "BatchNormalization, which adds its own.",
        shape="flag",
    ),
    "l2": FieldForm(
        label="L2",
        help="Adds this times the sum of the squared weights to the loss, so that weights stay "
        "small. 0 for none; 0.0001 to 0.01 is usual.",
        shape="number",
        low=0.0,
        high=1.0,
        step=1e-4,
        format="%.4g",
    ),
    "name": FieldForm(
        label="Network",
        help="A network of keras.applications without its classification layers.",
        shape="choice",
        options=tuple(BACKBONES),
        wide=True,
    ),
    "weights": FieldForm(
        label="Weights",
        help="imagenet: learnt from photographs, fetched once. none: fresh ones. Or a file of your "
        "own, from the workspace's folder of weights.",
        shape="choice",
        options=("imagenet", "none"),
        wide=True,
    ),
    "trainable_from": FieldForm(
        label="Learns from stage",
        help="The first of its five stages that learns, 1 for all of it. What does not learn keeps "
        "what it knows from photographs.",
        shape="choice",
        options=(1, 2, 3, 4, 5),
        empty="nothing learns",
        wide=True,
    ),
    "rate": FieldForm(
        label="Share of values silenced",
        help="While training only; all values count when predicting.",
        shape="number",
        low=0.0,
        high=0.95,
        step=0.05,
        format="%.2f",
    ),
    "momentum": FieldForm(
        label="Momentum",
        help="How much of the old average each step keeps. On a few hundred X-rays 0.9 is "
        "steadier than Keras's default of 0.99.",
        shape="number",
        low=0.0,
        high=0.999,
        step=0.01,
        format="%.3f",
    ),
    "epsilon": FieldForm(
        label="Epsilon",
        help="Added to the variance, so that an even X-ray does not divide by zero.",
        shape="number",
        low=1e-7,
        high=1.0,
        step=1e-3,
        format="%.1e",
    ),
    "offset": FieldForm(
        label="Offset",
        help="Added after multiplying: a scale of 1/127.5 and an offset of −1 give −1..1.",
        shape="number",
        low=-1e6,
        high=1e6,
        step=0.5,
        format="%g",
    ),
    "dilation_rate": FieldForm(
        label="Dilation (px)",
        help="Distance between the pixels that a filter looks at: 2 leaves one out between each "
        "two, so that the same number of weights sees further.",
        shape="pair",
        low=1,
        high=MAX_WINDOW,
    ),
    "depth_multiplier": FieldForm(
        label="Filters a channel",
        help="How many filters each channel gets of its own.",
        shape="whole",
        low=1,
        high=MAX_UNITS,
    ),
    "groups": FieldForm(
        label="Groups",
        help="Channels are normalised together in so many groups; must divide their number.",
        shape="whole",
        low=1,
        high=MAX_UNITS,
    ),
    "negative_slope": FieldForm(
        label="Slope below 0",
        help="What is left of negative values, so that a unit never falls silent for good.",
        shape="number",
        low=0.0,
        high=10.0,
        step=0.05,
        format="%.2f",
    ),
    "center": FieldForm(
        label="Learned offset", help="Training may move the mean away from 0.", shape="flag"
    ),
    "axis": FieldForm(
        label="Over",
        help="Over which values mean and deviation are taken.",
        shape="choice",
        options=((1, 2, 3), (1, 2), -1, 1, 2, 3),
        wide=True,
    ),
}
_SCALE_NUMBER: Final = FieldForm(
    label="Scale",
    help="Each grey level is multiplied by this; 1/255 = 0.003922 brings 0..255 to 0..1.",
    shape="number",
    low=-1e6,
    high=1e6,
    step=0.001,
    format="%.6f",
)
_SCALE_FLAG: Final = FieldForm(
    label="Learned factor", help="Training may change the spread away from 1.", shape="flag"
)
_BORDER: Final = FieldForm(
    label="Border (px)",
    help="Rows above and below, and columns left and right, of zeros put around the map.",
    shape="pair",
    low=0,
    high=MAX_WINDOW,
)
AXES: Final = {
    (1, 2, 3): "the whole X-ray",
    (1, 2): "each channel's map",
    -1: "the channels of each pixel",
    1: "columns of pixels",
    2: "rows of pixels",
    3: "channels",
}


def field_form(name: str, value: object) -> FieldForm:
    """How the field ``name`` with this value is shown."""
    if name == "scale":
        return _SCALE_FLAG if isinstance(value, bool) else _SCALE_NUMBER
    if name == "padding" and isinstance(value, tuple):
        return _BORDER
    if name in _FORMS:
        return _FORMS[name]
    label = setting_words(name).capitalize()
    if isinstance(value, bool):
        return FieldForm(label=label, help=name, shape="flag")
    if isinstance(value, int):
        return FieldForm(label=label, help=name, shape="whole", high=MAX_UNITS)
    if isinstance(value, tuple):
        return FieldForm(label=label, help=name, shape="pair", high=MAX_WINDOW)
    return FieldForm(label=label, help=name, shape="number", low=-1e6, high=1e6, format="%g")
