"""Layers that bring values to mean 0 and standard deviation 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Annotated, Any, ClassVar

from xraylib.networks.declaration.effect import ALL, Effect, ImpossibleError, Shape, Weight
from xraylib.networks.declaration.fields import MAX_UNITS, Center, Epsilon, Spread
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Choice, Number, Whole, refuse
from xraylib.networks.declaration.stages import normalised
from xraylib.networks.declaration.words import options, times


@dataclass(frozen=True, kw_only=True)
class _Axes(Choice):
    """-1, or some of the image's axes; several as an ordered tuple."""

    def checked(self, kind: str, name: str, value: Any) -> int | tuple[int, ...]:
        parts = tuple(value) if isinstance(value, tuple | list) else (value,)
        good = all(isinstance(part, int) and not isinstance(part, bool) for part in parts)
        if good and len(parts) == 1 and parts[0] == -1:
            return -1
        if good and parts and len(set(parts)) == len(parts) and set(parts) <= {1, 2, 3}:
            ordered = tuple(sorted(parts))
            return ordered if len(ordered) > 1 else ordered[0]
        raise refuse(
            kind,
            name,
            value,
            "-1 for the last axis, or different ones of 1 (rows), 2 (columns), 3 (channels)",
            "set axis to -1, or to [1, 2, 3] for the whole image",
            (-1, (1, 2, 3)),
        )


