"""Settings that several layers share, each with its limits and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from xraylib.networks.declaration.effect import Pair
from xraylib.networks.declaration.settings import Choice, Flag, Number, Sides, Whole

MAX_UNITS: Final = 65_536
"""Largest number of units or filters of one layer."""

MAX_WINDOW: Final = 1_024
"""Largest kernel, pooling window or stride, in pixels."""

PADDINGS: Final = ("valid", "same")

ACTIVATIONS: Final = (
    "relu",
    "leaky_relu",
    "relu6",
    "elu",
    "selu",
    "gelu",
    "silu",
    "swish",
    "mish",
    "tanh",
    "sigmoid",
    "hard_sigmoid",
    "softplus",
    "softsign",
    "exponential",
    "softmax",
    "linear",
)

_BENDS: Final = (
    "The bend after the sum. relu keeps what is positive; softmax turns the last row into "
    "probabilities that add up to 1."
)


@dataclass(frozen=True, kw_only=True)
class Bend(Choice):
    """One of ``ACTIVATIONS`` or None; ``"linear"`` is the same as None and kept as None."""

    options: tuple[Any, ...] = ACTIVATIONS

    @property
    def offered(self) -> tuple[Any, ...]:
        return tuple(name for name in self.options if name != "linear")

    def checked(self, kind: str, name: str, value: Any) -> str | None:
        found: str = super().checked(kind, name, value)
        return None if found == "linear" else found


Filters = Annotated[
    int,
    Whole(
        low=1,
        high=MAX_UNITS,
        first=8,
        label="Filters",
        help="How many patterns the layer looks for. Each filter makes one map of its own.",
    ),
]
KernelSize = Annotated[
    int | Pair,
    Sides(
        low=1,
        high=MAX_WINDOW,
        first=3,
        label="Kernel (px)",
        help="Height and width of each filter, in pixels of the map that it looks at.",
    ),
]
_STRIDES: Final = "How far the window moves at each step: a stride of 3 leaves a third of the size."
Strides = Annotated[int | Pair, Sides(low=1, high=MAX_WINDOW, label="Stride (px)", help=_STRIDES)]
OwnStrides = Annotated[
    int | Pair | None,
    Sides(
        low=1,
        high=MAX_WINDOW,
        label="Stride (px)",
        help=_STRIDES,
        empty="As large as the window",
        empty_help="The windows then touch and do not overlap.",
    ),
]
"""None for the size of the window."""
Padding = Annotated[
    str,
    Choice(
        options=PADDINGS,
        label="Padding",
        help="valid: the window stays inside, so the map loses its edge. same: zeros are added "
        "around the map, so that a stride of 1 keeps its size.",
    ),
]
DilationRate = Annotated[
    int | Pair,
    Sides(
        low=1,
        high=MAX_WINDOW,
        label="Dilation (px)",
        help="Distance between the pixels that a filter looks at: 2 leaves one out between each "
        "two, so that the same number of weights sees further.",
    ),
]
ActivationAfter = Annotated[str | None, Bend(label="Activation", help=_BENDS, empty="none")]
ActivationName = Annotated[
    str, Choice(options=ACTIVATIONS, first="relu", label="Activation", help=_BENDS)
]
UseBias = Annotated[
    bool,
    Flag(
        label="Bias",
        help="One more number for each filter or unit, added to its sum. Not needed before "
        "BatchNormalization, which adds its own.",
    ),
]
Penalty = Annotated[
    float,
    Number(
        low=0,
        high=1,
        example=1e-4,
        step=1e-4,
        format="%.4g",
        label="L2",
        help="Adds this times the sum of the squared weights to the loss, so that weights stay "
        "small. 0 for none; 0.0001 to 0.01 is usual.",
    ),
]
"""The setting ``l2``; Keras calls it a regularizer."""
DepthMultiplier = Annotated[
    int,
    Whole(
        low=1,
        high=64,
        label="Filters a channel",
        help="How many filters each channel gets of its own.",
    ),
]
Epsilon = Annotated[
    float,
    Number(
        low=0,
        high=1,
        above=True,
        example=1e-3,
        step=1e-3,
        format="%.1e",
        label="Epsilon",
        help="Added to the variance, so that an even X-ray does not divide by zero.",
    ),
]
Center = Annotated[
    bool, Flag(label="Learned offset", help="Training may move the mean away from 0.")
]
Spread = Annotated[
    bool, Flag(label="Learned factor", help="Training may change the spread away from 1.")
]
"""The setting ``scale`` of a normalisation."""


def as_pair(value: int | Pair) -> Pair:
    """A checked pair field as the pair that it holds."""
    return value if isinstance(value, tuple) else (value, value)
