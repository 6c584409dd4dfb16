"""Taking a published model away: a child process writes a zip file, this hands it out."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import streamlit as st

from xraylib.app.shell.frame import written
from xraylib.app.shell.jobs import job_board
from xraylib.models.bundle import Bundle
from xraylib.models.exporters import EXPORTERS
from xraylib.regular import read_regular
from xraylib.workspace import Workspace

_MOST_BYTES: Final = 2**31


def offer(bundle: Bundle, workspace: Workspace) -> None:
    """A menu of formats; the file that was asked for last, once it is there."""
    key = f"export {bundle.name} {bundle.version}"
    forms = {one.title: name for name, one in EXPORTERS.items()}
    chosen = st.menu_button("Take it away", list(forms), icon=":material/download:", key=key)
    if chosen in forms:
        form = forms[str(chosen)]
        st.session_state[f"{key} form"] = form
        arguments = ["export", bundle.name, form, str(_file(bundle, form, workspace)),
                     "--version", str(bundle.version), "--zip"]  # fmt: skip
        job_board().start(f"{key} {form}", arguments, workspace=workspace.root)
    asked = st.session_state.get(f"{key} form")
    if asked:
        job = job_board().find(f"{key} {asked}")
        going = job is not None and job.state().running
        st.fragment(run_every=1 if going else None)(_hand_out)(bundle, asked, workspace, key, going)


def _hand_out(bundle: Bundle, form: str, workspace: Workspace, key: str, going: bool) -> None:
    job = job_board().find(f"{key} {form}")
    if job is None:
        return
    state = job.state()
    if state.running:
        st.caption(f"Writing: {EXPORTERS[form].description} … {state.seconds:.0f} s so far")
        return
    if going:
        st.rerun()
    if not state.succeeded:
        st.error(written(state.message), icon=":material/error:", title="Nothing was written")
        return
    try:
        data = read_regular(_file(bundle, form, workspace), _MOST_BYTES)
    except OSError:  # it was thrown away meanwhile
        return
    stamp = hashlib.sha256(data).hexdigest()[:16]
    st.download_button(
        f"{EXPORTERS[form].title}, {len(data) / 1e6:.1f} MB",
        data,
        f"{bundle.name}-{bundle.version}-{form}-{stamp}.zip",
        "application/zip",
        icon=":material/download:",
        on_click="ignore",
        key=f"{key} {form} file",
        help=EXPORTERS[form].description,
    )


def _file(bundle: Bundle, form: str, workspace: Workspace) -> Path:
    return workspace.root / "exports" / f"{bundle.name}-{bundle.version}-{form}.zip"
