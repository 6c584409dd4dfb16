"""The Audit tab: findings, their images side by side, what to do, and a button for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import streamlit as st

from xraylib.app.dataset.current_audit import current_audit, is_outdated, unread_audit
from xraylib.app.dataset.gallery_tab.curation_tools import corrections_words
from xraylib.app.dataset.labels.findings_view import shown_words
from xraylib.app.dataset.patients_form import show_patients
from xraylib.app.shared.opened_dataset import OpenDataset, time_left
from xraylib.app.shell.charts import SPLIT_NAMES
from xraylib.app.shell.frame import emphasis, plain, show_error
from xraylib.app.shell.jobs import Job, job_board
from xraylib.audit import (
    CHECKS,
    AuditReport,
    Curation,
    Finding,
    apply_action,
    check_of,
    is_done,
    undo_action,
)
from xraylib.audit.report import SEVERITIES
from xraylib.datasets.catalog import change_dataset, find_dataset
from xraylib.datasets.query import rows_of
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.images.grey_range import GreyRange
from xraylib.models.wording import as_xrays
from xraylib.workspace import Workspace

FINDINGS_A_PAGE: Final = 8
_MOST_IMAGES: Final = 6
_REFUSED: Final = "audit-refused"
_STEP: Final = re.compile(r"(?P<what>[A-Za-z ]+): (?P<done>\d+) of (?P<total>\d+)$")
_ICONS: Final = {
    "error": ":material/error:",
    "warning": ":material/warning:",
    "info": ":material/info:",
}
_COLOURS: Final = {"error": "red", "warning": "orange", "info": "blue"}
_NAMES: Final = {"error": "Errors", "warning": "Warnings", "info": "Good to know"}


def show_audit(workspace: Workspace, opened: OpenDataset) -> None:
    """The tab: the audit that runs, or its findings, or how to start one."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)
    key = f"audit:{workspace.root}:{opened.ref.name}"
    job = job_board().find(key)
    if job is not None and job.state().running:
        _watch(job)
        return
    if job is not None and (state := job.state()).code:
        st.error(plain(state.message), icon=":material/error:")
    report = current_audit(workspace, opened)
    unread = unread_audit(workspace, opened)
    if unread is not None:
        show_error(unread)
    _start_row(workspace, opened, report, key)
    show_patients(workspace, opened)
    if report is not None:
        _what_was_chosen(workspace, opened, report)
        _findings(workspace, opened, report)


def _start_row(
    workspace: Workspace, opened: OpenDataset, report: AuditReport | None, key: str
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Audit this data set" if report is None else "Audit again",
            type=emphasis() if report is None else "secondary",
            icon=":material/fact_check:",
            help="Looks for: " + "; ".join(check.title for check in CHECKS) + ".",
            on_click=_start,
            args=(workspace, opened.ref.name, key),
        )
        if report is not None:
            st.markdown(report_words(report))
        elif is_outdated(workspace, opened):
            st.markdown("X-rays were added, changed or removed since the last audit.")
        else:
            st.markdown(
                "Looks for copies and patients in two splits, one picture with two labels, odd "
                "X-rays, and for labels that can be told without looking at the anatomy."
            )


def report_words(report: AuditReport) -> str:
    """``3 errors, 2 warnings and 1 note in 300 images``."""
    counts = report.counts()
    parts = [
        f"{number:,} {word}{'' if number == 1 else 's'}"
        for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note"))
        if (number := counts[severity])  # type: ignore[index]
    ]
    if not parts:
        return f"**Nothing was found** in {report.images:,} X-rays."
    told = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"**{told}** in {report.images:,} X-rays."


def _start(workspace: Workspace, name: str, key: str) -> None:
    arguments = ["audit", "--dataset", name, "--json", "--progress"]
    job_board().start(key, arguments, workspace=workspace.root)


