"""What the drawing in the browser is sent."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from xraylib.app.architecture.touch.packet import Xray, pack
from xraylib.networks.layers import LAYERS, Conv2D, Flatten, Input, Residual
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace

CHOSEN = {"number": 2, "xrays": 9, "origins": ["run a"], "origin": "run a"}


def _read(packet: bytes) -> tuple[dict[str, Any], bytes, np.ndarray]:
    (size,) = struct.unpack("<I", packet[:4])
    head = json.loads(packet[4 : 4 + size])
    count = int(np.prod(head["shape"]))
    floats = np.frombuffer(packet, "<f4", offset=head["floats"])
    return head, packet[head["pixels"] : head["pixels"] + count], floats


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("shape", [(32, 31, 1), (33, 37, 3)])
def test_pixels_and_weights_stand_where_the_head_says(
    name: str, shape: tuple[int, int, int]
) -> None:
    spec = preset(name, input_shape=(shape[0] + 64, shape[1] + 64, shape[2]))
    result = trace(spec)
    pixels = np.random.default_rng(1).integers(0, 256, spec.input_shape, np.uint8)
    weights = [weight for row in result.rows for weight in row.weights]
    arrays = [np.full(one.shape, number, np.float32) for number, one in enumerate(weights)]
    sent = pack(result, Xray(name="a.png", pixels=pixels), arrays=arrays, chosen=CHOSEN)
    head, levels, floats = _read(sent)
    assert head["pixels"] % 4 == head["floats"] % 4 == 0
    assert levels == pixels.tobytes()
    assert len(floats) == result.total_params
    told = [array for layer in head["layers"] for array in layer["arrays"]]
    assert [array["name"] for array in told] == [weight.name for weight in weights]
    for number, array in enumerate(told):
        size = int(np.prod(array["shape"]))
        assert (floats[array["at"] : array["at"] + size] == number).all()
    assert [layer["shape"] for layer in head["layers"]] == [
        list(row.output_shape) for row in result.rows
    ]
    assert (head["number"], head["xrays"], head["origin"]) == (2, 9, "run a")


def test_fresh_weights_are_not_sent_and_a_large_network_costs_no_more_than_its_x_ray() -> None:
    spec = preset("lesson-dense")  # 6.5 million parameters
    pixels = np.zeros(spec.input_shape, np.uint8)
    sent = pack(trace(spec), Xray(name="a.png", pixels=pixels), chosen=CHOSEN)
    assert len(sent) < pixels.size + 10_000
    head, _, floats = _read(sent)
    assert not floats.size
    assert all("at" not in array for layer in head["layers"] for array in layer["arrays"])


def test_what_is_left_out_is_told_and_takes_no_room() -> None:
    spec = preset("lesson-conv", input_shape=(64, 64, 1))
    result = trace(spec)
    weights = [weight for row in result.rows for weight in row.weights]
    arrays = [np.ones(one.shape, np.float32) if one.size < 200 else None for one in weights]
    pixels = np.zeros(spec.input_shape, np.uint8)
    head, _, floats = _read(
        pack(result, Xray(name="a.png", pixels=pixels), arrays=arrays, chosen=CHOSEN)
    )
    places = [array["at"] for layer in head["layers"] for array in layer["arrays"]]
    assert [place is None for place in places] == [array is None for array in arrays]
    assert None in places
    assert len(floats) == sum(one.size for one in arrays if one is not None)


def test_layers_in_a_block_have_their_own_arrays_and_the_short_way_too() -> None:
    block = Residual((Conv2D(4, 3, strides=2, padding="same"), Conv2D(4, 1)))
    result = trace(ModelSpec(name="n", layers=(Input((12, 12, 1)), block)))
    weights = result.rows[1].weights
    arrays = [np.full(one.shape, number, np.float32) for number, one in enumerate(weights)]
    pixels = np.zeros((12, 12, 1), np.uint8)
    head, _, floats = _read(
        pack(result, Xray(name="a.png", pixels=pixels), arrays=arrays, chosen=CHOSEN)
    )
    told = head["layers"][1]
    steps = [*told["inside"], told["projection"]]
    assert [step["kind"] for step in steps] == ["Conv2D"] * 3
    found = [floats[array["at"]] for step in steps for array in step["arrays"]]
    assert found == list(range(6))
    assert told["projection"]["settings"]["strides"] == [2, 2]


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if kind != "Input"])
def test_every_kind_of_layer_can_be_sent(kind: str) -> None:
    layers = (Input((64, 64, 3)), LAYERS[kind].new(in_block=True))
    result = trace(ModelSpec(name="n", layers=layers))
    assert result.error is None
    pixels = np.zeros((64, 64, 3), np.uint8)
    head, _, _ = _read(pack(result, Xray(name="a.png", pixels=pixels), chosen=CHOSEN))
    assert head["layers"][1]["kind"] == kind
    assert head["impossible"] is None


def test_an_impossible_layer_is_told_after_those_before_it() -> None:
    spec = preset("lesson-cnn")
    behind = (Conv2D(filters=3, kernel_size=99), Flatten())
    broken = trace(spec.with_layers([*spec.layers[:4], *behind]))
    pixels = np.zeros(spec.input_shape, np.uint8)
    head, _, _ = _read(
        pack(broken, Xray(name="a.png", pixels=pixels), behind=behind, chosen=CHOSEN)
    )
    assert len(head["layers"]) == 4
    assert head["impossible"]["kind"] == "Conv2D"
    assert "does not fit" in head["impossible"]["why"]
    assert [(layer["index"], layer["kind"], layer["label"]) for layer in head["behind"]] == [
        (4, "Conv2D", "Conv2D 3 @ 99×99"),
        (5, "Flatten", "Flatten"),
    ]
