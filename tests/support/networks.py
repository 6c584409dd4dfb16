"""Random networks over every layer and every option, for the property tests."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from xraylib.networks.backbones import BACKBONES
from xraylib.networks.declaration.arguments import required as is_required
from xraylib.networks.declaration.fields import ACTIVATIONS, PADDINGS
from xraylib.networks.declaration.settings import Choice, Number, Setting, Sides, Whole
from xraylib.networks.layers import LAYERS, Dense, Flatten, GlobalAveragePooling2D, Input, Layer
from xraylib.networks.spec import ModelSpec

windows = st.one_of(st.integers(1, 5), st.tuples(st.integers(1, 5), st.integers(1, 5)))
strides = st.one_of(st.just(1), st.integers(1, 4), st.tuples(st.integers(1, 3), st.integers(1, 3)))
activations = st.sampled_from([None, *ACTIVATIONS])
paddings = st.sampled_from(PADDINGS)
flags = st.booleans()
penalties = st.sampled_from([0.0, 1e-4, 0.02])
fractions = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9])
epsilons = st.sampled_from([1e-6, 1e-3, 0.1])
pooling: dict[str, st.SearchStrategy[object]] = {
    "pool_size": windows,
    "strides": st.one_of(st.none(), strides),
    "padding": paddings,
}
filters: dict[str, st.SearchStrategy[object]] = {"filters": st.integers(1, 5)}
convolution: dict[str, st.SearchStrategy[object]] = {
    "kernel_size": windows,
    "strides": strides,
    "padding": paddings,
    "dilation_rate": st.one_of(
        st.just(1), st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3))
    ),
    "activation": activations,
    "use_bias": flags,
    "l2": penalties,
}
multiplier: dict[str, st.SearchStrategy[object]] = {"depth_multiplier": st.integers(1, 3)}

SETTINGS: dict[str, dict[str, st.SearchStrategy[object]]] = {
    "Rescaling": {
        "scale": st.sampled_from([1 / 255, 1 / 127.5, -0.5, 2.0, 1.0]),
        "offset": st.sampled_from([0.0, -1.0, 0.5]),
    },
    "LayerNormalization": {
        "axis": st.sampled_from([-1, 1, 2, 3, (1,), (1, 2), (2, 3), (1, 3), (1, 2, 3), (3, 1, 2)]),
        "center": flags,
        "scale": flags,
        "epsilon": epsilons,
    },
    "Flatten": {},
    "Dense": {
        "units": st.integers(1, 9),
        "activation": activations,
        "use_bias": flags,
        "l2": penalties,
    },
    "Conv2D": filters | convolution,
    "DepthwiseConv2D": convolution | {"strides": st.integers(1, 3)} | multiplier,
    "SeparableConv2D": filters | convolution | {"strides": st.integers(1, 3)} | multiplier,
    "LeakyReLU": {"negative_slope": fractions},
    "SpatialDropout2D": {"rate": fractions},
    "GlobalMaxPooling2D": {},
    "ZeroPadding2D": {
        "padding": st.one_of(
            st.integers(0, 3),
            st.tuples(st.integers(0, 2), st.integers(0, 2)),
            st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * 2),
        )
    },
    "GroupNormalization": {
        "groups": st.integers(1, 4),
        "epsilon": epsilons,
        "center": flags,
        "scale": flags,
    },
    "MaxPooling2D": pooling,
    "AveragePooling2D": pooling,
    "GlobalAveragePooling2D": {},
    "Dropout": {"rate": fractions},
    "BatchNormalization": {
        "momentum": fractions,
        "epsilon": epsilons,
        "center": flags,
        "scale": flags,
    },
    "Backbone": {
        "name": st.sampled_from(sorted(BACKBONES)),
        "weights": st.just("none"),
        "trainable_from": st.sampled_from([None, 1, 3, 5]),
    },
    "Residual": {
        "layers": st.deferred(lambda: st.lists(inside, min_size=1, max_size=3).map(tuple)),
        "activation": activations,
    },
    "Activation": {"activation": st.sampled_from(ACTIVATIONS)},
}
"""For each kind of layer what each of its settings may be."""


def _drawn(setting: Setting) -> st.SearchStrategy[object]:
    """Values of a layer that is not listed above, by its own declaration."""
    found: st.SearchStrategy[object] = st.booleans()
    if isinstance(setting, Whole | Sides):
        found = st.integers(setting.low, min(setting.high, setting.low + 8))
    elif isinstance(setting, Number):
        low, width = setting.low, setting.high - setting.low
        found = st.sampled_from([low + width * share for share in (0.05, 0.25, 0.5, 0.9)])
    elif isinstance(setting, Choice):
        found = st.sampled_from(setting.offered)
    return found if setting.empty is None else st.one_of(st.none(), found)


SETTINGS |= {
    kind: {name: _drawn(setting) for name, setting in layer.settings().items()}
    for kind, layer in LAYERS.items()
    if kind not in SETTINGS and kind != "Input"
}

inputs = st.builds(
    Input, shape=st.tuples(st.integers(1, 24), st.integers(1, 24), st.integers(1, 3))
)


def layers_of(kinds: list[str]) -> st.SearchStrategy[Layer]:
    """One layer of one of these kinds, each setting drawn or left at its default."""
    return st.one_of(
        [
            st.fixed_dictionaries(
                {k: v for k, v in SETTINGS[kind].items() if k in required(kind)},
                optional={k: v for k, v in SETTINGS[kind].items() if k not in required(kind)},
            ).map(lambda settings, kind=kind: LAYERS[kind](**_sensible(kind, settings)))
            for kind in kinds
        ]
    )


def required(kind: str) -> set[str]:
    return {field.name for field in dataclasses.fields(LAYERS[kind]) if is_required(field)}


def _sensible(kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Without dilation or kernels of one pixel where strides make a layer refuse them."""
    if settings.get("strides", 1) not in (1, (1, 1)):
        settings.pop("dilation_rate", None)
        if kind in ("DepthwiseConv2D", "SeparableConv2D") and settings["kernel_size"] in (
            1,
            (1, 1),
        ):
            settings["kernel_size"] = 2
    return settings


