"""How hard the sample phantoms are: neither trivial, nor impossible, nor open to a shortcut.

    python benchmarks/sample_figures.py            # everything; about five minutes on two cores
    python benchmarks/sample_figures.py --cheap    # without training

Prints test accuracies on the pinned set, the median of five seeds for each network. Wanted: the
histogram below 0.50, ``lesson-cnn`` at least 0.65 rescaled and 0.80 standardised, ``small-cnn`` at
least 0.90, and no point of the image inside the lesions of more than a third of the abnormal
images.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from xraylib.settings import SAMPLE_DATA  # noqa: E402

CLASSES = ("Covid", "Normal", "Pneumonia")
SEEDS = 5
# preset, standardised, epochs, whether the learning rate of 0.003 falls along a cosine
TRAININGS = (
    ("lesson-cnn", False, 60, False),
    ("lesson-cnn", True, 60, False),
    ("small-cnn", True, 40, True),
)


def images(split: str) -> tuple[NDArray[np.uint8], NDArray[np.int64], list[str]]:
    """Pixels ``(n, 256, 256)``, labels ``(n,)`` and paths of one split."""
    found = [
        (label, file)
        for label, name in enumerate(CLASSES)
        for file in sorted((SAMPLE_DATA / split / name).glob("*.png"))
    ]
    pixels = np.stack([cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for _, file in found])
    paths = [file.relative_to(SAMPLE_DATA).as_posix() for _, file in found]
    return pixels, np.array([label for label, _ in found]), paths


def histogram_accuracy() -> float:
    """Test accuracy of a logistic regression on mean, standard deviation and 16 grey levels."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def features(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        shares = [np.histogram(image, 16, (0, 256))[0] / image.size for image in pixels]
        spread = [(image.mean(), image.std()) for image in pixels]
        return np.hstack([np.array(spread), np.array(shares)])

    (train, labels, _), (test, truth, _) = images("train"), images("test")
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5_000))
    return float(model.fit(features(train), labels).score(features(test), truth))


def best_fixed_point() -> tuple[float, tuple[int, int]]:
    """The share of abnormal images in whose lesions the best fixed point lies, and that point."""
    covered: dict[str, NDArray[np.uint8]] = {}
    with (SAMPLE_DATA / "lesions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            outline = [[float(v) for v in point.split()] for point in row["outline"].split(";")]
            mask = covered.setdefault(row["path"], np.zeros((256, 256), np.uint8))
            cv2.fillPoly(mask, [np.round(np.array(outline)).astype(np.int32)], 1)
    share = np.mean(np.stack(list(covered.values())), axis=0)
    y, x = np.unravel_index(int(share.argmax()), share.shape)
    return float(share.max()), (int(x), int(y))


def trained_accuracies(
    preset_name: str, standardise: bool, epochs: int, cosine: bool
) -> list[float]:
    """Test accuracy for each seed; Adam at 0.003, 32 images a step, no augmentation."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    from xraylib.networks.presets import preset
    from xraylib.networks.render.keras_model import build

    (train, labels, _), (test, truth, _) = images("train"), images("test")
    found = []
    for seed in range(SEEDS):
        keras.utils.set_random_seed(seed)
        network: Any = build(preset(preset_name, standardise=standardise), seed=seed)
        steps = epochs * -(-len(train) // 32)
        rate = keras.optimizers.schedules.CosineDecay(0.003, steps) if cosine else 0.003
        network.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        network.fit(train[..., None], labels, epochs=epochs, batch_size=32, verbose=0)
        said = network.predict(test[..., None], batch_size=60, verbose=0).argmax(axis=1)
        found.append(float((said == truth).mean()))
    return found


def main() -> None:
    """Prints every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cheap", action="store_true", help="without training")
    cheap = parser.parse_args().cheap
    files = [file for split in ("train", "test") for file in SAMPLE_DATA.glob(f"{split}/*/*.png")]
    print(f"images: {len(images('train')[1])} train, {len(images('test')[1])} test,", end=" ")
    print(f"{sum(file.stat().st_size for file in files) / 1e6:.1f} MB")
    print(f"logistic regression on the histogram: {histogram_accuracy():.3f} (wanted < 0.50)")
    share, point = best_fixed_point()
    print(f"best fixed point {point}: inside {share:.3f} of the lesioned images (wanted <= 0.333)")
    for name, standardise, epochs, cosine in () if cheap else TRAININGS:
        found = trained_accuracies(name, standardise, epochs, cosine)
        each = " ".join(f"{accuracy:.3f}" for accuracy in found)
        how = "standardised" if standardise else "rescaled"
        print(
            f"{name}, {how}, {epochs} epochs{', cosine' if cosine else ''}: "
            f"median {statistics.median(found):.3f} of {each}",
            flush=True,
        )


if __name__ == "__main__":
    main()