@st.fragment(run_every=1)
def _watch(job: Job) -> None:
    state = job.state()
    if not state.running:
        st.rerun()
    share, words = step_words(state.notes[-1] if state.notes else "", state.seconds)
    st.progress(share, text=words)
    st.button("Stop the audit", icon=":material/stop:", on_click=job.cancel)


def step_words(line: str, seconds: float) -> tuple[float, str]:
    """How far an audit is, 0 to 1, and in words, from the last line that it wrote."""
    found = _STEP.match(line)
    if not found or not int(found["total"]):
        return 0.0, "Starting"
    share = min(1.0, int(found["done"]) / int(found["total"]))
    words = f"{as_xrays(found['what'])}: {share:.0%}"
    if found["what"].startswith("Comparing"):
        words += time_left(int(found["done"]), int(found["total"]), seconds)
    return share, words


def _what_was_chosen(workspace: Workspace, opened: OpenDataset, report: AuditReport) -> None:
    curation = opened.ref.curation
    words = curation_words(curation)
    open_ones = [f for f in report.findings if f.action and not is_done(f, curation)]
    with st.container(horizontal=True, vertical_alignment="center"):
        if words:
            st.markdown(f"{words} Runs started from now on record this. No file was touched.")
            st.button(
                "Take everything back",
                icon=":material/undo:",
                on_click=_choose,
                args=(workspace, opened.ref.name, _nothing_chosen),
            )
        if len(open_ones) > 1:
            st.button(
                f"Do all {len(open_ones):,} proposals",
                icon=":material/done_all:",
                help="Leaves out what the findings below propose to leave out, and divides by "
                "patient or uses a grey range if that is proposed. It can be taken back.",
                on_click=_choose,
                args=(workspace, opened.ref.name, lambda c: _all_done(report, c)),
            )


def _nothing_chosen(curation: Curation) -> Curation:
    return replace(curation, excluded=(), split="folders", grey_range=None, corrections=())


def _all_done(report: AuditReport, curation: Curation) -> Curation:
    excluded = set(curation.excluded)
    split, ranged = curation.split, curation.grey_range
    for finding in report.findings:
        excluded.update(finding.action.get("exclude", ()))
        split = finding.action.get("split", split)
        if "grey_range" in finding.action:
            ranged = GreyRange.from_json(finding.action["grey_range"])
    return replace(curation, excluded=tuple(excluded), split=split, grey_range=ranged)


def curation_words(curation: Curation) -> str:
    """``7 images are left out. Images are divided by patient.``"""
    parts = []
    if curation.excluded:
        one = len(curation.excluded) == 1
        parts.append(f"{len(curation.excluded):,} X-ray{' is' if one else 's are'} left out.")
    if told := corrections_words(curation):
        parts.append(told)
    if curation.split == "by-patient":
        parts.append("X-rays are divided by patient.")
    if curation.grey_range is not None:
        parts.append(f"Grey values {curation.grey_range} become black to white.")
    return " ".join(parts)


