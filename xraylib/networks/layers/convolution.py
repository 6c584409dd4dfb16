"""Layers whose filters move over the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from xraylib.networks.declaration.effect import Effect, Pair, Shape, Weight
from xraylib.networks.declaration.fields import (
    ActivationAfter,
    DepthMultiplier,
    DilationRate,
    Filters,
    KernelSize,
    Padding,
    Penalty,
    Strides,
    UseBias,
    as_pair,
)
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.windows import map_size, slide, span
from xraylib.networks.declaration.words import options, side, times


@dataclass(frozen=True)
class _Convolution(Layer):
    """What all convolutions have in common."""

    group = Group.CONVOLUTION
    window = "sum"
    weighs = True
    block_values: ClassVar[Mapping[str, Any]] = {"padding": "same"}
    new_values: ClassVar[Mapping[str, Any]] = {"padding": "same", "activation": "relu"}


@dataclass(frozen=True)
class Conv2D(_Convolution):
    """Filters that move over the map and each make one map of their own.

    Attributes:
        filters: Number of filters, which is the number of channels that come out.
        kernel_size: Height and width of a filter in pixels; one number for a square.
        strides: Steps down and to the right in pixels; one number for both.
        padding: ``"valid"`` keeps the filter inside the map, ``"same"`` adds zeros around it.
        dilation_rate: Distance between the filter's own pixels; above 1 it sees a wider part of
            the map with the same number of weights. Only with strides of 1.
        activation: One of ``ACTIVATIONS``, or None.
        use_bias: Whether each filter adds a number of its own.
        l2: Added to the loss while training, times the sum of the squared weights.
    """

    meaning = "Small filters move over the map; each answers where it finds its own pattern."
    penalised = ("kernel_regularizer",)

    filters: Filters
    kernel_size: KernelSize
    _: KW_ONLY
    strides: Strides = (1, 1)
    padding: Padding = "valid"
    dilation_rate: DilationRate = (1, 1)
    activation: ActivationAfter = None
    use_bias: UseBias = True
    l2: Penalty = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_dilation(self)

    @property
    def label(self) -> str:
        return f"Conv2D {self.filters} @ {_settings(self)}"

    def effect(self, shape: Shape) -> Effect:
        kernel = as_pair(self.kernel_size)
        (rows, columns), channels, words = _positions(self, shape)
        weights = [Weight("kernel", (*kernel, channels, self.filters))]
        seen = f"{channels}×{kernel[0]}×{kernel[1]}"
        if self.use_bias:
            weights.append(Weight("bias", (self.filters,)))
            seen = f"({seen} + 1)"
        total = sum(weight.size for weight in weights)
        return Effect(
            (rows, columns, self.filters),
            weights=tuple(weights),
            multiply_adds=rows * columns * weights[0].size,
            shape_arithmetic=words,
            params_arithmetic=f"{self.filters:,} × {seen} = {total:,}",
            window=span(kernel, as_pair(self.dilation_rate)),
            strides=as_pair(self.strides),
        )

    def remarks(self, shape: Shape) -> list[str]:
        del shape  # the same on every map
        return [
            "Parameters: filters × (channels × height × width + 1), the 1 for the bias"
            + ("." if self.use_bias else ", which this layer does without.")
        ]


@dataclass(frozen=True)
class DepthwiseConv2D(_Convolution):
    """Filters that each look at one channel only.

    Attributes:
        kernel_size: Height and width of a filter in pixels; one number for a square.
        strides: Step in pixels, the same down and to the right.
        padding: ``"valid"`` or ``"same"``.
        depth_multiplier: Filters for each channel.
        dilation_rate: Distance between a filter's own pixels. Only with strides of 1.
        activation: One of ``ACTIVATIONS``, or None.
        use_bias: Whether each filter adds a number of its own.
        l2: Added to the loss while training, times the sum of the squared weights.
    """

    meaning = "Each channel has filters of its own, so it costs far fewer parameters."
    penalised = ("depthwise_regularizer",)
    channelwise = True

    kernel_size: KernelSize
    _: KW_ONLY
    strides: Strides = (1, 1)
    padding: Padding = "valid"
    depth_multiplier: DepthMultiplier = 1
    dilation_rate: DilationRate = (1, 1)
    activation: ActivationAfter = None
    use_bias: UseBias = True
    l2: Penalty = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_dilation(self)
        _check_depthwise(self)

    @property
    def label(self) -> str:
        each = self.depth_multiplier > 1 and f"{self.depth_multiplier} a channel"
        return f"DepthwiseConv2D {_settings(self)}" + options(each)

    def effect(self, shape: Shape) -> Effect:
        kernel = as_pair(self.kernel_size)
        (rows, columns), channels, words = _positions(self, shape)
        filters = channels * self.depth_multiplier
        weights = [Weight("kernel", (*kernel, channels, self.depth_multiplier))]
        seen = times(kernel)
        if self.use_bias:
            weights.append(Weight("bias", (filters,)))
            seen = f"({seen} + 1)"
        total = sum(weight.size for weight in weights)
        return Effect(
            (rows, columns, filters),
            weights=tuple(weights),
            multiply_adds=rows * columns * weights[0].size,
            shape_arithmetic=words,
            params_arithmetic=f"{filters:,} × {seen} = {total:,}",
            window=span(kernel, as_pair(self.dilation_rate)),
            strides=as_pair(self.strides),
        )


@dataclass(frozen=True)
class SeparableConv2D(_Convolution):
    """A depthwise convolution and then a 1×1 convolution that mixes the channels.

    Nearly what Conv2D does, for a fraction of the parameters. (Chollet, Xception, 2017,
    arXiv:1610.02357.)

    Attributes:
        filters: Number of channels that come out.
        kernel_size: Height and width of a filter in pixels; one number for a square.
        strides: Step in pixels, the same down and to the right.
        padding: ``"valid"`` or ``"same"``.
        dilation_rate: Distance between a filter's own pixels. Only with strides of 1.
        depth_multiplier: Filters for each channel in the first half.
        activation: One of ``ACTIVATIONS``, or None.
        use_bias: Whether each output channel adds a number of its own.
        l2: Added to the loss while training, times the sum of the squared weights.
    """

    meaning = "First one filter a channel, then a mixture of channels: a cheap Conv2D."
    penalised = ("depthwise_regularizer", "pointwise_regularizer")
    channelwise = True

    filters: Filters
    kernel_size: KernelSize
    _: KW_ONLY
    strides: Strides = (1, 1)
    padding: Padding = "valid"
    dilation_rate: DilationRate = (1, 1)
    depth_multiplier: DepthMultiplier = 1
    activation: ActivationAfter = None
    use_bias: UseBias = True
    l2: Penalty = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_dilation(self)
        _check_depthwise(self)

    @property
    def label(self) -> str:
        each = self.depth_multiplier > 1 and f"{self.depth_multiplier} a channel"
        return f"SeparableConv2D {self.filters} @ {_settings(self)}" + options(each)

    def effect(self, shape: Shape) -> Effect:
        kernel = as_pair(self.kernel_size)
        (rows, columns), channels, words = _positions(self, shape)
        between = channels * self.depth_multiplier
        weights = [
            Weight("depthwise_kernel", (*kernel, channels, self.depth_multiplier)),
            Weight("pointwise_kernel", (1, 1, between, self.filters)),
        ]
        products = weights[0].size + weights[1].size
        mixed = f"{between:,}"
        if self.use_bias:
            weights.append(Weight("bias", (self.filters,)))
            mixed = f"({mixed} + 1)"
        total = sum(weight.size for weight in weights)
        return Effect(
            (rows, columns, self.filters),
            weights=tuple(weights),
            multiply_adds=rows * columns * products,
            shape_arithmetic=words,
            params_arithmetic=(
                f"{between:,} × {times(kernel)} + {self.filters:,} × {mixed} = {total:,}"
            ),
            window=span(kernel, as_pair(self.dilation_rate)),
            strides=as_pair(self.strides),
        )


_Moving = Conv2D | DepthwiseConv2D | SeparableConv2D


def _check_dilation(layer: _Moving) -> None:
    if max(as_pair(layer.strides)) > 1 and max(as_pair(layer.dilation_rate)) > 1:
        raise layer.refused(
            "dilation_rate",
            "1 where strides are above 1",
            "set dilation_rate to 1 or strides to 1",
            (1,),
        )


def _check_depthwise(layer: _Moving) -> None:
    down, right = as_pair(layer.strides)
    if down != right:  # TensorFlow's depthwise convolution cannot
        raise layer.refused(
            "strides",
            "the same stride down and to the right",
            f"set strides to {down}, for example",
            (down, right),
        )
    if down > 1 and as_pair(layer.kernel_size) == (1, 1):
        raise layer.refused(  # TensorFlow 2.21 crashes when such a kernel learns
            "kernel_size",
            "more than 1×1 where strides are above 1",
            "set kernel_size to 2 or strides to 1",
            (2,),
        )


def _positions(layer: _Moving, shape: Shape) -> tuple[Pair, int, str]:
    height, width, channels = map_size(layer.kind, shape)
    positions, words = slide(
        (height, width),
        window=as_pair(layer.kernel_size),
        strides=as_pair(layer.strides),
        padding=layer.padding,
        dilation=as_pair(layer.dilation_rate),
        field="kernel_size",
        noun="kernel",
    )
    return positions, channels, words


def _settings(layer: _Moving) -> str:
    strides, dilation = as_pair(layer.strides), as_pair(layer.dilation_rate)
    return times(as_pair(layer.kernel_size)) + options(
        strides != (1, 1) and f"stride {side(strides)}",
        dilation != (1, 1) and f"dilation {side(dilation)}",
        layer.padding != "valid" and layer.padding,
        layer.activation,
        not layer.use_bias and "no bias",
        layer.l2 > 0 and f"L2 {layer.l2:g}",
    )
