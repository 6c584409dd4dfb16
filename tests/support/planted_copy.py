"""Sample phantoms of which one test image is a changed copy of a training image."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image

from xraylib.settings import SAMPLE_DATA

EACH = 12
"""Images of each class in training and in test, without the copy."""


def with_a_changed_copy(images: Path) -> Path:
    """Fills the folder, by split and class; the copy is saved anew, so that its bytes differ."""
    for split in ("train", "test"):
        for name in ("Covid", "Normal", "Pneumonia"):
            (images / split / name).mkdir(parents=True)
            for file in sorted((SAMPLE_DATA / split / name).iterdir())[:EACH]:
                shutil.copy(file, images / split / name)
    (seen, *_) = sorted((images / "train" / "Covid").iterdir())
    with Image.open(seen) as picture:
        picture.convert("L").save(images / "test" / "Covid" / "again.jpg", quality=85)
    return images
