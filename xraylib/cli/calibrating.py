"""The command that chooses temperature and thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, RunArgument, WorkspaceOption, app, find_run
from xraylib.errors import ConfigError

if TYPE_CHECKING:
    from xraylib.evaluation.operating import Choice
    from xraylib.training.run.runs import Run


@app.command()
def calibrate(
    run: RunArgument,
    of: Annotated[
        str | None, typer.Option("--class", help="Choose and save the threshold of this class.")
    ] = None,
    sensitivity: Annotated[float | None, typer.Option(help="Wanted sensitivity, 0 to 1.")] = None,
    specificity: Annotated[float | None, typer.Option(help="Wanted specificity, 0 to 1.")] = None,
    threshold: Annotated[float | None, typer.Option(help="The threshold itself.")] = None,
    cost: Annotated[
        str | None, typer.Option(help="Costs of a missed image and of a false alarm: 5,1.")
    ] = None,
    band: Annotated[
        str | None, typer.Option(help="Uncertain between these probabilities: 0.4,0.6.")
    ] = None,
    temperature: Annotated[
        bool | None,
        typer.Option(
            "--temperature/--no-temperature",
            help="Apply the temperature where it helps, or never; kept with the run.",
        ),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether a run's probabilities can be taken at their word; temperature and thresholds.

    With --class and one of --sensitivity, --specificity, --threshold or --cost the threshold of
    that class is chosen on validation images, measured on test images and kept for publishing.
    """
    from xraylib.cli.findings import print_points
    from xraylib.evaluation.run_calibration import calibrate_run
    from xraylib.evaluation.run_thresholds import (
        choose_temperature_by,
        read_operating,
        save_choice,
    )
    from xraylib.reports.words import calibration_words, class_calibrations

    found = find_run(run)
    ways = {"sensitivity": sensitivity, "specificity": specificity, "hand": threshold, "cost": cost}
    given = {way: value for way, value in ways.items() if value is not None}
    asked = of is not None or given or band is not None
    if found.data.several:
        _calibrate_findings(found, _choice(of, given, band) if asked else None, temperature, json)
        return
    if temperature is not None:
        choose_temperature_by(found, "validation" if temperature else "none")
    if asked:
        save_choice(found, *_choice(of, given, band))
    result, operating = calibrate_run(found), read_operating(found)
    if json:
        console.print_json({**result.to_json(), "operating": operating.to_json()})
        return
    console.print_text(
        f"temperature {result.temperature:.3f}, fitted on {result.images} validation images; "
        f"measured on {result.n} {result.split} images"
    )
    console.print_text(
        "it is applied in all figures and in what is published"
        if operating.temperature != 1
        else f"it is not applied: {operating.temperature_why}"
    )
    rows = [
        [when, one.ece, one.ece_expected, one.ece_expected_95, one.brier, one.log_loss]
        for when, one in (("before", result.before), ("after", result.after))
    ]
    heading = ["", "ECE", "ECE by chance alone", "95 of 100 below", "Brier", "log loss"]
    console.print_table(heading, rows)
    applied = operating.temperature != 1
    console.print_text(calibration_words(result, applied=applied))
    heads = ["class", "images of it", "others", "slope", "intercept"]
    console.print_table(heads, class_calibrations(result, applied=applied))
    if operating.classes:
        print_points("class", operating.classes)
    for note in result.notes:
        console.print_note(f"{note}.")


def _calibrate_findings(
    run: Run, choice: tuple[str, Choice] | None, temperature: bool | None, json: bool
) -> None:
    from xraylib.cli.findings import print_operating
    from xraylib.evaluation.findings.operating import read_findings_operating, save_finding_choices

    if choice is not None or temperature is not None:
        save_finding_choices(run, {} if choice is None else dict([choice]), temperature=temperature)
    operating = read_findings_operating(run)
    if json:
        console.print_json({"run": run.id, **operating.to_json()})
    else:
        print_operating(operating)


def _choice(of: str | None, given: dict[str, Any], band: str | None) -> tuple[str, Choice]:
    from xraylib.evaluation.operating import Choice

    if of is None or len(given) != 1:
        raise ConfigError(
            f"A threshold was asked for with {len(given)} ways to choose it"
            + ("" if of else " and no class"),
            expected="--class and one of --sensitivity, --specificity, --threshold, --cost",
            remedy="write for example --class Covid --sensitivity 0.9",
            code="usage",
        )
    ((way, value),) = given.items()
    limits = _two("--band", band, "0.4,0.6") if band is not None else None
    if way == "cost":
        missed, alarm = _two("--cost", str(value), "5,1")
        return of, Choice(by="cost", missed=missed, false_alarm=alarm, band=limits)
    return of, Choice(by=way, value=float(value), band=limits)  # type: ignore[arg-type]


def _two(option: str, text: str, example: str) -> tuple[float, float]:
    try:
        one, other = (float(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(
            f"{option} is {text!r}",
            expected="two numbers separated by a comma",
            remedy=f"write for example {option} {example}",
            code="usage",
        ) from None
    return one, other
