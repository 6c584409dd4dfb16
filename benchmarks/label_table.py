"""What a table of labels costs beside the scan of its images, and what the page costs with it.

    python benchmarks/label_table.py [--sizes 1000 112120] [--side 64] [--keep FOLDER]

Makes that many small PNG images in folders like those of NIH ChestX-ray14 and a table in its form
(14 findings, patients, sex, age, view), and for each size, in a process of its own:

scan           open_dataset of a folder that was never seen: seconds, all cores
joining        label_images: reading the table, finding the row of each image, findings, metadata:
               seconds, median of 3; and its share of the scan
page           the whole script of the Dataset page as Streamlit runs it for a visitor (AppTest),
               the index being open and the table in use: milliseconds, median, and processor time,
               which other programs on this machine disturb less; with the panel of the table open,
               and with the gallery filtered by a finding

The processor's name comes first, ratios of the largest to the smallest size last.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "benchmarks")]

from child_decoding import processor  # noqa: E402
from scan import open_dataset_page, timed  # noqa: E402

FINDINGS = (
    "Atelectasis",
    "Cardiomegaly",
    "Consolidation",
    "Edema",
    "Effusion",
    "Emphysema",
    "Fibrosis",
    "Hernia",
    "Infiltration",
    "Mass",
    "Nodule",
    "Pleural_Thickening",
    "Pneumonia",
    "Pneumothorax",
)
HEAD = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],"
)
A_FOLDER = 10_000
RUNS = 9


def make_set(root: Path, count: int, side: int) -> None:
    """Images of noise in ``images_001/images`` and so on, and ``Data_Entry_2017.csv``."""
    import cv2
    import numpy as np

    rng = np.random.default_rng(count)
    lines = [HEAD]
    for number in range(count):
        folder = root / f"images_{number // A_FOLDER + 1:03}" / "images"
        if number % A_FOLDER == 0:
            folder.mkdir(parents=True)
        name = f"{number // 4 + 1:08}_{number % 4:03}.png"
        pixels = rng.integers(0, 256, (side, side), dtype=np.uint8)
        _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        (folder / name).write_bytes(data.tobytes())
        has = [name for name, draw in zip(FINDINGS, rng.random(14), strict=True) if draw < 0.06]
        who = f"{number % 4},{number // 4 + 1},{20 + number % 60},{'MF'[number // 4 % 2]}"
        view = ("PA", "AP")[number % 3 == 0]
        lines.append(
            f"{name},{'|'.join(has) or 'No Finding'},{who},{view},{side},{side},0.143,0.143,"
        )
    (root / "Data_Entry_2017.csv").write_text("\n".join([*lines, ""]))


def measure(root: Path) -> dict[str, float]:
    """Everything about one folder, in this process."""
    from xraylib.datasets.catalog import add_dataset, change_dataset, open_dataset
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.labels.join import label_images
    from xraylib.datasets.labels.label_choice import LabelChoice
    from xraylib.workspace import Workspace

    workspace = Workspace.open()
    add_dataset(root, "films", workspace=workspace)
    began = time.perf_counter()
    index = open_dataset("films", workspace=workspace)
    scanned = time.perf_counter() - began
    choice = LabelChoice(file="Data_Entry_2017.csv")
    joined = label_images(index, choice)
    if joined.report.images_alone or joined.report.rows_alone:
        raise SystemExit("An image has no row, or a row no image")
    del joined
    joining = statistics.median(timed(lambda: label_images(index, choice)) for _ in range(3))
    change_dataset("films", curation=Curation(label_table=choice), workspace=workspace)
    figures = {"scan, s": scanned, "joining, s": joining, "joining / scan": joining / scanned}
    for words, state in {
        "page": {},
        "panel open": {"labels-open-films": True},
        "one finding": {"finding": "Effusion"},
    }.items():
        page = open_dataset_page("films")
        for key, value in state.items():
            page.session_state[key] = value
        page.run()
        if page.exception:
            raise SystemExit(f"The page failed: {page.exception[0].message}")
        busy = time.process_time()
        figures[f"{words}, ms"] = statistics.median(timed(page.run) for _ in range(RUNS)) * 1e3
        figures[f"{words}, cpu ms"] = (time.process_time() - busy) / RUNS * 1e3
    return figures


def main() -> int:
    """Makes the sets, measures each in a process of its own, prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 112_120])
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--keep", type=Path, help="make the images here, and keep them")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return 0
    print(processor(), f"({os.cpu_count()} cores)")
    results: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for size in options.sizes:
            root = (options.keep or Path(scratch)) / f"set_{size}"
            if not root.exists():
                make_set(root, size, options.side)
            environ = {**os.environ, "XRAYLIB_WORKSPACE": str(Path(scratch) / f"space_{size}")}
            command = [sys.executable, __file__, "--measure", str(root)]
            done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
            if done.returncode:
                print(done.stderr)
                return 1
            results[size] = json.loads(done.stdout.splitlines()[-1])
    sizes = list(results)
    names = list(results[sizes[0]])
    print(f"{'':24}" + "".join(f"{size:>12,}" for size in sizes) + f"{'ratio':>10}")
    for name in names:
        row = [results[size][name] for size in sizes]
        ratio = row[-1] / row[0] if row[0] else float("nan")
        print(f"{name:24}" + "".join(f"{value:12.3f}" for value in row) + f"{ratio:10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
