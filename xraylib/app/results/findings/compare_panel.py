"""The Compare tab of a run of findings: is it really better, finding by finding?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from xraylib.app.results.compared_runs import choose_others
from xraylib.app.results.curve_charts import difference_chart
from xraylib.app.results.report_button import show_comparison_button
from xraylib.app.shared.runs.predictions import chosen_at, judged_at
from xraylib.app.shared.runs.selection import MOST_OFFERED, choices
from xraylib.app.shell.frame import plain, show_error, show_table
from xraylib.errors import XrayError
from xraylib.evaluation.findings.compare import (
    HOLM,
    RunFindingsComparison,
    compare_findings_runs,
)
from xraylib.metrics.comparing.paired import p_words
from xraylib.metrics.findings.compare import FindingPair
from xraylib.models.wording import as_xrays
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run


def show(run: Run, runs: RunList, split: str) -> None:
    """This run beside others of the same findings."""
    if split not in ("test", "val"):
        st.info("Runs are compared on test or validation X-rays: choose one of them above.")
        return
    offered = runs[:MOST_OFFERED]
    several = zip(offered, offered.each(_findings, lambda _run, _error: ()), strict=True)
    same = [one for one, names in several if one.id != run.id and set(names) & set(run.classes)]
    if not same:
        st.info("There is no other run of these findings yet: train one more to compare.")
        return
    names = choices(offered, same)
    chosen = choose_others(names, placeholder="Choose other runs of the same findings")
    others = [one for one in same if one.id in chosen]
    if not others:
        return
    compared = [run, *others]
    folders = tuple(str(one.folder) for one in compared)
    times = tuple((judged_at(one, split), chosen_at(one)) for one in compared)
    try:
        found = _compared(folders, split, times)
    except XrayError as error:
        show_error(error)
        return
    show_table(entries_table(found), alt="The AUC of each finding and run")
    for pair in found.of(""):
        st.markdown(f"- Mean of the findings: {verdict(pair, found)}")
    which = st.selectbox("Finding", list(found.findings), key="compare-finding")
    for pair in found.of(which):
        st.markdown(f"- {plain(which)}: {verdict(pair, found)}")
    drawn = [
        (f"{found.labels[pair.first]} − {found.labels[pair.second]}", pair.apart.difference,
         pair.apart.interval)
        for pair in found.of(which)
        if pair.apart is not None
    ]  # fmt: skip
    if drawn:
        st.altair_chart(
            difference_chart(drawn, f"Difference in AUC of {which}, 95 % interval"),
            alt=" ".join(verdict(pair, found) for pair in found.of(which)),
        )
    if found.left_out:
        st.caption(
            f"{found.left_out} X-rays were left out, because not all of the runs were judged on "
            "them."
        )
    if found.passed_over:
        st.caption(f"Not known to all of the runs: {plain(', '.join(found.passed_over))}.")
    st.caption(f"{as_xrays(HOLM)}.")
    show_comparison_button(compared, split)


def verdict(pair: FindingPair, found: RunFindingsComparison) -> str:
    """One plain sentence, with the interval."""
    first, second = (plain(found.labels[name]) for name in (pair.first, pair.second))
    if pair.apart is None:
        return f"**{first}** and **{second}** cannot be compared."
    low, high = pair.apart.interval
    numbers = (
        f"difference in AUC {pair.apart.difference:+.2f}, {low:+.2f} to {high:+.2f}; corrected "
        f"{p_words(pair.apart.p_holm)}"
    )
    if pair.better is None:
        return f"**{first}** and **{second}**: {pair.verdict} ({numbers})."
    best, worse = (first, second) if pair.better == pair.first else (second, first)
    return f"**{best}** is better than **{worse}** ({numbers})."


def entries_table(found: RunFindingsComparison) -> pd.DataFrame:
    """A row a run: the mean AUC, and that of each finding."""
    return pd.DataFrame(
        [
            {
                "Mean": str(own["auc"]),
                **{name: str(one["auc"]) for name, one in own.per_finding.items()},
            }
            for own in found.entries.values()
        ],
        index=pd.Index([found.labels[name] for name in found.entries], name="AUC of"),
    )


def _findings(run: Run) -> tuple[str, ...]:
    return run.classes if run.data.several else ()


@st.cache_resource(max_entries=16, show_spinner="Comparing X-ray by X-ray …")
def _compared(
    folders: tuple[str, ...],
    split: str,
    times: tuple[object, ...],  # noqa: ARG001
) -> RunFindingsComparison:
    return compare_findings_runs([Run(Path(folder)) for folder in folders], split=split)
