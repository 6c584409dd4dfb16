"""How a network is compiled and fitted, as the lines of a Keras script. Standard library only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xraylib.networks.spec import ModelSpec
    from xraylib.training.config import TrainConfig

_OPTIMIZERS: Final = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop"}
_LOSSES: Final = {
    "categorical": "categorical_crossentropy",
    "sparse": "sparse_categorical_crossentropy",
    "binary": "binary_crossentropy",
}


def _loss(mode: str, settings: TrainConfig) -> str:
    if mode == "multilabel":
        return "known_loss"
    if not settings.label_smoothing:
        return f'"{_LOSSES[mode]}"'
    name = "BinaryCrossentropy" if mode == "binary" else "CategoricalCrossentropy"
    return f"keras.losses.{name}(label_smoothing={settings.label_smoothing!r})"


def _compiling(settings: TrainConfig, mode: str, rate: str, epochs: str) -> str:
    """The lines that compile the model, for a learning rate and a number of epochs, in words."""
    scheduled = _rate(settings, rate, epochs)
    chosen = "rate" if scheduled.startswith("    rate =") else rate
    options = f"learning_rate={chosen}"
    if settings.global_clipnorm is not None:
        options += f", global_clipnorm={settings.global_clipnorm!r}"
    return f"""{scheduled}    model.compile(
        optimizer=keras.optimizers.{_OPTIMIZERS[settings.optimizer]}({options}),
        loss={_loss(mode, settings)},
        metrics=[{"known_accuracy" if mode == "multilabel" else '"accuracy"'}],
    )
"""


def _rate(settings: TrainConfig, rate: str, epochs: str) -> str:
    """The lines that make ``rate``, where it changes step by step."""
    warm, low = settings.warmup_epochs, settings.minimum_learning_rate
    name, arguments = "", []
    if settings.schedule == "cosine":
        start, steps = ("0.0", f"({epochs} - {warm})") if warm else (rate, epochs)
        name, arguments = "CosineDecay", [start, f"{steps} * len(training)"]
        if low:
            arguments.append(f"alpha={low / settings.schedule_rate!r}")
        if warm:
            arguments.append(f"warmup_target={rate}")
            arguments.append(f"warmup_steps={warm} * len(training)")
    elif warm and settings.schedule == "constant":
        name = "PolynomialDecay"
        arguments = ["0.0", f"{warm} * len(training)", f"end_learning_rate={rate}"]
    elif warm:
        return "    # The warm-up is left out: Keras's callback sets the rate of whole epochs.\n"
    if not name:
        return ""
    lines = "".join(f"        {argument},\n" for argument in arguments)
    return f"    rate = keras.optimizers.schedules.{name}(\n{lines}    )\n"


def _callbacks(settings: TrainConfig) -> list[str]:
    callbacks = []
    if settings.schedule == "plateau":
        callbacks.append(
            f"keras.callbacks.ReduceLROnPlateau(factor={settings.plateau_factor!r}, "
            f"patience={settings.plateau_patience}, min_lr={settings.minimum_learning_rate!r})"
        )
    if settings.early_stopping_patience is not None:
        stopping = f"patience={settings.early_stopping_patience}, restore_best_weights=True"
        callbacks.append(f"keras.callbacks.EarlyStopping({stopping})")
    return callbacks


def _fitting(settings: TrainConfig, *, epochs: str, first: int = 0) -> str:
    parts = ["training", "validation_data=validation", f"epochs={epochs}", "shuffle=False"]
    if first:
        parts.append(f"initial_epoch={first}")
    if settings.class_weights and settings.class_mode != "multilabel":
        parts.append("class_weight=weights")
    calls = ["keras.callbacks.LambdaCallback(on_epoch_begin=training.begin)"]
    calls += _callbacks(settings)
    lines = "".join(f"            {call},\n" for call in calls)
    one = f"callbacks=[{calls[0]}]"
    parts.append(one if len(calls) == 1 else f"callbacks=[\n{lines}        ]")
    text = "".join(f"        {part},\n" for part in parts)
    return f"model.fit(\n{text}    )\n"


def fit_lines(spec: ModelSpec, settings: TrainConfig, *, mode: str) -> str:
    """The lines of a function that compile and fit ``model``, in one phase or in two.

    Args:
        spec: The network.
        settings: How it is trained.
        mode: The class mode that its output has.
    """
    head = settings.head_epochs
    places = [i for i, layer in enumerate(spec.layers) if layer.kind == "Backbone"]
    if not head or not places:
        compiling = _compiling(settings, mode, "LEARNING_RATE", "epochs")
        return compiling + "    history = " + _fitting(settings, epochs="epochs")
    alone = replace(settings, schedule="constant", early_stopping_patience=None)
    # Schedule and early stopping begin with the second phase.
    after = replace(settings, warmup_epochs=0)
    rate, rest = f"LEARNING_RATE * {settings.fine_tuning_factor!r}", f"(epochs - {head})"
    # A Sequential model does not count its Input.
    inside = " + ".join(f"model.layers[{place - 1}].layers[-1].layers" for place in places)
    return (
        "    # First what comes after the backbone learns alone, then the backbone too.\n"
        f"    learning = [layer for layer in {inside} if layer.trainable]\n"
        "    for layer in learning:\n        layer.trainable = False\n"
        + _compiling(alone, mode, "LEARNING_RATE", "epochs")
        + "    "
        + _fitting(alone, epochs=str(head))
        + "    for layer in learning:\n        layer.trainable = True\n"
        + _compiling(after, mode, rate, rest)
        + "    history = "
        + _fitting(after, epochs="epochs", first=head)
    )
