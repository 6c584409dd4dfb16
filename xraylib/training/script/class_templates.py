"""What the generated script has for images of one class each."""

from __future__ import annotations

from typing import Final

DATA: Final = """\
DIR holds one folder of images (PNG, JPEG) for each class, or the folders train, val and test with
such folders in them. A split.csv beside this script, as a run of X-ray Lab has it, says which
images train, validate and test; otherwise, without val, a fifth of the training images is held
back, drawn without regard to patients."""

LABELLING: Final = """\
        self.labels = np.array([classes.index(label) for _, label in images])
"""

BALANCING: Final = ""

WEIGHTS: Final = "    weights = class_weights(training.labels)\n"

LOADING: Final = '''def images_in(folder):
    """Files and classes of the images in a folder of class folders."""
    files = sorted(folder.glob("*/**/*.*"))
    pictures = [file for file in files if file.suffix.lower() in (".png", ".jpg", ".jpeg")]
    return [(file, file.relative_to(folder).parts[0]) for file in pictures]


def load_all(data):
    """Training, validation and (or None) test images."""
    table = HERE / "split.csv"
    held = next((data / name for name in ("val", "validation") if (data / name).is_dir()), None)
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        training, validation, test = (
            [(data / row["path"], row["label"]) for row in rows if row["split"] == split]
            for split in ("train", "val", "test")
        )
    else:
        training = images_in(data / "train" if (data / "train").is_dir() else data)
        test = images_in(data / "test")
        if held is not None:
            validation = images_in(held)
        else:
            order = np.random.default_rng(SEED).permutation(len(training)).tolist()
            fifth = len(training) // 5
            validation = [training[place] for place in sorted(order[:fifth])]
            training = [training[place] for place in sorted(order[fifth:])]
    found = sorted({{label for _, label in training + validation + test}})
    classes = {names}
    if len(classes) != {classes} or not set(found) <= set(classes):
        raise SystemExit(f"The network tells {classes} classes apart, not {{found}}")
    print("Classes:", ", ".join(classes))
    return (
        Images(training, classes, training=True),
        Images(validation, classes) if validation else None,
        Images(test, classes) if test else None,
    )'''

MEASURING: Final = '''def measured(labels, outputs):
    """Accuracy, log loss and AUC, as X-ray Lab has them; None where a class has no image."""
    p = np.asarray(outputs, np.float64)
    p = np.concatenate([1 - p, p], axis=1) if p.shape[1] == 1 else p
    right = p.argmax(axis=1) == labels
    least = float(np.finfo(np.float64).eps)
    losses = -np.log(np.clip(p[np.arange(len(labels)), labels], least, 1.0))
    recalls, areas = [], []
    for place in range(p.shape[1]):
        own = labels == place
        recalls.append(float(right[own].mean()) if own.any() else None)
        areas.append(area(own, p[:, place]))
    told = areas[1:] if len(areas) == 2 else areas
    return {
        "accuracy": float(right.mean()),
        "log_loss": float(losses.mean()),
        "auc": None if None in told else sum(told) / len(told),
        "recall": recalls,
        "auc_of_class": areas,
    }'''

WEIGHTING: Final = '''
def class_weights(labels):
    """Weights with which each class counts the same in sum."""
    places, counts = np.unique(labels, return_counts=True)
    weights = len(labels) / (len(places) * counts)
    return dict(zip(places.tolist(), weights.tolist()))

'''
