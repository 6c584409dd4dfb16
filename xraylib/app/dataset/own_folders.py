"""Folders on this machine that are no data sets yet: found, shown as they would be read, added."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import streamlit as st

from xraylib.app.dataset.patients_form import examples_of, pattern_field
from xraylib.app.dataset.reading_panel import show_plan
from xraylib.app.shared.opened_dataset import SOURCE, own_is_asked
from xraylib.app.shell.frame import emphasis, plain, show_error, show_table
from xraylib.datasets.catalog import add_dataset
from xraylib.datasets.dataset_ref import DatasetRef
from xraylib.datasets.reading.found import FoundFolder, find_folders
from xraylib.datasets.reading.patient_names import DEFAULT_PATIENT_PATTERN, known_pattern
from xraylib.datasets.reading.tree import Tree
from xraylib.datasets.reading.walk import walk
from xraylib.errors import PathError, XrayError
from xraylib.settings import read_settings
from xraylib.workspace import Workspace, resolve_inside

_OTHER: Final = "other-folder"
_REFUSED: Final = "own-folder-refused"
_SECONDS: Final = 300
_DEEP: Final = 3
_MOST: Final = 300
_SAMPLED: Final = 5_000


def choose_own(known: Mapping[str, DatasetRef], found: Mapping[str, FoundFolder]) -> None:
    """Chooses a data set of one's own if that was asked for, else the largest folder found."""
    own = [name for name, ref in known.items() if not ref.shipped]
    if not own_is_asked(answered=bool(own or found)):
        return
    if own:
        st.session_state[SOURCE] = own[0]
    elif found:
        st.session_state[SOURCE] = max(found, key=lambda name: found[name].images)
    else:
        st.info(
            "No folder with X-rays was found. See “Manage”: name the folders under which they lie, "
            "or upload a zip archive.",
            icon=":material/folder_off:",
        )


def found_folders(known: Iterable[DatasetRef]) -> dict[str, FoundFolder]:
    """Folders under the data roots that look like data sets and were not added, by their option."""
    roots = _roots()
    here = {ref.root.resolve() for ref in known}
    found = _found(tuple(str(root) for root in roots))
    other = st.session_state.get(_OTHER)
    if other is not None and other.root in roots:
        found = (*found, other)
    return {
        f"+{roots.index(one.root)}/{one.path}": one
        for one in found
        if one.folder.resolve() not in here
    }


def called(folder: FoundFolder) -> str:
    """``chest, 5,856 X-rays, not added``."""
    return f"{folder.path or folder.root.name}: {_number(folder)}, not added"


def _number(folder: FoundFolder) -> str:
    return f"{folder.images:,}{'' if folder.complete else ' or more'} X-rays"


def forget_found() -> None:
    """Looks through the data roots anew when they are asked for next."""
    _found.clear()
    _tree.clear()


def offer(workspace: Workspace, folder: FoundFolder) -> None:
    """The button that adds a folder; the plan stands at its right."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)
    st.caption(f"{_number(folder)} in a folder on this machine, which is no data set here yet.")
    st.button(
        "Use these X-rays",
        type=emphasis(),
        icon=":material/add:",
        help="Remembers this folder as a data set. Nothing is copied or changed.",
        on_click=_add,
        args=(workspace, folder),
    )


def show_folder(folder: FoundFolder) -> None:
    """How a folder would be read, and what can be decided before it is added."""
    whole = _tree(str(folder.folder))
    paths = whole.table["path"].slice(0, _SAMPLED)
    st.markdown(f"**{plain(folder.path or folder.root.name)}**, as it would be read:")
    show_plan(whole.plan)
    folders = (whole.plan.patient_pattern, whole.plan.patients)
    used, words = known_pattern(DEFAULT_PATIENT_PATTERN, paths, folders)
    st.markdown(
        f"**Patients:** from {plain(words)}."
        if words
        else "**Patients: unknown.** No name tells one, so each X-ray counts as a patient of its "
        "own. See “More” if the names hold one after all."
    )
    with st.expander("More", icon=":material/tune:"):
        st.text_input("Name", key=_key("name", folder), placeholder="as the folder", max_chars=64)
        text = pattern_field(_key("pattern", folder), DEFAULT_PATIENT_PATTERN)
        tried = used if text == DEFAULT_PATIENT_PATTERN else text
        if (examples := examples_of(tried, paths)) is not None:
            show_table(examples, border="horizontal", width="content")


def choose_other() -> None:
    """The widgets for a folder that was not found by its looks."""
    roots = _roots()
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
        key="other-folder-path",
        help="Those that look like data sets stand in the list of data sets already.",
    )
    st.button(
        "Look at this folder", icon=":material/visibility:", on_click=_look_at, args=(root, folder)
    )


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
            if len(found) + len(below) > _MOST:
                break
        found += [folder.relative_to(root).as_posix() for folder in below]
        level = below
        if len(found) > _MOST:
            break
    return found[:_MOST]


def _roots() -> list[Path]:
    return [root for root in read_settings().data_roots if root.is_dir()]


@st.cache_data(ttl=_SECONDS, max_entries=4, show_spinner="Looking for data sets …")
def _found(roots: tuple[str, ...]) -> tuple[FoundFolder, ...]:
    return find_folders(Path(root) for root in roots)


@st.cache_resource(ttl=_SECONDS, max_entries=8, show_spinner="Looking at the folder …")
def _tree(folder: str) -> Tree:
    return walk(Path(folder))


def _look_at(root: Path, folder: str) -> None:
    path = "" if folder == "." else folder
    try:
        images = len(_tree(str(resolve_inside(root, folder))))
    except XrayError as error:
        st.session_state[_REFUSED] = error
        return
    other = FoundFolder(root=root, path=path, images=images)
    st.session_state[_OTHER] = other
    st.session_state[SOURCE] = f"+{_roots().index(root)}/{path}"


def _key(what: str, folder: FoundFolder) -> str:
    return f"add-{what}-{folder.folder}"


def _add(workspace: Workspace, folder: FoundFolder) -> None:
    try:
        if folder.root not in read_settings().data_roots:
            raise PathError(
                "This folder is not under a data root",
                expected="a folder under one of those in XRAYLIB_DATA_ROOTS",
                remedy="choose one from the list",
                code="path-outside",
            )
        name = str(st.session_state.get(_key("name", folder), "")).strip()
        ref = add_dataset(
            resolve_inside(folder.root, folder.path),
            name or None,
            patient_pattern=st.session_state.get(_key("pattern", folder), DEFAULT_PATIENT_PATTERN),
            workspace=workspace,
        )
    except XrayError as error:
        st.session_state[_REFUSED] = error
        return
    st.session_state[SOURCE] = ref.name
