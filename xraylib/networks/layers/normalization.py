"""Layers that bring values to mean 0 and standard deviation 1."""

from __future__ import annotations

from dataclasses import dataclass

from xraylib.networks.layers.base import ALL, Effect, ImpossibleError, Layer, Shape, Weight
from xraylib.networks.layers.settings import MAX_UNITS, flag, number, refuse, whole
from xraylib.networks.layers.words import options, times


@dataclass(frozen=True, kw_only=True)
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

    axis: int | tuple[int, ...] = -1
    center: bool = True
    scale: bool = True
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        value = self.axis
        parts = tuple(value) if isinstance(value, tuple | list) else (value,)
        good = all(isinstance(part, int) and not isinstance(part, bool) for part in parts)
        if good and len(parts) == 1 and parts[0] == -1:
            object.__setattr__(self, "axis", -1)
        elif good and parts and len(set(parts)) == len(parts) and set(parts) <= {1, 2, 3}:
            ordered = tuple(sorted(parts))
            object.__setattr__(self, "axis", ordered if len(ordered) > 1 else ordered[0])
        else:
            raise refuse(
                self,
                "axis",
                "-1 for the last axis, or different ones of 1 (rows), 2 (columns), 3 (channels)",
                "set axis to -1, or to [1, 2, 3] for the whole image",
                (-1, (1, 2, 3)),
            )
        flag(self, "center")
        flag(self, "scale")
        number(self, "epsilon", 0, 1, above=True, example=1e-3)

    @property
    def label(self) -> str:
        parts = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        where = "the image" if parts == (1, 2, 3) else f"axis {', '.join(map(str, parts))}"
        learned = self.center or self.scale
        return f"LayerNormalization over {where}" + options(not learned and "nothing learned")

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


@dataclass(frozen=True, kw_only=True)
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

    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        number(self, "momentum", 0, 1, below=True, example=0.9)
        number(self, "epsilon", 0, 1, above=True, example=1e-3)
        flag(self, "center")
        flag(self, "scale")

    @property
    def label(self) -> str:
        return "BatchNormalization" + options(
            self.momentum != 0.99 and f"momentum {self.momentum:g}"
        )

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


@dataclass(frozen=True, kw_only=True)
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

    groups: int = 32
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True

    def __post_init__(self) -> None:
        whole(self, "groups", 1, MAX_UNITS)
        number(self, "epsilon", 0, 1, above=True, example=1e-3)
        flag(self, "center")
        flag(self, "scale")

    @property
    def label(self) -> str:
        return f"GroupNormalization, {self.groups} groups"

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
