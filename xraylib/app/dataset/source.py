"""The Dataset page's left column: which data set, a folder to add, and what the gallery shows."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Final

import streamlit as st

from xraylib.app.dataset.archive_upload import unpack_upload, upload_form
from xraylib.app.dataset.curation_tools import LEFT_OUT, decided_images
from xraylib.app.shared.opened_dataset import SOURCE as _SOURCE
from xraylib.app.shared.opened_dataset import OpenDataset, is_synthetic, look_again
from xraylib.app.shell.charts import SPLIT_NAMES, class_name
from xraylib.app.shell.frame import emphasis, plain, show_error, written
from xraylib.app.shell.state import change_draft, get_draft
from xraylib.datasets.catalog import (
    DatasetRef,
    add_dataset,
    list_datasets,
    remove_dataset,
)
from xraylib.datasets.grey_notes import noted
from xraylib.datasets.query import ImageQuery
from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN, DatasetIndex
from xraylib.errors import PathError, XrayError
from xraylib.images.notes import NOTES
from xraylib.settings import read_settings
from xraylib.workspace import Workspace, resolve_inside

_REFUSED: Final = "dataset-refused"
_DEEP: Final = 3
_MOST: Final = 300


SORT_NAMES: Final = {
    "path": "Path",
    "label": "Class",
    "split": "Split",
    "patient": "Patient",
    "bytes": "File size",
    "mtime_ns": "Changed on",
    "width": "Width",
    "height": "Height",
    "mode": "Mode",
    "bit_depth": "Bit depth",
    "mean": "Brightness",
    "sd": "Contrast",
    "phash": "Likeness (hash)",
    "sha256": "SHA-256",
}
"""Words for the columns that images can be sorted by."""


def choose_source(workspace: Workspace) -> str:
    """The widget for the data set; its choice becomes the draft's."""
    unpack_upload(workspace)
    refs = {ref.name: ref for ref in list_datasets(workspace=workspace)}
    names = list(refs)
    if _SOURCE not in st.session_state and _SOURCE not in st.query_params:
        wanted = get_draft().dataset
        st.session_state[_SOURCE] = wanted if wanted in refs else names[0]
    name = st.selectbox(
        "Data set",
        names,
        format_func=lambda name: _called(refs[name]),
        key=_SOURCE,
        bind="query-params",
        help="The X-rays that the network will learn from and be judged on.",
    )
    if refs[name].problem is None:
        st.caption(source_words(refs[name]))
    change_draft(dataset=name)
    with st.popover("Manage", icon=":material/folder_open:", help="Add, look again, forget"):
        _renew(workspace, refs[name])
        folder, archive = st.tabs(["Add a folder", "Upload a zip archive"])
        with folder:
            _add_folder(workspace)
        with archive:
            upload_form()
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)
    return name


def _called(ref: DatasetRef) -> str:
    if ref.problem is not None:
        return f"{ref.name} (damaged: {ref.problem.file})"
    return f"{ref.name} (synthetic)" if is_synthetic(ref) else ref.name


def source_words(ref: DatasetRef) -> str:
    """One line on where the images come from."""
    if is_synthetic(ref):
        return "Synthetic chest phantoms that come with this program. No patients."
    if ref.uploaded:
        return "Unpacked from an uploaded archive; the X-rays are in the workspace."
    return f"Folder {plain(ref.root.name)} on this machine; the X-rays stay where they are."


def choose_filters(
    opened: OpenDataset, found: frozenset[str] | None
) -> tuple[DatasetIndex, ImageQuery]:
    """The widgets for text, split, class, findings, corrections and order.

    Args:
        opened: The data set.
        found: Images that its audit names; None if it was not audited.

    Returns:
        The images to look among, which are all of them where those left out are asked for, and what
        to look for.
    """
    decided = decided_images(opened.ref.curation)
    kind = None
    if decided:
        kind = st.selectbox(
            "Corrected",
            list(decided),
            index=None,
            format_func=lambda name: written(f"{name} ({len(decided[name]):,})"),
            key="corrected",
            placeholder="all X-rays",
            help="X-rays that somebody decided about. Nothing chosen: all but those left out.",
        )
    index = opened.whole if kind == LEFT_OUT else opened.chosen
    text = st.text_input(
        "Search",
        key="text",
        bind="query-params",
        max_chars=100,
        placeholder="in names and patients",
        icon=":material/search:",
        help="X-rays whose path or patient holds all of these words.",
    )
    splits = list(index.counts())
    split = None
    if len(splits) > 1:
        split = st.pills(
            "Split",
            splits,
            format_func=lambda s: SPLIT_NAMES.get(s, s),
            key="split",
            bind="query-params",
            help="Training X-rays teach, test X-rays judge. Nothing chosen: all.",
            wrap=True,
        )
    label = None
    if len(index.classes) > 1:
        label = st.pills(
            "Class",
            index.classes,
            format_func=lambda name: written(class_name(name)),
            key="class",
            bind="query-params",
            help="Which X-rays the gallery shows. Nothing chosen: all.",
            wrap=True,
        )
    only = st.toggle(
        "Only findings",
        key="findings",
        bind="query-params",
        disabled=found is None,
        help="Only X-rays that the audit names."
        if found is not None
        else "The data set was not audited yet: see the tab Audit.",
    )
    notes = {name: len(paths) for name, paths in noted(index).items()}
    note = None
    if notes:
        note = st.selectbox(
            "Notes about greys",
            list(notes),
            index=None,
            format_func=lambda name: f"{NOTES[name].title} ({notes[name]:,})",
            key="note",
            placeholder="all X-rays",
            help="What had to be decided because the files left it open. Nothing chosen: all.",
        )
    sort = st.selectbox(
        "Sort by",
        list(SORT_NAMES),
        format_func=lambda column: SORT_NAMES[column],
        key="sort",
        bind="query-params",
        help="Equal X-rays follow each other by path.",
    )
    descending = st.toggle("Largest first", key="down", bind="query-params")
    paths = found if only else None
    if kind is not None:
        paths = decided[kind] if paths is None else decided[kind] & paths
    query = ImageQuery(
        split=split,
        label=label,
        text=text,
        paths=paths,
        note=note,
        sort=sort,
        descending=descending,
    )
    return index, query


