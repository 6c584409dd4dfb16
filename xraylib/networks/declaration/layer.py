"""What a layer is: one class that says everything about itself.

A layer is a frozen value. Its field names, their order and their defaults are Keras's. From the one
class come the row of the table (``effect``), the Keras layer (``to_keras``), the line of code
(``keras_call``), the saved JSON (``to_json``), the fields of the editor (the settings that its
fields are annotated with), its words for people and its place in the picture. It enters ``LAYERS``
by being defined.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, get_type_hints

from xraylib.errors import SpecError
from xraylib.networks.declaration.arguments import Declared, required
from xraylib.networks.declaration.code import L2, Call, literal
from xraylib.networks.declaration.effect import Effect, Pair, Shape
from xraylib.networks.declaration.fields import as_pair
from xraylib.networks.declaration.settings import Setting, refuse
from xraylib.networks.declaration.words import compact

_registry: dict[str, type[Layer]] = {}
LAYERS: Final[Mapping[str, type[Layer]]] = MappingProxyType(_registry)
"""Every kind of layer by its name, which is Keras's class name; by group and name."""


class Group(Enum):
    """Layers that do the same sort of thing, in the order in which the editor offers them."""

    INPUT = (0, "#8795a1", False)
    CONVOLUTION = (1, "#2b87c8", False)
    POOLING = (2, "#1a9c78", False)
    SHAPE = (3, "#a1862a", False)
    DENSE = (4, "#d9702a", False)
    ACTIVATION = (5, "#8f6fc0", True)
    NORMALIZATION = (6, "#8f6fc0", True)
    REGULARIZATION = (7, "#8f6fc0", True)
    SCALING = (8, "#8f6fc0", True)
    BLOCK = (9, "#8f6fc0", False)

    def __init__(self, place: int, colour: str, quiet: bool) -> None:
        self.place = place
        self.colour = colour
        """In the picture; lies between light and dark."""
        self.quiet = quiet
        """Whether its layers leave the shape alone: words under the map that they change."""


