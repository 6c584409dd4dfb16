"""The options that say how a network is trained."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from xraylib.cli.options.tables import Table

OPTIONS: Final[Table] = {
    "source": (
        Annotated[
            str | None,
            typer.Option("--from", metavar="RUN", help="Repeat this run; other options change it."),
        ],
        None,
    ),
    "model": (
        Annotated[str | None, typer.Option(metavar="MODEL", help="A preset or a spec.json.")],
        None,
    ),
    "epochs": (
        Annotated[int | None, typer.Option(help="Passes over the training images; 30.")],
        None,
    ),
    "batch_size": (
        Annotated[int | None, typer.Option(help="Images a step; 32.")],
        None,
    ),
    "learning_rate": (
        Annotated[float | None, typer.Option(help="The optimizer's step size; 0.001.")],
        None,
    ),
    "optimizer": (
        Annotated[str | None, typer.Option(help="adam, sgd or rmsprop; adam.")],
        None,
    ),
    "schedule": (
        Annotated[
            str | None,
            typer.Option(help="Of the learning rate: constant, cosine, plateau; constant."),
        ],
        None,
    ),
    "warmup_epochs": (
        Annotated[int | None, typer.Option(help="Epochs in which the learning rate rises; 0.")],
        None,
    ),
    "minimum_learning_rate": (
        Annotated[float | None, typer.Option(help="Where a schedule ends; 0.")],
        None,
    ),
    "plateau_patience": (
        Annotated[
            int | None, typer.Option(help="Epochs without progress before the rate falls; 5.")
        ],
        None,
    ),
    "plateau_factor": (
        Annotated[float | None, typer.Option(help="What the rate is multiplied by then; 0.5.")],
        None,
    ),
    "label_smoothing": (
        Annotated[
            float | None, typer.Option(help="Part of each label spread over all classes; 0.")
        ],
        None,
    ),
    "global_clipnorm": (
        Annotated[
            float | None, typer.Option(help="Largest norm of all gradients together; 0 is off.")
        ],
        None,
    ),
    "head_epochs": (
        Annotated[
            int | None, typer.Option(help="First so many epochs for what follows the backbone; 0.")
        ],
        None,
    ),
    "fine_tuning_factor": (
        Annotated[
            float | None, typer.Option(help="What the rate is multiplied by after these; 0.1.")
        ],
        None,
    ),
    "seed": (
        Annotated[int | None, typer.Option(help="Of weights, order, augmentation and split; 0.")],
        None,
    ),
    "augment": (
        Annotated[
            str | None, typer.Option(help="A preset (lesson, none, …) or a JSON file; none.")
        ],
        None,
    ),
    "image_size": (
        Annotated[str | None, typer.Option(help="Height,width in pixels; 256,256.")],
        None,
    ),
    "color_mode": (
        Annotated[str | None, typer.Option(help="grayscale or rgb; grayscale.")],
        None,
    ),
    "fit": (
        Annotated[
            str | None,
            typer.Option(help="Images of another shape: stretch, pad or crop; stretch."),
        ],
        None,
    ),
    "validation": (
        Annotated[
            float | None,
            typer.Option(
                help="Share of the training patients that validate, where no folder does; 0.2."
            ),
        ],
        None,
    ),
    "grey_range": (
        Annotated[
            str | None,
            typer.Option(
                help="What is black and white: announced (each file's full range), needed (the "
                "range that the values of all images need) or BITS:LOW:HIGH; as chosen for the "
                "data set."
            ),
        ],
        None,
    ),
    "class_mode": (
        Annotated[
            str | None,
            typer.Option(
                help="categorical, binary, sparse; or multilabel, for a table of findings of which "
                "an image may show several; categorical, or multilabel where only findings are "
                "told."
            ),
        ],
        None,
    ),
    "uncertain": (
        Annotated[
            str | None,
            typer.Option(
                help="What an uncertain finding of a training image counts as: ignore (not known), "
                "present or absent; ignore."
            ),
        ],
        None,
    ),
    "standardise": (
        Annotated[
            bool,
            typer.Option(help="For a preset: standardise each image instead of dividing by 255."),
        ],
        False,
    ),
    "early_stopping": (
        Annotated[
            int | None, typer.Option(help="Stop after so many epochs without progress; 0 is off.")
        ],
        None,
    ),
    "class_weights": (
        Annotated[bool | None, typer.Option(help="Weigh rare classes more, or not.")],
        None,
    ),
}
"""By the arguments of `xraylib.cli.options.training.Settings` and the fields of ``TrainConfig``."""
