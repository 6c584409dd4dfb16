"""What Keras calls a network and its layers. Standard library only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xraylib.networks.layers import Layer

INPUT_NAME: Final = "input"


def layer_name(index: int, layer: Layer) -> str:
    """The Keras name of the layer at a position, for example ``03_conv2d``."""
    return f"{index:02d}_{snake_case(layer.kind)}" if index else INPUT_NAME


def layer_index(name: str) -> int:
    """The position in the network of the Keras layer with this name."""
    return 0 if name == INPUT_NAME else int(name.split("_", 1)[0])


def snake_case(kind: str) -> str:
    """``MaxPooling2D`` as ``max_pooling2d``."""
    letters = [
        f"_{letter}" if letter.isupper() and before.islower() else letter
        for before, letter in zip(" " + kind, kind, strict=False)
    ]
    return "".join(letters).lower()


def model_name(name: str) -> str:
    """A network's name as Keras can use it: ASCII letters, digits and underscores."""
    ascii_name = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
    return ascii_name if ascii_name[0].isalpha() else f"n{ascii_name}"
