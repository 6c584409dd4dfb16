"""The processor time of judging a file, beside OpenCV or pydicom and ONNX Runtime without checks.

    python benchmarks/classify_beside_others.py [--images 60] [--rounds 5]

The same network either way: as published, through the code that `xraylib classify` runs in its
processes, with its sandbox's decoder and all its warnings; and as ONNX, fed by what few lines with
OpenCV or pydicom read. Files of the samples' pictures: grey and RGBA PNG, DICOM as it is, JPEG
lossless and JPEG 2000. Both take turns in one process, on one thread; printed are the medians of
milliseconds of processor time an image, and of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from child_decoding import processor  # noqa: E402
from made_images import dicom, encoded, recompressed  # noqa: E402

from xraylib.images.decode import Radiograph, read_image  # noqa: E402
from xraylib.models.catalog import find_model  # noqa: E402
from xraylib.models.classify.batch import classify_files  # noqa: E402
from xraylib.models.classify.classifier import Classifier  # noqa: E402
from xraylib.settings import SAMPLE_DATA  # noqa: E402


class Here:
    """Decodes as a process of `xraylib classify` does."""

    def decode(self, data: bytes) -> Radiograph:
        return read_image(data)


def files(folder: Path, count: int) -> dict[str, list[Path]]:
    """Paths by kind."""
    import gdcm

    made: dict[str, list[Path]] = {}
    lossless = gdcm.TransferSyntax.JPEGLosslessProcess14_1
    sources = sorted(SAMPLE_DATA.rglob("*.png"))
    for number in range(count):
        pixels = cv2.imread(str(sources[number % len(sources)]), cv2.IMREAD_GRAYSCALE)
        plain = dicom(pixels.astype(np.uint16) * 16, bits=12)
        for kind, data in {
            "grey.png": encoded(pixels),
            "rgba.png": encoded(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGBA)),
            "raw.dcm": plain,
            "lossless.dcm": recompressed(plain, lossless, folder),
            "jpeg2000.dcm": recompressed(plain, gdcm.TransferSyntax.JPEG2000Lossless, folder),
        }.items():
            file = folder / f"{number:05d}-{kind}"
            file.write_bytes(data)
            made.setdefault(kind, []).append(file)
    return made


def peer(session: Any, size: tuple[int, int]) -> Callable[[Path], Any]:
    """Reads a file in a few lines and asks the ONNX network."""
    (entry,) = session.get_inputs()

    def judged(file: Path) -> Any:
        if file.suffix == ".dcm":
            pixels = pydicom.dcmread(file).pixel_array
        else:
            pixels = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        pixels = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA)
        return session.run(None, {entry.name: pixels[None, :, :, None].astype(np.float32)})

    return judged


def main() -> None:
    """Prints a line a kind of file."""
    import onnxruntime

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    print(f"{processor()}; ONNX Runtime {onnxruntime.__version__}", flush=True)
    bundle = find_model("phantom-demo")
    classifier = Classifier(bundle, workers=1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        exported = folder / "onnx"  # by a process of its own: TensorFlow stays out of this one
        words = ["export", "phantom-demo", "onnx", str(exported)]
        subprocess.run([sys.executable, "-m", "xraylib", *words], check=True, cwd=PROJECT)
        session = onnxruntime.InferenceSession(str(exported / "model.onnx"), options)
        theirs = peer(session, bundle.preparation.image_size)
        grey = None
        for kind, paths in files(folder, asked.images).items():
            spent: dict[str, list[float]] = {"ours": [], "theirs": []}
            for turn in range(asked.rounds + 1):
                for who in ("ours", "theirs") if turn % 2 else ("theirs", "ours"):
                    began = time.process_time()
                    for path in paths:
                        if who == "ours":
                            classify_files([path], classifier, decoder=Here())
                        else:
                            theirs(path)
                    if turn:  # the first round is not counted
                        spent[who].append((time.process_time() - began) * 1e3 / len(paths))
            ours = statistics.median(spent["ours"])
            ratio = statistics.median(
                a / b for a, b in zip(spent["ours"], spent["theirs"], strict=True)
            )
            grey = grey or ours
            print(
                f"{kind:14} ours {ours:6.2f} ms, theirs {statistics.median(spent['theirs']):6.2f} "
                f"ms: {ratio:.2f}; {ours / grey:.2f} of grey PNG",
                flush=True,
            )


if __name__ == "__main__":
    main()
