"""A folder that classifies by itself: the network, and a script that needs three packages."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xraylib.models.conversion.calibrated import calibrated_litert
from xraylib.models.exporter import Exporter
from xraylib.models.facts import model_facts
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run

_NEEDED: Final = "numpy\nopencv-python-headless\nai-edge-litert\n"

_README: Final = """# {name}

{notice}

    python -m venv env
    env/bin/pip install -r requirements.txt
    env/bin/python classify.py image.png another.jpg

One line of JSON an image: the class that it is more like than the others, the probability of each
class, and the classes whose threshold is reached. `model.json` holds the settings, `model_card.md`
says what the model learned from, how good it is, and what it is not for. The script reads PNG and
JPEG files of 8 or 16 bits. It gives no warning about a picture of another kind; X-ray Lab does.
"""


def _write(bundle: Bundle, _run: Run | None, out: Path) -> None:
    write_atomic(out / "model.tflite", calibrated_litert(bundle, model_facts(bundle)))
    script = files(__name__).joinpath("classify.py").read_text(encoding="utf-8")
    write_atomic(out / "classify.py", script)
    write_atomic(out / "requirements.txt", _NEEDED)


FOLDER = Exporter(
    name="folder",
    title="Folder with a script",
    description="A folder with a short script that classifies PNG and JPEG images without "
    "X-ray Lab",
    order=10,
    write=_write,
    readme=_README,
)
