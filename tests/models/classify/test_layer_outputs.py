"""The maps of every convolution, through LiteRT, are Keras's own."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from xraylib.errors import BundleError
from xraylib.models.classify.layer_outputs import InsideNetwork, layer_facts, tile
from xraylib.networks.layers import Conv2D, Residual
from xraylib.networks.presets import preset

pytestmark = pytest.mark.xdist_group("tensorflow")


def _inside(model: Any) -> InsideNetwork:
    from xraylib.models.conversion.litert import export_inside

    exported = export_inside(model)
    assert exported is not None
    layers = [
        layer_facts(name, {3: "Conv2D 16"}, shape)
        for name, shape in zip(exported.names, exported.shapes, strict=True)
    ]
    bundle: Any = SimpleNamespace(
        inside=exported.model, layers={"layers": layers, "filters": exported.filters}
    )
    found = InsideNetwork.of(bundle)
    assert found is not None
    return found


def test_every_map_equals_that_of_keras_also_inside_a_block() -> None:
    import keras

    from xraylib.networks.render.keras_model import build

    spec = preset("small-cnn", input_shape=(32, 32, 1), standardise=True)
    last = max(place for place, layer in enumerate(spec.layers) if layer.kind == "Conv2D")
    block = Residual(layers=(Conv2D(filters=8, kernel_size=3, padding="same"),))
    layers = (*spec.layers[: last + 1], block, *spec.layers[last + 1 :])
    model = build(replace(spec, layers=layers), seed=3)
    inside = _inside(model)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 1)).astype(np.uint8)
    maps = inside.maps(pixels)
    names = [layer.name for layer in inside.convolutions]
    assert names == list(maps)
    assert names[:2] == ["03_conv2d", "06_conv2d"]
    assert [name.split("/")[0] for name in names[-2:]] == ["20_residual"] * 2
    assert inside.convolutions[0].label == "Conv2D 16"
    assert inside.convolutions[0].shape == maps["03_conv2d"].shape == (8, 8, 16)
    block_model = model.get_layer("20_residual")
    for name in names:
        outer, _, inner = name.partition("/")
        if inner:
            before = keras.Model(model.inputs[0], model.get_layer("19_conv2d").output)
            part = keras.Model(block_model.inputs[0], block_model.get_layer(inner).output)
            expected = part(before(pixels[None].astype(np.float32)))
        else:
            part = keras.Model(model.inputs[0], model.get_layer(outer).output)
            expected = part(pixels[None].astype(np.float32))
        assert np.abs(np.asarray(expected)[0] - maps[name]).max() < 1e-5
    assert inside.filters is not None
    assert np.array_equal(inside.filters, model.get_layer("03_conv2d").get_weights()[0])


def test_a_network_without_a_convolution_has_nothing_to_look_into() -> None:
    from xraylib.models.conversion.litert import export_inside
    from xraylib.networks.render.keras_model import build

    assert export_inside(build(preset("lesson-dense", input_shape=(32, 32, 1)), seed=0)) is None
    nothing: Any = SimpleNamespace(inside=None, layers=None)
    assert InsideNetwork.of(nothing) is None


def test_a_description_that_does_not_fit_is_refused() -> None:
    bundle: Any = SimpleNamespace(inside=b"x", layers={"layers": [{"name": "a"}], "filters": None})
    with pytest.raises(BundleError) as caught:
        InsideNetwork.of(bundle)
    assert caught.value.message == (
        "The published model has an inside.tflite that does not fit its inside.json. Expected the "
        "maps of every convolution as they were published. Do this: publish the run again."
    )


def test_maps_are_laid_out_beside_each_other_each_from_black_to_white() -> None:
    maps = np.zeros((2, 3, 5), np.float32)
    maps[0, 0, 0], maps[1, 2, 4] = -1, 8
    picture, columns = tile(maps)
    assert columns == 3
    assert picture.shape == (2 * 2 + 1, 3 * 3 + 2)
    assert picture[0, 0] == 0  # the darkest of the first map
    assert picture[0, 1] == 255
    assert picture[4, 4 + 2] == 255  # the brightest of the fifth
    assert picture[0, 3] == 40  # the gap
    assert tile(np.zeros((2, 2, 100), np.float32), most=4)[0].shape == (5, 5)
