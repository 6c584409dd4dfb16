"""Commands that try a run or a published model: on changed images, on its maps, in a hospital."""

from __future__ import annotations

from typing import Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import (
    FolderArgument,
    JsonOption,
    ProgressOption,
    RunArgument,
    WorkspaceOption,
    app,
    find_run,
)
from xraylib.rounding import rounded


@app.command()
def stress(
    run: RunArgument,
    split: Annotated[str, typer.Option(help="test or val.")] = "test",
    images: Annotated[int, typer.Option(help="Images at most, spread evenly.")] = 300,
    only: Annotated[
        str, typer.Option(help="Changes to try, separated by commas; all if not given.")
    ] = "",
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """How a run bears images that are turned, moved, brighter, blurred, compressed, inverted …

    What it finds is kept with the run, for its pages and its model card.
    """
    from xraylib.evaluation.run_evaluation import of_patients
    from xraylib.evaluation.stress.stress_test import run_stress

    names = [name.strip() for name in only.split(",") if name.strip()]
    with console.progress("Changing images", quiet=json, lines=lines) as bar:
        found = run_stress(find_run(run), split=split, most=images, only=names, progress=bar)
    if json:
        console.print_json(found.to_json())
        return
    whose = of_patients(found.images, found.patients, told=found.patients_told)
    some = "" if found.images == found.of else f", {found.images:,} of {found.of:,}"
    console.print_table(
        ["change", "step", "right", "answer flipped"],
        [
            [curve.title, one.label, one.told[0], "–" if one.step == curve.neutral else one.told[1]]
            for curve in found.curves
            for one in curve.steps
        ],
        title=f"{found.images:,} {found.split} images{whose}{some}",
    )


@app.command()
def accept(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A published model's name.")],
    folder: FolderArgument,
    version: Annotated[
        int | None, typer.Option(help="The version; that in use if not given.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the images are called.")] = "",
    sensitivity: Annotated[float, typer.Option(help="That thresholds are chosen for.")] = 0.9,
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether a published model may be tried in a place, by 50 to 200 labelled images of it.

    A threshold and a temperature are chosen on half of the patients and judged on the others. The
    verdict is kept beside the model and shown on its card and on Classify.
    """
    from xraylib.evaluation.run_evaluation import of_patients
    from xraylib.models.acceptance.accept import accept as try_it
    from xraylib.models.catalog import find_model

    bundle = find_model(model, version)
    with console.progress("Judging", quiet=json, lines=lines) as bar:
        test = try_it(bundle, folder, name=name, sensitivity=sensitivity, progress=bar)
    if json:
        console.print_json(test.to_json())
        return
    found, verdict = test.found, test.found.verdict
    whose = of_patients(found.here.n, found.here.patients, told=test.patients_told)
    out = f"; {test.known} that it was made with are left out" if test.known else ""
    console.print_text(f"{verdict.title} ({found.here.n} images{whose}{out})")
    for words in (*verdict.reasons, *verdict.remarks):
        console.print_text(f"- {words}.")
    console.print_text(
        f"accuracy {found.here.accuracy}, mean recall {found.here.balanced_accuracy}"
    )
    console.print_table(
        ["class", "images", "recall", "threshold", "sensitivity", "specificity"],
        [
            [
                label,
                own.support,
                str(own.recall),
                *(
                    (rounded(one.threshold, 3), str(one.sensitivity), str(one.specificity))
                    if (one := found.thresholds.get(label))
                    else (None, None, None)
                ),
            ]
            for label, own in found.here.per_class.items()
        ],
        title=f"Thresholds chosen on {found.chosen_on} images, judged on the other "
        f"{found.judged_on}",
    )
    fitted = found.temperature.fitted
    console.print_text(
        "temperature: none was fitted"
        if fitted is None
        else f"temperature: {fitted:.2f} on top, log loss {found.temperature.change:+.3f}; "
        + ("used" if found.temperature.temperature != 1 else "within chance, so not used")
    )


@app.command()
def sanity(
    run: RunArgument,
    images: Annotated[int, typer.Option(help="Images at most, spread evenly.")] = 32,
    shuffled: Annotated[
        bool,
        typer.Option(
            "--shuffled/--no-shuffled", help="Also train on shuffled labels, three minutes at most."
        ),
    ] = True,
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether a run's heat maps fall apart, as they must, with drawn weights and shuffled labels.

    What it finds is kept with the run, for its pages and its model card.
    """
    from xraylib.evaluation.explain.run_sanity import run_sanity
    from xraylib.evaluation.explain.sanity import sanity_words
    from xraylib.evaluation.run_evaluation import of_patients

    with console.progress("Drawing weights anew", quiet=json, lines=lines) as bar:
        found = run_sanity(find_run(run), most=images, shuffled=shuffled, progress=bar)
    if json:
        console.print_json(found.to_json())
        return
    every = [found.others, *found.layers, *([found.shuffled] if found.shuffled else [])]
    console.print_table(
        ["maps compared with", "rank correlation", "structural similarity", "blank"],
        [[one.what, str(one.rank), str(one.structure), one.blank] for one in every],
        title=f"{found.images:,} {found.split} images"
        + of_patients(found.images, found.patients, told=found.patients_told),
    )
    console.print_text(f"{sanity_words(found)}.")


@app.command()
def shortcuts(
    run: RunArgument,
    by: Annotated[
        str, typer.Option(help="Columns of metadata.csv, separated by commas; those of sources.")
    ] = "",
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether hospital or exposure can be told inside one class, by the network's own features.

    What it finds is kept with the run, for its pages and its model card.
    """
    from xraylib.evaluation.run_evaluation import NOT_TOLD
    from xraylib.evaluation.run_shortcuts import run_shortcuts

    columns = [name.strip() for name in by.split(",") if name.strip()]
    with console.progress("Looking at features", quiet=json, lines=lines) as bar:
        found = run_shortcuts(find_run(run), by=columns, progress=bar)
    if json:
        console.print_json(found.to_json())
        return
    console.print_table(
        ["class", "what", "images", "patients", "AUC, 95 % interval", "can be told"],
        [
            [
                one.label,
                one.what,
                one.images,
                one.patients if found.patients_told else NOT_TOLD,
                str(one.auc),
                one.can_be_told,
            ]
            for one in found.found
        ],
    )
    for words in found.unknown:
        console.print_note(f"Not tried: {words}.")
