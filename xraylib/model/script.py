"""The fixed text of the generated Keras script; ``codegen`` fills it in."""

from __future__ import annotations

from typing import Final

USAGE: Final = "    python model.py               builds the network and prints its summary"

USAGE_TRAINING: Final = f"""{USAGE}
    python model.py --data DIR    trains it, too

DIR holds one folder of images for each class, or the folders train, val and test with such
folders in them. Without val, a fifth of the training images is held back, drawn without regard to
patients."""

BUILDING: Final = '''"""The network {title}, written by X-ray Lab. Needs Keras with TensorFlow.

{usage}

For research and education only. Not a medical device.
"""

{imports}import keras
from keras import layers

{constants}{functions}
keras.utils.set_random_seed(SEED)

model = keras.Sequential(
    [
{calls}
    ],
    name="{name}",
)
'''

RESIDUAL: Final = '''

def residual(shape, *steps, strides=1, activation=None):
    """Adds what comes in to what some layers make of it, brought to the same shape if need be."""
    inputs = keras.Input(shape=shape)
    outputs = shortcut = inputs
    for step in steps:
        outputs = step(outputs)
    if outputs.shape != inputs.shape:
        shortcut = layers.Conv2D(outputs.shape[-1], 1, strides=strides)(inputs)
    outputs = layers.Add()([outputs, shortcut])
    if activation is not None:
        outputs = layers.Activation(activation)(outputs)
    return keras.Model(inputs, outputs)

'''

BACKBONE: Final = '''

def backbone(shape, network, *, frozen, weights=None, scale=None, offset=0.0):
    """A network of keras.applications whose first layers do not learn."""
    body = network(include_top=False, weights=weights, input_shape=(*shape[:2], 3))
    for layer in body.layers[:frozen]:
        layer.trainable = False
    inputs = outputs = keras.Input(shape=shape)
    if shape[2] == 1:
        outputs = layers.Concatenate()([inputs, inputs, inputs])
    if scale is not None:
        outputs = layers.Rescaling(scale, offset)(outputs)
    return keras.Model(inputs, body(outputs))

'''

SUMMARY: Final = """
if __name__ == "__main__":
    model.summary()
"""

TRAINING: Final = '''{augmentation}

def load(folder, **options):
    """Batches of images (0 to 255) and labels from a folder of class folders, in random order."""
    return keras.utils.image_dataset_from_directory(
        folder,
        label_mode="{label_mode}",
        color_mode="{color_mode}",
        image_size={size},
        batch_size=BATCH_SIZE,
        seed=SEED,
        **options,
    )


def load_all(data):
    """Training, validation and (or None) test images."""
    train = data / "train" if (data / "train").is_dir() else data
    held = next((data / name for name in ("val", "validation") if (data / name).is_dir()), None)
    if held is not None:
        training, validation = load(train), load(held, shuffle=False)
    else:
        training, validation = load(train, validation_split=0.2, subset="both")
    if len(training.class_names) != {classes}:
        raise SystemExit(f"The network tells {classes} classes apart, not {{training.class_names}}")
    print("Classes:", ", ".join(training.class_names))
    test = load(data / "test", shuffle=False) if (data / "test").is_dir() else None
    return training, validation, test

{weighting}
def train(data, epochs):
    training, validation, test = load_all(data)
{weights}{augmented}{rate}    model.compile(
        optimizer=keras.optimizers.{optimizer}({optimizing}),
        loss={loss},
        metrics={metrics},
    )
    {fit}
    if test is not None:
        print("Test:", model.evaluate(test, return_dict=True))
    model.save("trained.keras")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Builds and trains a network.")
    parser.add_argument("--data", type=Path, help="folder of images to train on")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    arguments = parser.parse_args()
    model.summary()
    if arguments.data is not None:
        train(arguments.data, arguments.epochs)
'''

AUGMENTED: Final = (
    "    training = training.map(lambda images, labels: "
    "(augmentation(images, training=True), labels))\n"
)

WEIGHTING: Final = '''
def class_weights(training):
    """Weights with which each class counts the same in sum."""
    counts = {}
    for _, labels in training.unbatch():
        values = labels.numpy().reshape(-1)
        place = int(values.argmax()) if len(values) > 1 else int(values[0])
        counts[place] = counts.get(place, 0) + 1
    total = sum(counts.values())
    return {place: total / (len(counts) * count) for place, count in counts.items()}

'''
