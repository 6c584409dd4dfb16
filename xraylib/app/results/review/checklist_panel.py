"""The checklists of reviewers: what the run fills, what is missing, what only a person can say."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from xraylib.app.shell.frame import emphasis, plain, show_error, show_table, written
from xraylib.errors import XrayError
from xraylib.models.wording import as_xrays
from xraylib.regular import changed_at
from xraylib.reports.checklist.filled import (
    STATES,
    Checklist,
    Entry,
    checklist_report,
    fill_checklists,
)
from xraylib.reports.checklist.questions import LONGEST, QUESTIONS, read_answers, write_answers
from xraylib.training.run.runs import Run


def show(run: Run) -> None:
    """Counts, the report, what is missing, the questions, and each item."""
    st.markdown(
        "CLAIM 2024, TRIPOD+AI and STARD-AI ask what a reader must know of a study like this. "
        "What the run says itself is filled in; the rest is asked once, for all three."
    )
    found = _filled(run)
    if isinstance(found, str):
        st.warning(written(found), icon=":material/warning:")
        return
    with st.container(horizontal=True):
        for one in found:
            st.metric(
                written(one.guide.name),
                f"{one.count('filled')} of {len(one.entries)}",
                f"{one.count('missing')} missing, {one.count('to-answer')} to answer",
                delta_color="off",
                delta_arrow="off",
                help=one.guide.source,
            )
    st.download_button(
        "Checklists as HTML",
        lambda: checklist_report(run),
        file_name=f"checklists-{run.id}.html",
        mime="text/html",
        icon=":material/checklist:",
        on_click="ignore",
        key="checklists",
    )
    _missing(found)
    _questions(run)
    guide = st.segmented_control(
        "Guideline",
        [one.guide.name for one in found],
        default=found[0].guide.name,
        required=True,
        key="checklist-guide",
    )
    for one in found:
        if one.guide.name == guide:
            show_table(item_table(one), alt=str(one))
            st.caption(
                "Numbers are those of the guideline, subjects are in our own words: read the "
                f"original beside it ({plain(one.guide.source)})."
            )


def item_table(found: Checklist) -> pd.DataFrame:
    """A row an item: what it asks for, and what there is."""
    rows = {
        one.item.number: {"Asks for": one.item.subject, "What there is": _what_there_is(one)}
        for one in found.entries
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _what_there_is(entry: Entry) -> str:
    told = [
        *(f"{words}." for words in entry.told),
        *entry.answers.values(),
        *(f"{part.words}." for part in entry.missing),
    ]
    state = "" if entry.state == "filled" else f"{STATES[entry.state].capitalize()}. "
    return state + as_xrays(" ".join(told))


def _missing(found: tuple[Checklist, ...]) -> None:
    parts = {part.words: part for one in found for entry in one.entries for part in entry.missing}
    for part in parts.values():
        st.markdown(
            f":material/error: **Missing:** {plain(as_xrays(part.words))}. Do this: "
            f"{plain(part.remedy)}."
        )


def _questions(run: Run) -> None:
    answers = read_answers(run)
    still = len(QUESTIONS) - len(answers)
    with (
        st.expander(
            f"Questions: {still} of {len(QUESTIONS)} are open", icon=":material/edit_note:"
        ),
        st.form("checklist-questions", border=False),
    ):
        given = {
            key: st.text_area(
                question,
                answers.get(key, ""),
                key=f"answer-{run.id}-{key}",
                max_chars=LONGEST,
                height=68,
            )
            for key, question in sorted(QUESTIONS.items(), key=lambda one: one[0] in answers)
        }
        if st.form_submit_button("Keep the answers", icon=":material/save:", type=emphasis()):
            changed = {
                key: text for key, text in given.items() if text.strip() != answers.get(key, "")
            }
            try:
                write_answers(run, changed)
            except XrayError as error:
                show_error(error)
            else:
                st.rerun()


def _filled(run: Run) -> tuple[Checklist, ...] | str:
    files = [
        *sorted(run.folder.glob("*.json")),
        *sorted(run.folder.glob("judged/*/source.json")),
        *sorted((run.folder.parent.parent / "models").glob("*")),
    ]
    stamps = tuple((str(file), changed_at(file)) for file in files)
    kept: tuple[Checklist, ...] | str = _kept(str(run.folder), stamps)
    return kept


@st.cache_resource(max_entries=4, show_spinner="Filling the checklists …")
def _kept(
    folder: str,
    stamps: tuple[tuple[str, int], ...],  # noqa: ARG001
) -> tuple[Checklist, ...] | str:
    try:
        return fill_checklists(Run(Path(folder)))
    except XrayError as error:
        return error.message
