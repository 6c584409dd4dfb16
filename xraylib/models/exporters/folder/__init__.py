"""A folder that classifies by itself: the network, and a script that needs three packages."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xraylib.models.conversion.calibrated import calibrated_litert
from xraylib.models.export_notes import model_facts
from xraylib.models.exporter import Exporter
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run

_CHECK: Final = ("conformal", "discriminant", "familiarity", "image_features", "marks",
                 "training_distribution")  # fmt: skip
"""Modules of `xraylib.ood` that say whether an image is like the training images."""
_IMPORT: Final = "from ood_familiarity import"
_BESIDE: Final = "sys.path.insert(0, str(Path(__file__).resolve().parent))\n"
_NEEDED: Final = "numpy\nopencv-python-headless\nai-edge-litert\n"

_README: Final = """# {name}

{notice}

    python -m venv env
    env/bin/pip install -r requirements.txt
    env/bin/python classify.py image.png another.jpg

One line of JSON an image: `more_like` is the class that it is more like than the others (none for a
model of findings), `probabilities` are those of each class or finding, and `flagged` lists those
whose threshold is reached. Where `uncertain` is true the picture is undecided, whatever it is more
like: the first class is barely ahead, or a probability lies where a person should decide. Of a
picture that the model cannot judge there is none of these: `status` is `cannot-judge`, `warnings`
say why and what to do, and what the network gave stands under `would_have_said`. `model.json` holds
the settings, `model_card.md` says what the model learned from, how good it is, and what it is not
for. The script reads PNG and JPEG files of 8 or 16 bits; it ends with 1 if an image got no answer.
"""


def _write(bundle: Bundle, _run: Run | None, out: Path) -> None:
    write_atomic(out / "model.tflite", calibrated_litert(bundle, model_facts(bundle)))
    if bundle.ood is not None:
        write_atomic(out / "ood.json", json.dumps(bundle.ood, separators=(",", ":")))
    script = _alone(files(__name__).joinpath("classify.py").read_text(encoding="utf-8"))
    write_atomic(out / "classify.py", script.replace(_IMPORT, _BESIDE + _IMPORT))
    for name in _CHECK:
        source = files("xraylib.ood").joinpath(f"{name}.py").read_text(encoding="utf-8")
        write_atomic(out / f"ood_{name}.py", _alone(source))
    write_atomic(out / "requirements.txt", _NEEDED)


def _alone(source: str) -> str:
    """A module that finds the others beside it."""
    return source.replace("from xraylib.ood.", "from ood_").replace("xraylib.ood.", "ood_")


FOLDER = Exporter(
    name="folder",
    title="Folder with a script",
    description="A folder with a short script that classifies PNG and JPEG images without "
    "X-ray Lab",
    order=10,
    write=_write,
    readme=_README,
)