anything = layers_of(sorted(SETTINGS))
on_maps = layers_of(
    sorted(
        set(SETTINGS)
        - {"Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "Dense", "Backbone"}
    )
)


_moving = ["Conv2D", "DepthwiseConv2D", "SeparableConv2D", "MaxPooling2D", "AveragePooling2D"]
inside = st.one_of(
    layers_of(_moving).map(lambda layer: dataclasses.replace(layer, padding="same")),
    layers_of(
        sorted(
            set(SETTINGS)
            - {"Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"}
            - {"Residual", "Backbone"}
        )
    ),
)


def _exactly(of: st.SearchStrategy[Layer], count: int) -> st.SearchStrategy[list[Layer]]:
    return st.lists(of, min_size=count, max_size=count)


@st.composite
def networks(draw: st.DrawFn) -> ModelSpec:
    """Networks of up to nine layers, of which most are possible and some are not."""
    layers: list[Layer] = [draw(inputs)]
    if draw(st.booleans()):  # shaped like a real one
        layers += draw(_exactly(on_maps, draw(st.integers(1, 7))))
        layers.append(draw(st.sampled_from([Flatten(), GlobalAveragePooling2D()])))
        layers.append(Dense(units=draw(st.integers(1, 4))))
    layers += draw(_exactly(anything, draw(st.integers(0 if len(layers) > 1 else 1, 4))))
    return ModelSpec(name=draw(st.sampled_from(["net", "Mein Netz №1", "3x"])), layers=layers)


def _straight(kind: str) -> st.SearchStrategy[Layer]:
    """A layer whose every weighted value has a gradient: one filter and no bend."""
    few = {"filters": st.just(1), "activation": st.none(), "depth_multiplier": st.just(1)}
    drawn = SETTINGS[kind]
    return st.fixed_dictionaries(
        {name: few.get(name, values) for name, values in drawn.items()}
    ).map(lambda settings: LAYERS[kind](**_sensible(kind, settings)))


@st.composite
def windows_in_a_row(draw: st.DrawFn) -> ModelSpec:
    """Up to four layers with windows, on an image that is far larger than they are."""
    kinds = ["Conv2D", "DepthwiseConv2D", "SeparableConv2D", "AveragePooling2D"]
    layers = draw(st.lists(st.sampled_from(kinds).flatmap(_straight), min_size=1, max_size=4))
    shape = (draw(st.integers(60, 90)), draw(st.integers(60, 90)), 1)
    return ModelSpec(name="windows", layers=(Input(shape=shape), *layers))
