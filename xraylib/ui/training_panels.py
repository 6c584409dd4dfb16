"""What the Training page draws: the settings, the run that is watched, the table of all runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from xraylib.errors import XrayError
from xraylib.model.spec import trace
from xraylib.training import queue
from xraylib.training.config import (
    CLASS_MODES,
    MAX_BATCH_SIZE,
    MAX_EPOCHS,
    MAX_SEED,
    OPTIMIZERS,
    TrainConfig,
)
from xraylib.training.runs import Run, delete_run, open_run
from xraylib.training.status import RunStatus
from xraylib.ui.run_charts import Measure, Resolution, curve_spec, curve_summary
from xraylib.ui.run_choice import PARAMETER, choose
from xraylib.ui.run_feed import RunFeed, joined_rows, run_feed, run_label, run_row
from xraylib.ui.shell import link, plain, show_error
from xraylib.ui.state import Draft, change_draft
from xraylib.ui.training_start import Progress, quick_start, start_run
from xraylib.ui.training_view import (
    STATE_WORDS,
    augmentation_words,
    best_words,
    duration,
    figures,
    progress_text,
    runs_table,
    speed_words,
    when,
)
from xraylib.workspace import Workspace

_OPTIMIZER_NAMES = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop"}
_MOST_COMPARED = 5
_AUGMENT_ICON = ":material/motion_photos_on:"


def show_plan(draft: Draft) -> bool:
    """What the run will use, with links to change it; False if it cannot be trained."""
    traced = trace(draft.spec)
    lines = {
        "dataset": f"Films: {plain(draft.dataset)}",
        "architecture": f"Network: {plain(draft.spec.name)}",
    }
    with st.container(border=True, gap="xsmall"):
        for key, label in lines.items():
            link(key, label)
        link("dataset", f"Augmentation: {augmentation_words(draft.augment)}", icon=_AUGMENT_ICON)
    if traced.error is not None:
        show_error(traced.error)
        link("architecture", "Mend the network", icon=":material/build:")
    return traced.error is None


def settings_form(draft: Draft, *, possible: bool) -> TrainConfig | None:
    """The settings; a value once, when Start was pressed.

    Args:
        draft: What is to be trained; gives the class mode to begin with.
        possible: False where there is nothing to train: Start is then disabled.
    """
    with st.form("settings", border=False):
        values = _plain_settings()
        with st.expander("More"):
            values |= _more_settings(draft)
        st.text_input(
            "Name (optional)", max_chars=60, key="run_name", placeholder="For the list of runs"
        )
        pressed = st.form_submit_button(
            "Start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not possible,
            width="stretch",
        )
    return TrainConfig.from_json(values) if pressed else None


def _plain_settings() -> dict[str, Any]:
    epochs = st.number_input(
        "Epochs", 1, MAX_EPOCHS, 30, key="epochs", persist_state="session",
        help="How often the network sees each training film. More is better until the "
        "validation curve turns.",
    )  # fmt: skip
    rate = st.number_input(
        "Learning rate", 0.000001, 10.0, 0.001, 0.0005, key="learning_rate", format="%g",
        persist_state="session",
        help="Size of the steps. Too large and the loss jumps about; too small and nothing moves.",
    )  # fmt: skip
    batch = st.number_input(
        "Batch size", 1, MAX_BATCH_SIZE, 32, key="batch_size", persist_state="session",
        help="Films a step. Small batches learn in more, noisier steps.",
    )  # fmt: skip
    return {"epochs": int(epochs), "learning_rate": float(rate), "batch_size": int(batch)}


def _more_settings(draft: Draft) -> dict[str, Any]:
    optimizer = st.selectbox(
        "Optimizer", OPTIMIZERS, key="optimizer", persist_state="session",
        format_func=lambda name: _OPTIMIZER_NAMES[name],
        help="The rule for each step. Adam adapts the step to each weight and suits most networks.",
    )  # fmt: skip
    seed = st.number_input(
        "Seed", 0, MAX_SEED, 0, key="seed", persist_state="session",
        help="Of the weights, the order of films, augmentation and the choice of validation "
        "films. The same seed gives the same run.",
    )  # fmt: skip
    patience = st.number_input(
        "Early stopping: patience in epochs", 1, MAX_EPOCHS, None, key="patience",
        placeholder="Off", persist_state="session",
        help="Stop when the validation loss has not improved for so many epochs, and keep the "
        "best weights. Empty: train all epochs and keep the last weights.",
    )  # fmt: skip
    weights = st.checkbox(
        "Class weights", key="class_weights", persist_state="session",
        help="Films of rare classes weigh more, so that each class counts the same.",
    )  # fmt: skip
    mode = st.selectbox(
        "Class mode", CLASS_MODES, CLASS_MODES.index(draft.class_mode), key="class_mode",
        help="Categorical and sparse end in one output a class and learn the same; binary needs "
        "two classes and ends in one sigmoid unit.",
    )  # fmt: skip
    return {
        "optimizer": optimizer,
        "seed": int(seed),
        "early_stopping_patience": None if patience is None else int(patience),
        "class_weights": weights,
        "class_mode": mode,
    }


def start(workspace: Workspace, draft: Draft, settings: TrainConfig) -> None:
    """Makes a run of the draft, starts it and watches it; or says why not."""
    change_draft(class_mode=settings.class_mode)
    _start(
        lambda progress: start_run(
            workspace,
            dataset=draft.dataset,
            spec=draft.spec,
            preparation=draft.preparation,
            augment=draft.augment,
            train=settings,
            name=st.session_state.get("run_name", "").strip(),
            progress=progress,
        )
    )


def start_quickly(workspace: Workspace) -> None:
    """The newcomer's run, asked for by ``?quick=lesson``: once, however often the page is drawn."""
    if "quick" not in st.query_params:
        return
    del st.query_params["quick"]  # before anything else: a reload does not ask again
    if st.session_state.setdefault("quick-started", False):
        return  # back in the browser's history
    st.session_state["quick-started"] = True
    _start(lambda progress: quick_start(workspace, progress))