def _findings(workspace: Workspace, opened: OpenDataset, report: AuditReport) -> None:
    counts = report.counts()
    there = [severity for severity in SEVERITIES if counts[severity]]
    if not there:
        return
    wanted = None
    if len(there) > 1:
        wanted = st.pills(
            "Show",
            there,
            format_func=lambda s: f"{_NAMES[s]} ({counts[s]:,})",
            key="severity",
            bind="query-params",
            help="Errors make a measured accuracy wrong, warnings may. Nothing chosen: all.",
            wrap=True,
        )
    shown = [f for f in report.findings if wanted in (None, f.severity)]
    pages = -(-len(shown) // FINDINGS_A_PAGE)
    page = 1
    if pages > 1:
        if int(st.session_state.get("finding-page", 1)) > pages:
            st.session_state["finding-page"] = 1
        page = st.pagination(pages, key="finding-page")
    first = (page - 1) * FINDINGS_A_PAGE
    for number, finding in enumerate(shown[first : first + FINDINGS_A_PAGE], start=first):
        with st.container(border=True):
            _finding(workspace, opened, finding, number)


def _finding(workspace: Workspace, opened: OpenDataset, finding: Finding, number: int) -> None:
    words, images = st.columns([3, 4], gap="medium")
    name, done = opened.ref.name, is_done(finding, opened.ref.curation)
    with words:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(
                check_of(finding).title,
                icon=_ICONS[finding.severity],
                color=_COLOURS[finding.severity],  # type: ignore[arg-type]
            )
            if done:
                st.badge("done", icon=":material/check:", color="green")
        st.markdown(plain(finding.message))
        st.markdown(f"**What to do:** {plain(finding.remedy)}.")
        label = action_label(finding)
        if label and not done:
            st.button(
                label,
                key=f"do-{finding.code}-{number}",
                icon=_action_icon(finding),
                on_click=_choose,
                args=(workspace, name, lambda curation: apply_action(finding, curation)),
            )
        elif done:
            st.button(
                "Undo",
                key=f"undo-{finding.code}-{number}",
                icon=":material/undo:",
                on_click=_choose,
                args=(workspace, name, lambda curation: undo_action(finding, curation)),
            )
    with images:
        _images(workspace, opened, finding)


def _action_icon(finding: Finding) -> str:
    icons = {"exclude": "filter_alt_off", "grey_range": "contrast"}
    name = next((icons[key] for key in icons if key in finding.action), "group")
    return f":material/{name}:"


def action_label(finding: Finding) -> str:
    """What stands on the finding's button; nothing if only work helps."""
    if "exclude" in finding.action:
        number = len(finding.action["exclude"])
        return "Leave this X-ray out" if number == 1 else f"Leave these {number:,} X-rays out"
    if "grey_range" in finding.action:
        return "Use this range"
    return "Divide again by patient" if "split" in finding.action else ""


def _choose(workspace: Workspace, name: str, change: Callable[[Curation], Curation]) -> None:
    try:
        curation = change(find_dataset(name, workspace=workspace).curation)
        change_dataset(name, curation=curation, workspace=workspace)
    except XrayError as error:
        st.session_state[_REFUSED] = error


def images_to_show(finding: Finding, most: int = _MOST_IMAGES) -> list[str]:
    """The images that are shown side by side: those of the pairs first, each once."""
    paths = [path for pair in finding.pairs for path in pair] or list(finding.paths)
    return list(dict.fromkeys(paths))[:most]


def _images(workspace: Workspace, opened: OpenDataset, finding: Finding) -> None:
    index = opened.whole
    shown = images_to_show(finding)
    if not shown:
        return
    rows = {
        image: row for row in rows_of(index, shown).tolist() for image in [index.image(row).path]
    }
    left_out = set(opened.ref.curation.excluded)
    with st.grid(min(len(shown), 4), min_column_width=96, gap="xsmall") as grid:
        for path in shown:
            with grid.cell():
                _one_image(
                    workspace, opened.ref.name, index, rows.get(path), path, path in left_out
                )
    more = len(finding.paths) - len(shown)
    if more > 0:
        st.caption(f"and {more:,} more")


def _one_image(
    workspace: Workspace, name: str, index: DatasetIndex, row: int | None, path: str, left_out: bool
) -> None:
    if row is None or not index.readable[row]:
        st.caption(f":material/broken_image: {plain(path)}")
        return
    image = index.image(row)
    try:
        picture = thumbnail(name, index, row, workspace=workspace)
    except XrayError as error:
        st.caption(f":material/broken_image: {plain(path)}: {plain(error.what)}")
        return
    st.image(picture, width="stretch", alt=f"X-ray {path}")
    words = f"{SPLIT_NAMES.get(image.split, image.split)}, {shown_words(index, row)}"
    name_only = path.rpartition("/")[2]
    out = " · **left out**" if left_out else ""
    st.caption(f"{plain(words)}  \n{plain(name_only)}{out}", help=plain(path))
