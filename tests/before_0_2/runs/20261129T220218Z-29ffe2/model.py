"""The network lesson-cnn, written by X-ray Lab.

Needs Keras with TensorFlow, Pillow and OpenCV.

    python model.py               builds the network and prints its summary
    python model.py --data DIR    trains it, too

DIR holds one folder of films (PNG, JPEG) for each class, or the folders train, val and test with
such folders in them. A split.csv beside this script, as a run of X-ray Lab has it, says which films
train, validate and test; otherwise, without val, a fifth of the training films is held back, drawn
without regard to patients.

The films vary in the same ranges as in X-ray Lab, but the values drawn differ, and so do the
losses.

For research and education only. Not a medical device.
"""

import argparse
import csv
import sys
from pathlib import Path

import cv2
import keras
import numpy as np
from keras import layers
from PIL import Image, ImageOps

SEED = 0
SIZE = (256, 256)
EPOCHS = 2
BATCH_SIZE = 32
LEARNING_RATE = 0.001

keras.utils.set_random_seed(SEED)

model = keras.Sequential(
    [
        keras.Input(shape=(256, 256, 1)),
        layers.Rescaling(scale=1 / 255),
        layers.Conv2D(filters=5, kernel_size=5, strides=3, activation="relu"),
        layers.MaxPooling2D(pool_size=5),
        layers.Conv2D(filters=3, kernel_size=3, activation="relu"),
        layers.MaxPooling2D(pool_size=2),
        layers.Flatten(),
        layers.Dense(units=3, activation="softmax"),
    ],
    name="lesson_cnn",
)

# The ranges are X-ray Lab's; the values drawn from them differ.
AUGMENT = {
    "rotation_range": 15.0,
    "shear_range": 0.0,
    "width_shift_range": 0.05,
    "height_shift_range": 0.05,
    "zoom_range": (0.8, 1.2),
    "horizontal_flip": False,
    "vertical_flip": False,
    "brightness_range": (1.0, 1.0),
}


def augment(film, epoch, place):
    """A film that is turned, moved, sheared, zoomed, mirrored and made lighter or darker."""
    random = np.random.default_rng((SEED, epoch, place)).uniform
    height, width = film.shape[:2]
    turn = np.radians(random(-1, 1) * AUGMENT["rotation_range"])
    lean = np.radians(random(-1, 1) * AUGMENT["shear_range"])
    right = random(-1, 1) * AUGMENT["width_shift_range"] * width
    down = random(-1, 1) * AUGMENT["height_shift_range"] * height
    across, along = random(*AUGMENT["zoom_range"]), random(*AUGMENT["zoom_range"])
    if AUGMENT["horizontal_flip"] and random() < 0.5:
        across = -across
    if AUGMENT["vertical_flip"] and random() < 0.5:
        along = -along
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    linear = rotation @ np.array([[across, -np.sin(lean) * along], [0, np.cos(lean) * along]])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    offset = rotation @ np.array([right, down]) + centre - linear @ centre
    moved = cv2.warpAffine(
        film,
        np.column_stack([linear, offset]),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
        borderValue=(0.0,) * 4,
    )
    lighter = moved.reshape(film.shape) * random(*AUGMENT["brightness_range"])
    return np.minimum(lighter, 255).astype(np.uint8)


def read(file):
    """A film as the network sees it: channels, then size, then depth."""
    with Image.open(file) as opened:
        image = ImageOps.exif_transpose(opened)
        deep = image.mode.startswith("I;16")
        if not deep:
            image = image.convert("L" if image.mode in ("1", "L", "LA") else "RGB")
        pixels = np.array(image)
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    size = SIZE
    least = tuple(map(min, pixels.shape, size))
    pixels = cv2.resize(pixels, least[::-1], interpolation=cv2.INTER_AREA)
    pixels = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_LINEAR)
    if deep:
        pixels = ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    return pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 1, axis=2)


class Films(keras.utils.PyDataset):
    """Batches of films and labels; those to train on in an order of its own each epoch."""

    def __init__(self, films, classes, training=False):
        super().__init__()
        self.pixels = np.stack([read(file) for file, _ in films])
        self.labels = np.array([classes.index(label) for _, label in films])
        self.training = training
        self.epoch = 0

    def __len__(self):
        return -(-len(self.labels) // BATCH_SIZE)

    def __getitem__(self, step):
        order = np.arange(len(self.labels))
        if self.training:
            philox = np.random.Philox(counter=(0, 0, self.epoch, 0), key=(SEED, 0x6F72646572))
            order = np.random.Generator(philox).permutation(order)
        chosen = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        films, labels = self.pixels[chosen], self.labels[chosen]
        if self.training:
            varied = [augment(film, self.epoch, int(place)) for film, place in zip(films, chosen)]
            films = np.stack(varied)
        return films.astype("float32"), np.eye(3, dtype="float32")[labels]

    def begin(self, epoch, logs):
        self.epoch = epoch


def films_in(folder):
    """Files and classes of the films in a folder of class folders."""
    files = sorted(folder.glob("*/**/*.*"))
    pictures = [file for file in files if file.suffix.lower() in (".png", ".jpg", ".jpeg")]
    return [(file, file.relative_to(folder).parts[0]) for file in pictures]


def load_all(data):
    """Training, validation and (or None) test films."""
    table = Path(sys.argv[0]).with_name("split.csv")
    held = next((data / name for name in ("val", "validation") if (data / name).is_dir()), None)
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        training, validation, test = (
            [(data / row["path"], row["label"]) for row in rows if row["split"] == split]
            for split in ("train", "val", "test")
        )
    else:
        training = films_in(data / "train" if (data / "train").is_dir() else data)
        test = films_in(data / "test")
        if held is not None:
            validation = films_in(held)
        else:
            order = np.random.default_rng(SEED).permutation(len(training)).tolist()
            fifth = len(training) // 5
            validation = [training[place] for place in sorted(order[:fifth])]
            training = [training[place] for place in sorted(order[fifth:])]
    classes = sorted({label for _, label in training + validation + test})
    if len(classes) != 3:
        raise SystemExit(f"The network tells 3 classes apart, not {classes}")
    print("Classes:", ", ".join(classes))
    return (
        Films(training, classes, training=True),
        Films(validation, classes) if validation else None,
        Films(test, classes) if test else None,
    )


def train(data, epochs):
    training, validation, test = load_all(data)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=LEARNING_RATE),
        loss="categorical_crossentropy",
        metrics=["accuracy", keras.metrics.AUC(multi_label=True, num_labels=3, name="auc")],
    )
    history = model.fit(
        training,
        validation_data=validation,
        epochs=epochs,
        shuffle=False,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=training.begin)],
    )
    if test is not None:
        print("Test:", model.evaluate(test, return_dict=True))
    model.save("trained.keras")
    return history


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Builds and trains a network.")
    parser.add_argument("--data", type=Path, help="folder of films to train on")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    arguments = parser.parse_args()
    model.summary()
    if arguments.data is not None:
        train(arguments.data, arguments.epochs)
