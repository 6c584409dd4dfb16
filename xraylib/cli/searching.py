"""The command that searches for settings."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, PlaceOption, WorkspaceOption, app
from xraylib.cli.options.sources import DatasetOption, Decisions, FolderOrNone, reads_images
from xraylib.cli.options.training import Settings, trains
from xraylib.rounding import rounded

if TYPE_CHECKING:
    from xraylib.evaluation.several.search_result import SearchResult
    from xraylib.training.search.record import Trial
    from xraylib.training.search.search import Search

__all__ = ["search"]


@app.command()
@reads_images(without=("folds",))
@trains
def search(
    folder: FolderOrNone = None,
    dataset: DatasetOption = None,
    settings: Settings = Settings(),  # noqa: B008
    trials: Annotated[int, typer.Option(help="Runs; the first is the design as it is.")] = 30,
    space: Annotated[
        str,
        typer.Option(help="What is tried: usual, rate, network, wide, or a JSON or TOML file."),
    ] = "usual",
    prune: Annotated[
        bool, typer.Option("--prune", help="Stop trials whose curves are hopeless.")
    ] = False,
    pruner: Annotated[
        str | None,
        typer.Option(
            help="How: halving (not in the best third at a third of the epochs; "
            "--prune alone) or median (worse than the median of those before)."
        ),
    ] = None,
    sampler: Annotated[
        str, typer.Option(help="tpe learns from the trials before; random draws.")
    ] = "tpe",
    resumed: Annotated[
        str | None,
        typer.Option("--resume", metavar="SEARCH", help="Go on with a search that was ended."),
    ] = None,
    *,
    decisions: Decisions,
    name: Annotated[str, typer.Option(help="A name for the search.")] = "",
    on: PlaceOption = None,
    detach: Annotated[bool, typer.Option("--detach", help="Start it and return at once.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Searches for settings with a lower validation loss; each trial is a run of the queue.

    No test image is judged: `xraylib test-set RUN --judge` does so for the run that was chosen.
    """
    from xraylib.training.search.create import create_search
    from xraylib.training.search.search import open_search
    from xraylib.training.search.space import find_space
    from xraylib.training.search.start import pruner_of

    if resumed is not None:
        if folder is not None or dataset is not None or settings != Settings():
            raise typer.BadParameter("--resume goes on with what was asked for, so it stands alone")
        found = open_search(resumed)
    else:
        wanted = find_space(space)  # a name that is none is refused before images are read
        plan = settings.plan(folder, dataset, decisions, quiet=json).plan
        found = create_search(
            **vars(plan),
            trials=trials,
            space=wanted,
            pruner=pruner or pruner_of(prune),
            sampler=sampler,
            name=name,
            command=sys.argv,
        )
    found.start()
    if detach:
        if json:
            console.print_json({"event": "started", "search": found.id})
        else:
            console.print_text(found.id)
        return
    _follow(found, json=json)


def _follow(found: Search, *, json: bool) -> None:
    """Prints each trial as it ends; Ctrl+C stops the search. Ends with what it has found."""
    from xraylib.evaluation.several.search_result import search_result
    from xraylib.training.search.record import read_end

    if not json:
        console.print_note(f"Search {found.id}: {found.asked.trials} trials. Ctrl+C stops it.")
    told = {one.number for one in found.trials if one.state not in ("going", "stopped")}
    asked_to_stop = False
    while True:
        try:
            state = found.state  # before the trials: none can be missed at the end
            for one in found.trials:
                if one.state != "going" and one.number not in told:
                    told.add(one.number)
                    _print_trial(found, one, json=json)
            if state != "running":
                break
            time.sleep(0.3)
        except KeyboardInterrupt:
            if asked_to_stop:
                raise
            asked_to_stop = True
            console.print_note("Stopping; its trials are kept …")
            found.stop()
    ended = read_end(found.folder)
    result = search_result(found)
    if json:
        console.print_json({"event": "finished", "search": found.id, "status": state,
                            **result.to_json()})  # fmt: skip
    else:
        print_search(result)
        console.print_text(f"{found.id}: {state}")
    if asked_to_stop:
        raise typer.Exit(130)
    if state != "finished":
        if ended is not None and ended.message:
            console.print_note(ended.message)
        raise typer.Exit(1)


def print_search(result: SearchResult) -> None:
    """The ten best trials and what is to be thought of the best, for people."""
    done = sorted(
        (one for one in result.trials if one.counts), key=lambda one: one.loss or 0.0
    )  # fmt: skip
    names = list(result.trials[0].values) if result.trials else []
    title = f"{len(result.trials)} of {result.of} trials, {len(done) or 'none'} trained to the end"
    if done:
        console.print_table(
            ["trial", "validation loss", *names, "run"],
            [
                [one.number, one.loss, *(_cell(one.values.get(name)) for name in names), one.run]
                for one in done[:10]
            ],
            title=title,
        )
    else:
        console.print_text(f"{title}.")
    console.print_text(str(result))
    for note in (result.basis, result.seen):
        if note:
            console.print_note(note)


def _cell(value: object) -> object:
    # The usual three digits would make a learning rate of 0.0003 one of 0.000.
    return f"{value:.3g}" if isinstance(value, float) else value


def _print_trial(found: Search, one: Trial, *, json: bool) -> None:
    if json:
        console.print_json({"event": "trial", **one.to_json()})
        return
    from xraylib.training.search.space import in_words

    loss = "–" if one.loss is None else rounded(one.loss, 3)
    values = ", ".join(in_words(name, value) for name, value in one.values.items())
    best = found.best
    mark = " (best)" if best is not None and best.number == one.number else ""
    epochs = f"{one.epochs} epoch{'' if one.epochs == 1 else 's'}"
    console.print_text(
        f"trial {one.number:>3}  {one.state} after {epochs}  loss {loss}{mark}  {values}"
    )
    if one.message:
        console.print_note(one.message)
