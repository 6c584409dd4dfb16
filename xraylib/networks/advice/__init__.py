"""What an experienced eye says of a network that can be built: each word with its reason.

Nothing here forbids anything. Every piece of advice follows from the trace and, where given, from
the classes and the number of images; none is a guess about accuracy. Standard library only.
"""

from __future__ import annotations

from xraylib.networks.advice.advice import Advice
from xraylib.networks.advice.learning import on_learning, on_output
from xraylib.networks.advice.shapes import on_shapes
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace, trace

__all__ = ["Advice", "advice"]


def advice(
    spec: ModelSpec,
    *,
    classes: int | None = None,
    class_mode: str = "categorical",
    images: int | None = None,
    result: Trace | None = None,
) -> tuple[Advice, ...]:
    """What could be better in a network, in the order of its layers.

    Args:
        spec: The network; of an impossible one only the possible layers are looked at.
        classes: Of the data set; None where not known: nothing is said of the output's size.
        class_mode: As training will use it.
        images: For training; None where not known.
        result: Its trace, if there is one already.
    """
    seen = result or trace(spec)
    found = [*on_learning(spec, seen, images), *on_shapes(spec, seen)]
    if seen.error is None:
        found += on_output(spec, seen, classes, class_mode)
    return tuple(sorted(found, key=lambda item: item.index))
