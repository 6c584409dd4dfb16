"""Where the labels come from: the folders, or a table, which is looked at before it is used."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from xraylib.app.dataset.labels.findings_view import known_of_image, said_of, show_findings
from xraylib.app.dataset.labels.label_form import ask_columns, ask_table, propose
from xraylib.app.shared.opened_dataset import OpenDataset
from xraylib.app.shell.charts import class_name, counts_table
from xraylib.app.shell.frame import emphasis, plain, show_error, show_hint, show_table
from xraylib.datasets.catalog import change_dataset, find_dataset
from xraylib.datasets.image_row import ImageRow
from xraylib.datasets.labels.join import Labelled, label_images
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.proposed import find_label_tables
from xraylib.datasets.labels.report import LabelReport
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.markup import code
from xraylib.workspace import Workspace

_REFUSED: Final = "labels-refused"
_EXAMPLES: Final = 4
_LISTED: Final = 200


def show_labels(workspace: Workspace, opened: OpenDataset) -> None:
    """Where labels come from, and a form to take them from a table.

    Args:
        workspace: Keeps what is decided.
        opened: The data set.
    """
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)
    now = opened.ref.curation.table_of(opened.scanned)
    tables = _tables(opened)
    if now is None and (not tables or opened.ref.shipped):
        return
    wanting = now is None and opened.whole.classes == ("",)
    box = st.expander(
        f"Labels: {_words(opened)}",
        icon=":material/table:",
        key=f"labels-open-{opened.ref.name}",
        on_change="rerun",
        expanded=wanting,
    )
    if not box.open:
        return
    with box:
        if opened.ref.curation.label_table is not None:
            st.button(
                "Take the labels from the folders again",
                icon=":material/undo:",
                on_click=_keep,
                args=(workspace, opened, None),
            )
        if now is not None and now.file not in tables:
            tables = [now.file, *tables]
        try:
            choice = _ask(opened, tables, now)
            with st.spinner("Joining the table", show_time=True):
                labelled = _joined(opened, choice)
        except XrayError as error:
            show_error(error)
            return
        _show_joined(workspace, opened.ref.name, labelled)
        if choice != now:
            st.button(
                "Use this table",
                icon=":material/check:",
                type=emphasis(),
                on_click=_keep,
                args=(workspace, opened, choice),
            )


def _tables(opened: OpenDataset) -> list[str]:
    """The tables in the folder, looked for once."""
    memo = opened.scanned.memo
    if "label tables" not in memo:
        memo["label tables"] = find_label_tables(opened.scanned)
    found: list[str] = memo["label tables"]
    return found


def _words(opened: OpenDataset) -> str:
    labelled = opened.ref.curation.labelled(opened.scanned)
    if labelled is None:
        found = _tables(opened)
        more = f"{len(found)} tables lie" if len(found) > 1 else f"{plain(found[0])} lies"
        return f"from the folders; {more} beside the X-rays"
    report = labelled.report
    several = report.kind == "multilabel"
    number = len(report.findings if several else labelled.index.classes)
    one, more = ("finding", "findings") if several else ("class", "classes")
    what = f"{number} {one if number == 1 else more}"
    return f"{what} from {plain(report.file)} ({report.plan.form.title})"


def _ask(opened: OpenDataset, tables: list[str], now: LabelChoice | None) -> LabelChoice:
    asked = ask_table(tables, now)
    return ask_columns(propose(opened.scanned, asked), now)


def _joined(opened: OpenDataset, choice: LabelChoice) -> Labelled:
    """The table joined as it is asked for now; the last one asked for is kept."""
    curation = opened.ref.curation
    if choice == curation.table_of(opened.scanned):
        labelled = curation.labelled(opened.scanned)
        assert labelled is not None  # there is a table
        return labelled
    memo, said = opened.scanned.memo, curation.reading
    asked = (choice, dict(said.classes), said.merge)
    kept: tuple[object, Labelled] | None = memo.get("label preview")
    if kept is None or kept[0] != asked:
        kept = (asked, label_images(opened.scanned, choice, said.classes, merge=said.merge))
        memo["label preview"] = kept
    return kept[1]


def _show_joined(workspace: Workspace, name: str, labelled: Labelled) -> None:
    report, index = labelled.report, labelled.index
    patients = "patients unknown" if report.patients is None else f"{report.patients:,} patients"
    images = "X-ray" if len(index) == 1 else "X-rays"
    st.markdown(
        f"**{len(index):,} {images}** with their rows, {patients}. Read as "
        f"{plain(report.plan.form.title)}: {plain(report.plan.words())}."
    )
    for hint in report.hints():
        show_hint(hint)
    _lists(report)
    st.markdown("**X-rays beside their rows**")
    _examples(workspace, name, labelled)
    if report.kind == "multilabel":
        show_findings(index)
    else:
        show_table(counts_table(index.counts()).drop(columns="Share"), border="horizontal")


def _lists(report: LabelReport) -> None:
    """Everything that was counted, by name."""
    lists = {
        "Rows without an X-ray": report.names_alone,
        "X-rays without a row": report.images_alone,
        "X-rays with several rows": report.repeated,
        "Contradictions": report.contradicted,
        "X-rays without one class": report.without_class,
    }
    lists = {title: names for title, names in lists.items() if names}
    if not lists:
        return
    with st.popover("Which ones", icon=":material/list:"):
        for title, names in lists.items():
            st.markdown(f"**{title}** ({len(names):,})")
            more = [f"… and {len(names) - _LISTED:,} more"] if len(names) > _LISTED else []
            st.code("\n".join([*names[:_LISTED], *more]), language=None, height=140)


def _examples(workspace: Workspace, name: str, labelled: Labelled) -> None:
    """A few X-rays, each beside what its row says."""
    index = labelled.index
    among = index.rows()
    joined = among[labelled.rows[among] >= 0]
    some = joined[:: max(1, len(joined) // _EXAMPLES)][:_EXAMPLES].tolist()
    with st.grid("auto", min_column_width=300, gap="small") as grid:
        for row, image in zip(some, index.images(some), strict=True):
            with grid.cell(), st.container(horizontal=True, vertical_alignment="center"):
                try:
                    small = thumbnail(name, index, row, 96, workspace=workspace)
                    st.image(small, width=84, alt=f"X-ray {image.path.rpartition('/')[2]}")
                except XrayError:
                    st.caption(":material/broken_image:")
                st.markdown(_row_words(labelled, row, image), width=200)


def _row_words(labelled: Labelled, row: int, image: ImageRow) -> str:
    index = labelled.index
    lines = [code(image.path.rpartition("/")[2])]
    findings = index.multilabel
    if findings is not None:
        lines += [f"{word}: {plain(names)}" for word, names in said_of(findings, row).items()]
    else:
        lines.append(f"Class: {plain(class_name(image.label))}")
    told = {}
    if not labelled.source.parts:
        told["row"] = str(labelled.rows[row] + labelled.source.first_row)
    if labelled.report.plan.patient:
        told["patient"] = image.patient
    told |= known_of_image(index.metadata, row)
    lines.append(plain(", ".join(f"{key} {value}" for key, value in told.items())))
    return "  \n".join(lines)


def _keep(workspace: Workspace, opened: OpenDataset, choice: LabelChoice | None) -> None:
    """Keeps the choice with the data set, if its table can be joined."""
    name = opened.ref.name
    try:
        curation = replace(find_dataset(name, workspace=workspace).curation, label_table=choice)
        curation.whose(opened.scanned)
        change_dataset(name, curation=curation, workspace=workspace)
    except XrayError as error:
        st.session_state[_REFUSED] = error
