"""How long a map of many images takes: features by looks, principal components, t-SNE.

    python benchmarks/image_map.py                  # 10,000 images of 64 x 64 pixels
    python benchmarks/image_map.py --images 2000

Prints seconds by the clock and of processor time, children included, and the processor. Needs the
extra ``map``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import psutil
from child_decoding import processor

from xraylib.datasets.scan import scan
from xraylib.maps.features import look_features
from xraylib.maps.placing import principal_components, tsne

T = TypeVar("T")


def main() -> None:
    """Draws images, and measures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=10_000)
    options = parser.parse_args()
    print(f"{processor()}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), options.images)
        index = scan(folder)
        _, features = measured("features by looks", lambda: look_features(index))
        components = measured("principal components", lambda: principal_components(features))
        measured("t-SNE", lambda: tsne(components))


def draw(folder: Path, images: int) -> None:
    """Smooth noise of a dozen kinds."""
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(12, 8, 8)).astype(np.float32)
    for number in range(images):
        rough = kinds[number % 12] + 0.5 * rng.normal(size=(8, 8)).astype(np.float32)
        picture = np.clip(128 + 40 * cv2.resize(rough, (64, 64)), 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number:05}.png"), picture)


def measured(what: str, work: Callable[[], T]) -> T:
    """Does the work and prints what it took."""
    before, began = spent(), time.monotonic()
    result = work()
    took, used = time.monotonic() - began, spent() - before
    print(f"{what:22s} {took:7.1f} s by the clock, {used:7.1f} s of processor time")
    return result


def spent() -> float:
    """Seconds of processor time of this process and of its children, ended or not."""
    own = os.times()
    going = [
        child.cpu_times()
        for child in psutil.Process().children(recursive=True)
        if child.is_running()
    ]
    return sum(own[:4]) + sum(times.user + times.system for times in going)


if __name__ == "__main__":
    main()
