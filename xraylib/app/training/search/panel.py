"""A search on the Training page: where it stands, what it has found, and how much of it is luck."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st

from xraylib.app.shared import child_job
from xraylib.app.shared.runs.selection import choose
from xraylib.app.shell.frame import paper, plain, saying_why, written
from xraylib.app.training.search import charts
from xraylib.app.training.search.table import (
    STATES,
    parallel_table,
    places,
    through,
    trials_table,
)
from xraylib.evaluation.several.search_result import SearchResult, search_result
from xraylib.metrics.study.importance import LEAST_TRIALS, Share, importance
from xraylib.models.wording import as_xrays
from xraylib.training.groups.group import Group
from xraylib.training.run.runs import Run
from xraylib.training.run.test_lock import is_closed
from xraylib.training.run.test_use import has_judged_test
from xraylib.training.search.record import Trial, read_end
from xraylib.training.search.search import Search
from xraylib.training.search.tunable import TUNABLES
from xraylib.workspace import Workspace

_STATES: Final = {
    "new": ("Waiting", ":material/hourglass_empty:", "gray"),
    "running": ("Searching", ":material/travel_explore:", "blue"),
    "finished": ("Finished", ":material/check_circle:", "green"),
    "stopped": ("Stopped", ":material/stop_circle:", "orange"),
    "failed": ("Failed", ":material/error:", "red"),
    "interrupted": ("Interrupted", ":material/power_off:", "red"),
}
_VIEWS: Final = {
    "history": "History",
    "parallel": "All settings",
    "slices": "Each setting",
    "importance": "What matters",
}


def show(group: Group, watched: Run) -> None:
    """The section; ``watched`` is the run of the group that is on show."""
    search = Search(group)
    state, trials = search.state, search.trials
    word, icon, colour = _STATES[state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]
        st.markdown(f"**{plain(title_words(search, trials))}**", width="stretch")
        if state == "running":
            stopping = search.stop_file.exists()
            st.button(
                "Stopping …" if stopping else "Stop the search", icon=":material/stop:",
                key="stop-search", disabled=stopping, on_click=saying_why, args=(search.stop,),
                help="Its trial is stopped with it. Both go on where they stand when you go on.",
            )  # fmt: skip
        elif state != "finished":
            st.button(
                "Go on", icon=":material/play_arrow:", key="resume-search",
                on_click=saying_why, args=(search.start,),
                help="Takes up every trial where it stands.",
            )  # fmt: skip
    st.caption(plain(states_words(trials)))
    ended = read_end(search.folder)
    if state == "failed" and ended is not None:
        st.error(written(ended.message), icon=":material/error:", title="The search failed")
    if not any(one.loss is not None for one in trials):
        st.caption("Pictures follow with the first epoch.")
        return
    best = search.best
    run = None if best is None else search.run_of(best)
    judged = run is not None and has_judged_test(run)
    _say(_result(str(group.file), _known(trials), judged))
    if run is not None:
        _winner(search, run, watched, judged=judged)
    _pictures(search, trials)


def title_words(search: Search, trials: Sequence[Trial]) -> str:
    """``Search for settings: 7 of 30 trials: night``."""
    name = search.group.record.name
    told = f"Search for settings: {len(trials)} of {search.asked.trials} trials"
    return f"{told}: {name}" if name else told


def states_words(trials: Sequence[Trial]) -> str:
    """``4 finished, 2 pruned, 1 trains``."""
    counts = dict.fromkeys(STATES.values(), 0)
    for one in trials:
        counts[STATES[one.state]] += 1
    return ", ".join(f"{number} {word}" for word, number in counts.items() if number)


def _known(trials: Sequence[Trial]) -> tuple[tuple[int, str], ...]:
    """What a result depends on: which trials have ended, and how."""
    return tuple((one.number, one.state) for one in trials if one.state != "going")


@st.cache_data(max_entries=16, show_spinner=False, ttl=60)
def _result(
    file: str,
    known: tuple[tuple[int, str], ...],  # noqa: ARG001 - parts of the cache's key
    judged: bool,  # noqa: ARG001
) -> SearchResult:
    """Read once whenever another trial has ended, or the best has judged the test images."""
    return search_result(Search(Group(Path(file))))


def _say(result: SearchResult) -> None:
    st.markdown(plain(as_xrays(str(result))))
    notes = [result.basis, as_xrays(result.seen)]
    st.caption("  \n".join(plain(note) for note in notes if note))


def _winner(search: Search, run: Run, watched: Run, *, judged: bool) -> None:
    """The way to the best trial, and the press that lets it judge the test images."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Watch the best trial", icon=":material/visibility:", key="watch-best",
            disabled=run.id == watched.id, on_click=choose, args=(run.id,),
        )  # fmt: skip
    if not run.data.images_in("test"):
        return
    if judged:
        st.caption(":material/visibility: The best trial has judged the test X-rays: see Results.")
    elif not is_closed(run.folder) and search.state != "running":
        child_job.offer(
            f"judge {run.id}",
            "Let the best trial judge the test X-rays",
            ["test-set", run.id, "--judge"],
            Workspace(run.folder.parent.parent),
            again=False,
            icon=":material/fact_check:",
        )


