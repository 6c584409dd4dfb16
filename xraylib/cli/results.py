"""Commands that judge, publish and use models."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from xraylib.cli import console
from xraylib.cli.app import (
    JsonOption,
    RunArgument,
    WorkspaceOption,
    app,
    find_run,
)
from xraylib.errors import ConfigError
from xraylib.workspace import Workspace


@app.command()
def evaluate(
    run: RunArgument,
    data: Annotated[Path | None, typer.Option(help="Another folder of the same classes.")] = None,
    split: Annotated[str, typer.Option(help="train, val or test.")] = "test",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """How good a run is on labelled films, with 95 % intervals."""
    from xraylib.evaluation.evaluate import evaluate_run

    result = evaluate_run(find_run(run), data=data, split=split)
    if json:
        console.print_json(result)
        return
    low, high = result["accuracy_ci"]
    console.print_text(
        f"accuracy {result['accuracy']:.3f} ({low:.3f} to {high:.3f}) on {result['n']} films"
    )
    figures = ("support", "precision", "recall", "specificity", "f1", "auc")
    rows = [[c, *(values.get(f) for f in figures)] for c, values in result["per_class"].items()]
    console.print_table(["class", *figures], rows)
    matrix = [[c, *row] for c, row in zip(result["classes"], result["confusion"], strict=True)]
    console.print_table(["truth \\ said", *result["classes"]], matrix)


@app.command()
def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Ids of runs.")],
    split: Annotated[str, typer.Option(help="test or val.")] = "test",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether one run is really better than others, the majority class and the baseline."""
    from xraylib.evaluation.compare import compare_runs

    found = [find_run(run) for run in runs]
    result = compare_runs(found, split=split, workspace=Workspace.open())
    if json:
        console.print_json(result)
        return
    entries = [
        [e["name"], e["label"], e["accuracy"], _bounds(e["accuracy_ci"])] for e in result["entries"]
    ]
    console.print_table(["run", "network or name", "accuracy", "95 % interval"], entries)
    for pair in result["pairs"]:
        console.print_text(
            f"{pair['first']} against {pair['second']}: {pair['verdict']} (difference "
            f"{pair['difference']:+.3f}, {_bounds(pair['difference_ci'])}; McNemar p "
            f"{pair['p']:.3f}, for all pairs {pair['p_holm']:.3f})"
        )
    for note in result["notes"]:
        console.print_note(f"{note}.")


@app.command()
def calibrate(
    run: RunArgument, json: JsonOption = False, workspace: WorkspaceOption = None
) -> None:
    """Whether a run's probabilities can be taken at their word, and a temperature that helps."""
    from xraylib.evaluation.calibration import calibrate_run

    result = calibrate_run(find_run(run))
    if json:
        console.print_json(result)
        return
    console.print_text(
        f"temperature {result['temperature']:.3f}, fitted on {result['films']} validation films; "
        f"measured on {result['n']} {result['split']} films"
    )
    figures = ("ece", "ece_expected", "ece_expected_95", "brier", "log_loss")
    rows = [[when, *(result[when][f] for f in figures)] for when in ("before", "after")]
    heading = ["", "ECE", "ECE by chance alone", "95 of 100 below", "Brier", "log loss"]
    console.print_table(heading, rows)
    for note in result["notes"]:
        console.print_note(f"{note}.")


@app.command()
def publish(
    run: RunArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model's name.")],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Turns a run into a model that the Classify page can use, once it proves to be the same."""
    from xraylib.serving.bundle import model_record
    from xraylib.serving.publish import publish_run

    bundle = publish_run(find_run(run), name, Workspace.open(), progress=_stage(json=json))
    record = model_record(bundle)
    if json:
        console.print_json(record)
    else:
        console.print_text(f"published {record['name']} version {record['version']}")


@app.command()
def models(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """All published models."""
    from xraylib.serving.bundle import list_models

    records = list_models(Workspace.open())
    if json:
        console.print_json(records)
        return
    columns = ("name", "version", "in_use", "accuracy", "classes", "published")
    rows = [[", ".join(r[c]) if c == "classes" else r[c] for c in columns] for r in records]
    console.print_table(columns, rows)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of one version.")],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether a published model's folder is still exactly what was published."""
    from xraylib.serving.verify import verify_bundle

    result = verify_bundle(folder)
    if json:
        console.print_json(result)
        return
    console.print_text(f"{result['name']} version {result['version']} is as it was published")
    rows = [[name, entry["bytes"], entry["sha256"]] for name, entry in result["files"].items()]
    console.print_table(["file", "bytes", "SHA-256"], rows)


@app.command()
def classify(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="PNG, JPEG or DICOM; or one folder.")
    ],
    model: Annotated[str, typer.Option(help="A published model.")] = "phantom-demo",
    out: Annotated[
        Path | None,
        typer.Option(help="For a folder: the CSV file; one that was begun is gone on with."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="For a folder: processes at the same time."),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """What a published model says about films. Not a medical device."""
    from xraylib.serving.batch import classify_files
    from xraylib.serving.bundle import find_model
    from xraylib.serving.classifier import Classifier

    if out is not None or any(file.is_dir() for file in files):
        _classify_folder(files, model, out, workers, json=json)
        return
    classifier = Classifier(find_model(Workspace.open(), model))
    with console.progress("Classifying", quiet=json) as bar:
        results = classify_files(files, classifier, progress=bar)
    if json:
        console.print_json(results)
    else:
        for result in results:
            console.print_text(_sentence(result))
        console.print_note("Research and education only, not a medical device.")
    if any(result["status"] == "refused" for result in results):
        raise typer.Exit(1)


def _classify_folder(
    files: list[Path], model: str, out: Path | None, workers: int | None, *, json: bool
) -> None:
    from xraylib.serving.bundle import find_model
    from xraylib.serving.folder import classify_folder

    if len(files) != 1 or out is None:
        raise ConfigError(
            f"{len(files)} names were given{'' if out else ' and no --out'}",
            expected="one folder and the CSV file for its results, or files alone",
            remedy="write for example xraylib classify FOLDER --out results.csv",
            code="folder-and-out",
        )
    bundle = find_model(Workspace.open(), model)
    started = time.perf_counter()
    with console.progress("Classifying", quiet=json) as bar:
        result = classify_folder(files[0], bundle, out, workers=workers, progress=bar)
    seconds = time.perf_counter() - started
    if json:
        console.print_json(
            {
                "out": str(out),
                "model": bundle.name,
                "version": bundle.version,
                "films": result.films,
                "kept": result.kept,
                "refused": result.refused,
                "seconds": round(seconds, 3),
            }
        )
    else:
        console.print_text(
            f"{result.films:,} films: {result.judged:,} classified in {seconds:.1f} s, "
            f"{result.refused:,} refused, {result.kept:,} from before; see {out}"
        )
        console.print_note("Research and education only, not a medical device.")
    if result.refused:
        raise typer.Exit(1)


def _sentence(result: dict[str, Any]) -> str:
    if result["status"] == "refused":
        return f"{result['file']}: refused[{result['error']['code']}]: {result['error']['message']}"
    from xraylib.serving.words import share

    shares = ", ".join(f"{name} {share(value)}" for name, value in result["probabilities"].items())
    warned = "".join(f"\n  warning: {warning['message']}" for warning in result["warnings"])
    return f"{result['file']}: more like {result['label']} than the others ({shares}){warned}"


def _bounds(interval: list[float] | None) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "not defined"


def _stage(*, json: bool) -> Any:
    return lambda text: None if json else console.print_note(text)
