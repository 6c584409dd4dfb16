"""Are pictures of another kind noticed? On real images, by group.

    XRAYLIB_REAL_DATA=DIR python benchmarks/out_of_distribution.py
    … --seed 1              # another split and another training
    … --no-network          # picture statistics alone, without training; a minute
    … --workspace DIR RUN   # a finished run on the set
    … --others DIR          # also a folder of pictures that had no part in making the check

DIR holds ``codecademy_covid19`` and ``not_a_chest_xray``. A run of ``small-cnn`` on the first
learns what is usual from its training images, with limits from these and its validation images.
Then every group is judged the way the Classify page does it: the set's own test images (false
alarms), knees and spines, the photographs that come with scikit-image and scikit-learn (as they are
and made grey), and the test images inverted, turned, mirrored, darkened, brightened, noisy and
cropped. Whether a picture is in colour does not count here: what this check alone notices is told.

Wanted: AUROC 0.99 and 95 % flagged at no more than 5 % false alarms, for other body parts and
photographs together: at the published threshold, and on the curve. And none of those gets an
answer; how many of the set's own images get none is told beside it.

The set does not say which images are of one patient. Images that look alike (one series of a
patient, or copies) count as one patient here: they are right or wrong together. The share in which
each patient counts the same has Wilson's interval of so many patients: a patient's own share lies
in 0..1, so it varies no more than one image of each would.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from xraylib.augmentation.augment import AUGMENT_PRESETS  # noqa: E402
from xraylib.datasets.scan import scan  # noqa: E402
from xraylib.datasets.split import make_split  # noqa: E402
from xraylib.errors import ImageError  # noqa: E402
from xraylib.images.decode import read_image  # noqa: E402
from xraylib.images.prepare import Preparation, prepare  # noqa: E402
from xraylib.images.radiograph import Radiograph  # noqa: E402
from xraylib.metrics.intervals import wilson_interval, wilson_of_share  # noqa: E402
from xraylib.ood.familiarity import Familiar, root_of_squares  # noqa: E402
from xraylib.ood.fit import fit_familiar  # noqa: E402
from xraylib.ood.image_features import Described, describe_images  # noqa: E402
from xraylib.ood.strangers import mirrored, parts_of  # noqa: E402
from xraylib.workspace import Workspace  # noqa: E402

STRANGERS = ("knees", "spines", "photographs")
DRAWN_AS_GREY = ("knees", "spines made grey", "photographs made grey")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", help="the id of a finished run on the set")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the split and the training")
    parser.add_argument("--no-network", action="store_true")
    parser.add_argument("--others", type=Path, help="a folder of further pictures")
    options = parser.parse_args()
    real = Path(os.environ["XRAYLIB_REAL_DATA"])
    with tempfile.TemporaryDirectory() as folder:
        place = Workspace(options.workspace or Path(folder))
        if options.no_network:
            for seed in range(5):
                print(f"\nseed of the split: {seed}")
                report(real, *without_network(real, seed), others=options.others)
            redrawn(real, "train")
            redrawn(real, "train", "test")
        else:
            report(real, *with_network(real, place, options), others=options.others)


Featured = Callable[[Any], Any]


def without_network(real: Path, seed: int) -> tuple[Familiar, Preparation, Featured]:
    """From the pictures alone."""
    index = scan(real / "codecademy_covid19")
    split = make_split(index, seed=seed)

    def described(rows: Any) -> Any:
        return describe_images((prepare(index.read(int(r)), Preparation()), None) for r in rows)

    changed = changes_of(index, split.train)
    familiar = fit_familiar(described(split.train), described(split.val), *changed)
    return familiar, Preparation(), lambda _: None


def changes_of(index: Any, rows: Any) -> tuple[Described, Described]:
    """Parts of some images, and the images mirrored, as the check learns them."""
    images = [prepare(index.read(int(row)), Preparation()) for row in rows]
    parts = (part for place, image in enumerate(images) for part in parts_of(image, place))
    return (
        describe_images((part, None) for part in parts),
        describe_images((mirrored(image), None) for image in images),
    )


def redrawn(real: Path, *folders: str, times: int = 20) -> None:
    """What is flagged where test images are surely of the same kind: partitions drawn anew.

    The set's own test folder need not be: several of its images are of one patient. Of the images
    of the training folder alone nothing here can be tuned to the test folder.
    """
    index = scan(real / "codecademy_covid19")
    rows = np.concatenate([index.rows(folder) for folder in folders])
    images = [prepare(index.read(int(row)), Preparation()) for row in rows]
    described = describe_images((image, None) for image in images)
    patients = look_alikes(described)
    others = [image for name, some in groups(real) if name in DRAWN_AS_GREY for image in some]
    strangers = describe_images((prepare(image, Preparation()), None) for image in others)
    cut, turned_round = changes_of(index, rows)
    rng = np.random.default_rng(0)
    rates, mirror, caught, refused, stopped, warned = [], [], [], [], [], []
    for _ in range(times):
        names = rng.permutation(np.unique(patients))
        fifth = len(names) // 5
        test, val = (np.isin(patients, some) for some in (names[:fifth], names[fifth : 2 * fifth]))
        seen = ~test & ~val
        familiar = fit_familiar(
            described.rows(seen),
            described.rows(val),
            cut.rows(np.repeat(seen, 3)),
            turned_round.rows(seen),
        )
        strange = root_of_squares(familiar.beyond(described.rows(test))) > familiar.threshold
        rates.append((strange.mean(), by_patient(strange, patients[test])))
        warned.append(familiar.strange(described.rows(test)).mean())
        mirror.append(familiar.strange(turned_round.rows(test)).mean())
        caught.append(familiar.strange(strangers).mean())
        refused.append(without_answer(familiar, described.rows(test)))
        stopped.append(without_answer(familiar, strangers))
    by_image, each = np.array(rates).T
    print(
        f"\n{times} partitions by patient drawn anew from the {len(images)} images of "
        f"{' and '.join(folders)}: {by_image.mean():.1%} false alarms on average "
        f"({each.mean():.1%} "
        f"by patient), more than 5 % in {(by_image > 0.05).sum()} of {times}; with those that look "
        f"cut, mirrored or noisy {np.mean(warned):.1%} have a warning, more than 5 % in "
        f"{(np.array(warned) > 0.05).sum()}; of {len(others)} "
        "body "
        f"parts and photographs, all in grey, {np.mean(caught):.1%} flagged, at the least "
        f"{np.min(caught):.1%}; of the test images mirrored {np.mean(mirror):.1%}. "
        f"False refusals {np.mean(refused):.1%}, more than 2 % in "
        f"{(np.array(refused) > 0.02).sum()} of {times}; refused of the others "
        f"{np.mean(stopped):.1%}, at the least {np.min(stopped):.1%}"
    )


def without_answer(familiar: Familiar, images: Described) -> float:
    """The share of images that are not judged."""
    score = root_of_squares(familiar.beyond(images))
    refused = score > familiar.refused_beyond
    for place in np.flatnonzero((score > familiar.threshold) & ~refused):
        one = images.rows(np.arange(len(images)) == place)
        refused[place] = familiar.judge_described(one).refuses
    return float(refused.mean())


def look_alikes(images: Described) -> Any:
    """``(n,)`` a number for each image, the same for images that look like one patient's."""
    edges = images.edges - images.edges.mean(axis=0)
    edges /= np.linalg.norm(edges, axis=1, keepdims=True)
    alike = (images.layout @ images.layout.T > 0.9) & (edges @ edges.T > 0.5)
    number = np.arange(len(images))
    for first, second in np.argwhere(np.triu(alike, 1)):
        number[number == number[second]] = number[first]
    return number


