"""Networks of others as one layer: their table against Keras, and where their weights come from."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from xraylib.errors import SpecError
from xraylib.networks import backbones as tables
from xraylib.networks.backbones import BACKBONES
from xraylib.networks.layers import Backbone, Dense, GlobalAveragePooling2D, Input, layer_from_json
from xraylib.networks.render.keras_model import assemble, build
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.networks.weights import pretrained
from xraylib.networks.weights.weights_file import check_weights, save_weights
from xraylib.training.script.keras_script import keras_script

pytestmark = pytest.mark.xdist_group("tensorflow")

SIDES = (32, 33, 100, 224, 257)


def _spec(layer: Backbone, *shape: int) -> ModelSpec:
    layers = (Input(shape=shape), layer, GlobalAveragePooling2D(), Dense(units=2))
    return ModelSpec(name="transfer", layers=layers)


def _products(model: Any) -> int:
    total = 0
    for layer in model.layers:
        if hasattr(layer, "layers"):
            total += _products(layer)
        for weight in () if hasattr(layer, "layers") else layer.weights:
            if weight.name == "kernel":
                total += int(np.prod(layer.output.shape[1:-1])) * int(np.prod(weight.shape))
    return total


def _agrees(layer: Backbone, shape: tuple[int, int, int], folder: Path) -> Any:
    spec = _spec(layer, *shape)
    traced, model = trace(spec), assemble(spec)
    row, built = traced.rows[1], model.layers[1]
    assert tuple(built.output.shape[1:]) == row.output_shape, shape
    assert built.count_params() == row.params
    assert sum(int(np.prod(w.shape)) for w in built.trainable_weights) == row.trainable_params
    assert [(w.name, tuple(w.shape)) for w in built.weights] == [w[:2] for w in row.weights]
    assert _products(model) == traced.multiply_adds
    save_weights(model, folder / "model.weights.h5")
    check_weights(folder / "model.weights.h5", spec)
    return model


def test_a_backbone_is_what_keras_builds(tmp_path: Path) -> None:
    layer = Backbone(name="MobileNetV3Small", weights="none", trainable_from=4)
    model = _agrees(layer, (33, 100, 1), tmp_path)
    script: dict[str, Any] = {"__name__": "script"}
    exec(compile(keras_script(_spec(layer, 33, 100, 1)), "model.py", "exec"), script)
    theirs = script["model"]
    theirs.load_weights(tmp_path / "model.weights.h5")
    assert [w.trainable for w in theirs.weights] == [w.trainable for w in model.weights]


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", BACKBONES)
def test_every_backbone_is_what_keras_builds_at_every_size(name: str, tmp_path: Path) -> None:
    import keras

    for place, side in enumerate(SIDES):
        stage = (None, 1, 3, 4, 5)[place]
        layer = Backbone(name=name, weights="none", trainable_from=stage)
        _agrees(layer, (side, side, 1 if place % 2 else 3), tmp_path)
        keras.backend.clear_session()


@pytest.mark.parametrize("name", BACKBONES)
def test_the_preprocessing_is_keras_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    module = {
        "MobileNetV2": "mobilenet_v2",
        "MobileNetV3Small": "mobilenet_v3",
        "EfficientNetV2B0": "efficientnet_v2",
        "ResNet50V2": "resnet_v2",
        "DenseNet121": "densenet",
    }[name]
    bodies = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Identity()])
    monkeypatch.setattr(keras.applications, name, lambda **_: bodies)
    image = np.random.default_rng(0).integers(0, 255, (1, 32, 32, 1)).astype(np.float32)
    model = assemble(ModelSpec(name="n", layers=(Input(shape=(32, 32, 1)), Backbone(name=name))))
    prepared = getattr(keras.applications, module).preprocess_input(np.repeat(image, 3, axis=-1))
    assert np.allclose(model(image), prepared, atol=1e-5)


@pytest.mark.parametrize("name", BACKBONES)
def test_output_sizes_follow_the_stride_rule(name: str) -> None:
    floor = name == "DenseNet121"
    expected = {
        32: 1,
        33: 1 if floor else 2,
        100: 3 if floor else 4,
        224: 7,
        257: 8 if floor else 9,
    }
    for side in SIDES:
        shape = trace(_spec(Backbone(name=name), side, side, 1)).rows[1].output_shape
        assert shape == (expected[side], expected[side], BACKBONES[name].channels)


def test_the_parameters_are_those_that_keras_documents() -> None:
    totals = {
        name: trace(_spec(Backbone(name=name), 224, 224, 3)).rows[1].params for name in BACKBONES
    }
    assert totals == {
        "MobileNetV2": 2_257_984,
        "MobileNetV3Small": 939_120,
        "EfficientNetV2B0": 5_919_312,
        "ResNet50V2": 23_564_800,
        "DenseNet121": 7_037_504,
    }


def test_addresses_and_checksums_are_those_of_keras() -> None:
    from keras.src.applications import densenet, efficientnet_v2, mobilenet_v2, mobilenet_v3, resnet

    for module in (densenet, efficientnet_v2, mobilenet_v2, mobilenet_v3, resnet):
        base = getattr(module, "BASE_WEIGHTS_PATH", None) or module.BASE_WEIGHT_PATH
        assert any(facts.address.startswith(base) for facts in BACKBONES.values())
    source = Path(densenet.__file__).read_text(encoding="utf-8")
    assert BACKBONES["DenseNet121"].address == densenet.DENSENET121_WEIGHT_PATH_NO_TOP
    assert BACKBONES["DenseNet121"].md5 in source
    assert efficientnet_v2.WEIGHTS_HASHES["b0"][1] == BACKBONES["EfficientNetV2B0"].md5
    assert (
        mobilenet_v3.WEIGHTS_HASHES["small_224_1.0_float"][1] == BACKBONES["MobileNetV3Small"].md5
    )
    assert resnet.WEIGHTS_HASHES["resnet50v2"][1] == BACKBONES["ResNet50V2"].md5


@pytest.mark.parametrize(
    ("shape", "words"),
    [((31, 64, 1), "needs 32×32 pixels and gets 31×64"), ((64, 64, 4), "gets 4")],
)
def test_images_that_it_does_not_take_are_refused_by_both(shape, words) -> None:
    spec = _spec(Backbone(weights="none"), *shape)
    error = trace(spec).error
    assert error is not None
    assert words in error.message
    with pytest.raises(SpecError) as refused:
        assemble(spec)
    assert (refused.value.index, error.index) == (1, 1)


def test_a_backbone_survives_json_and_refuses_nonsense() -> None:
    layer = Backbone(name="DenseNet121", weights="mine.h5", trainable_from=5)
    assert layer_from_json(json.loads(json.dumps(layer.to_json()))) == layer
    assert layer.label == "Backbone DenseNet121, own weights, stage 5 on"
    for wrong in (
        {"name": "VGG"},
        {"weights": "mine.pkl"},
        {"weights": "//elsewhere/share/mine.h5"},
        {"weights": r"\\elsewhere\share\mine.h5"},
        {"trainable_from": 0},
    ):
        with pytest.raises(SpecError, match="Backbone setting"):
            Backbone(**wrong)


# --- where the weights come from ---

SMALL = Backbone(name="MobileNetV3Small")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "models"


def _published(folder: Path) -> tuple[Path, Any]:
    """A file as keras.applications publishes it, and the network whose weights it holds."""
    import keras
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    folder.mkdir()
    keras.utils.set_random_seed(3)
    body = keras.applications.MobileNetV3Small(
        include_top=False, weights=None, input_shape=(32, 32, 3)
    )
    file = folder / "published.h5"
    with h5py.File(file, "w") as root:
        save_weights_to_hdf5_group(root, body)
    return file, body


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "served"

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}", folder
        served.shutdown()
        thread.join()


def _publish_at(monkeypatch: pytest.MonkeyPatch, address: str, md5: str) -> None:
    facts = BACKBONES["MobileNetV3Small"]._replace(address=address, md5=md5)
    monkeypatch.setitem(tables.BACKBONES, "MobileNetV3Small", facts)


def test_weights_are_fetched_once_checked_and_loaded(server, home, monkeypatch) -> None:
    base, folder = server
    file, body = _published(folder)
    md5 = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
    _publish_at(monkeypatch, f"{base}/published.h5", md5)
    spec = _spec(SMALL, 32, 32, 1)
    model = build(spec, seed=9, pretrained=True)
    for ours, theirs in zip(
        model.layers[1].layers[-1].get_weights(), body.get_weights(), strict=True
    ):
        assert np.array_equal(ours, theirs)
    assert [path.name for path in home.iterdir()] == ["published.h5"]
    file.unlink()  # fetched once, so the second time needs no network
    pretrained.require_pretrained(spec)

    own = home / "published.h5"
    pretrained.require_pretrained(_spec(replace(SMALL, weights=str(own)), 32, 32, 1))
    with pytest.raises(SpecError, match="has the shape"):
        pretrained.require_pretrained(
            _spec(Backbone(name="MobileNetV2", weights=str(own)), 32, 32, 1)
        )
    own.write_bytes(own.read_bytes()[:-1] + b"x")
    with pytest.raises(SpecError, match="has the MD5 checksum"):
        pretrained.require_pretrained(spec)


def test_what_came_with_another_checksum_is_not_kept(server, home, monkeypatch) -> None:
    base, folder = server
    folder.mkdir()
    (folder / "published.h5").write_bytes(b"something else")
    _publish_at(monkeypatch, f"{base}/published.h5", "0" * 32)
    with pytest.raises(SpecError, match="what came has the MD5 checksum"):
        pretrained.require_pretrained(_spec(SMALL, 32, 32, 1))
    assert list(home.iterdir()) == []


def test_without_network_a_run_is_refused_with_address_place_and_checksum(
    home, monkeypatch, tmp_path
) -> None:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.datasets.scan import scan
    from xraylib.datasets.split import make_split
    from xraylib.images.prepare import Preparation
    from xraylib.settings import SAMPLE_DATA
    from xraylib.training.config import TrainConfig
    from xraylib.training.run.create import create_run
    from xraylib.workspace import Workspace

    _publish_at(monkeypatch, "http://127.0.0.1:9/published.h5", "ab" * 16)
    index = scan(SAMPLE_DATA)
    preparation = Preparation(image_size=(32, 32))
    spec = _spec(SMALL, *preparation.input_shape).with_head(len(index.classes))
    workspace = Workspace(tmp_path / "work")
    with pytest.raises(SpecError) as refused:
        create_run(
            spec=spec,
            train=TrainConfig(),
            index=index,
            split=make_split(index),
            preparation=preparation,
            augment=AugmentConfig(),
            workspace=workspace,
        )
    assert refused.value.code == "no-weights"
    assert refused.value.index == 1
    for part in ("http://127.0.0.1:9/published.h5", str(home / "published.h5"), "ab" * 16):
        assert part in refused.value.message
    assert not workspace.runs.is_dir() or not list(workspace.runs.iterdir())


def test_weights_of_ones_own_are_taken_from_every_layout_of_keras(tmp_path: Path) -> None:
    published, body = _published(tmp_path / "own")
    numbered = tmp_path / "own" / "body.weights.h5"
    body.save_weights(numbered)
    whole = tmp_path / "own" / "whole.h5"
    with h5py.File(published, "r") as old, h5py.File(whole, "w") as new:
        old.copy(old, new, "model_weights")  # as `model.save("whole.h5")` lays it
    model = assemble(_spec(SMALL, 32, 32, 1))
    inside = model.layers[1].layers[-1]
    for file in (published, numbered, whole):
        spec = _spec(replace(SMALL, weights=str(file)), 32, 32, 1)
        inside.set_weights([np.zeros_like(array) for array in inside.get_weights()])
        pretrained.load_pretrained(model, spec)
        for ours, theirs in zip(inside.get_weights(), body.get_weights(), strict=True):
            assert np.array_equal(ours, theirs)
        script: dict[str, Any] = {"__name__": "script"}
        exec(compile(keras_script(spec), "model.py", "exec"), script)
        for ours, theirs in zip(
            script["model"].layers[0].layers[-1].get_weights(), body.get_weights(), strict=True
        ):
            assert np.array_equal(ours, theirs)


def test_classification_layers_are_passed_over_or_refused_as_keras_does(tmp_path: Path) -> None:
    import keras
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    whole = keras.applications.MobileNetV3Small(weights=None, input_shape=(32, 32, 3))
    numbered, older = tmp_path / "whole.weights.h5", tmp_path / "whole.h5"
    whole.save_weights(numbered)
    with h5py.File(older, "w") as root:
        save_weights_to_hdf5_group(root, whole)

    spec = _spec(replace(SMALL, weights=str(numbered)), 32, 32, 1)
    ours = build(spec, seed=9, pretrained=True).layers[1].layers[-1].get_weights()
    script: dict[str, Any] = {"__name__": "script"}
    exec(compile(keras_script(spec), "model.py", "exec"), script)
    theirs = script["model"].layers[0].layers[-1].get_weights()
    for one, other, own in zip(ours, theirs, whole.get_weights(), strict=False):
        assert np.array_equal(one, other)
        assert np.array_equal(one, own)

    spec = _spec(replace(SMALL, weights=str(older)), 32, 32, 1)
    with pytest.raises(SpecError) as refused:
        pretrained.require_pretrained(spec)
    assert refused.value.message == (
        f"Layer 1, Backbone: The weights file {older} holds the whole body and more, probably the "
        "classification layers too. Expected the weights of MobileNetV3Small without its "
        "classification layers, as keras.applications publishes them. Do this: set weights to what "
        'model.save_weights("NAME.weights.h5") writes of the same network, where such layers are '
        f"passed over, to the file that Keras publishes at {SMALL.facts.address}, or to none."
    )
    script = {"__name__": "script"}
    with pytest.raises(ValueError, match="Layer count mismatch"):
        exec(compile(keras_script(spec), "model.py", "exec"), script)


def test_a_file_of_ones_own_is_checked_without_reading_its_numbers(tmp_path: Path) -> None:
    file = tmp_path / "linked.h5"
    with h5py.File(file, "w") as root:
        root["layers"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/layers")
    layer = replace(SMALL, weights=str(file))
    with pytest.raises(SpecError, match=r"linked\.h5 cannot be used") as refused:
        pretrained.check_own_weights(layer, 1)
    assert (refused.value.code, refused.value.field) == ("no-weights", "weights")
    pretrained.check_own_weights(SMALL, 1)  # published weights are no files of one's own
    assert pretrained.own_weights(tmp_path) == (str(file),)
    assert pretrained.own_weights(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("path", ["~nobody-of-this-name/a.h5", "a" * 5000 + ".h5", "a\0.h5"])
def test_what_can_be_no_path_is_not_there(path: str) -> None:
    with pytest.raises(SpecError, match="is not there"):
        pretrained.check_own_weights(replace(SMALL, weights=path), 1)


def test_a_missing_local_file_is_named(tmp_path: Path) -> None:
    layer = replace(SMALL, weights=str(tmp_path / "none.h5"))
    with pytest.raises(SpecError, match=r"The weights file .*none\.h5 is not there"):
        pretrained.require_pretrained(_spec(layer, 32, 32, 1))
