"""Commands that judge runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, ProgressOption, RunArgument, WorkspaceOption, app, find_run
from xraylib.cli.options.sources import DatasetOption, Decisions, open_external, reads_images
from xraylib.rounding import rounded

if TYPE_CHECKING:
    from xraylib.metrics.intervals import Interval


@app.command()
@reads_images(without=("splits", "keep"))
def evaluate(
    run: RunArgument,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Another folder of the same classes.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The same as DIR.")] = None,
    dataset: DatasetOption = None,
    split: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPLIT",
            help="train, val or test; test. FOLDER=SPLIT says which one a folder is.",
        ),
    ] = None,
    *,
    decisions: Decisions,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep it for the Results page and for reports.")
    ] = False,
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """How good a run is on labelled images, with 95 % intervals.

    Classes of another folder that differ from the run's in spelling alone are taken for them, which
    is said; others are named by --class "THEIRS=OURS", or left out and counted.
    """
    from xraylib.cli.findings import print_evaluation, print_points
    from xraylib.evaluation.evaluate import evaluate_run
    from xraylib.evaluation.findings.evaluation import RunFindingsEvaluation
    from xraylib.evaluation.overlap import known_images
    from xraylib.evaluation.several.test_set_use import looks
    from xraylib.evaluation.sides.run_points import saved_points

    found, index = find_run(run), None
    renamed: dict[str, str] = {}
    which, decisions = _which_split(split or [], decisions)
    data = folder or data
    name = dataset or ""
    if data is not None or (dataset is not None and dataset != found.data.name):
        source, renamed = open_external(
            data, dataset, decisions, found.classes, quiet=json and not lines, lines=lines
        )
        index, name = source.chosen, source.name
        own = index.root.resolve() == found.data.root.resolve()
        data = None if own and which == "train" else index.root
    elif decisions:
        raise typer.BadParameter("how images are read is asked for with DIR or --dataset alone")
    with console.progress("Judging", quiet=json, lines=lines) as bar:
        judging: dict[str, Any] = {"data": data, "split": which, "index": index}
        judging |= {"name": name, "keep_it": keep, "renamed": renamed}
        result = evaluate_run(found, progress=bar, **judging)
    known = known_images(found, result.kept or which) if data is None else None
    tested = data is None and which == "test"
    seen = looks(found) if tested else None
    points = saved_points(found) if tested else {}
    if json:
        counts, looked = (one and one.to_json() for one in (known, seen))
        chosen = {name: point.told() for name, point in points.items()}
        beside = {"known_images": counts, "looks": looked, "operating": chosen}
        console.print_json({**result.to_json(), **beside})
        return
    if isinstance(result, RunFindingsEvaluation):
        print_evaluation(result, known)
        return
    from xraylib.metrics.comparing.paired import p_words
    from xraylib.metrics.table import CLASS_METRICS, METRICS

    for metric in METRICS:
        if "command" in metric.told:
            console.print_text(f"{metric.name} {result[metric.name]:.3f} on {result.n} images")
    if seen is not None and seen.words:
        console.print_note(f"{seen.words}.")
    most = result.majority
    if most.compared is not None:
        console.print_text(
            f"{most.words} always saying {most.class_name} ({rounded(most.accuracy, 3)}; "
            f"difference {most.compared.difference:+.3f}, {_bounds(most.compared.interval)}; "
            f"{p_words(most.compared.p)})"
        )
    told = [metric.name for metric in CLASS_METRICS if "command" in metric.told]
    rows = [
        [name, own.support, *(f"{own[metric]:.2f}" for metric in told)]
        for name, own in result.per_class.items()
    ]
    console.print_table(["class", "images", *(f"{one}, 95 % interval" for one in told)], rows)
    matrix = zip(result.classes, result.confusion, strict=True)
    console.print_table(["truth \\ said", *result.classes], [[name, *row] for name, row in matrix])
    if points:
        print_points("class", points)
    console.print_note(f"{result.n} images {result.whose}; {result.which_probabilities}.")
    if known is not None:
        if reached := known.shortcut_words(result.accuracy):
            console.print_note(f"{reached}.")
        console.print_note(f"{known.words(f'{result.n} images')}.")


def _which_split(asked: list[str], decisions: Decisions) -> tuple[str, Decisions]:
    """The split to judge, and the decisions with those about folders' splits."""
    from xraylib.datasets.reading.reading_choice import pairs

    folders = pairs([text for text in asked if "=" in text], "--split")
    names = [text for text in asked if "=" not in text]
    if len(names) > 1:
        raise typer.BadParameter(f"--split names {len(names)} splits; one can be judged at a time")
    curation = decisions.curation
    reading = replace(curation.reading, splits=folders)
    told = replace(decisions, curation=replace(curation, reading=reading))
    return (names or ["test"])[0], told