def _start(make: Callable[[Progress], Run]) -> None:
    bar = st.progress(0.0, text="Looking at the films")

    def advance(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), text=f"Looking at the films: {done} of {total}")

    try:
        run = make(advance)
    except XrayError as error:
        show_error(error)
        bar.empty()
        return
    choose(run.id)
    st.rerun()  # the sidebar was drawn before there was this run


def watch(run_ids: Sequence[str]) -> None:
    """The first run with its state and Stop, and the curves of all. Call it once on every run.

    It looks each second while anything is going on, and draws from tables that change only when
    the trainer has written something.
    """
    workspace = Workspace.open()
    going = any(not open_run(workspace, run_id).status().is_final for run_id in run_ids)
    st.fragment(run_every=1 if going else None)(_watch)(tuple(run_ids), going)


def _watch(run_ids: tuple[str, ...], going: bool) -> None:
    if not run_ids:
        st.markdown("No run yet. Choose the settings and press **Start**.")
        return
    workspace = Workspace.open()
    try:
        feeds = [run_feed(str(open_run(workspace, run_id).folder)) for run_id in run_ids]
    except XrayError as error:
        show_error(error)
        return
    states = [feed.poll() for feed in feeds]
    if going and all(status.is_final for status in states):
        st.rerun()  # the whole page: the table, the sidebar and the end of this polling
    _head(feeds[0].run, states[0])
    by, right = _curve_controls()
    _curves(feeds, states, by, right)
    _figures(feeds[0], states[0])
    log = st.expander("Log", icon=":material/article:", on_change="rerun", key="log")
    if log.open:
        with log:
            st.code(feeds[0].run.log_tail() or "Nothing yet.", language=None, height=260)


def _head(run: Run, status: RunStatus) -> None:
    word, icon, colour = STATE_WORDS[status.state]
    with st.container(horizontal=True, vertical_alignment="center", key="run-state"):
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
        st.caption(_progress_words(run, status), width="stretch")
        if not status.is_final:
            stopping = run.stop_file.exists()
            st.button(
                "Stopping …" if stopping else "Stop",
                icon=":material/stop:",
                key="stop",
                disabled=stopping,
                on_click=queue.stop,
                args=(run,),
                help="Ends the run within about two seconds; what it has learnt so far is kept.",
            )
        elif (run.folder / "evaluation.json").exists():
            st.page_link(
                "pages/4_Results.py",
                label="See how good it is",
                icon=":material/query_stats:",
                query_params={PARAMETER: run.id},
            )
    if status.state == "failed":
        st.error(
            status.error["message"] if status.error else status.message,
            icon=":material/error:",
            title="The run failed",
        )
    elif status.state == "interrupted":
        st.warning(
            f"{status.message} Start it again with the same settings.",
            icon=":material/power_off:",
        )
    else:
        st.progress(status.progress)