@dataclass(frozen=True)
class Layer(metaclass=Declared):
    """Base of all layers. Subclasses are frozen dataclasses.

    Fields that can be given by place are Keras's first parameters; ``KW_ONLY`` stands before the
    others.
    """

    group: ClassVar[Group]
    """What sort of thing it does; gives its colour and place in the picture."""

    meaning: ClassVar[str]
    """One sentence for people that teaches what it is for."""

    always: ClassVar[tuple[str, ...]] = ()
    """Fields that code always names, because Keras has no default or a reader would miss it."""

    penalised: ClassVar[tuple[str, ...]] = ()
    """Keras's names for what the setting ``l2`` sets."""

    window: ClassVar[Literal["sum", "largest", "mean"] | None] = None
    """What is made of the values under a window that moves over the map; None where none moves."""

    channelwise: ClassVar[bool] = False
    """Whether each of its filters looks at one channel alone."""

    weighs: ClassVar[bool] = False
    """Whether it multiplies what comes in with what it has learned."""

    keras_class: ClassVar[str] = ""
    """The Keras class under which its weights are stored, where that is not its own name."""

    in_block: ClassVar[bool] = True
    """Whether it can stand in a block, which adds maps of one shape."""

    block_values: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Settings with which a new one keeps a map's shape, for one that is put into a block."""

    new_values: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Settings of a new one in the editor, where Keras's defaults are seldom what one wants."""

    script_function: ClassVar[str] = ""
    """Source of a function that its line in a script calls; empty where Keras has it."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in vars(cls):  # or the dataclass would make one with every field
            cls.__repr__ = Layer.__repr__  # type: ignore[method-assign]
        if not cls.__name__.startswith("_"):
            known = {**_registry, cls.__name__: cls}
            _registry.clear()
            _registry.update(sorted(known.items(), key=lambda item: _order(item[1])))

    def __post_init__(self) -> None:
        for name, setting in self.settings().items():
            value = setting.taken(self.kind, name, getattr(self, name))
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        given: list[str] = []
        named = False
        for field in fields(self):
            value, named = getattr(self, field.name), named or field.kw_only is True
            if required(field) or value != field.default:
                given.append(f"{field.name}={compact(value)!r}" if named else repr(compact(value)))
            else:
                named = True  # what follows is not in its place
        return f"{self.kind}({', '.join(given)})"

    @property
    def kind(self) -> str:
        """The name of the Keras class."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """One line for a list of layers, for example ``Conv2D 5 @ 5×5, stride 3, relu``."""
        return self.kind

    @property
    def note(self) -> str:
        """A few words for under a map, where the layer leaves the shape alone."""
        return self.label

    @property
    def scales(self) -> bool:
        """Whether values of 0 to 255 come out of it as values of about 1."""
        return self.group in (Group.SCALING, Group.NORMALIZATION)

    @property
    def passes_on(self) -> bool:
        """Whether values come out of it as they went in, when predicting."""
        return self.group is Group.REGULARIZATION

    @property
    def has_convolution(self) -> bool:
        """Whether it is a convolution, or has one inside."""
        return self.window == "sum"

    @property
    def ends_in(self) -> str | None:
        """The activation that its values come out of; None for none."""
        found: str | None = getattr(self, "activation", None)
        return None if found == "linear" else found

    @property
    def steps(self) -> Pair:
        """Positions between neighbouring windows, down and to the right."""
        return as_pair(getattr(self, "strides", (1, 1)))

    def effect(self, shape: Shape) -> Effect:
        """What this layer does to ``shape``.

        Raises:
            ImpossibleError: It cannot be applied to this shape.
        """
        raise NotImplementedError

    def map_values(self, shape: Shape) -> list[int]:
        """How many values each step inside this layer makes of one image, in order.

        Raises:
            ImpossibleError: It cannot be applied to this shape.
        """
        return [math.prod(self.effect(shape).output_shape)]

    def remarks(self, shape: Shape) -> list[str]:
        """What a learner should know of it beside the arithmetic, with its numbers, as sentences.

        Args:
            shape: What comes in.
        """
        del shape
        return []

    def ways_out(self) -> dict[str, Layer]:
        """What else might be possible where this layer is not, by the words of a button."""
        if getattr(self, "padding", None) == "valid":
            return {"Set padding to same": replace(self, **{"padding": "same"})}
        return {}

    @classmethod
    def new(cls, *, in_block: bool = False) -> Layer:
        """One with the values that a new one in the editor starts with.

        Args:
            in_block: Whether it is to keep the shape of a map.
        """
        own = cls.settings()
        given = {f.name: own[f.name].first for f in fields(cls) if required(f)}
        return cls(**given | dict(cls.block_values if in_block else cls.new_values))

    @classmethod
    def settings(cls) -> Mapping[str, Setting]:
        """What each field may be and how it is shown, in the order of the fields."""
        return _settings(cls)

    def refused(
        self, name: str, expected: str, remedy: str, nearest: tuple[object, ...] = ()
    ) -> SpecError:
        """The error for a setting that does not go with another one."""
        return refuse(self.kind, name, getattr(self, name), expected, remedy, nearest)

    def keras_arguments(self) -> dict[str, Any]:
        """Keyword arguments of the Keras class: the fields that differ from Keras's defaults.

        Equal pairs are written as one number.
        """
        arguments: dict[str, Any] = {}
        for field in fields(self):
            name, value = field.name, getattr(self, field.name)
            if name == "l2":
                arguments |= dict.fromkeys(self.penalised, L2(value)) if value else {}
            elif value != field.default or name in self.always:
                arguments[name] = compact(value)
        return arguments

    def to_keras(self, name: str | None = None, shape: Shape = ()) -> Any:
        """The Keras layer. Imports Keras.

        Args:
            name: What Keras calls it.
            shape: What will come in; needed for what is several Keras layers.
        """
        del shape
        import keras

        arguments = {
            field: keras.regularizers.L2(value.amount) if isinstance(value, L2) else value
            for field, value in self.keras_arguments().items()
        }
        return getattr(keras.layers, self.kind)(**arguments, name=name)

    def keras_call(self, shape: Shape | None = None) -> Call:
        """The line of code that makes the Keras layer: ``layers.Dense(units=3)``.

        Args:
            shape: What comes in; written where a layer is several.
        """
        del shape
        given = (f"{name}={literal(item)}" for name, item in self.keras_arguments().items())
        return Call(f"layers.{self.kind}", tuple(given))

    @classmethod
    def in_stages(cls, layer: Any) -> Any:
        """A Keras layer of this kind in a form that LiteRT adds up as exactly as Keras.

        Args:
            layer: Built.

        Returns:
            The same; or one with its weights and results that adds up in ``stages``.
        """
        return layer

    def to_json(self) -> dict[str, Any]:
        """``{"kind": .., ..}`` with the fields that differ from their defaults."""
        return {"kind": self.kind} | {
            field.name: _plain(compact(value))
            for field in fields(self)
            if (value := getattr(self, field.name)) != field.default
        }


@cache
def _settings(cls: type[Layer]) -> Mapping[str, Setting]:
    hints = get_type_hints(cls, include_extras=True)
    found = {}
    for field in fields(cls):
        declared = getattr(hints[field.name], "__metadata__", ())
        settings = [one for one in declared if isinstance(one, Setting)]
        if len(settings) != 1:
            raise TypeError(
                f"{cls.__name__}.{field.name} says {len(settings)} times what it may be: annotate "
                "it with its type and one Setting, for example Annotated[int, Whole(low=1, high=9)]"
            )
        found[field.name] = settings[0]
    return MappingProxyType(found)


def _order(layer: type[Layer]) -> tuple[int, str]:
    return layer.group.place, layer.__name__


def _plain(value: Any) -> Any:
    if isinstance(value, Layer):
        return value.to_json()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
