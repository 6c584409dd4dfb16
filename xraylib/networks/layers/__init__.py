"""The layers: one file a layer, or a family of them. Standard library only.

Every module of this folder is imported, in the order of their names, and each class of a layer in
it enters ``LAYERS``: a new layer is one new file, and every name of a layer can be imported from
here. ``xraylib.layers`` is the same for users.
"""

from typing import TYPE_CHECKING, Any

from xraylib.discovery import modules_of
from xraylib.networks.declaration.from_json import layer_from_json
from xraylib.networks.declaration.layer import LAYERS, Layer

modules_of(__name__)

__all__ = ["LAYERS", "Layer", "layer_from_json", *LAYERS]


def __getattr__(name: str) -> Any:
    if name not in LAYERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return LAYERS[name]


def __dir__() -> list[str]:
    return __all__


if TYPE_CHECKING:  # for type checkers, which do not follow what is found
    from xraylib.networks.layers.activation import Activation as Activation
    from xraylib.networks.layers.activation import LeakyReLU as LeakyReLU
    from xraylib.networks.layers.backbone import Backbone as Backbone
    from xraylib.networks.layers.convolution import Conv2D as Conv2D
    from xraylib.networks.layers.convolution import DepthwiseConv2D as DepthwiseConv2D
    from xraylib.networks.layers.convolution import SeparableConv2D as SeparableConv2D
    from xraylib.networks.layers.dense import Dense as Dense
    from xraylib.networks.layers.dropout import Dropout as Dropout
    from xraylib.networks.layers.dropout import SpatialDropout2D as SpatialDropout2D
    from xraylib.networks.layers.flatten import Flatten as Flatten
    from xraylib.networks.layers.input import Input as Input
    from xraylib.networks.layers.normalization import BatchNormalization as BatchNormalization
    from xraylib.networks.layers.normalization import GroupNormalization as GroupNormalization
    from xraylib.networks.layers.normalization import LayerNormalization as LayerNormalization
    from xraylib.networks.layers.padding import ZeroPadding2D as ZeroPadding2D
    from xraylib.networks.layers.pooling import AveragePooling2D as AveragePooling2D
    from xraylib.networks.layers.pooling import GlobalAveragePooling2D as GlobalAveragePooling2D
    from xraylib.networks.layers.pooling import GlobalMaxPooling2D as GlobalMaxPooling2D
    from xraylib.networks.layers.pooling import MaxPooling2D as MaxPooling2D
    from xraylib.networks.layers.rescaling import Rescaling as Rescaling
    from xraylib.networks.layers.residual import Residual as Residual
