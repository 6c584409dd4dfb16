"""The catalogue of layers. Importing this package fills ``LAYERS``. Standard library only."""

from xraylib.networks.layers.backbone import BACKBONES, Backbone
from xraylib.networks.layers.base import (
    LAYERS,
    Effect,
    Layer,
    Pair,
    Part,
    Shape,
    Weight,
    layer_from_json,
)
from xraylib.networks.layers.convolution import Conv2D, DepthwiseConv2D, SeparableConv2D
from xraylib.networks.layers.core import (
    Activation,
    Dense,
    Dropout,
    Flatten,
    Input,
    LeakyReLU,
    Rescaling,
    SpatialDropout2D,
)
from xraylib.networks.layers.normalization import (
    BatchNormalization,
    GroupNormalization,
    LayerNormalization,
)
from xraylib.networks.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    ZeroPadding2D,
)
from xraylib.networks.layers.residual import Residual
from xraylib.networks.layers.settings import ACTIVATIONS, PADDINGS

__all__ = [
    "ACTIVATIONS",
    "BACKBONES",
    "LAYERS",
    "PADDINGS",
    "Activation",
    "AveragePooling2D",
    "Backbone",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Effect",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GroupNormalization",
    "Input",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "MaxPooling2D",
    "Pair",
    "Part",
    "Rescaling",
    "Residual",
    "SeparableConv2D",
    "Shape",
    "SpatialDropout2D",
    "Weight",
    "ZeroPadding2D",
    "layer_from_json",
]
