"""What is taken away works where X-ray Lab is not, and says the same."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import venv
import zipfile
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from xraylib.cli import main
from xraylib.errors import BundleError, InstallationError, PathError
from xraylib.extras import EXTRAS
from xraylib.images.decode import read_image
from xraylib.models.bundle import open_bundle
from xraylib.models.classify.classifier import Classifier
from xraylib.models.export import export_model, export_zip
from xraylib.models.exporter import Exporter
from xraylib.models.exporters import EXPORTERS
from xraylib.settings import SAMPLE_DATA, SHIPPED_MODELS
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def demo() -> Any:
    return open_bundle(SHIPPED_MODELS / "phantom-demo" / "1")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A phantom as it is, larger in 16 bits, wide in colour with transparency, and as JPEG."""
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
    return [original, *sorted(folder.iterdir())]


def _answers(python: Path | str, folder: Path, images: list[Path], **environ: str) -> list[Any]:
    done = subprocess.run(
        [str(python), "-I", str(folder / "classify.py"), *map(str, images)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], **environ},
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def _same(answers: list[Any], demo: Any, images: list[Path]) -> None:
    classifier = Classifier(demo, workers=1)
    assert [answer["file"] for answer in answers] == list(map(str, images))
    for answer, image in zip(answers, images, strict=True):
        expected = classifier.classify(read_image(image), heat_map=False)
        assert answer["more_like"] == expected.label
        for name, share in expected.probabilities.items():
            assert abs(answer["probabilities"][name] - share) <= 1e-5, (image.name, name)
        points = expected.operating or {}
        assert answer["flagged"] == [name for name, p in points.items() if p.flagged]


def test_the_folder_gives_the_same_probabilities_without_this_project(
    demo: Any, images: list[Path], tmp_path: Path
) -> None:
    result = export_model(demo, "folder", tmp_path / "alone")
    assert set(result["files"]) == {
        "README.md", "classify.py", "model.json", "model.tflite", "model_card.md",
        "requirements.txt",
    }  # fmt: skip
    # -I: neither the working folder nor PYTHONPATH, so that no module of ours can be found.
    _same(_answers(sys.executable, tmp_path / "alone", images), demo, images)
    assert "xraylib" not in (tmp_path / "alone" / "classify.py").read_text(encoding="utf-8")


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


def test_a_picture_that_is_none_ends_the_script_with_a_sentence(demo: Any, tmp_path: Path) -> None:
    export_model(demo, "folder", tmp_path / "alone")
    (tmp_path / "text.png").write_text("no picture")
    done = subprocess.run(
        [sys.executable, "-I", tmp_path / "alone" / "classify.py", tmp_path / "text.png"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip() == f"{tmp_path / 'text.png'} is no PNG or JPEG picture"


def test_the_facts_beside_every_export_are_those_of_the_bundle(demo: Any, tmp_path: Path) -> None:
    result = export_zip(demo, "litert", tmp_path / "taken.zip")
    with zipfile.ZipFile(result["folder"]) as archive:
        inside = {Path(name).name: archive.read(name) for name in archive.namelist()}
    assert inside["model.tflite"] == demo.model
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
        "There is no export called 'pickle'. Expected one of folder, litert, keras, onnx. Do this: "
        "choose one of them."
    )
    with pytest.raises(BundleError) as gone:
        export_model(demo, "onnx", tmp_path / "x")
    assert gone.value.message == (
        f"The run {demo.manifest['run']} that phantom-demo was published from is not here. "
        "Expected the run with its weights, which the export 'onnx' needs. Do this: export it "
        "where it was trained, or as folder or litert."
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


def test_keras_and_onnx_give_the_run_s_own_probabilities(
    bars: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    from xraylib.evaluation.predict import load_network
    from xraylib.metrics.calibration import with_temperature

    run, bundle = bars.run, bars.bundle
    export_model(bundle, "keras", tmp_path / "keras", run=run)
    export_model(bundle, "onnx", tmp_path / "onnx", run=run)
    assert {"model.weights.h5", "spec.json", "model.py", "model.json"} <= {
        path.name for path in (tmp_path / "keras").iterdir()
    }
    pixels = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 1)).astype(np.float32)
    expected = load_network(run)(pixels, training=False).numpy()
    session = onnxruntime.InferenceSession(tmp_path / "onnx" / "model.onnx")
    (found,) = session.run(None, {session.get_inputs()[0].name: pixels})
    assert np.abs(found - expected).max() <= 1e-5
    # The script that is exported builds the network that the weights fit.
    monkeypatch.chdir(tmp_path / "keras")
    monkeypatch.setattr(sys, "argv", ["model.py"])
    model = runpy.run_path("model.py")["model"]
    model.load_weights("model.weights.h5")
    assert np.abs(model(pixels, training=False).numpy() - expected).max() <= 1e-6
    scaled = with_temperature(expected, bundle.temperature)
    published = Classifier(bundle).probabilities(pixels.astype(np.uint8))
    assert np.abs(scaled - published).max() <= 1e-5
