#!/usr/bin/env bash
# A Keras training that BackupAndRestore resumes has forgotten its best epoch: it ends with worse weights, later.
#
# Versions:   keras 3.15.1 with jax 0.10.2
# Guess:      a training that was interrupted and goes on by BackupAndRestore ends as one that was not interrupted.
# Instead:    only the model, the optimizer and the epoch are kept. EarlyStopping(restore_best_weights=True) begins anew: the
#             best of before, its weights and the epochs of patience are gone, so that it waits longer and gives back the
#             best epoch since the restart. ReduceLROnPlateau forgets its count too, and lowers the rate later.
# Matters:    the longer a training, the likelier it is interrupted; afterwards the model is not the one with the lowest
#             validation loss, and nothing says so.
# Seen:       not interrupted: 6 epochs, best 0.5 of epoch 2, rate halved after epoch 5
#             resumed after epoch 4: 9 epochs, best 0.8 of epoch 5, rate halved after epoch 8
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6
cd "$dir"
cat >resume.py <<'PY'
import keras
import numpy as np

LOSSES = [1.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3]


class Validation(keras.callbacks.Callback):
    """Losses that are written down, so that both trainings see the same."""

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = LOSSES[epoch]


class Rates(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.rates = {}

    def on_epoch_end(self, epoch, logs=None):
        self.rates[epoch + 1] = float(self.model.optimizer.learning_rate)


class Interrupted(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 4:
            raise KeyboardInterrupt


def train(*more):
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    network.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse")
    images = np.random.default_rng(0).random((8, 2), "float32")
    early = keras.callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)
    rates = Rates()
    network.fit(
        images,
        images[:, :1],
        epochs=len(LOSSES),
        verbose=0,
        callbacks=[
            Validation(),
            early,
            keras.callbacks.ReduceLROnPlateau("val_loss", patience=3, factor=0.5),
            rates,
            *more,
        ],
    )
    halved = min(epoch for epoch, rate in rates.rates.items() if rate < 0.06)
    last = max(rates.rates)
    return f"{last} epochs, best {early.best} of epoch {early.best_epoch + 1}, rate halved after epoch {halved}"


print("not interrupted:", train())
backup = keras.callbacks.BackupAndRestore("backup", delete_checkpoint=False)
try:
    train(backup, Interrupted())
except KeyboardInterrupt:
    pass
print("resumed after epoch 4:", train(keras.callbacks.BackupAndRestore("backup")))
PY
KERAS_BACKEND=jax "$dir/venv/bin/python" resume.py 2>/dev/null | tee seen
diff seen - <<'SEEN'
not interrupted: 6 epochs, best 0.5 of epoch 2, rate halved after epoch 5
resumed after epoch 4: 9 epochs, best 0.8 of epoch 5, rate halved after epoch 8
SEEN
