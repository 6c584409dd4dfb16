"""What a run says of its images and of how it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import DatasetError, RunError
from xraylib.evaluation.leakage import stored_report
from xraylib.evaluation.overlap import overlap
from xraylib.records import read_if_kept
from xraylib.reports.checklist.fact import Fact, lacking

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_IN_THE_PICTURE: Final = ("burned-in-text", "shortcut")
"""Findings of the audit that say what a picture may tell of the answer or of the patient."""
UNTOLD: Final = "their patients are not told"
_SEVERITIES: Final = {"info": "note"}
_FITTED: Final = {"stretch": "stretched", "pad": "padded", "crop": "cropped"}
_SPLITS: Final = {"train": "training", "val": "validation", "test": "test"}


def _data_set(run: Run) -> Fact:
    data = run.data
    return Fact(
        f"Data set “{data.name}” with the {'findings' if data.several else 'classes'} "
        f"{', '.join(data.classes)}; SHA-256 of the images used {data.fingerprint[:16]}…"
    )


def selection(run: Run) -> Fact:
    """How many files were images, and how many were used."""
    index = _index(run)
    out = len(run.data.curation.excluded)
    taken = (
        "an image of which the table tells no finding counts nothing"
        if run.data.several
        else "every image of a class folder was taken"
    )
    return Fact(
        f"{len(index.rows())} of {len(index)} files were readable images and were used; {out} were "
        f"left out by hand; {taken}"
    )


def _missing_data(run: Run) -> Fact:
    index = _index(run)
    gone = len(index) - len(index.rows())
    return Fact(
        f"{gone} files could not be read and were left out; images without a class were not used; "
        "nothing was imputed"
    )


def _class_counts(run: Run) -> Fact:
    told = [
        f"{_SPLITS.get(split, split)}: "
        + ", ".join(f"{number} {name}" for name, number in counts.items())
        + f" ({patients(run, split)})"
        for split, counts in run.data.counts.items()
    ]
    return Fact("; ".join(told))


def _partitions(run: Run) -> Fact:
    made = run.data.validation
    untold = patients(run, "val") == UNTOLD
    by = "image by image, for nothing tells the patients" if untold else "by patient"
    fold = "Validation images are one fold of a cross-validation"
    how = (
        fold
        if run.origin.kind == "fold"
        else f"Validation images were drawn from the training images {by} (seed {made.seed})"
        if made.made
        else "Validation images were set apart already"
    )
    sizes = {split: run.data.images_in(split) for split, told in run.data.counts.items() if told}
    told = ", ".join(f"{number} {_SPLITS.get(split, split)}" for split, number in sizes.items())
    return Fact(f"{told} images; training and test {_divided(run)}. {how}")


def _divided(run: Run) -> str:
    """What told training from test images."""
    chosen, reading = run.data.curation, _index(run).reading
    table = chosen.label_table.file if chosen.label_table else ""
    if chosen.split == "by-patient":
        return "by patient, each in the part that had most of their images"
    if reading.split_source:
        return f"as divided by {reading.split_source}"
    if table and reading.has_splits:
        return f"as the folders or the table {table} divide them"
    return f"as the table {table} divides them" if table else "as the folders divide them"


def _disjoint(run: Run) -> Fact:
    try:
        found = overlap(run, "test")
    except (DatasetError, RunError):
        return lacking("There are no test images to compare with training", "add test images")
    how = (
        "Nothing tells whose an image is, so images of one patient may stand on both sides"
        if patients(run, "test") == UNTOLD
        else "Divided by patient, as far as this tells whose image it is: "
        f"{_index(run).reading.patients or 'file names'}"
    )
    told = f"{how}. {found.counts.words(f'{found.images} test images')}"
    if not found.audited:
        return lacking(told, "xraylib audit --dataset")
    return Fact(told)


def _overlap(run: Run) -> Fact:
    return _disjoint(run)


def _preparation(run: Run) -> Fact:
    made = run.preparation
    height, width = made.image_size
    return Fact(
        "Decoded to grey levels (DICOM: modality and VOI tables, MONOCHROME1 inverted), "
        f"{_FITTED[made.fit]} to {height} × {width} pixels, {made.color_mode}; {_scaled(run)}"
    )


def _scaled(run: Run) -> str:
    """Where grey levels of 0 to 255 become values of about 1, by the network's own layers."""
    for layer in run.spec.layers:
        if layer.scales:
            return f"values are scaled by a layer of the network: {layer.label}"
        if layer.weighs:
            break
    return "grey levels of 0 to 255 go into the network as they are"


