"""The catalogue of layers. Importing this package fills ``LAYERS``. Standard library only."""

from xraylib.model.layers.base import LAYERS, Effect, Layer, Pair, Shape, Weight, layer_from_json
from xraylib.model.layers.convolution import Conv2D
from xraylib.model.layers.core import Activation, Dense, Dropout, Flatten, Input, Rescaling
from xraylib.model.layers.normalization import BatchNormalization, LayerNormalization
from xraylib.model.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from xraylib.model.layers.settings import ACTIVATIONS, PADDINGS

__all__ = [
    "ACTIVATIONS",
    "LAYERS",
    "PADDINGS",
    "Activation",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Effect",
    "Flatten",
    "GlobalAveragePooling2D",
    "Input",
    "Layer",
    "LayerNormalization",
    "MaxPooling2D",
    "Pair",
    "Rescaling",
    "Shape",
    "Weight",
    "layer_from_json",
]
