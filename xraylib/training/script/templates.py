"""The fixed text of the generated Keras script; ``keras_script`` fills it in."""

from __future__ import annotations

from typing import Final

USAGE: Final = "    python model.py               builds the network and prints its summary"

USAGE_TRAINING: Final = f"""{USAGE}
    python model.py --data DIR    trains it, too

{{data}}

{{sameness}}"""

IMPORTS: Final = """import keras
from keras import layers
"""

IMPORTS_TRAINING: Final = """import argparse
import csv
import sys
from pathlib import Path

import cv2
import keras
import numpy as np
from keras import layers
from PIL import Image, ImageOps
"""

SAME: Final = """\
With the table of a run and its images, the same seed gives the same first weights, the same
order and, within rounding, the same losses."""

OTHER: Final = """\
The images vary in the same ranges as in X-ray Lab, but the values drawn differ, and so do the
losses."""

BUILDING: Final = '''"""The network {title}, written by X-ray Lab.

Needs Keras with TensorFlow{needs}.

{usage}

For research and education only. Not a medical device.
"""

{imports}
{constants}{functions}
keras.utils.set_random_seed(SEED)

model = keras.Sequential(
    [
{calls}
    ],
    name="{name}",
)
'''

SUMMARY: Final = """
if __name__ == "__main__":
    model.summary()
"""

TRAINING: Final = '''{augmentation}

def read(file):
    """An image as the network sees it: channels, then size, then depth."""
    with Image.open(file) as opened:
        image = ImageOps.exif_transpose(opened)
        deep = image.mode.startswith("I;16")
        if not deep:
            image = image.convert("L" if image.mode in ("1", "L", "LA") else "RGB")
        pixels = np.array(image)
{channels}
{fitting}    least = tuple(map(min, pixels.shape, size))
    pixels = cv2.resize(pixels, least[::-1], interpolation=cv2.INTER_AREA)
    pixels = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_LINEAR)
    if deep:
        {deepening}
{framing}    return pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], {depth}, axis=2)


class Images(keras.utils.PyDataset):
    """Batches of images and labels; those to train on in an order of its own each epoch."""

    def __init__(self, images, classes, training=False):
        super().__init__()
        self.pixels = np.stack([read(file) for file, _ in images])
{labelling}        self.training = training
        self.epoch = 0

    def __len__(self):
        return -(-len(self.labels) // BATCH_SIZE)

    def __getitem__(self, step):
        order = np.arange(len(self.labels))
        if self.training:
            philox = np.random.Philox(counter=(0, 0, self.epoch, 0), key=(SEED, 0x6F72646572))
            order = np.random.Generator(philox).permutation(order)
        chosen = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        images, labels = self.pixels[chosen], self.labels[chosen]
{augmented}        return images.astype("float32"), {labels}

    def begin(self, epoch, logs):
        self.epoch = epoch


{loading}


def area(own, p):
    """Area under the curve by ranks; None where there are no images, or no others.

    Keras's own AUC adds 200 trapezoids, and counts a class without images as 0.
    """
    _, rank, counts = np.unique(p, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[rank]
    pairs = int(own.sum()) * int((~own).sum())
    above = ranks[own].sum() - own.sum() * (own.sum() + 1) / 2
    return float(above / pairs) if pairs else None


{measuring}

{weighting}
def train(data, epochs):
    training, validation, test = load_all(data)
{weights}{fit}    for name, images in (("Validation", validation), ("Test", test)):
        if images is not None:
            print(f"{{name}}:", measured(images.labels, model.predict(images, verbose=0)))
    model.save("trained.keras")
    return history


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Builds and trains a network.")
    parser.add_argument("--data", type=Path, help="folder of images to train on")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    arguments = parser.parse_args()
    model.summary()
    if arguments.data is not None:
        train(arguments.data, arguments.epochs)
'''

GREY: Final = """    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)"""

COLOUR: Final = """    if pixels.ndim == 2:
        pixels = np.repeat(pixels[:, :, None], 3, axis=2)"""

FITTING: Final = {
    "stretch": "    size = SIZE\n",
    "crop": """    size = SIZE
    tall, wide = pixels.shape[:2]
    keep = (
        min(tall, max(1, round(wide * size[0] / size[1]))),
        min(wide, max(1, round(tall * size[1] / size[0]))),
    )
    top, left = (tall - keep[0]) // 2, (wide - keep[1]) // 2
    pixels = np.ascontiguousarray(pixels[top : top + keep[0], left : left + keep[1]])
""",
    "pad": """    scale = min(SIZE[0] / pixels.shape[0], SIZE[1] / pixels.shape[1])
    size = tuple(
        min(side, max(1, round(own * scale))) for side, own in zip(SIZE, pixels.shape, strict=False)
    )
""",
}

FRAMING: Final = """    canvas = np.zeros((*SIZE, *pixels.shape[2:]), np.uint8)
    top, left = (SIZE[0] - size[0]) // 2, (SIZE[1] - size[1]) // 2
    canvas[top : top + size[0], left : left + size[1]] = pixels
    pixels = canvas
"""

AUGMENTED: Final = """        if self.training:
            varied = [augment(one, self.epoch, int(place)) for one, place in zip(images, chosen)]
            images = np.stack(varied)
"""

AUGMENTATION: Final = '''
# The ranges are X-ray Lab's; the values drawn from them differ.
{left_out}AUGMENT = {settings}


def augment(image, epoch, place):
    """An image that is turned, moved, sheared, zoomed, mirrored and made lighter or darker."""
    random = np.random.default_rng((SEED, epoch, place)).uniform
    height, width = image.shape[:2]
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
        image,
        np.column_stack([linear, offset]),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.{border},
        borderValue=({fill},) * 4,
    )
    lighter = moved.reshape(image.shape) * random(*AUGMENT["brightness_range"])
    {result}
'''

LIGHTER: Final = "return np.minimum(lighter, 255).astype(np.uint8)"

TONED: Final = """image = np.minimum(lighter, 255).astype(np.uint8)
    return toned(image, np.random.default_rng((SEED, epoch, place, 1)))"""

TONES: Final = '''

def toned(image, random):
    """An image that differs in what does not move it: {names}."""
    shape = image.shape
{lines}    return image.reshape(shape)
'''

LEFT_OUT: Final = "# X-ray Lab also varied the images by {names}, which this script does not.\n"
