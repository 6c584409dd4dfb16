"""A small data set of made-up pictures for the tests of the pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("Bright", "Dark")


def make_images(root: Path, *, each: int = 5, size: int = 24) -> Path:
    """``each`` training and 2 test images a class, one broken file and one that is no image.

    Every image is of another patient: p00.. and p20.. in training, p10.. and p30.. in test.
    """
    rng = np.random.default_rng(0)
    for split, number in (("train", each), ("test", 2)):
        for group, (label, mean) in enumerate(zip(CLASSES, (180, 70), strict=True)):
            folder = root / split / label
            folder.mkdir(parents=True)
            for n in range(number):
                patient = 20 * group + n + (10 if split == "test" else 0)
                pixels = np.clip(rng.normal(mean, 20, (size, size)), 0, 255).astype(np.uint8)
                Image.fromarray(pixels).save(folder / f"p{patient:02}_1.png")
    (root / "train" / "Dark" / "broken.png").write_bytes(b"no picture at all")
    (root / "train" / "Dark" / "notes.txt").write_text("not an image")
    return root
