"""What can be done with several X-rays at once: another class, leave out, tag, undo, export."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

import streamlit as st

from xraylib.app.dataset.current_audit import current_audit
from xraylib.app.dataset.gallery_tab.picked import forget_picked
from xraylib.app.shared.opened_dataset import OpenDataset
from xraylib.app.shell.charts import class_name
from xraylib.app.shell.frame import plain, saying_why
from xraylib.audit import check_of
from xraylib.datasets.catalog import change_dataset, find_dataset
from xraylib.datasets.correction.decided import LONGEST, Correction
from xraylib.datasets.correction.edit import give_class, leave_out, tag, undo
from xraylib.datasets.correction.export import corrected_links, corrected_table
from xraylib.datasets.curation import Curation
from xraylib.workspace import Workspace, new_id

_STEPS: Final = "curation-steps"
_MOST_STEPS: Final = 30
_LINKED: Final = "curation-linked"

Images = Collection[str]
_Before = tuple[str, str, tuple[str, ...], tuple[Correction, ...]]


def show_tools(workspace: Workspace, opened: OpenDataset, paths: Images, *, key: str) -> None:
    """The buttons for the X-rays that are selected, and what is there for the whole set.

    Args:
        workspace: Keeps what is decided.
        opened: The data set.
        paths: The X-rays selected.
        key: In front of the keys of the widgets.
    """
    name, number = opened.ref.name, len(paths)
    nothing = not number
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**{number:,} selected**", width="content")
        with st.popover("Give a class", icon=":material/label:", disabled=nothing):
            _class_form(workspace, opened, paths, key)
        with st.popover("Leave out", icon=":material/filter_alt_off:", disabled=nothing):
            why = _why(key, "out")
            st.button(
                f"Leave out {_rays(number)}",
                key=f"{key}-leave-out",
                on_click=_leave_out,
                args=(
                    workspace,
                    name,
                    f"leaving out {_rays(number)}",
                    lambda now: leave_out(now, opened.whole, paths, why=why),
                ),
            )
        with st.popover("Tag", icon=":material/sell:", disabled=nothing):
            word = st.text_input(
                "Tag",
                key=f"{key}-tag",
                max_chars=LONGEST["tag"],
                help="A word to find these X-rays by, and a column of the table.",
            )
            st.button(
                f"Tag {_rays(number)}",
                key=f"{key}-do-tag",
                disabled=not word.strip(),
                on_click=_do,
                args=(
                    workspace,
                    name,
                    f"a tag for {_rays(number)}",
                    lambda now: tag(now, opened.whole, paths, word),
                ),
            )
        touched = _touched(opened.ref.curation)
        st.button(
            "Take back",
            key=f"{key}-reset",
            icon=":material/settings_backup_restore:",
            disabled=not touched.intersection(paths),
            help="Takes back class, tags and leaving out of the X-rays that are selected.",
            on_click=_do,
            args=(
                workspace,
                name,
                f"resetting {_rays(number)}",
                lambda now: undo(now, paths),
            ),
        )
        _undo_button(workspace, name, key)
        with st.popover("Export", icon=":material/download:"):
            _export(workspace, opened, key)


def corrections_words(curation: Curation) -> str:
    """``2 X-rays were given another class.``; nothing where none was."""
    number = len(curation.labels)
    if not number:
        return ""
    return f"{_rays(number)} {'was' if number == 1 else 'were'} given another class."


def decided_images(curation: Curation) -> dict[str, frozenset[str]]:
    """``{what was decided: paths}`` for what there is: classes, left out, each tag."""
    found = {
        "Given another class": frozenset(path for path, _ in curation.labels),
        LEFT_OUT: frozenset(curation.excluded),
    }
    for one in curation.corrections:
        for word in one.tags:
            name = f"Tagged {word}"
            found[name] = found.get(name, frozenset()) | {one.path}
    return {name: paths for name, paths in found.items() if paths}


LEFT_OUT: Final = "Left out"
"""The one of `decided_images` whose X-rays are not among those chosen."""


def mark_words(curation: Curation, path: str, one: Correction | None) -> str:
    """``was Covid · lateral · left out``, what stands at an X-ray that was corrected."""
    words = []
    if one is not None:
        if one.label is not None:
            words.append(f"was {class_name(one.was)}")
        words += one.tags
    if path in curation.excluded:
        words.append("left out")
    return " · ".join(words)


def _class_form(workspace: Workspace, opened: OpenDataset, paths: Images, key: str) -> None:
    label = st.selectbox(
        "Class",
        [name for name in opened.whole.classes if name],
        index=None,
        key=f"{key}-class",
        placeholder="choose one, or write a new one",
        accept_new_options=True,
        help="The class of the folder stays on record, and the files stay where they are.",
    )
    why = _why(key, "class")
    st.button(
        "Give this class",
        key=f"{key}-give",
        disabled=not label,
        on_click=_do,
        args=(
            workspace,
            opened.ref.name,
            f"{_rays(len(paths))} to {label}",
            lambda now: give_class(now, opened.whole, paths, str(label), why=why),
        ),
    )


def _why(key: str, what: str) -> str:
    return st.text_input(
        "Why",
        key=f"{key}-why-{what}",
        max_chars=LONGEST["reason"],
        placeholder="may stay empty",
        help="Stands in the exported table and in the record of each run.",
    ).strip()


def _do(workspace: Workspace, name: str, what: str, change: Callable[[Curation], Curation]) -> None:
    """Changes the curation and remembers how to go back."""
    saying_why(_change, workspace, name, what, change)


def _leave_out(
    workspace: Workspace, name: str, what: str, change: Callable[[Curation], Curation]
) -> None:
    _do(workspace, name, what, change)
    forget_picked()  # they are on show no more


def _change(
    workspace: Workspace, name: str, what: str, change: Callable[[Curation], Curation]
) -> None:
    before = find_dataset(name, workspace=workspace).curation
    after = change(before)
    if after == before:
        return
    change_dataset(name, curation=after, workspace=workspace)
    steps: list[_Before] = st.session_state.setdefault(_STEPS, [])
    steps.append((name, what, before.excluded, before.corrections))
    del steps[:-_MOST_STEPS]


def _undo_button(workspace: Workspace, name: str, key: str) -> None:
    steps: list[_Before] = st.session_state.get(_STEPS, [])
    last = next((step for step in reversed(steps) if step[0] == name), None)
    st.button(
        "Undo",
        key=f"{key}-undo",
        icon=":material/undo:",
        disabled=last is None,
        help="Nothing to undo yet." if last is None else f"Takes back: {plain(last[1])}.",
        on_click=saying_why,
        args=(_go_back, workspace, last),
    )


def _go_back(workspace: Workspace, step: _Before) -> None:
    name, _, excluded, corrections = step
    now = find_dataset(name, workspace=workspace).curation
    back = replace(now, excluded=excluded, corrections=corrections)
    change_dataset(name, curation=back, workspace=workspace)
    st.session_state[_STEPS].remove(step)


def _export(workspace: Workspace, opened: OpenDataset, key: str) -> None:
    name, curation = opened.ref.name, opened.ref.curation
    reasons = _reasons(workspace, opened)
    st.markdown(
        "The set as it was corrected: path, class, split, patient, why, the folder's class and "
        "tags of each X-ray."
    )
    st.download_button(
        "Table (CSV)",
        lambda: corrected_table(opened.whole, curation, reasons=reasons).encode(),
        file_name=f"{name}-corrected.csv",
        mime="text/csv",
        key=f"{key}-table",
        icon=":material/table:",
        on_click="ignore",
    )
    st.button(
        "Folder of links",
        key=f"{key}-links",
        icon=":material/folder_copy:",
        help="SPLIT/CLASS/NAME in the workspace, each a link to the X-ray where it lies.",
        on_click=saying_why,
        args=(_link, workspace, opened),
    )
    linked = st.session_state.get(_LINKED)
    if linked is not None and linked[0] == name:
        st.caption(f"{_rays(linked[1])} linked in:")
        st.code(linked[2], language=None, wrap_lines=True)


def _link(workspace: Workspace, opened: OpenDataset) -> None:
    folder = workspace.datasets / opened.ref.name / "corrected" / new_id()
    number = corrected_links(opened.whole, opened.ref.curation, folder)
    st.session_state[_LINKED] = (opened.ref.name, number, str(folder))


def _reasons(workspace: Workspace, opened: OpenDataset) -> dict[str, str]:
    """What the audit says of the X-rays that its proposals leave out."""
    report = current_audit(workspace, opened)
    return {
        path: check_of(finding).title
        for finding in (report.findings if report is not None else ())
        for path in finding.action.get("exclude", ())
    }


def _touched(curation: Curation) -> frozenset[str]:
    return frozenset(curation.excluded) | {one.path for one in curation.corrections}


def _rays(number: int) -> str:
    return f"{number:,} X-ray{'' if number == 1 else 's'}"
