"""Commands that publish a run or tell it elsewhere, and read the card of what was published."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, RunArgument, WorkspaceOption, app, find_run
from xraylib.errors import BundleError, ConfigError
from xraylib.models.card.forms import CARD_FORMS
from xraylib.records import read_record

if TYPE_CHECKING:
    from xraylib.models.before_publishing import PublishWarning
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


@app.command()
def publish(
    run: RunArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model's name.")],
    words: Annotated[
        Path | None,
        typer.Option(help="A JSON file of what only a person can say: see docs/published-models."),
    ] = None,
    no_temperature: Annotated[
        bool, typer.Option("--no-temperature", help="With the network's own probabilities.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask, whatever there is to know.")
    ] = False,
    agreed: Annotated[
        str | None,
        typer.Option(
            metavar="CODES",
            help="Ask nothing, and publish only if no warnings but these are found.",
        ),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Turns a run into a model that the Classify page can use, once it proves to be the same.

    Its images are audited, then what one must know of it is printed, and asked about in a terminal;
    a script is not asked.
    """
    from xraylib.models.card.card import write_words
    from xraylib.models.catalog import model_record
    from xraylib.models.publish import publish_run

    found = find_run(run)
    if words is not None:
        write_words(found, read_record(words, dict))
    if no_temperature:
        _without_temperature(found)

    def known(warnings: Sequence[PublishWarning]) -> None:
        if agreed is None:
            _confirm(warnings, yes=yes, json=json)
        else:
            _check_agreed(warnings, agreed.split(","))

    bundle = publish_run(found, name, progress=console.stage(json=json), known=known)
    record = model_record(bundle)
    if json:
        told = bundle.manifest.get("warnings", [])
        console.print_json({**record.to_json(), "warnings": told})
    else:
        console.print_text(f"published {record.name} version {record.version}")


def _confirm(warnings: Sequence[PublishWarning], *, yes: bool, json: bool) -> None:
    """Prints what there is to know, and asks where somebody sits in front of it."""
    if json or not warnings:
        return
    for one in warnings:
        console.print_note(f"{'warning' if one.grave else 'note'}[{one.code}]: {one.message}.")
    asked = sys.stdin.isatty() and sys.stdout.isatty()
    if asked and not yes and not typer.confirm("Publish it all the same?", default=False):
        console.print_note("Nothing was published.")
        raise typer.Exit(1)


def _check_agreed(warnings: Sequence[PublishWarning], codes: Sequence[str]) -> None:
    """Refuses where the audit found more than somebody agreed to."""
    more = [one for one in warnings if one.grave and one.code not in codes]
    if more:
        raise BundleError(
            "There is more to know before it goes out than was agreed to: "
            + "; ".join(one.message for one in more),
            expected="that whoever publishes it knows it",
            remedy=f"read it, then publish with {','.join(one.code for one in more)} as well",
            code="not-agreed",
        )


def _without_temperature(run: Run) -> None:
    """Keeps with the run that it is published without; refused where thresholds rest on one."""
    if run.data.several:
        from xraylib.evaluation.findings.operating import save_finding_choices

        save_finding_choices(run, {}, temperature=False)
        return
    from xraylib.evaluation.run_thresholds import choose_temperature_by, read_operating

    before = read_operating(run)
    if before.temperature != 1 and before.classes:
        raise ConfigError(
            f"The thresholds of {', '.join(before.classes)} were chosen at temperature "
            f"{before.temperature:.3f}",
            expected="thresholds for the probabilities that are published, or none",
            remedy=f"run xraylib calibrate {run.id} --no-temperature, then choose them again",
            code="operating-point",
        )
    choose_temperature_by(run, "none")


@app.command()
def card(
    what: Annotated[
        str,
        typer.Argument(metavar="WHAT", help="verify, " + ", ".join(CARD_FORMS) + "."),
    ],
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A published model, or the folder of a version.")
    ],
    version: Annotated[int | None, typer.Option(help="By default the one in use.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """The card of a published model in a form that others read; or whether its figures are right.

    verify computes every figure anew from the predictions that the model keeps, and exits with 1 if
    one differs.
    """
    from xraylib.models.bundle import open_bundle
    from xraylib.models.card.forms import written_card
    from xraylib.models.catalog import find_model
    from xraylib.models.manifest import MANIFEST
    from xraylib.workspace import write_atomic

    folder = Path(model)  # a folder that happens to have a model's name is not meant
    is_folder = folder.is_dir() and (folder.name != model or (folder / MANIFEST).exists())
    bundle = open_bundle(folder) if is_folder else find_model(model, version)
    if what == "verify":
        _verify_card(bundle, json=json)
        return
    text = written_card(bundle, what)
    if out is not None:
        write_atomic(out, text)
        text = f"wrote {out}"
    if json:
        console.print_json({"form": what, "out": None if out is None else str(out), "card": text})
    else:
        console.print_text(text)


def _verify_card(bundle: Bundle, *, json: bool) -> None:
    from xraylib.models.card.check import check_card

    result = check_card(bundle)
    if json:
        console.print_json(result.to_json())
    else:
        for one in result.differences:
            console.print_note(
                f"{one.where} says {one.says!r}, the predictions give {one.computed!r}"
            )
        right = result.figures - len(result.differences)
        console.print_text(
            f"{result.name} version {result.version}: {right} of {result.figures} figures are "
            "those of the kept predictions"
        )
    if result.differences:
        raise typer.Exit(1)


@app.command()
def log(
    run: RunArgument,
    to: Annotated[
        list[str],
        typer.Option("--to", help="tensorboard or mlflow. Repeatable."),
    ],
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="TensorBoard's folder; XRAYLIB_TENSORBOARD_DIR if not given."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on until the run ends, as XRAYLIB_LOGGERS does.")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Tells a run to TensorBoard or an MLflow server: settings, curves, figures, its card."""
    from xraylib.loggers.follow import log_run
    from xraylib.settings import read_settings

    found = find_run(run)
    log_run(found, to, folder=folder, follow=follow)
    if "tensorboard" in to:
        place = folder or read_settings().tensorboard
        console.print_text(f"TensorBoard: {place / found.id} (tensorboard --logdir {place})")
    if "mlflow" in to:
        console.print_text(f"MLflow: {found.id} is told")


@app.command()
def notebook(
    run: RunArgument,
    out: Annotated[Path, typer.Option("--out", help="The notebook, FILE.ipynb.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Writes a Jupyter notebook that repeats a run with plain Keras, and the table it reads."""
    from xraylib.training.script.notebook import write_notebook

    for file in write_notebook(find_run(run), out):
        console.print_text(str(file))