def _figures(feed: RunFeed, status: RunStatus) -> None:
    words = best_words(status, feed.history)
    speed = speed_words(status, feed.seconds_per_epoch)
    st.caption("  \n".join(text for text in (words, speed) if text) or "No epoch has ended yet.")
    films = sum(feed.run.data["counts"].get("val", {}).values())
    with st.container(horizontal=True):
        for title, (value, interval) in figures(feed.history, films).items():
            st.metric(
                title, value, interval or None, delta_color="off", delta_arrow="off", width=260
            )


def _progress_words(run: Run, status: RunStatus) -> str:
    words = progress_text(run, status)
    if status.is_final and status.started:
        words += f" in {duration(status.updated - status.started)}, {when(status.updated)}"
    return words


def _curve_controls() -> tuple[Resolution, Measure]:
    with st.container(horizontal=True):
        by: Resolution = st.segmented_control(
            "Training curve by", ["epoch", "step"], default="epoch", required=True, key="by",
            label_visibility="collapsed", persist_state="session",
            format_func=lambda name: f"By {name}",
        )  # fmt: skip
        right: Measure = st.segmented_control(
            "Right chart", ["accuracy", "auc"], default="accuracy", required=True, key="measure",
            label_visibility="collapsed", persist_state="session",
            format_func=lambda name: {"accuracy": "Accuracy", "auc": "AUC"}[name],
        )  # fmt: skip
    return by, right


def _curves(
    feeds: Sequence[RunFeed], states: Sequence[RunStatus], by: Resolution, right: Measure
) -> None:
    labels = [run_label(feed.run) for feed in feeds]
    epochs = max(s.epoch if s.is_final and s.epoch else s.epochs for s in states)
    measures: tuple[Measure, Measure] = ("loss", right)
    for measure, column in zip(measures, st.columns(2), strict=True):
        shown: Resolution = "epoch" if measure == "auc" else by
        with column.container(key=f"curve-{measure}"):
            rows: pa.Table = joined_rows(feeds, labels, measure, shown)
            st.vega_lite_chart(
                rows,
                curve_spec(measure, by=shown, epochs=epochs, runs=labels),
                alt=curve_summary(
                    measure,
                    {label: feed.history for label, feed in zip(labels, feeds, strict=True)},
                ),
            )


def show_runs(runs: Sequence[Run]) -> list[str]:
    """The table of all runs and what can be done with them; ids of those that are selected."""
    st.subheader("All runs")
    rows = [run_row(run) for run in runs]
    table = runs_table(rows)
    event = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="runs",
        height=min(38 + 35 * len(rows), 388),
        alt="All runs with state, data, network and best validation accuracy",
    )
    selected = [table.index[row] for row in event.selection.rows if row < len(table)]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Watch",
            icon=":material/visibility:",
            disabled=len(selected) != 1,
            on_click=lambda: choose(selected[0]),
            help="Select one run.",
        )
        if st.button("Delete …", icon=":material/delete:", disabled=not selected):
            _confirm_delete(selected)
        words = "Select runs to lay their curves over those of the run above."
        if selected:
            words = "The curves of the selected runs are laid over those of the run above."
        st.caption(words)
    return selected[:_MOST_COMPARED]


@st.dialog("Delete for good?")
def _confirm_delete(run_ids: list[str]) -> None:
    workspace = Workspace.open()
    runs = [open_run(workspace, run_id) for run_id in run_ids]
    for run in runs:
        st.markdown(f"- {plain(run_label(run))}, {when(run.created)}")
    st.markdown("Weights, curves and predictions are removed. Published models stay.")
    if st.button("Delete", type="primary", icon=":material/delete:", key="confirm-delete"):
        try:
            for run in runs:
                delete_run(run)
        except XrayError as error:
            show_error(error)
            return
        st.rerun()