def _audit(run: Run) -> Fact:
    report = stored_report(run)
    if report is None:
        return lacking("The data set was not audited", "xraylib audit --dataset NAME")
    counts = ", ".join(
        f"{number} {_SEVERITIES.get(kind, kind)}{'' if number == 1 else 's'}"
        for kind, number in report.counts().items()
        if number
    )
    return Fact(
        f"Audit for leaks, copies, odd images and shortcuts: {counts or 'no findings'} in "
        f"{report.images} images"
    )


def _inputs(run: Run) -> Fact:
    report = stored_report(run)
    told = [
        one.message.rstrip(".")
        for one in (report.findings if report else ())
        if one.code in _IN_THE_PICTURE
    ]
    alone = "The image alone, with whatever is printed into it, and no clinical data"
    return Fact(". ".join([alone, *told]))


def _imbalance(run: Run) -> Fact:
    return Fact(f"{weighed_words(run)}. {_class_counts(run).words}")


def weighed_words(run: Run) -> str:
    """Whether a rare class or finding weighs more in the loss."""
    what = "finding" if run.data.several else "class"
    if run.train.class_weights:
        return f"In the loss an image weighs more the rarer its {what} is; none is drawn twice"
    return f"No {what} weighs more in the loss or is drawn more often than another"


def _model(run: Run) -> Fact:
    from xraylib.networks.trace import trace

    found = trace(run.spec)
    layers = " → ".join(row.label or row.kind for row in found.rows)
    return Fact(f"“{run.spec.name}”, {found.total_params:,} parameters: {layers}")


def _software(run: Run) -> Fact:
    told = read_if_kept(run.folder / "environment.json", _versions)
    return Fact(told) if told else lacking("The run kept no versions", "train it again")


def _versions(told: Mapping[str, Any]) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in told["packages"].items() if number)
    return f"X-ray Lab {told['xraylib']}, Python {told['python']}, {packages}"


def _initial_weights(run: Run) -> Fact:
    named = [
        f"{layer.kind} from {weights}"
        for layer in run.spec.layers
        if (weights := getattr(layer, "weights", None))
    ]
    begun = f"drawn by Keras's initialisers, seed {run.train.seed}"
    return Fact(
        f"{'; '.join(named)}; the rest {begun}" if named else f"{begun[0].upper()}{begun[1:]}"
    )


def _training(run: Run) -> Fact:
    train, status = run.train, run.status()
    return Fact(
        f"{status.epoch} of {train.epochs} epochs, {train.optimizer}, learning rate "
        f"{train.learning_rate:g} ({train.schedule}), {train.batch_size} images a step, label "
        f"smoothing {train.label_smoothing:g}, seed {train.seed}"
    )


def _augmentation(run: Run) -> Fact:
    if run.augment.is_identity:
        return Fact("No augmentation")
    default = type(run.augment)().to_json()
    changed = {k: v for k, v in run.augment.to_json().items() if v != default.get(k)}
    return Fact("Augmentation: " + ", ".join(f"{k} {v}" for k, v in changed.items()))


def _model_selection(run: Run) -> Fact:
    patience = run.train.early_stopping_patience
    if patience is None:
        return Fact("The weights after the last epoch; none was chosen by the test images")
    status = run.status()
    early = "stopped" if status.epoch < run.train.epochs else "did not have to stop"
    return Fact(
        f"The weights of epoch {status.best_epoch}, the best on validation images; training "
        f"{early} early for {patience} epochs without progress"
    )


def _ensemble(_run: Run) -> Fact:
    return Fact("One network, no ensemble")


def _flow(run: Run) -> Fact:
    return Fact(f"{selection(run).words}. {_class_counts(run).words}")


def _index(run: Run) -> Any:
    from xraylib.datasets.dataset import DatasetIndex

    return DatasetIndex.load(run.folder / "index.parquet")


def patients(run: Run, split: str) -> str:
    """``of 40 patients``, or that nothing tells them."""
    from xraylib.datasets.split_table import from_csv

    table = from_csv(run.folder / "split.csv")
    rows = zip(table.patient, table.path, table.split, strict=True)
    own = [(patient, path) for patient, path, place in rows if place == split]
    if all(patient == path for patient, path in own):
        return UNTOLD
    patients = len({patient for patient, _ in own})
    return f"of {patients:,} patient{'' if patients == 1 else 's'}"


FACTS: Final[Mapping[str, Callable[[Run], Fact]]] = {
    "data_set": _data_set,
    "selection": selection,
    "missing_data": _missing_data,
    "class_counts": _class_counts,
    "partitions": _partitions,
    "disjoint": _disjoint,
    "overlap": _overlap,
    "preparation": _preparation,
    "audit": _audit,
    "inputs": _inputs,
    "imbalance": _imbalance,
    "model": _model,
    "software": _software,
    "initial_weights": _initial_weights,
    "training": _training,
    "augmentation": _augmentation,
    "model_selection": _model_selection,
    "ensemble": _ensemble,
    "flow": _flow,
}
"""By the names that items give."""
