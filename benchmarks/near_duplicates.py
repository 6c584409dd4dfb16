"""How well, and how fast, the audit finds copies that were changed.

    python benchmarks/near_duplicates.py                   recall and false pairs, sample data
    XRAYLIB_REAL_DATA=... python benchmarks/near_duplicates.py      and the real images
    python benchmarks/near_duplicates.py --images 10000     seconds of each stage on so many files

Recall: of every third image a copy of one kind is put among all images of the set; a copy counts as
found if it is paired with its original by the audit's own search and comparison. A pair of other
images is false, unless the originals were found to be the same picture (those pairs are printed,
to be looked at). The files of the timing are phantoms, each bent in its own way.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from xraylib.audit.alignment import compare
from xraylib.audit.candidates import candidate_pairs
from xraylib.audit.checks.odd_one_out import odd_findings
from xraylib.audit.checks.shortcut import shortcut_findings
from xraylib.audit.copies import groups, near_pairs
from xraylib.audit.descriptors import describe_images
from xraylib.datasets.scan import scan
from xraylib.images.descriptors import Descriptor, as_grey, describe, detail
from xraylib.settings import SAMPLE_DATA

Grey = NDArray[np.uint8]
Change = Callable[[Grey, np.random.Generator], Grey]


def sized(image: Grey, width: int, height: int) -> Grey:
    shrinks = width * height < image.size
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(image, (width, height), interpolation=method)


def scaled(image: Grey, scale: float) -> Grey:
    return sized(image, round(image.shape[1] * scale), round(image.shape[0] * scale))


def jpeg(image: Grey, quality: int) -> Grey:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0)


def toned(image: Grey, gain: float = 1.0, offset: float = 0.0, gamma: float = 1.0) -> Grey:
    value = 255 * (np.arange(256) / 255) ** gamma
    return np.clip(np.rint((value - 128) * gain + 128 + offset), 0, 255).astype(np.uint8)[image]


def cropped(image: Grey, left: float, top: float, right: float, bottom: float) -> Grey:
    height, width = image.shape
    return image[
        round(top * height) : height - round(bottom * height),
        round(left * width) : width - round(right * width),
    ].copy()


def framed(image: Grey, share: float, value: int) -> Grey:
    y, x = round(share * image.shape[0]), round(share * image.shape[1])
    return cv2.copyMakeBorder(image, y, y, x, x, cv2.BORDER_CONSTANT, value=(float(value),))


def same_size(image: Grey, like: Grey) -> Grey:
    return sized(image, like.shape[1], like.shape[0])


def several(image: Grey, rng: np.random.Generator) -> Grey:
    part = scaled(cropped(image, *(rng.random(4) * 0.03)), 0.75)
    return toned(jpeg(part, 50), 0.7 + 0.7 * rng.random(), 20 * (rng.random() - 0.5))


CHANGES: dict[str, Change] = {
    "resized to 50 %": lambda image, _: scaled(image, 0.5),
    "resized to 75 %": lambda image, _: scaled(image, 0.75),
    "resized to 150 %": lambda image, _: scaled(image, 1.5),
    "resized to 300 × 240": lambda image, _: sized(image, 300, 240),
    "JPEG quality 30": lambda image, _: jpeg(image, 30),
    "JPEG quality 50": lambda image, _: jpeg(image, 50),
    "JPEG quality 75": lambda image, _: jpeg(image, 75),
    "JPEG quality 95": lambda image, _: jpeg(image, 95),
    "contrast × 0.6": lambda image, _: toned(image, 0.6),
    "contrast × 1.4": lambda image, _: toned(image, 1.4),
    "brightness + 40": lambda image, _: toned(image, offset=40),
    "brightness - 40": lambda image, _: toned(image, offset=-40),
    "gamma 0.6": lambda image, _: toned(image, gamma=0.6),
    "gamma 1.7": lambda image, _: toned(image, gamma=1.7),
    "histogram equalised": lambda image, _: cv2.equalizeHist(image),
    "CLAHE 3, 8 × 8": lambda image, _: cv2.createCLAHE(3.0, (8, 8)).apply(image),
    "crop 3 % of each side": lambda image, _: cropped(image, 0.03, 0.03, 0.03, 0.03),
    "the same, size restored": lambda image, _: same_size(cropped(image, *[0.03] * 4), image),
    "crop 3 % left and top": lambda image, _: same_size(cropped(image, 0.03, 0.03, 0, 0), image),
    "crop 0 to 3 % of each side": lambda image, rng: same_size(
        cropped(image, *(rng.random(4) * 0.03)), image
    ),
    "black border 3 %": lambda image, _: framed(image, 0.03, 0),
    "white border 5 %": lambda image, _: framed(image, 0.05, 255),
    "black border 8 %, size restored": lambda image, _: same_size(framed(image, 0.08, 0), image),
    "grey border 5 %, size restored": lambda image, _: same_size(framed(image, 0.05, 110), image),
    "crop, 75 %, JPEG 50, contrast": several,
    "border 4 %, 50 %, JPEG 40": lambda image, _: jpeg(scaled(framed(image, 0.04, 0), 0.5), 40),
}


Pairs = dict[tuple[int, int], bool]


def found_pairs(
    descriptors: list[Descriptor], details: list[NDArray[np.int8]], known: Pairs
) -> set[tuple[int, int]]:
    """The pairs that the audit would report, as positions in the lists.

    ``known`` holds what earlier comparisons of the same positions said, and gets the new ones.
    """
    views = np.stack([one.views for one in descriptors])
    pairs = {(one, two) for one, two in candidate_pairs(views).tolist()}
    for one, two in pairs - known.keys():
        boxes = descriptors[one].box, descriptors[two].box
        known[one, two] = compare(details[one], details[two], *boxes).is_copy
    return {pair for pair in pairs if known[pair]}


def calibrate(name: str, root: Path, every: int) -> None:
    index = scan(root)
    rows = index.rows()
    images = [as_grey(index.read(row).as_uint8()) for row in rows]
    descriptors, details = (
        [describe(image) for image in images],
        [detail(image) for image in images],
    )
    known: Pairs = {}
    own = found_pairs(descriptors, details, known)
    print(f"\n{name}: {len(images)} images")
    same = np.arange(len(images))
    for one, two in sorted(own):
        same[same == same[two]] = same[one]
        paths = [index.image(int(rows[at])).path for at in (one, two)]
        equal = len({index.image(int(rows[at])).sha256 for at in (one, two)}) == 1
        print(f"  pair: {paths[0]} {paths[1]}{' (byte for byte)' if equal else ''}")
    print(f"  {'kind of copy':34} {'copies':>6} {'found':>6} {'recall':>7} {'false pairs':>12}")
    all_copies = all_found = all_false = all_images = 0
    rng = np.random.default_rng(0)
    chosen = range(0, len(images), every)
    for kind, change in CHANGES.items():
        made = [change(images[at], rng) for at in chosen]
        pool = descriptors + [describe(image) for image in made]
        pairs = found_pairs(pool, details + [detail(image) for image in made], dict(known))
        origin = np.concatenate([same, same[list(chosen)]])
        hit = sum((at, len(images) + place) in pairs for place, at in enumerate(chosen))
        wrong = sum(origin[one] != origin[two] for one, two in pairs)
        print(
            f"  {kind:34} {len(made):6} {hit:6} {hit / len(made):7.3f} {wrong:12}",
            flush=True,
        )
        all_copies, all_found = all_copies + len(made), all_found + hit
        all_false, all_images = all_false + int(wrong), all_images + len(pool)
    print(
        f"  {'all':34} {all_copies:6} {all_found:6} {all_found / all_copies:7.3f} {all_false:12}"
        f"   ({1000 * all_false / all_images:.2f} in 1,000 images)"
    )


def bent(image: Grey, rng: np.random.Generator) -> Grey:
    """An image whose parts are moved against each other: another patient."""
    size = len(image)
    moves = [
        cv2.resize(
            (rng.normal(size=(5, 5)) * 6).astype(np.float32),
            (size, size),
            interpolation=cv2.INTER_CUBIC,
        )
        for _ in range(2)
    ]
    y, x = np.mgrid[:size, :size].astype(np.float32)
    return cv2.remap(
        image, x + moves[0], y + moves[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def write_many(root: Path, count: int) -> int:
    """JPEG files in folders by class, each an image of its own, and changed copies of every 100th.

    Returns:
        The copies.
    """
    rng = np.random.default_rng(0)
    sources = [
        (path.parent.name, cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
        for path in sorted((SAMPLE_DATA / "train").rglob("*.png"))
    ]
    copies = 0
    for number in range(count):
        label, image = sources[number % len(sources)]
        (root / label).mkdir(exist_ok=True)
        data = cv2.imencode(".jpg", bent(image, rng), [cv2.IMWRITE_JPEG_QUALITY, 90])[1]
        (root / label / f"film_{number:06}.jpg").write_bytes(data.tobytes())
        if number % 100 == 0:
            again = toned(jpeg(cv2.imdecode(data, 0), 60), 0.8, 10)
            cv2.imwrite(str(root / label / f"film_{number:06}_copy.jpg"), again)
            copies += 1
    return copies


def time_stages(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        copies = write_many(root, count)
        last = time.perf_counter()

        def lap(what: str) -> None:
            nonlocal last
            now = time.perf_counter()
            print(f"  {what:44} {now - last:8.1f} s", flush=True)
            last = now

        print(f"\n{count + copies} files of 256 × 256, {copies} of them changed copies")
        index = scan(root)
        lap("scan (not part of the audit)")
        start = last
        descriptors = describe_images(index)
        lap("describe every image")
        near = near_pairs(index, descriptors)
        lap("search, read the candidates again, compare")
        found = groups(index, [pair[:2] for pair in near])
        odd_findings(index, descriptors)
        shortcut_findings(index, descriptors, found)
        lap("odd images and shortcuts")
        paths = [tuple(image.path for image in index.images([one, two])) for one, two, _ in near]
        right = sum(one.replace(".jpg", "_copy.jpg") == two for one, two in paths)
        print(f"  {'whole audit':44} {last - start:8.1f} s")
        print(f"  found {right} of {copies} copies, {len(near) - right} other pairs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, help="time the stages on so many files instead")
    parser.add_argument("--every", type=int, default=3, help="copy every n-th image (default 3)")
    options = parser.parse_args()
    if options.images:
        time_stages(options.images)
        return
    calibrate("sample data", SAMPLE_DATA, options.every)
    real = os.environ.get("XRAYLIB_REAL_DATA", "")
    if real:
        calibrate("codecademy_covid19", Path(real) / "codecademy_covid19", options.every)


if __name__ == "__main__":
    main()
