"""Commands that answer what a reviewer of a study asks."""

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
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject


@app.command()
def precision(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="A run's id: how precise its figures are.")
    ] = None,
    share: Annotated[
        float | None, typer.Option(help="The figure that is expected, without a run: 0.75.")
    ] = None,
    within: Annotated[float, typer.Option(help="Half the width of the 95 % interval.")] = 0.05,
    images: Annotated[
        int | None, typer.Option(help="Images at hand: how precise the figure is with them.")
    ] = None,
    per_patient: Annotated[float, typer.Option(help="Images a patient has on average.")] = 1.0,
    alike: Annotated[
        float,
        typer.Option(help="How alike a patient's images are: 0 not at all, 1 they count as one."),
    ] = 1.0,
    exact: Annotated[
        bool, typer.Option("--exact", help="Clopper and Pearson's interval in place of Wilson's.")
    ] = False,
    split: Annotated[str, typer.Option(help="Of the run: test, val or a later key.")] = "test",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """How many images a figure of a wanted precision needs; of a run, how precise it is now."""
    if (run is None) == (share is None):
        raise ConfigError(
            "It is not clear what to plan",
            expected="a run, or --share with the figure that is expected",
            remedy="write for example xraylib precision --share 0.75 --within 0.05",
            code="usage",
        )
    if run is not None:
        from xraylib.evaluation.precision import run_precision

        found = run_precision(find_run(run), split=split, within=within)
        if json:
            console.print_json({"split": split, "figures": [one.to_json() for one in found]})
            return
        for one in found:
            console.print_text(f"{one}.")
        return
    from xraylib.metrics.study.precision import half_width, plan_precision, points

    assert share is not None  # asked for above
    plan = plan_precision(
        share,
        within,
        per_patient=per_patient,
        alike=alike,
        method="clopper-pearson" if exact else "wilson",
    )
    have: JsonObject | None = None
    if images is not None:
        width = half_width(share, images / plan.design_effect, plan.method)
        have = {"images": images, "half_width": width}
    if json:
        console.print_json({**plan.to_json(), "have": have})
        return
    if have is not None:
        console.print_text(f"{images:,} images: ± {points(width)} at {share:.2f}.")
    words = str(plan)
    console.print_text(f"{words[0].upper()}{words[1:]}.")


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
    from xraylib.evaluation.stress.stress_test import run_stress

    names = [name.strip() for name in only.split(",") if name.strip()]
    with console.progress("Changing images", quiet=json, lines=lines) as bar:
        found = run_stress(find_run(run), split=split, most=images, only=names, progress=bar)
    if json:
        console.print_json(found.to_json())
        return
    some = "" if found.images == found.of else f", {found.images:,} of {found.of:,}"
    console.print_table(
        ["change", "step", "right", "answer flipped"],
        [[curve.title, one.label, *one.told] for curve in found.curves for one in curve.steps],
        title=f"{found.images:,} {found.split} images of {found.patients:,} patients{some}",
    )


@app.command()
def decision(
    run: RunArgument,
    of: Annotated[str, typer.Option("--class", help="The class that one would act on.")],
    prevalence: Annotated[float, typer.Option(help="Share of the people who have it: 0.02.")],
    split: Annotated[str, typer.Option(help="test, val or a later key.")] = "test",
    correct: Annotated[
        bool, typer.Option("--correct", help="Correct the probabilities for this prevalence.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Decision curve: is acting on a run better than treating all or nobody, at which threshold?"""
    from xraylib.evaluation.run_decision import decision_words, run_decision

    found = run_decision(find_run(run), of, prevalence, split=split, correct=correct)
    if json:
        console.print_json(found.to_json())
        return
    console.print_table(
        ["threshold", "net benefit, 95 % interval", "treat all", "sensitivity", "specificity"],
        [
            [
                f"{one.threshold:.3g}",
                f"{one.net_benefit:+.4f} ({one.interval.low:+.4f} to {one.interval.high:+.4f})",
                f"{one.treat_all:+.4f}",
                f"{one.sensitivity:.3f}",
                f"{one.specificity:.3f}",
            ]
            for one in found.points[4::5]
        ],
        title=f"{found.positives} images of {of}, {found.negatives} others",
    )
    console.print_text(f"{decision_words(found, of)}.")


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
    from xraylib.models.acceptance.accept import accept as try_it
    from xraylib.models.bundle import find_model

    bundle = find_model(model, version)
    with console.progress("Judging", quiet=json, lines=lines) as bar:
        test = try_it(bundle, folder, name=name, sensitivity=sensitivity, progress=bar)
    if json:
        console.print_json(test.to_json())
        return
    found, verdict = test.found, test.found.verdict
    out = f"; {test.known} that it was made with are left out" if test.known else ""
    console.print_text(
        f"{verdict.title} ({found.here.n} images of {found.here.patients} patients{out})"
    )
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
                    (f"{one.threshold:.3f}", str(one.sensitivity), str(one.specificity))
                    if (one := found.thresholds.get(label))
                    else (None, None, None)
                ),
            ]
            for label, own in found.here.per_class.items()
        ],
        title=f"Thresholds chosen on {found.chosen_on} images, judged on the other "
        f"{found.judged_on}",
    )
    told = found.temperature.fitted
    console.print_text(
        "temperature: none was fitted"
        if told is None
        else f"temperature: {told:.2f} on top, log loss {found.temperature.change:+.3f}; "
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

    with console.progress("Drawing weights anew", quiet=json, lines=lines) as bar:
        found = run_sanity(find_run(run), most=images, shuffled=shuffled, progress=bar)
    if json:
        console.print_json(found.to_json())
        return
    every = [found.others, *found.layers, *([found.shuffled] if found.shuffled else [])]
    console.print_table(
        ["maps compared with", "rank correlation", "structural similarity", "blank"],
        [[one.what, str(one.rank), str(one.structure), one.blank] for one in every],
        title=f"{found.images:,} {found.split} images of {found.patients:,} patients",
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
            [one.label, one.what, one.images, one.patients, str(one.auc), one.can_be_told]
            for one in found.found
        ],
    )
    for words in found.unknown:
        console.print_note(f"Not tried: {words}.")
