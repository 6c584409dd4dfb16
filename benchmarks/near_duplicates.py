"""How well, and how fast, the audit finds copies that were changed.

    python benchmarks/near_duplicates.py                   recall and false pairs, sample data
    XRAYLIB_REAL_DATA=... python benchmarks/near_duplicates.py      and the real films
    python benchmarks/near_duplicates.py --films 10000     seconds of each stage on so many files

Recall: of every third film a copy of one kind is put among all films of the set; a copy counts as
found if it is paired with its original by the audit's own search and comparison. A pair of other
films is false, unless the originals were found to be the same picture (those pairs are printed,
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
from xraylib.audit.copies import groups, near_pairs
from xraylib.audit.descriptors import look_at
from xraylib.audit.outliers import odd_findings
from xraylib.audit.shortcuts import shortcut_findings
from xraylib.datasets.scan import scan
from xraylib.images.descriptors import Descriptor, as_grey, describe, detail
from xraylib.settings import SAMPLE_DATA

Grey = NDArray[np.uint8]
Change = Callable[[Grey, np.random.Generator], Grey]


def sized(film: Grey, width: int, height: int) -> Grey:
    shrinks = width * height < film.size
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(film, (width, height), interpolation=method)


def scaled(film: Grey, scale: float) -> Grey:
    return sized(film, round(film.shape[1] * scale), round(film.shape[0] * scale))


def jpeg(film: Grey, quality: int) -> Grey:
    return cv2.imdecode(cv2.imencode(".jpg", film, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0)


def toned(film: Grey, gain: float = 1.0, offset: float = 0.0, gamma: float = 1.0) -> Grey:
    value = 255 * (np.arange(256) / 255) ** gamma
    return np.clip(np.rint((value - 128) * gain + 128 + offset), 0, 255).astype(np.uint8)[film]


def cropped(film: Grey, left: float, top: float, right: float, bottom: float) -> Grey:
    height, width = film.shape
    return film[
        round(top * height) : height - round(bottom * height),
        round(left * width) : width - round(right * width),
    ].copy()


def framed(film: Grey, share: float, value: int) -> Grey:
    y, x = round(share * film.shape[0]), round(share * film.shape[1])
    return cv2.copyMakeBorder(film, y, y, x, x, cv2.BORDER_CONSTANT, value=(float(value),))


def same_size(film: Grey, like: Grey) -> Grey:
    return sized(film, like.shape[1], like.shape[0])


def several(film: Grey, rng: np.random.Generator) -> Grey:
    part = scaled(cropped(film, *(rng.random(4) * 0.03)), 0.75)
    return toned(jpeg(part, 50), 0.7 + 0.7 * rng.random(), 20 * (rng.random() - 0.5))


CHANGES: dict[str, Change] = {
    "resized to 50 %": lambda film, _: scaled(film, 0.5),
    "resized to 75 %": lambda film, _: scaled(film, 0.75),
    "resized to 150 %": lambda film, _: scaled(film, 1.5),
    "resized to 300 × 240": lambda film, _: sized(film, 300, 240),
    "JPEG quality 30": lambda film, _: jpeg(film, 30),
    "JPEG quality 50": lambda film, _: jpeg(film, 50),
    "JPEG quality 75": lambda film, _: jpeg(film, 75),
    "JPEG quality 95": lambda film, _: jpeg(film, 95),
    "contrast × 0.6": lambda film, _: toned(film, 0.6),
    "contrast × 1.4": lambda film, _: toned(film, 1.4),
    "brightness + 40": lambda film, _: toned(film, offset=40),
    "brightness - 40": lambda film, _: toned(film, offset=-40),
    "gamma 0.6": lambda film, _: toned(film, gamma=0.6),
    "gamma 1.7": lambda film, _: toned(film, gamma=1.7),
    "histogram equalised": lambda film, _: cv2.equalizeHist(film),
    "CLAHE 3, 8 × 8": lambda film, _: cv2.createCLAHE(3.0, (8, 8)).apply(film),
    "crop 3 % of each side": lambda film, _: cropped(film, 0.03, 0.03, 0.03, 0.03),
    "the same, size restored": lambda film, _: same_size(cropped(film, *[0.03] * 4), film),
    "crop 3 % left and top": lambda film, _: same_size(cropped(film, 0.03, 0.03, 0, 0), film),
    "crop 0 to 3 % of each side": lambda film, rng: same_size(
        cropped(film, *(rng.random(4) * 0.03)), film
    ),
    "black border 3 %": lambda film, _: framed(film, 0.03, 0),
    "white border 5 %": lambda film, _: framed(film, 0.05, 255),
    "black border 8 %, size restored": lambda film, _: same_size(framed(film, 0.08, 0), film),
    "grey border 5 %, size restored": lambda film, _: same_size(framed(film, 0.05, 110), film),
    "crop, 75 %, JPEG 50, contrast": several,
    "border 4 %, 50 %, JPEG 40": lambda film, _: jpeg(scaled(framed(film, 0.04, 0), 0.5), 40),
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
    films = [as_grey(index.read(row).as_uint8()) for row in rows]
    looks, details = [describe(film) for film in films], [detail(film) for film in films]
    known: Pairs = {}
    own = found_pairs(looks, details, known)
    print(f"\n{name}: {len(films)} films")
    same = np.arange(len(films))
    for one, two in sorted(own):
        same[same == same[two]] = same[one]
        paths = [index.film(int(rows[at])).path for at in (one, two)]
        equal = len({index.film(int(rows[at])).sha256 for at in (one, two)}) == 1
        print(f"  pair: {paths[0]} {paths[1]}{' (byte for byte)' if equal else ''}")
    print(f"  {'kind of copy':34} {'copies':>6} {'found':>6} {'recall':>7} {'false pairs':>12}")
    all_copies = all_found = all_false = all_films = 0
    rng = np.random.default_rng(0)
    chosen = range(0, len(films), every)
    for kind, change in CHANGES.items():
        made = [change(films[at], rng) for at in chosen]
        pool = looks + [describe(film) for film in made]
        pairs = found_pairs(pool, details + [detail(film) for film in made], dict(known))
        origin = np.concatenate([same, same[list(chosen)]])
        hit = sum((at, len(films) + place) in pairs for place, at in enumerate(chosen))
        wrong = sum(origin[one] != origin[two] for one, two in pairs)
        print(
            f"  {kind:34} {len(made):6} {hit:6} {hit / len(made):7.3f} {wrong:12}",
            flush=True,
        )
        all_copies, all_found = all_copies + len(made), all_found + hit
        all_false, all_films = all_false + int(wrong), all_films + len(pool)
    print(
        f"  {'all':34} {all_copies:6} {all_found:6} {all_found / all_copies:7.3f} {all_false:12}"
        f"   ({1000 * all_false / all_films:.2f} in 1,000 images)"
    )


def bent(film: Grey, rng: np.random.Generator) -> Grey:
    """A film whose parts are moved against each other: another patient."""
    size = len(film)
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
        film, x + moves[0], y + moves[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def time_stages(count: int) -> None:
    rng = np.random.default_rng(0)
    sources = [
        (path.parent.name, cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
        for path in sorted((SAMPLE_DATA / "train").rglob("*.png"))
    ]
    copies = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in range(count):
            label, film = sources[number % len(sources)]
            (root / label).mkdir(exist_ok=True)
            data = cv2.imencode(".jpg", bent(film, rng), [cv2.IMWRITE_JPEG_QUALITY, 90])[1]
            (root / label / f"film_{number:06}.jpg").write_bytes(data.tobytes())
            if number % 100 == 0:
                again = toned(jpeg(cv2.imdecode(data, 0), 60), 0.8, 10)
                cv2.imwrite(str(root / label / f"film_{number:06}_copy.jpg"), again)
                copies += 1
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
        looks = look_at(index)
        lap("describe every film")
        near = near_pairs(index, looks)
        lap("search, read the candidates again, compare")
        found = groups(index, near)
        odd_findings(index, looks)
        shortcut_findings(index, looks, found)
        lap("odd films and shortcuts")
        paths = [tuple(film.path for film in index.films([one, two])) for one, two, _ in near]
        right = sum(one.replace(".jpg", "_copy.jpg") == two for one, two in paths)
        print(f"  {'whole audit':44} {last - start:8.1f} s")
        print(f"  found {right} of {copies} copies, {len(near) - right} other pairs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, help="time the stages on so many files instead")
    parser.add_argument("--every", type=int, default=3, help="copy every n-th film (default 3)")
    options = parser.parse_args()
    if options.films:
        time_stages(options.films)
        return
    calibrate("sample data", SAMPLE_DATA, options.every)
    real = os.environ.get("XRAYLIB_REAL_DATA", "")
    if real:
        calibrate("codecademy_covid19", Path(real) / "codecademy_covid19", options.every)


if __name__ == "__main__":
    main()