def by_patient(strange: Any, patients: Any) -> float:
    """The share of strange images where every patient counts the same."""
    return float(np.mean([strange[patients == one].mean() for one in np.unique(patients)]))


def with_network(
    real: Path, place: Workspace, options: Any
) -> tuple[Familiar, Preparation, Featured]:
    """As it is published."""
    from xraylib.models.assemble import look_inside
    from xraylib.models.classify.classifier import Classifier
    from xraylib.networks.presets import preset
    from xraylib.training.config import TrainConfig
    from xraylib.training.process import queue
    from xraylib.training.run.create import create_run
    from xraylib.training.run.runs import open_run

    if options.runs:
        run = open_run(options.runs[0], workspace=place)
    else:
        index = scan(real / "codecademy_covid19")
        run = create_run(
            spec=preset("small-cnn", input_shape=(256, 256, 1), standardise=True),
            train=TrainConfig(
                epochs=options.epochs,
                batch_size=16,
                learning_rate=0.003,
                schedule="cosine",
                seed=options.seed,
            ),
            index=index,
            split=make_split(index, seed=options.seed),
            preparation=Preparation(),
            augment=AUGMENT_PRESETS["lesson"],
            workspace=place,
        )
        queue.start(run)
        if queue.wait(run).state != "finished":
            sys.exit(f"The training did not finish: {run.status().message}")
    classifier = Classifier(look_inside(run), workers=1)
    if classifier.familiar is None:
        sys.exit("The run has too few images")

    def features(pixels: Any) -> Any:
        found = classifier.probabilities_and_features(pixels[None])[1]
        return None if found is None else found[0]

    return classifier.familiar, classifier.preparation, features


