"""The Dataset page's left column: which data set, and what is done with it as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from xraylib.app.dataset import own_folders
from xraylib.app.dataset.archive_upload import unpack_upload, upload_form
from xraylib.app.shared.opened_dataset import SOURCE as _SOURCE
from xraylib.app.shared.opened_dataset import is_synthetic, known_index, look_again
from xraylib.app.shared.runs.start import ask_for_quick_start, start_quickly
from xraylib.app.shell.frame import emphasis, link, plain, show_error
from xraylib.app.shell.state import change_draft, get_draft, remember_dataset
from xraylib.datasets.catalog import change_dataset, list_datasets, remove_dataset
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset_ref import DatasetRef
from xraylib.datasets.reading.found import FoundFolder
from xraylib.errors import XrayError
from xraylib.workspace import Workspace

_REFUSED: Final = "dataset-refused"
_STARTED: Final = "quick-start-on"


def choose_source(workspace: Workspace) -> str | FoundFolder:
    """The widget for the data set; its choice becomes the draft's.

    Returns:
        The name of a data set, or a folder that is none yet.
    """
    unpack_upload(workspace)
    refs = {ref.name: ref for ref in list_datasets(workspace=workspace)}
    found = own_folders.found_folders(refs.values())
    names = [*refs, *found]
    own_folders.choose_own(refs, found)
    if _SOURCE in st.session_state and st.session_state[_SOURCE] not in names:
        del st.session_state[_SOURCE]  # somebody else added or forgot it
    by_address = _SOURCE not in st.session_state and _SOURCE in st.query_params
    if _SOURCE not in st.session_state and not by_address:
        wanted = get_draft().dataset
        st.session_state[_SOURCE] = wanted if wanted in refs else names[0]
    name = st.selectbox(
        "Data set",
        names,
        format_func=lambda name: (
            own_folders.called(found[name]) if name in found else _called(refs[name])
        ),
        key=_SOURCE,
        bind="query-params",
        help="The X-rays that the network will learn from and be judged on. Folders under the "
        "data roots that look like data sets stand below those that were added.",
    )
    if name in found:
        own_folders.offer(workspace, found[name])
        _manage(workspace, None)
        return found[name]
    if refs[name].problem is None:
        st.caption(source_words(refs[name]))
    if get_draft().dataset != name:
        change_draft(dataset=name)
        if not by_address:  # which anybody may have written: it holds for this visit alone
            remember_dataset(workspace, name)
    with st.container(horizontal=True, gap="xsmall"):
        _offer_training(workspace, refs[name])
        _manage(workspace, refs[name])
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
        return "Synthetic chest phantoms that come with this program; their patients are invented."
    if ref.uploaded:
        return "Unpacked from an uploaded archive; the X-rays are in the workspace."
    return f"Folder {plain(ref.root.name)} on this machine; the X-rays stay where they are."


def _offer_training(workspace: Workspace, ref: DatasetRef) -> None:
    """The short way to a first run on X-rays of one's own."""
    index = known_index(workspace)
    single = index is not None and len(index.classes) < 2
    if ref.shipped or ref.problem is not None or single:
        return
    if st.session_state.get(_STARTED) == ref.name:
        link("training", "See it learn", icon=":material/arrow_forward:")
    elif st.button(
        "Train on these",
        type=emphasis(),
        icon=":material/play_arrow:",
        help="Starts a small network of convolutions: 40 times over the training X-rays. It can be "
        "stopped at any time.",
    ):
        st.session_state[_STARTED] = ref.name
        ask_for_quick_start(ref.name)
        start_quickly(workspace)  # ends this script where it could start
        del st.session_state[_STARTED]


def _manage(workspace: Workspace, ref: DatasetRef | None) -> None:
    with st.popover("Manage", icon=":material/folder_open:", help="Add, look again, forget"):
        if ref is not None:
            _renew(workspace, ref)
        folder, archive = st.tabs(["Another folder", "Upload a zip archive"])
        with folder:
            own_folders.choose_other()
        with archive:
            upload_form()


def _renew(workspace: Workspace, ref: DatasetRef) -> None:
    st.button(
        "Look again",
        icon=":material/refresh:",
        help="Reads X-rays that were added or changed since. Others are not opened.",
        on_click=_look_again,
        args=(workspace, ref.name),
    )
    without = None if ref.problem is not None else without_lost_tables(ref)
    if without is not None:
        st.button(
            "Do without the tables that are gone",
            icon=":material/undo:",
            help="Labels, patients and splits are read from the folders again.",
            on_click=_keep,
            args=(workspace, ref.name, without),
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


def _look_again(workspace: Workspace, name: str) -> None:
    own_folders.forget_found()
    look_again(workspace, name)


def without_lost_tables(ref: DatasetRef) -> Curation | None:
    """What was decided, without tables and lists whose files are gone; None where all are there."""

    def lost(*files: str) -> bool:
        return not all((ref.root / file).is_file() for file in files)

    now = ref.curation
    labels, patients = now.label_table, now.patients
    lists = tuple(one for one in now.reading.split_files if not lost(one.file))
    without = replace(
        now,
        label_table=None if labels is None or lost(*labels.files) else labels,
        patients=None if patients is None or lost(patients.file) else patients,
        reading=replace(now.reading, split_files=lists),
    )
    return None if without == now else without


def _keep(workspace: Workspace, name: str, curation: Curation) -> None:
    try:
        change_dataset(name, curation=curation, workspace=workspace)
    except XrayError as error:
        st.session_state[_REFUSED] = error


def _forget(workspace: Workspace, name: str) -> None:
    try:
        remove_dataset(name, workspace=workspace)
    except XrayError as error:
        st.session_state[_REFUSED] = error
        return
    look_again(workspace, name)
    st.session_state[_SOURCE] = list_datasets(workspace=workspace)[0].name
