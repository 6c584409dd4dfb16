"""Commands that answer what a reviewer of a study asks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import (
    JsonOption,
    ProgressOption,
    RunArgument,
    WorkspaceOption,
    app,
    find_run,
)
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject
from xraylib.rounding import rounded


@app.command("test-set")
def looks_at_test(
    run: RunArgument,
    lock: Annotated[
        bool, typer.Option("--lock", help="Withhold its figures, of every run, until it is opened.")
    ] = False,
    opened: Annotated[bool, typer.Option("--open", help="Open it: now, and once.")] = False,
    judge: Annotated[
        bool,
        typer.Option("--judge", help="Let a trial of a search judge it, once that was chosen."),
    ] = False,
    lines: ProgressOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """How often a run's test images were looked at; locks them until one says "now", once."""
    from xraylib.evaluation.judge_test import judge_test_images
    from xraylib.evaluation.several.test_set_use import looks
    from xraylib.training.run.test_lock import lock_set, open_set

    found = find_run(run)
    if lock and opened:
        raise ConfigError(
            "The test images shall be locked and opened",
            expected="--lock or --open",
            remedy="leave one of them out",
            code="usage",
        )
    if lock:
        lock_set(found.folder)
    if opened:
        open_set(found.folder)
    if judge:
        with console.progress("Judging", quiet=json, lines=lines) as bar:
            judge_test_images(found, progress=bar)
    seen = looks(found)
    if json:
        console.print_json(seen.to_json())
        return
    if seen.lock.closed:
        console.print_text(f"the test images are locked; {seen.behind_the_lock}")
        return
    runs = "1 run was" if seen.runs == 1 else f"{seen.runs} runs were"
    state = "were locked and opened" if seen.lock.opened is not None else "were never locked"
    console.print_text(f"the test images {state}; {runs} judged on them")
    if seen.words:
        console.print_text(f"{seen.words}.")


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
        console.print_text(f"{images:,} images: ± {points(width)} at {rounded(share)}.")
    words = str(plan)
    console.print_text(f"{words[0].upper()}{words[1:]}.")


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
                rounded(one.sensitivity, 3),
                rounded(one.specificity, 3),
            ]
            for one in found.points[4::5]
        ],
        title=f"{found.positives} images of {of}, {found.negatives} others",
    )
    console.print_text(f"{decision_words(found, of)}.")


@app.command()
def checklist(
    run: RunArgument,
    out: Annotated[Path | None, typer.Option(help="The HTML file to write.")] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=TEXT", help="Answer a question, and keep it with the run."),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """CLAIM 2024, TRIPOD+AI and STARD-AI, filled from a run: what is missing, and what is asked."""
    from xraylib.reports.checklist.filled import checklist_report, fill_checklists
    from xraylib.reports.checklist.questions import QUESTIONS, write_answers
    from xraylib.workspace import write_atomic

    found = find_run(run)
    if answer:
        write_answers(found, dict(_answer(one) for one in answer))
    filled = fill_checklists(found)
    if out is not None:
        write_atomic(out.absolute(), checklist_report(found))
    if json:
        console.print_json(
            {
                "file": str(out.absolute()) if out else None,
                "checklists": [one.to_json() for one in filled],
            }
        )
        return
    for one in filled:
        console.print_text(f"{one}.")
    missing = {part for one in filled for entry in one.entries for part in entry.missing}
    for part in sorted(missing, key=lambda part: part.words):
        console.print_text(f"missing: {part.words}. Do this: {part.remedy}.")
    asked = {key for one in filled for entry in one.entries for key in entry.to_answer}
    for key in QUESTIONS:
        if key in asked:
            console.print_text(f"asked: {key}: {QUESTIONS[key]}")
    if out is not None:
        console.print_text(f"wrote {out}")


def _answer(text: str) -> tuple[str, str]:
    key, sign, words = text.partition("=")
    if not sign:
        raise ConfigError(
            f"--answer is {text!r}",
            expected="KEY=TEXT, with a key that the command lists as asked",
            remedy="write for example --answer dates='May 2019 to June 2021'",
            code="usage",
        )
    return key.strip(), words