@app.command()
def compare(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Ids of runs.")],
    split: Annotated[str, typer.Option(help="test or val.")] = "test",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether one run is really better than others, the majority class and the baseline."""
    from xraylib.cli.findings import print_comparison
    from xraylib.evaluation.overlap import known_images
    from xraylib.evaluation.run_compare import compare_runs

    found = [find_run(run) for run in runs]
    if all(run.data.several for run in found):
        print_comparison(found, split, json=json)
        return
    result = compare_runs(found, split=split)
    known = {run.id: counts for run in found if (counts := known_images(run, split)) is not None}
    if json:
        shown = {name: one.to_json() for name, one in known.items()}
        console.print_json({**result.to_json(), "known_images": shown})
        return
    from xraylib.metrics.comparing.paired import p_words
    from xraylib.metrics.table import METRICS

    told = [metric.name for metric in METRICS if "compare" in metric.told]
    entries = [
        [entry.name, entry.label, *(f"{entry[metric]:.3f}" for metric in told)]
        for entry in result.entries
    ]
    heads = [f"{metric}, 95 % interval" for metric in told]
    console.print_table(["run", "network or name", *heads], entries)
    for pair in result.pairs:
        console.print_text(
            f"{pair.first} against {pair.second}: {pair.verdict} (difference "
            f"{pair.difference:+.3f}, {_bounds(pair.interval)}; {p_words(pair.p)}"
            + (f", for all pairs {p_words(pair.p_holm)})" if pair.p_holm != pair.p else ")")
        )
    for two in result.designs:
        console.print_text(
            f"design of {two.first} ({len(two.first_runs)} trainings) against design of "
            f"{two.second} ({len(two.second_runs)}): {two.verdict} (difference "
            f"{two.difference:+.3f}, {_bounds(two.interval)}; {p_words(two.p)}"
            + (f", for all pairs {p_words(two.p_holm)})" if two.p_holm != two.p else ")")
        )
    for note in result.notes:
        console.print_note(f"{note}.")
    accuracies = {entry.name: entry["accuracy"] for entry in result.entries}
    for name, one in known.items():
        beside = one.beside(f"{one.images} images", accuracies.get(name))
        console.print_note(f"{name}: {beside}.")


@app.command()
def report(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="One run, or several.")],
    split: Annotated[
        str, typer.Option(help="test, val, or the key of images judged later (evaluate --keep).")
    ] = "test",
    out: Annotated[Path | None, typer.Option(help="The HTML file to write.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """One HTML file of a run's results, or of several compared, that needs nothing else."""
    from xraylib.reports.comparison import comparison_report
    from xraylib.reports.run import run_report
    from xraylib.workspace import write_atomic

    found = [find_run(run) for run in runs]
    if len(found) == 1:
        text = run_report(found[0], split=split)
    else:
        text = comparison_report(found, split=split)
    file = out or Path(f"{'report' if len(found) == 1 else 'comparison'}-{found[0].id}.html")
    write_atomic(file.absolute(), text)
    if json:
        console.print_json({"file": str(file.absolute()), "bytes": len(text.encode())})
    else:
        console.print_text(f"wrote {file}")


def _bounds(interval: Interval | None) -> str:
    return (
        f"{rounded(interval.low, 3)} to {rounded(interval.high, 3)}" if interval else "not defined"
    )
