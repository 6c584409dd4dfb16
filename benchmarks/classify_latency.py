"""How long an image takes, from bytes to probabilities, against TensorFlow in the same run.

    python benchmarks/classify_latency.py [--rounds 10] [--starts 3] [--no-server]

- warm: bytes -> probabilities (decoding and preparing included) against Keras's `model.predict`
  on the same image, decoded already. Wanted: at least 50 times faster. What each part takes is
  told, and a floor: decoding, and the network's multiply-adds at the speed at which NumPy
  multiplies matrices of its largest layer's size on one core. Where NumPy's library uses the
  widest instructions that the processor has, no other runtime in single precision would be below
  it; where it does not, LiteRT is. (Measured on two virtual cores: a second thread brought nothing,
  OpenCV's own runtime was as fast as LiteRT; convolutions take nine tenths of small-cnn's network
  and ran at 100 billion multiply-adds a second; a PNG's sums take 0.01 ms, and of the rest of its
  decoding half is inflating and half undoing its filters; casting and scaling take 0.02 ms.)
- with decoding in the child process, as uploads are decoded: at most 25 ms for a PNG of
  256 × 256 pixels, at most 700 ms for a DICOM image of 4 megapixels and 12 bits in JPEG 2000.
- with the heat map of small-cnn: at most 150 ms more.
- from the start of a process to its first classified image, against a script that imports
  TensorFlow and does the same. Wanted: at least 4 times faster.
- memory of the web process after every page was opened: at most 300 MB.

Ours and the reference take turns of ten calls, so that both are warm; medians are compared. The
networks are lesson-cnn and small-cnn with the weights they begin with: what they say does not
matter here. Exits with 1 if anything is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
import psutil

from xraylib.images.decode import read_image
from xraylib.images.sandbox.decoder import Decoder
from xraylib.models.bundle import open_bundle
from xraylib.models.classify.classifier import Classifier

PROJECT = Path(__file__).resolve().parent.parent
IMAGE = sorted((PROJECT / "sample_data" / "test" / "Pneumonia").glob("*.png"))[0]
SIDE = 2048
# A 3 × 3 convolution of 64 maps of 32 × 32 points into 64: the largest layer of small-cnn.
MATRICES = (np.ones((1024, 576), np.float32), np.ones((576, 64), np.float32))

# What a script without this project would do, on a network and weights that are handed to it.
REFERENCE = """
import sys
import numpy as np
from PIL import Image
import keras
model = keras.models.model_from_json(open(sys.argv[1]).read())
model.load_weights(sys.argv[2])
image = np.asarray(Image.open(sys.argv[3]).convert("L"))[None, :, :, None]
print(model.predict(image, verbose=0))
"""
OURS = """
import sys
from pathlib import Path
from xraylib import Classifier, read_image
from xraylib.models.bundle import open_bundle
print(Classifier(open_bundle(sys.argv[1])).classify(read_image(Path(sys.argv[2]))).probabilities)
"""


def published(name: str, folder: Path) -> tuple[Any, Classifier, Path, int]:
    """A preset as Keras model and as published model, same weights; and its multiply-adds."""
    from serving_bundles import facts, write_bundle

    from xraylib.models.conversion.litert import export_litert
    from xraylib.networks.presets import preset
    from xraylib.networks.render.keras_model import build
    from xraylib.networks.trace import trace

    spec = preset(name, input_shape=(256, 256, 1), classes=3)
    network = build(spec)
    exported = export_litert(network)
    content = facts(
        ["Covid", "Normal", "Pneumonia"],
        name=name,
        preparation={"image_size": [256, 256], "color_mode": "grayscale", "fit": "stretch"},
        input_shape=[256, 256, 1],
        explain={"method": exported.method, "layer": exported.layer},
    )
    place = write_bundle(folder / name / "1", exported.model, content, head=exported.head)
    return network, Classifier(open_bundle(place)), place, trace(spec).multiply_adds


def large_dicom(folder: Path) -> bytes:
    """A phantom of 2048 × 2048 pixels and 12 bits with noise, in JPEG 2000 without loss."""
    import gdcm

    from xraylib.samples.dicom import write_dicom

    grey = cv2.resize(read_image(IMAGE).as_uint8(), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, 12, grey.shape)
    pixels = np.clip(grey * 14.0 + 200 + noise, 0, 4095).astype(np.uint16)
    plain, packed = folder / "plain.dcm", folder / "packed.dcm"
    write_dicom(plain, pixels, patient="benchmark", inverted=False)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEG2000Lossless))
    writer = gdcm.ImageWriter()
    if not reader.Read():
        raise SystemExit("gdcm cannot read the uncompressed image")
    change.SetInput(reader.GetImage())
    if not change.Change():
        raise SystemExit("gdcm cannot compress the image")
    writer.SetFileName(str(packed))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    if not writer.Write():
        raise SystemExit("gdcm cannot write the compressed image")
    return packed.read_bytes()


def in_turns(
    rounds: int, /, *, calls: int = 1, **functions: Callable[[], object]
) -> dict[str, float]:
    """Median milliseconds of each; they take turns of so many calls, and the first do not count."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for round_ in range(rounds + 1):
        for name, function in functions.items():
            for _ in range(calls):
                start = time.perf_counter()
                function()
                if round_:
                    times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def run(code: str, *arguments: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def web_process_megabytes(folder: Path) -> float:
    """Resident memory of the server after a browser opened every page and classified an image."""
    from lab_server import LabServer, chromium
    from playwright.sync_api import expect, sync_playwright

    with (
        LabServer(folder / "workspace", folder / "server.log") as server,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        page = browser.new_page()
        page.set_default_timeout(300_000)
        for path in ("", "Dataset", "Architecture", "Training", "Results", "Classify"):
            page.goto(server.address(path))
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=300_000)
            app = page.get_by_test_id("stApp")
            expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=300_000)
        page.get_by_role("button", name="I understand, continue").click()
        page.get_by_role("button", name="A DICOM phantom", exact=True).click()
        expect(page.get_by_role("heading", name="More like")).to_be_visible(timeout=300_000)
        found = [
            process.memory_info().rss
            for process in psutil.Process().children(recursive=True)
            if "streamlit" in process.cmdline() and str(server.port) in process.cmdline()
        ]
    return max(found) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--starts", type=int, default=3, help="Process starts of each kind.")
    parser.add_argument("--no-server", action="store_true", help="Leave the web process out.")
    options = parser.parse_args()
    good = True

    def verdict(what: str, told: str, reached: bool) -> None:
        nonlocal good
        good &= reached
        print(f"{what:<58}{told:>34}   {'yes' if reached else 'NO'}", flush=True)

    with tempfile.TemporaryDirectory() as name, Decoder() as decoder:
        folder = Path(name)
        png = IMAGE.read_bytes()
        image = read_image(png)
        for preset in ("lesson-cnn", "small-cnn"):
            network, classifier, place, multiply_adds = published(preset, folder)
            pixels = classifier.prepare(image)
            median = in_turns(
                options.rounds,
                calls=10,
                ours=lambda c=classifier: c.probabilities(c.prepare(read_image(png))[None]),
                keras=lambda n=network, p=pixels: n.predict(p[None], verbose=0),
                child=lambda c=classifier: c.classify(decoder.decode(png), heat_map=False),
                plain=lambda c=classifier: c.classify(image, heat_map=False),
                map=lambda c=classifier: c.classify(image, heat_map=True),
                decoding=lambda: read_image(png),
                preparing=lambda c=classifier: c.prepare(image),
                network=lambda c=classifier, p=pixels: c.probabilities(p[None]),
                product=lambda: np.matmul(*MATRICES),
            )
            ratio = median["keras"] / median["ours"]
            verdict(
                f"{preset}: bytes to probabilities, model.predict / ours",
                f"{median['keras']:.1f} / {median['ours']:.2f} ms = {ratio:.0f}×",
                ratio >= 50,
            )
            parts = (f"{part} {median[part]:.2f}" for part in ("decoding", "preparing", "network"))
            print(f"  of these, ms: {', '.join(parts)}")
            products = multiply_adds / (MATRICES[0].size * MATRICES[1].shape[1])
            floor = median["decoding"] + products * median["product"]
            print(f"  floor: {floor:.2f} ms, which would be {median['keras'] / floor:.0f}×")
            verdict(
                f"{preset}: PNG 256 × 256, decoded in the child",
                f"{median['child']:.1f} ms",
                median["child"] <= 25,
            )
            more = median["map"] - median["plain"]
            verdict(f"{preset}: the heat map, more", f"{more:.1f} ms", more <= 150)
        dicom = large_dicom(folder)
        slow = in_turns(
            max(3, options.rounds // 2),
            child=lambda: classifier.classify(decoder.decode(dicom), heat_map=False),
        )["child"]
        verdict(
            f"small-cnn: JPEG 2000 DICOM, {SIDE**2 / 1e6:.1f} megapixels, 12 bit, child",
            f"{slow:.0f} ms",
            slow <= 700,
        )
        (folder / "network.json").write_text(network.to_json())
        network.save_weights(folder / "network.weights.h5")
        starts = in_turns(
            options.starts,
            ours=lambda: run(OURS, place, IMAGE),
            keras=lambda: run(
                REFERENCE, folder / "network.json", folder / "network.weights.h5", IMAGE
            ),
        )
        ratio = starts["keras"] / starts["ours"]
        verdict(
            "small-cnn: process start to first image, TensorFlow / ours",
            f"{starts['keras'] / 1000:.1f} / {starts['ours'] / 1000:.2f} s = {ratio:.1f}×",
            ratio >= 4,
        )
        if not options.no_server:
            size = web_process_megabytes(folder)
            verdict("web process after every page", f"{size:.0f} MB", size <= 300)
    print("All reached:", "yes" if good else "NO")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
