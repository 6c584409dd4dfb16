"""What is taken away works where X-ray Lab is not, and says the same."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import venv
import zipfile
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from serving_bundles import changed_bundle

from xraylib.cli import main
from xraylib.errors import BundleError, InstallationError, PathError
from xraylib.extras import EXTRAS
from xraylib.images.decode import read_image
from xraylib.models.bundle import open_bundle
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.litert_network import LiteNetwork
from xraylib.models.classify.warnings import drawn
from xraylib.models.export import export_model, export_zip
from xraylib.models.exporter import Exporter
from xraylib.models.exporters import EXPORTERS
from xraylib.models.manifest import write_manifest
from xraylib.settings import SAMPLE_DATA, SHIPPED_MODELS
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def demo() -> Any:
    return open_bundle(SHIPPED_MODELS / "phantom-demo" / "1")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A phantom as it is, larger in 16 bits, wide in colour with transparency, as JPEG, marked."""
    folder = tmp_path_factory.mktemp("images")
    original = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[0]
    pixels = np.asarray(Image.open(original))
    large = np.kron(pixels.astype(np.uint16) * 257, np.ones((3, 2), np.uint16))
    Image.fromarray(large).save(folder / "sixteen.png")
    alpha = np.full_like(pixels, 255)
    alpha[:40] = 100
    clear = np.dstack([pixels, pixels // 2, 255 - pixels, alpha])
    Image.fromarray(clear[:, 30:]).save(folder / "clear.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(pixels).resize((300, 200)).save(folder / "grey.jpg", exif=turned)
    Image.fromarray(clear[:, :, :3]).save(folder / "colour.jpg")
    Image.fromarray(pixels).resize((64, 64)).save(folder / "small.png")
    for label in ("Covid", "Normal", "Pneumonia"):
        other = sorted((SAMPLE_DATA / "test" / label).glob("*.png"))[0]
        marked = np.repeat(np.asarray(Image.open(other))[:, :, None], 3, axis=2)
        for line, text in enumerate(("AP SUPINE", "120 kV")):
            place, font = (5, 48 + 26 * line), cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(marked, text, place, font, 0.8, (255, 220, 0), 2, cv2.LINE_AA)
        Image.fromarray(marked).save(folder / f"marked {label}.png")
    return [original, *sorted(folder.iterdir())]


_UNTOLD = ("low-resolution", "shape", "burned-in-text", "lateral", "low-range")


def _answers(python: Path | str, folder: Path, images: list[Path], **environ: str) -> list[Any]:
    done = subprocess.run(
        [str(python), "-I", str(folder / "classify.py"), *map(str, images)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], **environ},
        cwd=folder,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    unanswered = any(answer["status"] != "ok" for answer in answers)
    assert done.returncode == int(unanswered), done.stderr[-2000:]
    return answers


def _same(answers: list[Any], demo: Any, images: list[Path]) -> None:
    classifier = Classifier(demo, workers=1)
    assert [answer["file"] for answer in answers] == list(map(str, images))
    for answer, image in zip(answers, images, strict=True):
        expected = classifier.classify(read_image(image), heat_map=False)
        assert (answer["status"], answer["more_like"]) == (expected.status, expected.label)
        for told, said in (
            (answer["probabilities"], expected.probabilities),
            (answer["would_have_said"], expected.would_have_said),
        ):
            assert told.keys() == said.keys()
            for name, share in said.items():
                assert abs(told[name] - share) <= 1e-5, (image.name, name)
        assert answer["flagged"] == list(expected.flagged or ())
        doubts = {one["code"]: one["refuses"] for one in answer["warnings"]}
        # What needs the file's own words, its size or its letters, the script does not look at.
        more = {w.code: w.refuses for w in expected.warnings if w.code not in _UNTOLD}
        assert doubts == more, image.name


def test_the_folder_gives_the_same_probabilities_without_this_project(
    demo: Any, images: list[Path], tmp_path: Path
) -> None:
    result = export_model(demo, "folder", tmp_path / "alone")
    assert set(result["files"]) == {
        "README.md", "classify.py", "model.json", "model.tflite", "model_card.md", "ood.json",
        "ood_conformal.py", "ood_discriminant.py", "ood_familiarity.py", "ood_image_features.py",
        "ood_marks.py", "ood_training_distribution.py", "requirements.txt",
    }  # fmt: skip
    # -I: neither the working folder nor PYTHONPATH, so that no module of ours can be found.
    answers = _answers(sys.executable, tmp_path / "alone", images)
    _same(answers, demo, images)
    assert {answer["status"] for answer in answers} == {"ok", "cannot-judge"}
    assert "marks" in {doubt["code"] for answer in answers for doubt in answer["warnings"]}
    assert "xraylib" not in (tmp_path / "alone" / "classify.py").read_text(encoding="utf-8")


def test_the_folder_of_a_model_of_patients_gives_drawn_chests_no_answer(
    demo: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "alone"
    export_model(demo, "folder", folder)
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps({**facts, "synthetic": False}), "utf-8")
    phantom = next((SAMPLE_DATA / "test").glob("*/*.png"))
    Image.open(phantom).save(tmp_path / "wordless.png")
    said, unsaid = _answers(sys.executable, folder, [phantom, tmp_path / "wordless.png"])
    assert (said["status"], said["more_like"], said["probabilities"]) == ("cannot-judge", None, {})
    assert said["warnings"][0] == drawn().to_json()
    assert "synthetic" not in {doubt["code"] for doubt in unsaid["warnings"]}


@pytest.mark.long
def test_it_works_in_a_fresh_environment_with_its_three_packages_alone(
    demo: Any, images: list[Path], tmp_path: Path
) -> None:
    export_model(demo, "folder", tmp_path / "alone")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    needed = tmp_path / "alone" / "requirements.txt"
    subprocess.run([python, "-m", "pip", "install", "-q", "-r", needed], check=True)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"], check=True, capture_output=True
    )
    names = {package["name"].lower() for package in json.loads(listed.stdout)}
    assert {"numpy", "opencv-python-headless", "ai-edge-litert"} <= names
    assert not names & {"xray-lab", "tensorflow", "keras", "pillow", "streamlit"}
    _same(_answers(python, tmp_path / "alone", images), demo, images)


def test_a_picture_that_is_none_is_refused_and_the_others_are_answered(
    demo: Any, tmp_path: Path
) -> None:
    export_model(demo, "folder", tmp_path / "alone")
    (tmp_path / "text.png").write_text("no picture")
    missing, chest = tmp_path / "missing.png", sorted(SAMPLE_DATA.glob("test/Covid/*.png"))[0]
    done = subprocess.run(
        [
            *(sys.executable, "-I", tmp_path / "alone" / "classify.py"),
            *(tmp_path / "text.png", missing, chest),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    text, gone, answered = map(json.loads, done.stdout.splitlines())
    assert (text["status"], text["more_like"], text["probabilities"]) == ("refused", None, {})
    assert text["error"] == "it is no PNG or JPEG picture that can be read"
    assert (gone["status"], answered["status"]) == ("refused", "ok")
    assert str(missing) in gone["error"]


def test_the_facts_beside_every_export_are_those_of_the_bundle(demo: Any, tmp_path: Path) -> None:
    result = export_zip(demo, "litert", tmp_path / "taken.zip")
    with zipfile.ZipFile(result["folder"]) as archive:
        inside = {Path(name).name: archive.read(name) for name in archive.namelist()}
    model = inside["model.tflite"]
    assert metadata_of(model) == json.loads(inside["model.json"])
    pixels = np.random.default_rng(0).integers(0, 256, (2, *demo.input_shape), np.uint8)
    shown = Classifier(demo, workers=1).probabilities(pixels)
    assert np.abs(LiteNetwork(model).run(pixels)[0] - shown).max() <= 1e-6
    facts = json.loads(inside["model.json"])
    assert facts["classes"] == list(demo.classes)
    assert facts["temperature"] == demo.temperature
    assert facts["preparation"] == demo.preparation.to_json()
    assert facts["notice"] == "Research and education only, not a medical device."
    assert inside["model_card.md"].decode() == demo.card


def test_what_cannot_be_exported_is_refused(demo: Any, tmp_path: Path) -> None:
    with pytest.raises(BundleError) as caught:
        export_model(demo, "pickle", tmp_path / "x")
    assert caught.value.message == (
        "There is no export called 'pickle'. Expected one of folder, web, litert, keras, onnx. Do "
        "this: choose one of them."
    )
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(PathError) as there:
        export_model(demo, "litert", tmp_path / "full")
    assert there.value.code == "exists"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


def test_an_export_whose_packages_are_missing_says_how_to_get_them(
    demo: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = replace(EXTRAS["onnx"], packages=("no_such_package",))
    monkeypatch.setattr("xraylib.extras.EXTRAS", {**EXTRAS, "onnx": lacking})
    with pytest.raises(InstallationError) as caught:
        export_model(demo, "onnx", tmp_path / "x")
    assert caught.value.code == "no-onnx"
    assert "no_such_package" in caught.value.message
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=lambda one: one.name)
def test_an_exporter_stands_in_the_file_of_its_name(exporter: Exporter) -> None:
    module = import_module(f"xraylib.models.exporters.{exporter.name}")
    assert exporter in vars(module).values()
    assert exporter.title
    assert not exporter.description.endswith(".")


def test_the_command_exports_the_model_in_use(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workspace
    place = tmp_path / "taken"
    assert main(["export", "phantom-demo", "litert", str(place), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == {file.name: file.stat().st_size for file in place.iterdir()}
    assert main(["export", "phantom-demo", "folder", str(tmp_path / "one.zip"), "--zip"]) == 0
    assert "phantom-demo version 1 as folder" in capsys.readouterr().out
    assert zipfile.is_zipfile(tmp_path / "one.zip")
    assert main(["export", "no-such-model", "litert", str(tmp_path / "none")]) == 1
    assert "no-such-model" in capsys.readouterr().err


def metadata_of(model: bytes) -> Any:
    """``model.json`` in the metadata of a LiteRT file."""
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    (place,) = (one.buffer for one in tree.metadata if one.name == b"model.json")
    return json.loads(bytes(tree.buffers[place].data))


def warmer(bundle: Any, folder: Path, temperature: float) -> Any:
    """A published model with another temperature."""
    calibration = {**(bundle.calibration or {}), "temperature": temperature}
    return open_bundle(changed_bundle(bundle.folder, folder / "1", calibration=calibration))


def exported(bundle: Any, folder: Path, pixels: Any, *forms: str) -> dict[str, Any]:
    """What each form of a model says about prepared pixels."""
    import keras
    import onnxruntime
    from ai_edge_litert.interpreter import Interpreter

    forms = forms or ("folder", "litert", "onnx", "keras")
    for form in forms:
        export_model(bundle, form, folder / form)
    floats = pixels.astype(np.float32)
    found = {}
    for form in ("folder", "litert"):
        runner = Interpreter(str(folder / form / "model.tflite")).get_signature_runner()
        assert list(runner.get_input_details()) == ["pixels"]
        found[form] = runner(pixels=floats)["probabilities"]
    session = onnxruntime.InferenceSession(folder / "onnx" / "model.onnx")
    assert [one.name for one in session.get_inputs()] == ["pixels"]
    assert [one.name for one in session.get_outputs()] == ["probabilities"]
    assert session.get_inputs()[0].shape == ["n", *bundle.input_shape]
    told = session.get_modelmeta().custom_metadata_map
    facts = json.loads((folder / "onnx" / "model.json").read_text("utf-8"))
    assert json.loads(told["classes"]) == list(bundle.classes) == facts["classes"]
    assert json.loads(told["preparation"]) == bundle.preparation.to_json()
    assert (json.loads(told["temperature"]), facts["temperature_applied"]) == (
        bundle.temperature,
        True,
    )
    (found["onnx"],) = session.run(["probabilities"], {"pixels": floats})
    if "keras" not in forms:
        return found
    with zipfile.ZipFile(folder / "keras" / "model.keras") as archive:
        assert json.loads(archive.read("model.json")) == facts
    network = keras.saving.load_model(folder / "keras" / "model.keras")
    assert [one.name for one in network.inputs] == ["pixels"]
    assert network.layers[-1].name == "probabilities"
    found["keras"] = network(floats, training=False).numpy()
    return found


@pytest.mark.parametrize("temperature", [1.0, 0.35, 2.5, 12.0])
def test_every_form_says_what_classify_says(demo: Any, tmp_path: Path, temperature: float) -> None:
    """The shipped model, whose run is not here and which brings no weights."""
    bundle = warmer(demo, tmp_path / "warm", temperature)
    rng = np.random.default_rng(0)
    files = sorted((SAMPLE_DATA / "test").glob("*/*.png"))[::7]
    pixels = np.stack(
        [Classifier(demo, workers=1).prepare(read_image(file)) for file in files]
        + [rng.integers(0, 256, demo.input_shape, np.uint8), np.zeros(demo.input_shape, np.uint8)]
    )
    shown = Classifier(bundle, workers=1).probabilities(pixels)
    assert np.abs(shown - Classifier(demo, workers=1).probabilities(pixels)).max() > 0.05 or (
        temperature == demo.temperature
    )
    for form, found in exported(bundle, tmp_path, pixels).items():
        assert np.abs(found - shown).max() <= 1e-5, form


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_one_sigmoid_unit_becomes_one_column_a_class(
    bright: Path, tmp_path: Path, temperature: float
) -> None:
    import keras

    from xraylib.metrics.calibration import with_temperature
    from xraylib.models.conversion.published import calibrated_keras

    bundle = warmer(open_bundle(bright), tmp_path / "warm", temperature)
    pixels = np.random.default_rng(0).integers(0, 256, (4, *bundle.input_shape), np.uint8)
    pixels[:2] //= 4
    shown = Classifier(bundle, workers=1).probabilities(pixels)
    for form, found in exported(bundle, tmp_path, pixels, "folder", "litert", "onnx").items():
        assert found.shape == (4, 2), form
        assert np.abs(found - shown).max() <= 1e-5, form
    unit = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    numbers = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    p = unit(numbers).numpy().astype(np.float64)
    expected = with_temperature(np.concatenate([1 - p, p], axis=1), temperature)
    calibrated_keras(unit, temperature).save(tmp_path / "unit.keras")
    found = keras.saving.load_model(tmp_path / "unit.keras")(numbers).numpy()
    assert np.abs(found - expected).max() <= 1e-6


def test_a_published_model_brings_its_weights_for_keras(
    bars: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xraylib.evaluation.predict import load_network

    run, bundle = bars.run, bars.bundle
    assert (bundle.folder / "model.weights.h5").read_bytes() == run.weights_file.read_bytes()
    export_model(bundle, "keras", tmp_path / "keras")
    assert {"model.keras", "model.weights.h5", "spec.json", "model.py", "model.json"} <= {
        path.name for path in (tmp_path / "keras").iterdir()
    }
    pixels = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 1)).astype(np.float32)
    expected = load_network(run)(pixels, training=False).numpy()
    # The script that is exported builds the network that the weights fit: without temperature.
    monkeypatch.chdir(tmp_path / "keras")
    monkeypatch.setattr(sys, "argv", ["model.py"])
    model = runpy.run_path("model.py")["model"]
    model.load_weights("model.weights.h5")
    assert np.abs(model(pixels, training=False).numpy() - expected).max() <= 1e-6


def test_weights_that_are_not_those_of_the_published_network_are_not_exported(
    bars: Any, tmp_path: Path
) -> None:
    """A run that was trained on since, and a network that cannot be read out of its file."""
    folder = shutil.copytree(bars.bundle.folder, tmp_path / "old" / "1")
    from xraylib.networks.render.keras_model import build
    from xraylib.networks.weights.weights_file import save_weights

    save_weights(build(bars.run.spec, seed=5), folder / "model.weights.h5")
    write_manifest(folder)
    bundle = open_bundle(folder)
    export_model(bundle, "keras", tmp_path / "keras")  # what the file itself tells is right
    spec = {**bundle.manifest["spec"], "layers": bundle.manifest["spec"]["layers"][:-1]}
    lost = changed_bundle(folder, tmp_path / "lost" / "1", spec=spec)
    (lost / "model.weights.h5").unlink()
    write_manifest(lost)
    with pytest.raises(BundleError) as caught:
        export_model(open_bundle(lost), "keras", tmp_path / "none")
    assert caught.value.code == "no-run"
    assert "or export it as onnx" in caught.value.message
