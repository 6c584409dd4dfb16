"""What a network does first to grey levels: it divides them, standardises, or leaves them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xraylib.networks.layers import LayerNormalization, Rescaling
from xraylib.networks.presets import STANDARDISE
from xraylib.networks.spec import ModelSpec


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """Each grey level becomes ``grey level · scale + offset``.

    Attributes:
        words: What is done, as a title.
        scale: Not 0.
        offset: As it stands.
    """

    words: str
    scale: float = 1.0
    offset: float = 0.0


def first_step(spec: ModelSpec, pixels: NDArray[np.uint8]) -> FirstStep:
    """What the network's first layer makes of the grey levels of an image.

    Args:
        spec: The network.
        pixels: uint8 of any shape, as prepared: standardising depends on the image.
    """
    first = spec.layers[1] if len(spec.layers) > 1 else None
    if isinstance(first, Rescaling):
        return FirstStep(words=f"After {first.label}", scale=first.scale, offset=first.offset)
    if isinstance(first, LayerNormalization) and (
        replace(first, epsilon=STANDARDISE.epsilon) == STANDARDISE
    ):
        scale = 1 / math.sqrt(float(pixels.var()) + first.epsilon)
        words = "After standardising this X-ray: mean 0, deviation 1"
        return FirstStep(words=words, scale=scale, offset=-float(pixels.mean()) * scale)
    name = first.kind if first is not None else "nothing"
    return FirstStep(words=f"Not rescaled: {name} comes first and gets 0 to 255")