def _pictures(search: Search, trials: Sequence[Trial]) -> None:
    view = st.segmented_control(
        "Picture", list(_VIEWS), default="history", required=True, key="search-view",
        label_visibility="collapsed", format_func=lambda name: _VIEWS[name],
    )  # fmt: skip
    space, chosen = search.asked.space, None
    if view == "parallel":
        event = st.altair_chart(
            charts.parallel_chart(space, trials, paper=paper()), key=f"parallel-{search.id}",
            on_select="rerun", selection_mode=charts.BOX,
            alt="The settings of each trial, a line a trial, and its validation loss",
        )  # fmt: skip
        box = event.selection.get(charts.BOX) or {}
        chosen = through(parallel_table(space, trials), box)
        st.caption(
            "Draw a box over one axis or several: the table below keeps the trials that pass "
            "through it. A click beside it takes it away."
        )
    elif view == "slices":
        with st.grid(3, min_column_width=210, gap="small"):
            for name in space.dimensions:
                with st.container(gap="xsmall"):
                    st.markdown(f"**{TUNABLES[name].title}**")
                    st.altair_chart(
                        charts.slice_chart(space, name, trials),
                        alt=f"Validation loss of each trial by {TUNABLES[name].title}",
                    )
        st.caption("Larger points are later trials. Of pruned trials the lowest loss until then.")
    elif view == "importance":
        _importance(search, trials)
    else:
        st.altair_chart(charts.history_chart(trials), alt=history_words(trials))
    shown = trials if chosen is None else [one for one in trials if one.number in chosen]
    _table(shown, of=len(trials))


def history_words(trials: Sequence[Trial]) -> str:
    """The chart for those who cannot see it."""
    told = "; ".join(
        f"trial {one.number} {one.loss:.3f}" for one in trials if one.loss is not None
    )  # fmt: skip
    return f"Validation loss of each trial: {told}"


def _importance(search: Search, trials: Sequence[Trial]) -> None:
    shares = _shares(str(search.group.file), _known(trials))
    if shares is None:
        st.caption(
            f"What matters is told when {LEAST_TRIALS} trials have trained to their end."
        )  # fmt: skip
        return
    st.altair_chart(
        charts.importance_chart(shares),
        alt="; ".join(f"{title} {one.share:.0%}" for title, one in shares),
    )
    n = sum(one.counts for one in trials)
    st.caption(
        f"Functional analysis of variance (Hutter, Hoos and Leyton-Brown 2014) of the ranks of "
        f"{n} trials that trained to their end; the lines are 95 % intervals over other trials. "
        "Where they overlap, which of two settings matters more is not known; what is missing to "
        "100% works together."
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _shares(
    file: str,
    known: tuple[tuple[int, str], ...],  # noqa: ARG001 - a part of the cache's key
) -> list[tuple[str, Share]] | None:
    search = Search(Group(Path(file)))
    space = search.asked.space
    done = [one for one in search.trials if one.counts]
    found = importance(places(space, done), np.array([one.loss for one in done])) if done else None
    if found is None:
        return None
    titles = [TUNABLES[name].title for name in space.dimensions]
    return sorted(zip(titles, found, strict=True), key=lambda one: -one[1].share)


def _table(trials: Sequence[Trial], *, of: int) -> None:
    some = len(trials) < of
    each = st.expander(  # whoever has drawn a box wants to see what is in it
        f"Each trial ({len(trials)} of {of})" if some else "Each trial", expanded=some,
        icon=":material/table_rows:", key=f"search-trials-{'some' if some else 'all'}",
        on_change="rerun",
    )  # fmt: skip
    if not each.open or not trials:
        return
    table = trials_table(trials)
    event = each.dataframe(
        table, hide_index=True, on_select="rerun", selection_mode="single-row",
        key=f"trials-{hash(tuple(table.index))}", alt="The trials of the search",
    )  # fmt: skip
    rows = [row for row in event.selection.rows if row < len(table)]
    run_id = table.index[rows[0]] if rows else ""
    with each.container(horizontal=True):
        st.button(
            "Watch this trial", icon=":material/visibility:", key="watch-trial",
            disabled=not run_id, on_click=choose, args=(run_id,),
        )  # fmt: skip


def is_going(group: Group) -> bool:
    """Whether the search proposes now."""
    return Search(group).state == "running"
