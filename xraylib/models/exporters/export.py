"""A model to take away: for LiteRT, for Keras, as ONNX, or as a folder that works by itself.

Every export has a ``model.json`` beside the network: classes, preparation, temperature, thresholds,
and what was measured. ONNX and Keras hold the network as it was trained; the temperature in
``model.json`` is to be applied to what they say (softmax(ln p / T)), as ``classify.py`` does.
"""

from __future__ import annotations

import io
import json
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import BundleError, PathError
from xraylib.extras import require
from xraylib.models.classify.table import NOTICE
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run

FORMATS: Final[Mapping[str, str]] = {
    "folder": "A folder with a short script that classifies PNG and JPEG images without X-ray Lab",
    "litert": "The network for LiteRT",
    "keras": "Weights, spec.json and a Keras script that builds the network",
    "onnx": "The network as ONNX",
}
"""What can be taken away, by name."""
_TOLD: Final = ("name", "version", "run", "published", "classes", "class_mode", "preparation",
                "input_shape", "metrics", "data", "synthetic", "software")  # fmt: skip


def export_model(
    bundle: Bundle,
    form: str,
    out: Path,
    *,
    run: Run | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Writes one of ``FORMATS`` into a new folder.

    Args:
        bundle: The published model.
        form: A key of ``FORMATS``.
        out: The folder; it must not exist, or be empty.
        run: The run it was published from; Keras and ONNX need it.
        progress: Called with what is being done.

    Returns:
        ``format``, ``folder`` and ``files``: ``{name: bytes}``.

    Raises:
        BundleError: codes ``format`` and ``no-run``.
        PathError: codes ``exists`` and ``cannot-write``.
        RunError: code ``no-weights``.
        InstallationError: codes ``no-tensorflow`` and ``no-onnx``.
    """
    if form not in FORMATS:
        raise BundleError(
            f"There is no export called {form!r}",
            expected="one of " + ", ".join(FORMATS),
            remedy="choose one of them",
            code="format",
        )
    if form in ("keras", "onnx") and run is None:
        raise BundleError(
            f"The run {bundle.manifest['run']} that {bundle.name} was published from is not here",
            expected="the run with its weights, which Keras and ONNX need",
            remedy="export it where it was trained, or as litert or folder",
            code="no-run",
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise PathError(
            f"There is something at {out} already",
            expected="a new or an empty folder",
            remedy="choose another place",
            code="exists",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = out.parent / f".{out.name}-{secrets.token_hex(4)}"
    staging.mkdir()
    try:
        if progress is not None:
            progress(FORMATS[form])
        _WRITERS[form](bundle, run, staging)
        write_atomic(staging / "model.json", json.dumps(model_facts(bundle), indent=2) + "\n")
        write_atomic(staging / "model_card.md", bundle.card)
        if out.is_dir():
            out.rmdir()
        staging.rename(out)
    except OSError as error:
        raise PathError(
            f"The export cannot be written ({error.strerror or error})",
            expected=f"a folder with room that can be written to: {out}",
            remedy="choose another place",
            code="cannot-write",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    sizes = {file.name: file.stat().st_size for file in sorted(out.iterdir())}
    return {"format": form, "folder": str(out), "files": sizes}


def export_zip(
    bundle: Bundle,
    form: str,
    out: Path,
    *,
    run: Run | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """:func:`export_model` as one zip file; a file that is there already is replaced."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / f"{bundle.name}-{bundle.version}-{form}"
        result = export_model(bundle, form, folder, run=run, progress=progress)
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, f"{folder.name}/{file.name}")
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(out, data.getvalue())
    return {**result, "folder": str(out)}


def model_facts(bundle: Bundle) -> dict[str, Any]:
    """What ``model.json`` says."""
    return {
        "notice": NOTICE,
        **{key: bundle.manifest[key] for key in _TOLD},
        "version": bundle.version,
        "temperature": bundle.temperature,
        "operating": dict(bundle.operating or {}),
    }


def _litert(bundle: Bundle, run: Run | None, out: Path) -> None:  # noqa: ARG001
    write_atomic(out / "model.tflite", bundle.model)


def _folder(bundle: Bundle, run: Run | None, out: Path) -> None:  # noqa: ARG001
    write_atomic(out / "model.tflite", bundle.model)
    script = files("xraylib.models.exporters").joinpath("standalone.py").read_text(encoding="utf-8")
    write_atomic(out / "classify.py", script)
    needed = "numpy\nopencv-python-headless\nai-edge-litert\n"
    write_atomic(out / "requirements.txt", needed)
    write_atomic(out / "README.md", _README.format(name=bundle.name, notice=NOTICE))


def _keras(bundle: Bundle, run: Run | None, out: Path) -> None:  # noqa: ARG001
    assert run is not None
    from xraylib.evaluation.predict import load_network

    load_network(run)  # refuses weights that are not there or do not fit
    shutil.copyfile(run.weights_file, out / "model.weights.h5")
    shutil.copyfile(run.folder / "spec.json", out / "spec.json")
    script = run.folder / "model.py"
    if script.is_file():
        shutil.copyfile(script, out / "model.py")
    else:
        from xraylib.training.script.keras_script import keras_script

        write_atomic(out / "model.py", keras_script(run.spec))


def _onnx(bundle: Bundle, run: Run | None, out: Path) -> None:  # noqa: ARG001
    assert run is not None
    require("onnx")
    import contextlib
    import warnings

    import numpy as np

    from xraylib.evaluation.predict import load_network

    network = load_network(run)
    network(np.zeros((1, *run.preparation.input_shape), np.float32), training=False)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # TensorFlow's own deprecations, nothing of ours
        network.export(str(out / "model.onnx"), format="onnx", verbose=False)


_WRITERS: Final = {"folder": _folder, "litert": _litert, "keras": _keras, "onnx": _onnx}

_README = """# {name}

{notice}

    python -m venv env
    env/bin/pip install -r requirements.txt
    env/bin/python classify.py image.png another.jpg

One line of JSON an image: the class that it is more like than the others, the probability of each
class, and the classes whose threshold is reached. `model.json` holds the settings, `model_card.md`
says what the model learned from, how good it is, and what it is not for. The script reads PNG and
JPEG files of 8 or 16 bits. It gives no warning about a picture of another kind; X-ray Lab does.
"""
