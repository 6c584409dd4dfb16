"""One piece of advice, and what all advice looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xraylib.networks.layers import Conv2D, DepthwiseConv2D, Layer, SeparableConv2D
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace

CONVOLUTIONS: Final = (Conv2D, DepthwiseConv2D, SeparableConv2D)


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One piece of advice.

    Attributes:
        code: Stable identifier in kebab case.
        index: The layer that it is about.
        text: What is to be seen and what to do, without its full stop.
        reason: Why, as a sentence.
    """

    code: str
    index: int
    text: str
    reason: str


def possible(spec: ModelSpec, seen: Trace) -> tuple[Layer, ...]:
    """The layers up to the first impossible one."""
    return spec.layers[: len(seen.rows)]
