"""The network as a value: an Input and the layers after it. Standard library only.

>>> from xraylib.networks.layers import Conv2D, Flatten, Input
>>> from xraylib.networks.spec import ModelSpec
>>> from xraylib.networks.trace import trace
>>> spec = ModelSpec(
...     name="mine",
...     layers=(Input((256, 256, 1)), Conv2D(5, 5, strides=3, activation="relu"), Flatten()),
... )
>>> trace(spec).rows[1].arithmetic
'⌊(256−5)/3⌋+1 = 84; 5 × (1×5×5 + 1) = 130'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

from xraylib.errors import SpecError
from xraylib.networks.declaration.arguments import Declared
from xraylib.networks.declaration.effect import Shape
from xraylib.networks.declaration.words import shorten
from xraylib.networks.layers import (
    Activation,
    Dense,
    GlobalAveragePooling2D,
    Input,
    Layer,
    layer_from_json,
)
from xraylib.networks.trace import trace

SCHEMA: Final = 1
MAX_LAYERS: Final = 200
MAX_NAME: Final = 80


@dataclass(frozen=True, kw_only=True, repr=False)
class ModelSpec(metaclass=Declared):
    """A network.

    Attributes:
        name: What it is called, 1 to 80 characters on one line.
        layers: The Input first, then up to 199 others. Whether they fit together says ``trace``.

    Raises:
        SpecError: No usable name, or not an Input first and no other.
    """

    name: str
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if (
            not isinstance(self.name, str)
            or not 1 <= len(self.name) <= MAX_NAME
            or not self.name.isprintable()
            or not self.name.strip()
        ):
            raise SpecError(
                f"The network's name is {shorten(self.name)}",
                expected=f"1 to {MAX_NAME} characters on one line",
                remedy="give the network another name",
                field="name",
            )
        if not isinstance(self.layers, Sequence) or isinstance(self.layers, str):
            raise SpecError(
                f"The network's layers are {shorten(self.layers)}",
                expected="a list of layers, the Input first",
                remedy="write the layers as a list",
                field="layers",
            )
        object.__setattr__(self, "layers", tuple(self.layers))
        if not 1 <= len(self.layers) <= MAX_LAYERS:
            raise SpecError(
                f"The network has {len(self.layers)} layers",
                expected=f"1 to {MAX_LAYERS}, the Input first",
                remedy="remove some layers" if self.layers else "add an Input",
                field="layers",
            )
        for index, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise SpecError(
                    f"Layer {index} is {shorten(layer)}",
                    expected="a layer, for example Flatten()",
                    remedy="put a layer there",
                    index=index,
                )
            if isinstance(layer, Input) != (index == 0):
                raise SpecError(
                    f"Layer {index} is {layer.kind}",
                    expected="an Input first" if index == 0 else "the only Input in first place",
                    remedy="put an Input in first place" if index == 0 else "remove this Input",
                    index=index,
                    kind=layer.kind,
                )

    def __repr__(self) -> str:
        return f"ModelSpec({self.name!r}, {trace(self)!r})"

    def _repr_html_(self) -> str:
        return f"<p><strong>{escape(self.name)}</strong></p>{trace(self)._repr_html_()}"

    @property
    def input_shape(self) -> Shape:
        """``(height, width, channels)`` in pixels."""
        first = self.layers[0]
        assert isinstance(first, Input)  # __post_init__ made sure
        return first.shape

    def to_json(self) -> dict[str, Any]:
        """``{"schema", "name", "layers": [{"kind", ..}]}``, settings that are defaults left out."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "layers": [layer.to_json() for layer in self.layers],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ModelSpec:
        """The network that ``to_json`` wrote; also for JSON from strangers.

        Raises:
            SpecError: It is not a network; names the layer and the setting.
        """
        if not isinstance(value, Mapping) or not isinstance(value.get("layers"), list | tuple):
            raise SpecError(
                f"The network is {shorten(value)}",
                expected='a JSON object with "name" and a list of "layers"',
                remedy="choose a spec.json that this program wrote",
            )
        if value.get("schema", SCHEMA) != SCHEMA:
            raise SpecError(
                f"The network's schema is {shorten(value['schema'])}",
                expected=f"{SCHEMA}, the only one that this version knows",
                remedy="use the version of the program that wrote it",
                field="schema",
            )
        for key in value:
            if key not in ("schema", "name", "layers"):
                raise SpecError(
                    f"The network has an unknown entry, {shorten(key)}",
                    expected="only schema, name and layers",
                    remedy="leave it out",
                )
        if len(value["layers"]) > MAX_LAYERS:
            raise SpecError(
                f"The network has {len(value['layers']):,} layers",
                expected=f"1 to {MAX_LAYERS}, the Input first",
                remedy="remove some layers",
                field="layers",
            )
        layers = tuple(
            layer_from_json(layer, index=index) for index, layer in enumerate(value["layers"])
        )
        return cls(name=value.get("name", "network"), layers=layers)

    def with_layers(self, layers: Sequence[Layer]) -> ModelSpec:
        """The same name with other layers."""
        return ModelSpec(name=self.name, layers=layers)  # type: ignore[arg-type]  # made a tuple

    def with_input_shape(self, shape: Shape) -> ModelSpec:
        """The same network for images of another ``(height, width, channels)``."""
        return self.with_layers((Input(shape), *self.layers[1:]))

    def with_head(self, classes: int, class_mode: str = "categorical") -> ModelSpec:
        """The same network with the output that this many classes need.

        A Dense at the end (also before a last Activation) is changed, otherwise one is added. Where
        it would get a map, a GlobalAveragePooling2D is put before it.

        Args:
            classes: At least 2.
            class_mode: ``"binary"`` for one sigmoid unit, ``"categorical"`` or ``"sparse"`` for
                one softmax unit a class, ``"multilabel"`` for one sigmoid unit a finding.

        Raises:
            SpecError: Fewer than two classes, or ``binary`` with more than two.
        """
        last = head(classes, class_mode)
        body = list(self.layers)
        ends = len(body) > 2 and isinstance(body[-1], Activation) and isinstance(body[-2], Dense)
        if ends and isinstance(body[-2], Dense):
            assert last.activation is not None
            body[-2:] = [
                replace(body[-2], units=last.units, activation=None),
                Activation(activation=last.activation),
            ]
        elif isinstance(body[-1], Dense):
            body[-1] = replace(body[-1], units=last.units, activation=last.activation)
        else:
            body.append(last)
        place = len(body) - (2 if ends else 1)
        before = trace(self.with_layers(body[:place]))
        if before.error is None and len(before.output_shape) == 3:
            body.insert(place, GlobalAveragePooling2D())
        return self.with_layers(body)


def head(classes: int, class_mode: str = "categorical") -> Dense:
    """The last layer for this many classes.

    Raises:
        SpecError: Fewer than two classes, ``binary`` with more than two, or an unknown mode.
    """
    if class_mode not in ("categorical", "binary", "sparse", "multilabel"):
        raise SpecError(
            f"The class mode is {shorten(class_mode)}",
            expected="categorical, binary, sparse or multilabel",
            remedy="choose one of them",
        )
    if isinstance(classes, bool) or not isinstance(classes, int) or classes < 2:
        raise SpecError(
            f"The number of classes is {shorten(classes)}",
            expected="a whole number of at least 2",
            remedy="choose a data set with at least two classes",
        )
    if class_mode == "binary":
        if classes != 2:
            raise SpecError(
                f"The class mode is binary and there are {classes} classes",
                expected="two classes",
                remedy="use categorical, or a data set with two classes",
            )
        return Dense(units=1, activation="sigmoid")
    return Dense(units=classes, activation="sigmoid" if class_mode == "multilabel" else "softmax")