def folders_under(root: Path) -> list[str]:
    """Folders below a data root, relative, ``"."`` first; links are not followed.

    Args:
        root: One of the configured data roots.
    """
    found = ["."]
    level = [root]
    for _ in range(_DEEP):
        below: list[Path] = []
        for folder in level:
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError:
                continue
            below += [
                Path(entry.path)
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
            ]
        found += [folder.relative_to(root).as_posix() for folder in below]
        level = below
        if len(found) > _MOST:
            break
    return found[:_MOST]


def _add_folder(workspace: Workspace) -> None:
    roots = [root for root in read_settings().data_roots if root.is_dir()]
    if not roots:
        st.markdown(
            "For folders in this page, start the program with `XRAYLIB_DATA_ROOTS` set to the "
            "folders under which X-rays may be opened, for example:"
        )
        st.code("XRAYLIB_DATA_ROOTS=/data/x-rays xraylib ui", language="bash")
        return
    root = roots[0]
    if len(roots) > 1:
        names = Counter(one.name for one in roots)
        root = st.selectbox(
            "Under",
            roots,
            format_func=lambda one: one.name if one.name and names[one.name] == 1 else str(one),
        )
    folder = st.selectbox(
        "Folder",
        folders_under(root),
        format_func=lambda path: f"{root.name} itself" if path == "." else path,
        key="add-folder",
        help="The folder that holds one folder for each class, or train and test with those in "
        "them. Nothing is copied.",
    )
    st.text_input("Name", key="add-name", placeholder="as the folder", max_chars=64)
    st.text_input(
        "Patient pattern",
        value=DEFAULT_PATIENT_PATTERN,
        key="add-pattern",
        max_chars=200,
        help="A regular expression for the file name whose group called patient tells the "
        "patient. X-rays of one patient never stand on both sides of a split.",
    )
    st.button(
        "Add this folder",
        type=emphasis(),
        icon=":material/add:",
        on_click=_add,
        args=(workspace, root, folder),
    )


def _add(workspace: Workspace, root: Path, folder: str) -> None:
    try:
        if root not in read_settings().data_roots:
            raise PathError(
                "This folder is not under a data root",
                expected="a folder under one of those in XRAYLIB_DATA_ROOTS",
                remedy="choose one from the list",
                code="path-outside",
            )
        ref = add_dataset(
            resolve_inside(root, folder),
            st.session_state["add-name"].strip() or None,
            patient_pattern=st.session_state["add-pattern"],
            workspace=workspace,
        )
    except XrayError as error:
        st.session_state[_REFUSED] = error
        return
    st.session_state[_SOURCE] = ref.name


def _renew(workspace: Workspace, ref: DatasetRef) -> None:
    st.button(
        "Look again",
        icon=":material/refresh:",
        help="Reads X-rays that were added or changed since. Others are not opened.",
        on_click=look_again,
        args=(workspace, ref.name),
    )
    if not ref.shipped or ref.problem is not None:
        st.button(
            "Forget this data set",
            icon=":material/delete:",
            help="Deletes its record alone, which cannot be used."
            if ref.problem is not None
            else "Deletes the X-rays that were uploaded."
            if ref.uploaded
            else "Takes it off the list. The X-rays stay where they are.",
            on_click=_forget,
            args=(workspace, ref.name),
        )


def _forget(workspace: Workspace, name: str) -> None:
    try:
        remove_dataset(name, workspace=workspace)
    except XrayError as error:
        st.session_state[_REFUSED] = error
        return
    look_again(workspace, name)
    st.session_state[_SOURCE] = list_datasets(workspace=workspace)[0].name
