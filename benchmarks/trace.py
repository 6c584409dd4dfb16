"""How fast the arithmetic is, against building the same network in Keras, in one run.

    python benchmarks/trace.py

Wanted: 30 layers traced in at most 2 ms, and at least 50 times faster than Keras builds them.
Exits with 1 if either is missed.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from xraylib.networks.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    Rescaling,
)
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.render.keras_model import build
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace


def thirty_layers() -> ModelSpec:
    """Eight blocks of convolution, normalisation and activation, with pooling between them."""
    layers: list[Layer] = [Input(shape=(256, 256, 1)), Rescaling()]
    for block in range(8):
        layers += [
            Conv2D(filters=8 * (block + 1), kernel_size=3, padding="same", use_bias=False),
            BatchNormalization(momentum=0.9),
            Activation(activation="relu"),
        ]
        if block in (1, 5):
            layers.append(MaxPooling2D(pool_size=2))
    layers += [GlobalAveragePooling2D(), Dense(units=3, activation="softmax")]
    return ModelSpec(name="thirty", layers=tuple(layers))


def seconds(function: Callable[[], object], repeats: int) -> float:
    """Median time of a call, after one that does not count."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> int:
    specs = {name: preset(name) for name in PRESETS} | {"thirty layers": thirty_layers()}
    build(specs["lesson-cnn"])  # imports TensorFlow, which does not count
    print(f"{'network':<16}{'layers':>7}{'trace':>12}{'Keras':>12}{'ratio':>10}")
    good = True
    for name, spec in specs.items():
        ours = seconds(lambda spec=spec: trace(spec), repeats=200)
        keras = seconds(lambda spec=spec: build(spec), repeats=9)
        ratio = keras / ours
        print(
            f"{name:<16}{len(spec.layers):>7}{ours * 1000:>9.3f} ms{keras * 1000:>9.1f} ms"
            f"{ratio:>9.0f}×"
        )
        good = good and ratio >= 50 and (len(spec.layers) != 30 or ours <= 0.002)
    print("Wanted: at most 2 ms for 30 layers, ratio at least 50:", "yes" if good else "NO")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