@dataclass(frozen=True)
class LayerNormalization(Layer):
    """Normalises each image by its own mean and standard deviation over ``axis``.

    With ``axis=(1, 2, 3), center=False, scale=False`` it standardises the image and has no
    parameters. (Ba, Kiros and Hinton, Layer normalization, 2016, arXiv:1607.06450.)

    Attributes:
        axis: 1 (rows), 2 (columns), 3 (channels), several of them, or -1 for the last one.
        center: Whether a learned offset is added.
        scale: Whether a learned factor is applied.
        epsilon: Added to the variance, so that an even image does not divide by 0.
    """

    group = Group.NORMALIZATION
    meaning = "Brings each X-ray by itself to mean 0 and standard deviation 1."

    axis: Annotated[
        int | tuple[int, ...],
        _Axes(
            options=((1, 2, 3), (1, 2), -1, 1, 2, 3),
            words={
                (1, 2, 3): "the whole X-ray",
                (1, 2): "each channel's map",
                -1: "the channels of each pixel",
                1: "columns of pixels",
                2: "rows of pixels",
                3: "channels",
            },
            label="Over",
            help="Over which values mean and deviation are taken.",
            wide=True,
        ),
    ] = -1
    _: KW_ONLY
    center: Center = True
    scale: Spread = True
    epsilon: Epsilon = 1e-3

    @property
    def label(self) -> str:
        parts = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        where = "the image" if parts == (1, 2, 3) else f"axis {', '.join(map(str, parts))}"
        learned = self.center or self.scale
        return f"LayerNormalization over {where}" + options(not learned and "nothing learned")

    @property
    def note(self) -> str:
        return "standardised" if self.axis == (1, 2, 3) else "layer norm"

    def effect(self, shape: Shape) -> Effect:
        last = len(shape)
        given = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        axes = tuple(last if axis == -1 else axis for axis in given)
        if axes[-1] > last:
            raise ImpossibleError(
                f"axis {axes[-1]} does not exist in a row of {shape[0]:,} values",
                expected="axis 1 or -1 for a row of values",
                remedy="set axis to -1, or move this layer before the one that makes the row",
                field="axis",
                nearest=(-1,),
            )
        sizes = tuple(shape[axis - 1] for axis in axes)
        weights = []
        if self.scale:
            weights.append(Weight("gamma", sizes))
        if self.center:
            weights.append(Weight("beta", sizes))
        total = sum(weight.size for weight in weights)
        count = f"{len(weights)} × {times(sizes)} = {total:,}"
        reach = [ALL if axis in axes else 1 for axis in (1, 2)] if last == 3 else [ALL, ALL]
        return Effect(
            shape,
            weights=tuple(weights),
            shape_arithmetic=f"mean 0 and deviation 1 over {times(sizes)} values",
            params_arithmetic=count if weights else "",
            window=(reach[0], reach[1]),
        )

    @classmethod
    def in_stages(cls, layer: Any) -> Any:
        import keras
        from keras import ops

        if len(layer.axis) == 1:
            return layer
        axes = sorted(axis % 4 for axis in layer.axis)

        class LayerNormalization(keras.layers.Layer):  # type: ignore[misc]
            def call(self, x: Any) -> Any:
                y = normalised(x, axes, layer.epsilon)
                shape = [x.shape[axis] if axis in axes else 1 for axis in range(len(x.shape))]
                shape[0] = 1
                y = y if layer.gamma is None else y * ops.reshape(layer.gamma, shape)
                return y if layer.beta is None else y + ops.reshape(layer.beta, shape)

        return LayerNormalization(name=layer.name)


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Normalises each channel over the images of a batch; when predicting, with moving averages.

    (Ioffe and Szegedy, Batch normalization, 2015, arXiv:1502.03167.) On a few hundred images a
    momentum of 0.9 is more stable than the default.

    Attributes:
        momentum: How much of the old moving average each step keeps.
        epsilon: Added to the variance.
        center: Whether a learned offset is added.
        scale: Whether a learned factor is applied.
    """

    group = Group.NORMALIZATION
    meaning = "Brings each channel to a common range; training becomes steadier."

    _: KW_ONLY
    momentum: Annotated[
        float,
        Number(
            low=0,
            high=1,
            below=True,
            example=0.9,
            step=0.01,
            format="%.3f",
            label="Momentum",
            help="How much of the old average each step keeps. On a few hundred X-rays 0.9 is "
            "steadier than Keras's default of 0.99.",
        ),
    ] = 0.99
    epsilon: Epsilon = 1e-3
    center: Center = True
    scale: Spread = True

    @property
    def label(self) -> str:
        return "BatchNormalization" + options(
            self.momentum != 0.99 and f"momentum {self.momentum:g}"
        )

    @property
    def note(self) -> str:
        return "batch norm"

    def effect(self, shape: Shape) -> Effect:
        channels = (shape[-1],)
        weights = []
        if self.scale:
            weights.append(Weight("gamma", channels))
        if self.center:
            weights.append(Weight("beta", channels))
        learned = len(weights)
        weights.append(Weight("moving_mean", channels, trainable=False))
        weights.append(Weight("moving_variance", channels, trainable=False))
        words = f"{len(weights)} × {channels[0]:,} = {len(weights) * channels[0]:,}"
        return Effect(
            shape,
            weights=tuple(weights),
            params_arithmetic=f"{words}, {learned * channels[0]:,} of them trained",
        )


@dataclass(frozen=True)
class GroupNormalization(Layer):
    """Normalises each image by the mean and deviation of groups of its channels.

    Unlike BatchNormalization it does the same in training and prediction, and does not depend on
    the other images of the batch. (Wu and He, Group normalization, 2018, arXiv:1803.08494.)

    Attributes:
        groups: Number of groups; the number of channels must be a multiple of it.
        epsilon: Added to the variance.
        center: Whether a learned offset is added.
        scale: Whether a learned factor is applied.
    """

    group = Group.NORMALIZATION
    meaning = "Brings groups of channels to a common range, X-ray by X-ray."
    block_values: ClassVar[Mapping[str, Any]] = {"groups": 1}

    groups: Annotated[
        int,
        Whole(
            low=1,
            high=MAX_UNITS,
            label="Groups",
            help="Channels are normalised together in so many groups; must divide their number.",
        ),
    ] = 32
    _: KW_ONLY
    epsilon: Epsilon = 1e-3
    center: Center = True
    scale: Spread = True

    @property
    def label(self) -> str:
        return f"GroupNormalization, {self.groups} groups"

    @property
    def note(self) -> str:
        return "group norm"

    def effect(self, shape: Shape) -> Effect:
        channels = shape[-1]
        if channels % self.groups:
            divisors = [n for n in range(1, channels + 1) if channels % n == 0]
            divisors.sort(key=lambda n: abs(n - self.groups))
            raise ImpossibleError(
                f"{channels:,} channels do not divide into {self.groups:,} groups",
                expected=f"a divisor of {channels:,}",
                remedy=f"set groups to {divisors[0]:,}",
                field="groups",
                nearest=tuple(divisors[:3]),
            )
        names = [("gamma", self.scale), ("beta", self.center)]
        weights = tuple(Weight(name, (channels,)) for name, wanted in names if wanted)
        count = f"{len(weights)} × {channels:,} = {len(weights) * channels:,}"
        return Effect(
            shape,
            weights=weights,
            shape_arithmetic=f"{channels:,}/{self.groups:,} = {channels // self.groups:,} a group",
            params_arithmetic=count if weights else "",
            window=(ALL, ALL),
        )

    @classmethod
    def in_stages(cls, layer: Any) -> Any:
        import keras
        from keras import ops

        class GroupNormalization(keras.layers.Layer):  # type: ignore[misc]
            def call(self, x: Any) -> Any:
                _, height, width, channels = x.shape
                groups = channels if layer.groups == -1 else layer.groups
                split = ops.reshape(x, (-1, height, width, groups, channels // groups))
                y = normalised(split, [1, 2, 4], layer.epsilon)
                y = ops.reshape(y, (-1, height, width, channels))
                y = y if layer.gamma is None else y * layer.gamma
                return y if layer.beta is None else y + layer.beta

        return GroupNormalization(name=layer.name)
