"""What a trial proposes, put into the plan of its run, and what the plan has already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import ConfigError
from xraylib.networks.layers import (
    Activation,
    Dense,
    Dropout,
    Layer,
    Rescaling,
    Residual,
)
from xraylib.networks.presets import STANDARDISE
from xraylib.networks.spec import ModelSpec
from xraylib.training.search.space import Choice, Space
from xraylib.training.search.tunable import TUNABLES, Value

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.training.planning.plan import RunPlan

_WHY: Final = {
    "units": "the network has no Dense layer before its last one",
    "filters": "the network has no convolutions with filters of their own",
    "standardise": "the network does not begin with a Rescaling or a standardisation",
}


def values_of(plan: RunPlan, space: Space) -> dict[str, Value]:
    """What a plan has of each setting of a space."""
    return {name: _has(plan, name) for name in space.dimensions}


def is_inside(space: Space, values: Mapping[str, Value]) -> bool:
    """Whether a search could propose these values."""
    return all(values[name] in one for name, one in space.dimensions.items())


def fitting(space: Space, plan: RunPlan) -> Space:
    """The space without what has no effect on the plan's network.

    Raises:
        ConfigError: code ``search-space``: a space that is no preset names such a setting, or
            nothing is left.
    """
    idle = [name for name in space.dimensions if not _has_effect(plan.spec, name)]
    left = {name: one for name, one in space.dimensions.items() if name not in idle}
    if idle and (not space.name or not left):
        raise ConfigError(
            f"The setting {idle[0]} of the search space would change nothing: {_WHY[idle[0]]}",
            expected=f"settings that change the network {plan.spec.name}",
            remedy=f"leave {idle[0]} out, or search with another network",
            code="search-space",
        )
    return replace(space, dimensions=left)


def applied(plan: RunPlan, values: Mapping[str, Value]) -> RunPlan:
    """The plan with these values.

    Factors are of what the plan has: ``augmentation`` multiplies its ranges (those of the lesson
    where it has none), ``filters`` and ``units`` the numbers of its layers.

    Raises:
        ConfigError, SpecError: They make no sense together, or the network becomes impossible.
    """
    own = {name: value for name, value in values.items() if TUNABLES[name].part == "train"}
    spec = plan.spec
    for name, value in values.items():
        if TUNABLES[name].part == "network" and value != _has(plan, name):
            spec = _NETWORK[name](spec, value)
    augment = plan.augment
    if "augmentation" in values:
        augment = _lesson_or(augment).times(float(values["augmentation"]))
    train = replace(plan.train, **own)  # type: ignore[arg-type]
    return replace(plan, train=train, spec=spec, augment=augment)


def _has(plan: RunPlan, name: str) -> Value:
    tunable = TUNABLES[name]
    if tunable.part == "train":
        value: Value = getattr(plan.train, name)
        return value
    if name == "augmentation":
        return 0.0 if plan.augment.is_identity else 1.0
    if name == "dropout":
        rates = [layer.rate for layer in plan.spec.layers if isinstance(layer, Dropout)]
        return rates[-1] if rates else 0.0
    if name == "standardise":
        return plan.spec.layers[1] == STANDARDISE
    return 1.0


def _has_effect(spec: ModelSpec, name: str) -> bool:
    if name == "units":
        return bool(_hidden(spec))
    if name == "filters":
        return any(map(_filters, spec.layers))
    if name == "standardise":
        return isinstance(spec.layers[1], Rescaling) or spec.layers[1] == STANDARDISE
    return True


def _lesson_or(augment: AugmentConfig) -> AugmentConfig:
    from xraylib.augmentation.config import AUGMENT_PRESETS

    return AUGMENT_PRESETS["lesson"] if augment.is_identity else augment


def _hidden(spec: ModelSpec) -> list[int]:
    """Places of the Dense layers before the last one."""
    dense = [place for place, layer in enumerate(spec.layers) if isinstance(layer, Dense)]
    return dense[:-1]


def _filters(layer: Layer) -> bool:
    if isinstance(layer, Residual):
        return any(map(_filters, layer.layers))
    return hasattr(layer, "filters")


def _times_filters(layer: Layer, factor: float) -> Layer:
    if isinstance(layer, Residual):
        return replace(layer, layers=tuple(_times_filters(one, factor) for one in layer.layers))
    if not _filters(layer):
        return layer
    changes: Any = {"filters": max(1, round(layer.filters * factor))}  # type: ignore[attr-defined]
    return replace(layer, **changes)


def _with_filters(spec: ModelSpec, factor: Value) -> ModelSpec:
    return spec.with_layers([_times_filters(layer, float(factor)) for layer in spec.layers])


def _with_units(spec: ModelSpec, factor: Value) -> ModelSpec:
    hidden = _hidden(spec)
    return spec.with_layers(
        [
            replace(layer, units=max(1, round(layer.units * float(factor))))
            if place in hidden and isinstance(layer, Dense)
            else layer
            for place, layer in enumerate(spec.layers)
        ]
    )


def _with_dropout(spec: ModelSpec, rate: Value) -> ModelSpec:
    """This rate in every Dropout; where there is none, one before the last Dense."""
    rate = float(rate)
    if any(isinstance(layer, Dropout) for layer in spec.layers):
        return spec.with_layers(
            [replace(one, rate=rate) if isinstance(one, Dropout) else one for one in spec.layers]
        )
    last = len(spec.layers) - (2 if isinstance(spec.layers[-1], Activation) else 1)
    return spec.with_layers([*spec.layers[:last], Dropout(rate=rate), *spec.layers[last:]])


def _with_standardisation(spec: ModelSpec, wanted: Value) -> ModelSpec:
    first = STANDARDISE if wanted else Rescaling()
    return spec.with_layers([spec.layers[0], first, *spec.layers[2:]])


_NETWORK: Final[Mapping[str, Callable[[ModelSpec, Value], ModelSpec]]] = {
    "dropout": _with_dropout,
    "units": _with_units,
    "filters": _with_filters,
    "standardise": _with_standardisation,
}


def distinct(space: Space) -> int | None:
    """How many different trials a space has; None where it has a range of numbers."""
    number = 1
    for one in space.dimensions.values():
        if not isinstance(one, Choice):
            return None
        number *= len(one.options)
    return number
