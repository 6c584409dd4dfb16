"""A data set with known faults, made of the sample phantoms, for the tests of the audit."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np

from xraylib.settings import SAMPLE_DATA


def phantoms(split: str, label: str, count: int) -> list[Path]:
    """The first image of each of the first patients of a class."""
    images = sorted((SAMPLE_DATA / split / label).glob("*_1.png"))
    return images[:count]


def grey(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)


def write(path: Path, pixels: np.ndarray, quality: int | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    options = [] if quality is None else [cv2.IMWRITE_JPEG_QUALITY, quality]
    assert cv2.imwrite(str(path), pixels, options)


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def tones(pixels: np.ndarray, gain: float = 1.0, offset: float = 0.0, gamma: float = 1.0):
    values = 255 * (np.arange(256) / 255) ** gamma
    table = np.clip(np.rint((values - 128) * gain + 128 + offset), 0, 255).astype(np.uint8)
    return table[pixels]


def cropped(pixels: np.ndarray, left: float, top: float, right: float, bottom: float):
    """Without these shares of its sides, brought back to its size."""
    height, width = pixels.shape
    part = pixels[
        round(top * height) : height - round(bottom * height),
        round(left * width) : width - round(right * width),
    ]
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)


def framed(pixels: np.ndarray, share: float, value: int) -> np.ndarray:
    edge = round(share * len(pixels))
    return cv2.copyMakeBorder(
        pixels, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(float(value),)
    )


def sized(pixels: np.ndarray, side: int) -> np.ndarray:
    small = side < len(pixels)
    return cv2.resize(
        pixels, (side, side), interpolation=cv2.INTER_AREA if small else cv2.INTER_LINEAR
    )


def faulty(root: Path) -> Path:
    """54 phantoms of 54 patients, and faults whose file names start with ``fault_``."""
    for split, count in (("train", 14), ("test", 4)):
        for label in ("Covid", "Normal", "Pneumonia"):
            for image in phantoms(split, label, count):
                target = root / split / label / image.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(image, target)
    covid, normal, lobar = (phantoms("train", c, 14) for c in ("Covid", "Normal", "Pneumonia"))
    train, test = root / "train", root / "test"
    shutil.copy(covid[0], train / "Covid" / "fault_same.png")
    write(train / "Normal" / "fault_small.jpg", sized(grey(normal[0]), 128), 60)
    shutil.copy(normal[1], test / "Normal" / "fault_seen.png")
    write(test / "Covid" / "fault_brighter.png", tones(grey(covid[1]), 0.7, 20))
    shutil.copy(lobar[2], train / "Covid" / "fault_class.png")
    shutil.copy(normal[5], train / "Normal" / "fault_p900_1.png")
    write(train / "Normal" / "fault_p900_1.png", grey(phantoms("train", "Normal", 16)[14]))
    write(test / "Normal" / "fault_p900_2.png", grey(phantoms("train", "Normal", 16)[15]))
    write(train / "Normal" / "fault_flat.png", np.full((64, 64), 90, dtype=np.uint8))
    (train / "Normal" / "fault_broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    negative = phantoms("train", "Covid", 15)[14]
    write(train / "Covid" / "fault_negative.png", 255 - grey(negative))
    colour = phantoms("train", "Pneumonia", 15)[14]
    write(train / "Pneumonia" / "fault_colour.png", cv2.applyColorMap(grey(colour), 2))
    noise = np.random.default_rng(1).integers(0, 256, (9, 9), dtype=np.uint8)
    write(train / "Normal" / "fault_other.png", cv2.resize(noise, (256, 256)))
    named = grey(phantoms("train", "Pneumonia", 16)[15]).copy()
    cv2.putText(named, "PORTABLE 1948", (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255.0,), 1)
    write(train / "Pneumonia" / "fault_named.png", named)
    return root
