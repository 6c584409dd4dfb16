"""What the terminal says while runs go on, and how Ctrl+C stops them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import typer

from xraylib.cli import console
from xraylib.rounding import percent, rounded

if TYPE_CHECKING:
    from xraylib.json_values import JsonValue
    from xraylib.training.groups.group import Group
    from xraylib.training.groups.summary import GroupSummary
    from xraylib.training.run.events import Event
    from xraylib.training.run.runs import Run


def started(run: Run, *, detach: bool, json: bool, after: int = 0) -> None:
    """Names the run that was started, or follows it to its end."""
    if not detach:
        follow(run, json=json, after=after)
    elif json:
        console.print_json({"event": "started", "run": run.id})
    else:
        console.print_text(run.id)


def group_started(group: Group, *, detach: bool, json: bool) -> None:
    """Names the group that was started, or follows it to its end and says what it reached."""
    if detach:
        names = [run.id for run in group.runs]
        if json:
            console.print_json({"event": "started", "group": group.id, "runs": names})
        else:
            console.print_text("\n".join([group.id, *names]))
        return
    try:
        for run in group.runs:
            follow(run, json=json, must_finish=False)
    except (typer.Exit, KeyboardInterrupt):
        group.stop()
        raise
    summary = group.summary()
    if json:
        console.print_json({"event": "summary", **summary.to_json(), **more_of(group)})
    else:
        print_summary(summary)
        print_more(group)
    if summary.states != {"finished": summary.of}:
        raise typer.Exit(1)


def more_of(group: Group) -> dict[str, JsonValue]:
    """What a group's runs say together: ``out_of_fold``, ``learning_curve`` or ``search``."""
    from xraylib.evaluation.several.learning_curve import learning_curve
    from xraylib.evaluation.several.out_of_fold import out_of_fold

    if group.record.kind == "search":
        from xraylib.evaluation.several.search_result import search_result
        from xraylib.training.search.search import Search

        return {"search": search_result(Search(group)).to_json()}
    pooled, curve = out_of_fold(group), learning_curve(group)
    return {
        **({} if pooled is None else {"out_of_fold": pooled.to_json()}),
        **({} if curve is None else {"learning_curve": curve.to_json()}),
    }


def print_more(group: Group) -> None:
    """The same, for people."""
    from xraylib.evaluation.several.learning_curve import learning_curve
    from xraylib.evaluation.several.out_of_fold import out_of_fold

    if group.record.kind == "search":
        from xraylib.cli.searching import print_search
        from xraylib.evaluation.several.search_result import search_result
        from xraylib.training.search.search import Search

        print_search(search_result(Search(group)))
        return
    pooled, curve = out_of_fold(group), learning_curve(group)
    if pooled is not None:
        from xraylib.evaluation.run_evaluation import of_patients

        whole = pooled.evaluation
        console.print_text(
            f"out of fold ({pooled.folds} of {pooled.of} folds): {pooled.words(3)} "
            f"on {whole.n} images"
            f"{of_patients(whole.n, whole.patients, told=group.summary().patients_told)}"
        )
    if curve is not None:
        console.print_table(
            ["training images", "share", curve.figure, "95 % interval", "runs"],
            [
                [round(one.images), percent(one.share), one.figure,
                 f"{rounded(one.ci.low, 3)} to {rounded(one.ci.high, 3)}", len(one.each)]
                for one in curve.curve.points
            ],
        )  # fmt: skip
        console.print_text(str(curve))
        console.print_note(curve.basis)
        if curve.precision is not None:
            console.print_note(f"How precise that is: {curve.precision}.")


def print_summary(summary: GroupSummary) -> None:
    """Mean and spread of a group, for people."""
    rows = [
        [name, found.mean, found.spread, found.lowest, found.highest, found.n]
        for name, found in summary.metrics.items()
        if found.n
    ]
    console.print_table(["", "mean", "spread", "lowest", "highest", "runs"], rows)


def follow(run: Run, *, json: bool, after: int = 0, must_finish: bool = True) -> None:
    """Prints the run's epochs after that byte of its events as they come; ends with the run."""
    from xraylib.training.process import queue

    place = after
    asked_to_stop = False
    while True:
        try:
            state = run.status().state  # before the events: none can be missed at the end
            events, place = run.events(place)
            for event in events:
                _print_event(event, json=json)
            if state in ("finished", "stopped", "failed", "interrupted"):
                break
            time.sleep(0.2)
        except KeyboardInterrupt:
            if asked_to_stop:
                raise
            asked_to_stop = True
            console.print_note("Stopping; what is learnt so far is kept …")
            queue.stop(run)
    status = run.status()
    if state == "interrupted" and json:
        # Whoever was killed could not say so itself.
        console.print_json({"event": "finished", "run": run.id, "status": state})
    if not json:
        console.print_text(f"{run.id}: {state}")
    if asked_to_stop:
        raise typer.Exit(130)
    if state != "finished":
        if status.error:
            console.print_note(f"error[{status.error['code']}]: {status.error['message']}")
        if must_finish:
            raise typer.Exit(1)


def _print_event(event: Event, *, json: bool) -> None:
    if event["event"] == "step":
        return
    if json:
        console.print_json(event)
    elif event["event"] == "epoch":
        figures = {
            "loss": event["loss"],
            "accuracy": event["accuracy"],
            "val_loss": event.get("val_loss"),
            "val_accuracy": event.get("val_accuracy"),
            "val_auc": event.get("val_auc"),
        }
        told = (
            f"{name} {rounded(value, 3)}" for name, value in figures.items() if value is not None
        )
        console.print_text(f"epoch {event['epoch']:>3}  " + "  ".join(told))
