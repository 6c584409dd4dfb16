"""The Compare tab: is it really better, or is it chance?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from xraylib.app.results.cached_numbers import compared
from xraylib.app.results.compared_runs import choose_others
from xraylib.app.results.curve_charts import difference_chart
from xraylib.app.results.report_button import show_comparison_button
from xraylib.app.results.results_words import split_words
from xraylib.app.results.trust_panel import overlap_of
from xraylib.app.shared.runs.feed import run_label
from xraylib.app.shared.runs.selection import MOST_OFFERED, choices
from xraylib.app.shared.runs.start import baseline_on_the_way, start_baseline
from xraylib.app.shell.frame import errors_shown, link, plain, show_error, show_table
from xraylib.errors import XrayError
from xraylib.evaluation.run_compare import RunComparison
from xraylib.metrics.compare import Pair
from xraylib.metrics.table import METRICS
from xraylib.metrics.uncertainty.coverage import why_approximate
from xraylib.models.wording import as_xrays
from xraylib.reports.words import RULE, design_words, pair_p_words
from xraylib.rounding import rounded
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_MOST_TOLD: Final = 6


def show_compare(run: Run, runs: RunList, split: str) -> None:
    """This run beside others, the majority class and the feed-forward baseline."""
    if split not in ("test", "val"):
        st.info("Runs are compared on test or validation X-rays: choose one of them above.")
        return
    offered = runs[:MOST_OFFERED]
    facts = offered.each(_facts, lambda _run, _error: None)
    others = [
        (one, _why_not(run, its))
        for one, its in zip(offered, facts, strict=True)
        if one.id != run.id
    ]
    same = [one for one, why in others if not why]
    names = choices(offered, same)
    chosen = choose_others(
        names, placeholder="Choose other runs; the majority class and the baseline are always there"
    )
    _tell_others([(one, why) for one, why in others if why])
    try:
        found = compared(Workspace.open(), (run.id, *chosen), split, runs)
    except XrayError as error:
        show_error(error)
        return
    labels = found.labels
    mine = [pair for pair in found.pairs if run.id in (pair.first, pair.second)]
    for pair in mine:
        st.markdown(f"- {verdict(pair, labels, found.n)}")
    for two in found.designs:
        st.markdown(f"- {plain(design_words(two, labels))}")
    left, right = st.columns(2, gap="medium")
    show_table(entries_table(found), left, alt="How good each is")
    right.altair_chart(
        difference_chart(
            [
                (f"{labels[one.first]} − {labels[one.second]}", one.difference, one.interval)
                for one in mine
            ]
        ),
        alt=" ".join(verdict(pair, labels, found.n) for pair in mine),
    )
    rest = [pair for pair in found.pairs if pair not in mine]
    if rest:
        with st.expander("The others among themselves"):
            for pair in rest:
                st.markdown(f"- {verdict(pair, labels, found.n)}")
    why = why_approximate("difference", found.n, patients=found.patients)
    if why:
        st.caption(f"≈ The intervals of the differences are approximate: {why}.")
    for note in map(as_xrays, found.notes):
        st.caption(f":material/info: {plain(note[0].upper() + note[1:])}.")
    accuracies = {entry.name: entry["accuracy"] for entry in found.entries}
    for one in (run, *(other for other in same if other.id in chosen)):
        known = None
        with errors_shown():
            known = overlap_of(one, split)
        if known is not None:
            told = known.counts.beside(split_words(split, known.images), accuracies.get(one.id))
            st.caption(f":material/content_copy: {plain(labels[one.id])}: {plain(told)}.")
    if found.left_out:
        st.caption(
            f"{found.left_out} X-rays were left out, because not all of the runs were judged on "
            "them."
        )
    with st.expander("How runs are compared", icon=":material/help:"):
        st.caption(RULE)
    show_comparison_button([run, *(one for one in same if one.id in chosen)], split)
    if found.baseline is None:
        _offer_baseline(run)


_Facts = tuple[str, str, tuple[str, ...]]


def _facts(run: Run) -> _Facts:
    return run.data.name, run.data.fingerprint, run.classes


def _why_not(run: Run, its: _Facts | None) -> str:
    """Why a run has no image in common with this one; empty where it may have."""
    if its is None:
        return "damaged"
    name, fingerprint, classes = its
    if name != run.data.name and fingerprint != run.data.fingerprint:
        return f"another data set: {name}"
    return "" if classes == run.classes else f"other classes: {', '.join(classes)}"


def _tell_others(others: Sequence[tuple[Run, str]]) -> None:
    """In grey, the runs that cannot be chosen, with the reason."""
    if not others:
        return
    told = [f"{plain(run_label(one))} ({plain(why)})" for one, why in others[:_MOST_TOLD]]
    more = f" and {len(others) - _MOST_TOLD:,} more" if len(others) > _MOST_TOLD else ""
    st.caption(f":material/block: Not to be compared with it: {'; '.join(told)}{more}.")


def _offer_baseline(run: Run) -> None:
    """One click to what every run should beat; or that it is on its way."""
    if baseline_on_the_way(run) is not None:
        st.caption(":material/hourglass_top: The feed-forward baseline is being trained.")
        link("training", "See how far it is")
        return
    if st.button(
        "Train the feed-forward baseline",
        icon=":material/model_training:",
        key="train-baseline",
        help="The lesson's first network (lesson-dense), on the same X-rays divided in the same "
        "way, for as many epochs. When it has ended it stands in every comparison.",
    ):
        try:
            start_baseline(run)
        except XrayError as error:
            show_error(error)
        else:
            st.rerun()


def verdict(pair: Pair, labels: Mapping[str, str], n: int) -> str:
    """One plain sentence, with the interval; ``labels`` are the names for people."""
    first, second = plain(labels[pair.first]), plain(labels[pair.second])
    interval, p = pair.interval, pair_p_words(pair)
    if pair.better is None or interval is None:
        between = f", {interval.low:+.2f} to {interval.high:+.2f}" if interval else ""
        luck = "the same design, and luck of training," if pair.by_luck else ""
        return (
            f"**{first}** and **{second}**: {luck or 'not distinguishable'} on these {n} X-rays "
            f"(difference {pair.difference:+.2f}{between}; {p})."
        )
    forward = pair.better == pair.first
    best, worse = (first, second) if forward else (second, first)
    low, high = interval if forward else (-interval.high, -interval.low)
    more = abs(pair.only_first_right - pair.only_second_right)
    return (
        f"**{best}** is better than **{worse}**: {more} of {n} X-rays more were right, accuracy is "
        f"higher by {rounded(abs(pair.difference))} ({rounded(low)} to {rounded(high)}; {p})."
    )


def entries_table(found: RunComparison) -> pd.DataFrame:
    """Every metric that is told in comparisons, of each, with its interval."""
    metrics = [metric for metric in METRICS if "compare" in metric.told]
    labels = found.labels
    return pd.DataFrame.from_dict(
        {
            labels[entry.name]: {"Right": f"{entry.right} of {found.n}"}
            | {metric.heading: str(entry[metric.name]) for metric in metrics}
            for entry in found.entries
        },
        orient="index",
    )
