"""The right of the Training page: the run that is watched, its curves and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import streamlit as st

from xraylib.app.shared.runs import deletion as run_deletion
from xraylib.app.shared.runs.charts import (
    MEASURE_TITLES,
    STEP_MEASURES,
    Measure,
    Resolution,
    curve_spec,
    curve_summary,
)
from xraylib.app.shared.runs.feed import RunFeed, joined_rows, run_feed, run_labels
from xraylib.app.shared.runs.words import (
    STATE_WORDS,
    best_words,
    duration,
    figures,
    progress_text,
    speed_words,
    told_epoch,
    when,
)
from xraylib.app.shared.trying import panel as trying
from xraylib.app.shared.warm_trainer import waiting_trainer
from xraylib.app.shell.frame import plain, saying_why, show_error, written
from xraylib.app.training import ending_panel, group_panel, redraw
from xraylib.app.training.epochs_panel import draw_epochs
from xraylib.errors import XrayError
from xraylib.training.process import queue
from xraylib.training.run.check import check_run
from xraylib.training.run.kept import RunList
from xraylib.training.run.notes import read_notes
from xraylib.training.run.record import BEFORE_TEMPERATURE
from xraylib.training.run.runs import Run, open_run
from xraylib.training.run.status import RunStatus
from xraylib.workspace import Workspace

_SMOOTHING = 0.8
_TICK_SECONDS = 2


def watch(run_ids: Sequence[str], runs: RunList) -> None:
    """The first run with its state and Stop, and the curves of all. Call it once on every run.

    It looks every two seconds while anything is going on. Figures are built once for all viewers
    when the trainer has written something, and otherwise sent as they are: the browser knows them.

    Args:
        run_ids: Of the runs to watch.
        runs: All that the page shows; when one of them begins or ends it is drawn anew.
    """
    going = _is_going(run_ids)
    drawn = redraw.stages(runs)
    watching = st.fragment(run_every=_TICK_SECONDS if going else None)(_watch)
    tried = None if going else _to_try(run_ids)
    if tried is None:
        watching(tuple(run_ids), drawn)
    else:  # between what it came to and its curves stands what redraws itself at each move
        watching(tuple(run_ids), drawn, ("head",))
        trying.show(tried, Workspace.open())
        watching(tuple(run_ids), drawn, ("curves",))
    # While only others go on there is nothing to draw, but something to notice.
    others = drawn and not going
    st.fragment(run_every=_TICK_SECONDS if others else None)(redraw.draw_anew)(drawn)


def _is_going(run_ids: Sequence[str]) -> bool:
    workspace = Workspace.open()
    try:
        runs = [open_run(run_id, workspace=workspace) for run_id in run_ids]
        if any(not run.status().is_final for run in runs):
            return True
        return bool(runs) and group_panel.is_going(runs[0])
    except XrayError:  # it was deleted, or is damaged: drawing it says so
        return False


def _to_try(run_ids: Sequence[str]) -> Run | None:
    """The run that is watched, if it has ended with a network."""
    if not run_ids:
        return None
    try:
        run = open_run(run_ids[0], workspace=Workspace.open())
        check_run(run)
        return run if trying.can_be_tried(run) else None
    except XrayError:  # what is watched says so, once
        return None


def _watch(
    run_ids: tuple[str, ...], drawn: Mapping[str, str], parts: Sequence[str] = ("head", "curves")
) -> None:
    if not run_ids:
        st.markdown("No run yet. Choose the settings and press **Start**.")
        return
    workspace = Workspace.open()
    try:
        feeds = [run_feed(str(open_run(run_id, workspace=workspace).folder)) for run_id in run_ids]
        states = [feed.poll() for feed in feeds]
    except XrayError as error:
        show_error(error)
        return
    run = Run(feeds[0].run.folder)  # another than the feed's, which keeps what it has read
    with run_deletion.damage_shown(run, redraw.ask):
        check_run(run)
        if "head" in parts:
            _draw_head(feeds, states)
        if "curves" in parts:
            _draw_curves(feeds, states)
    # Last: before a button that was just clicked it would lose the click.
    redraw.draw_anew(drawn)


def _draw_head(feeds: Sequence[RunFeed], states: Sequence[RunStatus]) -> None:
    if states[0].state == "damaged":  # what the feed reads beside the records
        feeds[0].run.events()
    _head(feeds[0].run, states[0])
    ending_panel.show(feeds[0].run, feeds[0].version)
    group_panel.show_group(feeds[0].run)


def _draw_curves(feeds: Sequence[RunFeed], states: Sequence[RunStatus]) -> None:
    if any(state.state != "queued" for state in states):  # else there is nothing to draw yet
        by, right, smoothing = _curve_controls()
        _curves(feeds, states, by, right, smoothing)
        _figures(feeds[0], states[0])
        draw_epochs(str(feeds[0].run.folder), feeds[0].version)
    log = st.expander("Log", icon=":material/article:", on_change="rerun", key="log")
    if log.open:
        with log:
            st.code(feeds[0].run.log_tail() or "Nothing yet.", language=None, height=260)


def _head(run: Run, status: RunStatus) -> None:
    word, icon, colour = STATE_WORDS[status.state]
    with st.container(horizontal=True, vertical_alignment="center", key="run-state"):
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
        st.caption(plain(_progress_words(run, status)), width="stretch")
        if not status.is_final:
            stopping = run.stop_file.exists()
            waits = status.state == "queued"
            st.button(
                "Stopping …" if stopping else "Leave the queue" if waits else "Stop",
                icon=":material/stop:",
                key="stop",
                disabled=stopping,
                on_click=saying_why,
                args=(queue.stop, run),
                help="Takes the run out of the queue before it has begun."
                if waits
                else "Ends the run within about two seconds; what it has learnt so far is kept.",
            )
        if status.state in ("stopped", "failed", "interrupted"):
            _resume(run)
        if status.is_final and (run.folder / "evaluation.json").exists():
            ending_panel.results_button(run)
    if status.state == "failed":
        st.error(
            written(status.error["message"] if status.error else status.message),
            icon=":material/error:",
            title="The run failed",
        )
    elif status.state == "interrupted":
        st.warning(
            f"{written(status.message)} Resume goes on from its last checkpoint.",
            icon=":material/power_off:",
        )
    else:
        st.progress(status.progress)
        if status.is_final:  # which epoch the model is of, or that there is none
            st.caption(plain(status.message))


def _figures(feed: RunFeed, status: RunStatus) -> None:
    note = read_notes(feed.run).note
    if note:
        st.text(note)
    words = best_words(status, feed.history)
    speed = speed_words(status, feed.seconds_per_epoch)
    st.caption("  \n".join(text for text in (words, speed) if text) or "No epoch has ended yet.")
    for note in feed.history.epochs[-1].get("notes") or [] if feed.history.epochs else []:
        st.caption(f":material/info: {plain(note)}")
    data = feed.run.data
    tiles = figures(told_epoch(feed.history, status), data.images_in("val"), several=data.several)
    with st.container(horizontal=True):
        for title, (value, rests) in tiles.items():
            st.metric(title, value, rests, delta_color="off", delta_arrow="off", width=260)
    st.caption(f"{BEFORE_TEMPERATURE} Results tells them as Classify shows them.")


def _resume(run: Run) -> None:
    if not st.button(
        "Resume",
        icon=":material/play_arrow:",
        key="resume",
        help="Goes on from the last checkpoint, as if it had not ended.",
    ):
        return
    try:
        queue.resume(run, waiting=waiting_trainer())
    except XrayError as error:
        if error.code != "run-started":
            show_error(error)
            return
        # Somebody else was faster: the page is to show what goes on now.
        st.toast(f"{plain(error.what)}.", icon=":material/info:")
        run_feed(str(run.folder)).poll(at_once=True)
    st.rerun()


def _progress_words(run: Run, status: RunStatus) -> str:
    words = progress_text(run, status)
    if status.is_final and status.started:
        words += f" in {duration(status.updated - status.started)}, {when(status.updated)}"
    return words


def _curve_controls() -> tuple[Resolution, Measure, float]:
    with st.container(horizontal=True, vertical_alignment="center"):
        by: Resolution = st.segmented_control(
            "Training curve by", ["epoch", "step"], default="epoch", required=True, key="by",
            label_visibility="collapsed", persist_state="session",
            format_func=lambda name: f"By {name}",
        )  # fmt: skip
        right: Measure = st.segmented_control(
            "Right chart", ["accuracy", "auc", "learning_rate"], default="accuracy",
            required=True, key="measure", label_visibility="collapsed", persist_state="session",
            format_func=lambda name: MEASURE_TITLES[name],
        )  # fmt: skip
        smooth = st.toggle(
            "Smooth", key="smooth", persist_state="session",
            help="A moving average over about five values. The numbers below stay as measured.",
        )  # fmt: skip
    return by, right, _SMOOTHING if smooth else 0.0


def _curves(
    feeds: Sequence[RunFeed],
    states: Sequence[RunStatus],
    by: Resolution,
    right: Measure,
    smoothing: float,
) -> None:
    labels = tuple(run_labels(feed.run for feed in feeds).values())
    epochs = max(s.epoch if s.is_final and s.epoch else s.epochs for s in states)
    folders = tuple(str(feed.run.folder) for feed in feeds)
    versions = tuple(feed.version for feed in feeds)
    measures: tuple[Measure, Measure] = ("loss", right)
    st.space("small")  # a chart's own buttons stand above it
    for measure, column in zip(measures, st.columns(2), strict=True):
        shown: Resolution = by if measure in STEP_MEASURES else "epoch"
        with column.container(key=f"curve-{measure}"):
            _draw_curve(folders, versions, labels, measure, shown, smoothing, epochs)


@st.cache_data(max_entries=128, show_spinner=False)
def _draw_curve(
    folders: tuple[str, ...],
    versions: tuple[int, ...],  # noqa: ARG001 - a part of the cache's key
    labels: tuple[str, ...],
    measure: Measure,
    by: Resolution,
    smoothing: float,
    epochs: int,
) -> None:
    """One figure, built once for all viewers; another of ``versions`` is drawn anew."""
    feeds = [run_feed(folder) for folder in folders]
    rows: pa.Table = joined_rows(feeds, labels, measure, by, smoothing)
    st.vega_lite_chart(
        rows,
        curve_spec(measure, by=by, epochs=epochs, runs=labels),
        alt=curve_summary(
            measure, {label: feed.history for label, feed in zip(labels, feeds, strict=True)}
        ),
    )
