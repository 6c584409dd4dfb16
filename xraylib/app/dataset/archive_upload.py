"""A zip archive from the visitor's computer becomes a data set of the workspace."""

from __future__ import annotations

import time
from typing import Final

import streamlit as st

from xraylib.app.shared.opened_dataset import SOURCE, time_left
from xraylib.app.shell.frame import emphasis, show_error
from xraylib.app.shell.upload_memory import release
from xraylib.datasets.archives.archive import LIMITS, add_archive
from xraylib.errors import XrayError
from xraylib.workspace import Workspace

_FILE: Final = "add-zip"
_NAME: Final = "add-zip-name"
_ASKED: Final = "add-zip-asked"
_ROUND: Final = "add-zip-round"  # another uploader each time, an empty one
_MEGABYTE: Final = 1_000_000  # as browsers count


def upload_form() -> None:
    """The uploader, a name, and the button that unpacks."""
    most = LIMITS.archive_bytes // _MEGABYTE
    upload = st.file_uploader(
        "Zip archive",
        type="zip",
        max_upload_size=most,
        key=_key(),
        help=f"At most {most} MB, {LIMITS.entries:,} entries and "
        f"{LIMITS.unpacked_bytes // 1024**3} GiB unpacked. Add larger sets as a folder.",
    )
    st.text_input("Name", key=_NAME, placeholder="as the archive", max_chars=64)
    st.button(
        "Unpack and add",
        type=emphasis(),
        icon=":material/unarchive:",
        disabled=upload is None,
        on_click=_ask,
    )
    st.caption("One folder for each class, or train and test with those in them.")


def unpack_upload(workspace: Workspace) -> None:
    """Unpacks what was asked for, with its progress at this place of the page, and chooses it.

    A click meanwhile ends the script; then nothing of the archive stays behind.
    """
    if not st.session_state.pop(_ASKED, False):
        return
    upload = st.session_state.get(_key())
    if upload is None:
        return
    place = st.empty()
    began = time.monotonic()

    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if done < total and now - told < 0.1:  # 20,000 entries would be 20,000 messages
            return
        told = now
        words = f"Unpacking: {done:,} of {total:,}"
        left = time_left(done, total, now - began)
        place.progress(done / max(total, 1), text=words + left)

    try:
        ref = add_archive(
            upload,
            str(st.session_state.get(_NAME, "")).strip() or None,
            file_name=upload.name,
            progress=tell,
            workspace=workspace,
        )
    except XrayError as error:
        place.empty()
        show_error(error)
        return
    place.empty()
    release([upload.file_id])
    st.session_state[SOURCE] = ref.name
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _ask() -> None:
    st.session_state[_ASKED] = True


def _key() -> str:
    return f"{_FILE}-{st.session_state.get(_ROUND, 0)}"
