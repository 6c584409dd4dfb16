"""What the generated script has for images that may show several findings."""

from __future__ import annotations

from typing import Final

DATA: Final = """\
DIR holds the images. findings.csv beside this script, as a run of X-ray Lab has it, names each
(path), says whether it trains, validates or tests (split: train, val, test), and has a column a
finding: 1 where the image shows it, 0 where not, nothing where that is not known."""

LABELLING: Final = """\
        self.labels = np.array([labels for _, labels in images], "float32")
        self.weights = (self.labels >= 0).astype("float32")
"""

BALANCING: Final = """\
        if training:
            self.weights *= balanced(self.labels)
"""

WEIGHTS: Final = ""  # they stand behind the labels

LABELS: Final = "np.concatenate([labels, self.weights[chosen]], axis=1)"

LOADING: Final = '''def load_all(data):
    """Training, validation and (or None) test images."""
    with (HERE / "findings.csv").open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    classes, values = {names}, {{"1": 1, "0": 0, "": -1}}
    if heading[2:] != classes or len(classes) != {classes}:
        raise SystemExit(f"The network tells {classes} findings, and others than {{heading[2:]}}")
    print("Findings:", ", ".join(classes))
    training, validation, test = (
        [(data / path, [values[one] for one in told]) for path, part, *told in rows if part == name]
        for name in ("train", "val", "test")
    )
    return (
        Images(training, classes, training=True),
        Images(validation, classes) if validation else None,
        Images(test, classes) if test else None,
    )


def known_share(told, values):
    """Mean over what is known of a batch, as a value an image."""
    known = keras.ops.cast(told >= 0, "float32")
    images = keras.ops.cast(keras.ops.shape(told)[0], "float32")
    share = keras.ops.divide_no_nan(images, keras.ops.sum(known))
    return keras.ops.sum(values * known, axis=1) * share


def known_loss(told, said):
    """Binary cross-entropy; behind the labels stand their weights, and -1 is what is not known."""
    told, weights = keras.ops.split(told, 2, axis=1)
    truth = {smoothed}
    return known_share(told, weights * keras.ops.binary_crossentropy(truth, said))


def known_accuracy(told, said):
    """Share of the known labels that are right at 0.5."""
    told, _ = keras.ops.split(told, 2, axis=1)
    return known_share(told, keras.ops.cast((said >= 0.5) == (told > 0), "float32"))'''


def smoothed(amount: float) -> str:
    """The line that makes the truth, spread by so much as label smoothing has it."""
    truth = 'keras.ops.cast(told > 0, "float32")'
    return f"{truth} * {1 - amount!r} + {amount / 2!r}" if amount else truth


MEASURING: Final = '''def measured(labels, outputs):
    """Accuracy and log loss of what is known, and each finding's AUC, as X-ray Lab has them."""
    p, known = np.asarray(outputs, np.float64), labels >= 0
    least = float(np.finfo(np.float64).eps)
    losses = -np.log(np.clip(np.where(labels > 0, p, 1 - p)[known], least, 1.0))
    areas = [area(labels[seen, place] > 0, p[seen, place]) for place, seen in enumerate(known.T)]
    told = [one for one in areas if one is not None]
    return {
        "accuracy": float(((p >= 0.5) == (labels > 0))[known].mean()),
        "log_loss": float(losses.mean()),
        "auc": sum(told) / len(told) if told else None,
        "auc_of_finding": areas,
    }'''

WEIGHTING: Final = '''
def balanced(labels):
    """Weights with which absent and present images of each finding count the same in sum."""
    weights = np.zeros_like(labels)
    for value in (0, 1):
        counts = (labels == value).sum(axis=0)
        sides = (labels == 0).any(axis=0).astype(int) + (labels == 1).any(axis=0)
        factor = (labels >= 0).sum(axis=0) / np.maximum(sides * counts, 1)
        weights += (labels == value) * factor
    return weights

'''
