"""Each kind of file in the browser's language beside Python: pixels, probabilities, refusals.

    python benchmarks/device_formats.py [FOLDER ...]

Without a folder: the sample images, and the real ones of ``XRAYLIB_REAL_DATA``. The page's own
worker runs under Node. A row is a kind of file: how many Python reads, how many of those the page
reads, in how many all decoded pixels are equal, the largest difference of a decoded level (of the
depth stored) and of a probability. Below it: what both say of files that Python refuses.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from xraylib.errors import ImageError
from xraylib.images.decode import read_bytes
from xraylib.images.radiograph import Radiograph
from xraylib.images.sandbox.decoder import Decoder
from xraylib.models.catalog import find_model
from xraylib.models.classify.classifier import Classifier
from xraylib.models.export import export_model
from xraylib.settings import SAMPLE_DATA

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from web_worker import RefusedError, WebWorker, encoded_bytes, web_worker


@dataclass
class Row:
    """One kind of file."""

    files: int = 0
    read: int = 0
    equal: int = 0
    levels: int = 0
    probability: float = 0.0
    otherwise: list[str] = field(default_factory=list)


def kind(image: Radiograph) -> str:
    syntax = str(image.attributes.get("TransferSyntax", ""))
    colour = ", colour" if image.pixels.ndim == 3 else ""
    how = syntax.partition("(")[0].strip() or image.mode
    return f"{image.format}, {how}, {'8' if image.bit_depth == 8 else '9 to 16'} bit{colour}"


def compare(model: Classifier, worker: WebWorker, data: bytes, image: Radiograph, row: Row) -> str:
    """What differs, in words."""
    row.files += 1
    try:
        told = worker.read(data, model.preparation)
    except RefusedError as refusal:
        return f"refused there: {refusal}"
    row.read += 1
    if told["pixels"].shape != image.pixels.shape:
        return f"{told['pixels'].shape} for {image.pixels.shape}"
    far = int(np.abs(told["pixels"].astype(int) - image.pixels).max())
    row.equal += far == 0
    row.levels = max(row.levels, far)
    here = model.classify(image, heat_map=False)
    there: dict[str, Any] = worker.ask("judgement", data=encoded_bytes(data))
    probability = max(abs(there["outputs"][name] - here.outputs[name]) for name in here.outputs)
    row.probability = max(row.probability, probability)
    codes = [warning.code for warning in here.warnings]
    said = [warning["code"] for warning in there["warnings"]]
    words = [f"levels {far}"] if far else []
    words += [f"warnings {said} for {codes}"] if said != codes else []
    return ", ".join(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="*", type=Path)
    parser.add_argument("--model", default="phantom-demo")
    parser.add_argument("--each", action="store_true", help="name the files that differ")
    asked = parser.parse_args()
    real = os.environ.get("XRAYLIB_REAL_DATA")
    folders = asked.folder or [SAMPLE_DATA, *([Path(real)] if real else [])]
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    rows: defaultdict[str, Row] = defaultdict(Row)
    refused: Counter[str] = Counter()
    bundle = find_model(asked.model)
    model = Classifier(bundle, workers=1)
    with tempfile.TemporaryDirectory() as place, Decoder() as decoder:
        export_model(bundle, "web", Path(place) / "page")
        with web_worker(Path(place) / "page") as worker:
            assert worker.ask("prove")["proof"]["passed"]
            for file in files:
                data = read_bytes(file)
                try:
                    image = decoder.decode(data)
                except ImageError as refusal:
                    try:
                        worker.read(data, model.preparation)
                    except RefusedError as other:
                        same = str(other) == refusal.code
                        refused["with the same code" if same else "with another code"] += 1
                        if asked.each and not same:
                            print(f"{file}: {refusal.code} here, {other} there")
                    else:
                        refused["READ THERE"] += 1
                        print(f"{file}: {refusal.code} here, read there")
                    continue
                row = rows[kind(image)]
                words = compare(model, worker, data, image, row)
                if words and asked.each:
                    print(f"{file}: {words}")
    print("| kind | read by Python | read here | equal | largest difference | of a probability |")
    print("|---|---|---|---|---|---|")
    for name, row in sorted(rows.items()):
        shares = f"{row.files} | {row.read} | {row.equal} | {row.levels} | {row.probability:.1e}"
        print(f"| {name} | {shares} |")
    print("Refused by Python:", ", ".join(f"{n} {how}" for how, n in refused.items()) or "none")


if __name__ == "__main__":
    main()
