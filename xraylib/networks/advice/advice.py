"""One piece of advice, and what all advice looks at."""

from __future__ import annotations

from dataclasses import dataclass

from xraylib.networks.layers import Layer
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace


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