def groups(real: Path, others: Path | None = None) -> Iterator[tuple[str, list[Radiograph]]]:
    """Every group of pictures, by name; the set's own test images first."""
    index = scan(real / "codecademy_covid19")
    own = [index.read(int(row)) for row in index.rows("test")]
    yield "test images", own
    strangers = real / "not_a_chest_xray"
    yield "knees", [read_image(file) for file in sorted(strangers.glob("knee*"))]
    yield "spines", [read_image(file) for file in sorted(strangers.glob("spine*"))]
    photographs = list(read_photographs())
    yield "photographs", photographs
    yield "photographs made grey", [grey(image) for image in photographs]
    yield "spines made grey", [grey(read_image(file)) for file in sorted(strangers.glob("spine*"))]
    changes: dict[str, Callable[[Any], Any]] = {
        "inverted": lambda p: 255 - p,
        "turned by 90 degrees": np.rot90,
        "turned by 180 degrees": lambda p: np.rot90(p, 2),
        "darkened to 15 %": lambda p: (p * 0.15).astype(np.uint8),
        "brightened to 85 %": lambda p: (255 - (255 - p) * 0.15).astype(np.uint8),
        "mirrored": lambda p: p[:, ::-1],
        "noisy by 10 grey levels": lambda p: noisy(p, 10),
        "noisy by 25 grey levels": lambda p: noisy(p, 25),
        "cropped to one half": lambda p: p[:, : p.shape[1] // 2],
        "cropped to a quarter": lambda p: p[: p.shape[0] // 2, : p.shape[1] // 2],
        "cropped to the middle 80 %": lambda p: p[
            p.shape[0] // 10 : -(p.shape[0] // 10), p.shape[1] // 10 : -(p.shape[1] // 10)
        ],
    }
    for name, change in changes.items():
        yield f"test images {name}", [as_image(change(image.as_uint8())) for image in own]
    if others is not None:
        yield f"pictures of {others.name}", list(readable(sorted(others.iterdir())))


def read_photographs() -> Iterator[Radiograph]:
    """What comes with scikit-image and scikit-learn, as far as it is PNG or JPEG and no image."""
    import skimage
    import sklearn

    for package, folder in ((skimage, "data"), (sklearn, "datasets/images")):
        place = Path(str(package.__file__)).parent / folder
        yield from readable(sorted([*place.glob("*.png"), *place.glob("*.jpg")]))


def readable(files: list[Path]) -> Iterator[Radiograph]:
    """Those of the files that are images."""
    for file in files:
        try:
            yield read_image(file)
        except ImageError as error:
            print(f"left out {file.name}: {error.what}")


def noisy(pixels: Any, levels: float) -> Any:
    """With noise of this standard deviation, the same for images of one size."""
    noise = np.random.default_rng(0).normal(0, levels, pixels.shape)
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def as_image(pixels: Any) -> Radiograph:
    pixels = np.ascontiguousarray(pixels)
    return Radiograph(pixels=pixels, bit_depth=8, mode="L", format="PNG")


def grey(image: Radiograph) -> Radiograph:
    pixels = image.as_uint8()
    return as_image(np.rint(pixels.mean(axis=2)).astype(np.uint8) if pixels.ndim == 3 else pixels)


def report(
    real: Path,
    familiar: Familiar,
    preparation: Preparation,
    features: Featured,
    others: Path | None = None,
) -> None:
    """Prints AUROC, what is flagged and the reasons, by group and together."""
    print(
        f"fitted on {familiar.n_train} training images, threshold from {familiar.n_held_out} "
        f"({familiar.held_out}); features of the network: {'features' in familiar.usual.spaces}"
    )
    scores: dict[str, Any] = {}
    flags: dict[str, Any] = {}
    refusals: dict[str, Any] = {}
    patients = np.zeros(0, np.int64)
    for name, images in groups(real, others):
        verdicts = []
        if name == "test images":
            patients = look_alikes(describe_images((prepare(f, preparation), None) for f in images))
        for image in images:
            pixels = prepare(image, preparation)
            verdicts.append(familiar.judge(pixels, features(pixels)))
        scores[name] = np.array([v.score for v in verdicts])
        flags[name] = np.array([bool(v.reason) for v in verdicts])
        refusals[name] = np.array([v.refuses for v in verdicts])
        reasons = Counter(v.reason for v in verdicts if v.reason)
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        line(name, scores[name], scores["test images"], flags[name])
        print(f"    {told or 'nothing flagged'}; no answer for {share(refusals[name])}")
    own, together = scores["test images"], np.concatenate([scores[name] for name in STRANGERS])
    caught = np.concatenate([flags[name] for name in STRANGERS])
    line("body parts and photographs", together, own, caught)
    stopped = np.concatenate([refusals[name] for name in STRANGERS])
    print(
        f"no answer: {share(stopped)} body parts and photographs; false refusals: "
        f"{share(refusals['test images'])} test images, "
        f"{share_by_patient(refusals['test images'], patients)}"
    )
    few = np.sort(own)[::-1][int(0.05 * len(own))]
    for where, strange, found in (
        ("at the published threshold", flags["test images"], caught),
        ("on the curve, at no more than 5 % false alarms", own > few, together > few),
    ):
        print(
            f"{where}: {share(found)} body parts and photographs flagged; false alarms: "
            f"{share(strange)} test images, {share_by_patient(strange, patients)}"
        )


def share(flagged: Any) -> str:
    low, high = wilson_interval(int(flagged.sum()), len(flagged)) or (0.0, 1.0)
    return f"{flagged.mean():.1%} ({low:.1%} to {high:.1%}) of {len(flagged)}"


def share_by_patient(flagged: Any, patients: Any) -> str:
    of, each = len(np.unique(patients)), by_patient(flagged, patients)
    low, high = wilson_of_share(each, of)
    return f"{each:.1%} ({low:.1%} to {high:.1%}) where each of the {of} patients counts the same"


def line(name: str, scores: Any, usual: Any, flagged: Any) -> None:
    above = (scores[:, None] > usual[None]).mean() + (scores[:, None] == usual[None]).mean() / 2
    area = "" if scores is usual else f"AUROC {above:.4f}, "
    print(f"{name}: {area}{share(flagged)} flagged")


if __name__ == "__main__":
    main()
