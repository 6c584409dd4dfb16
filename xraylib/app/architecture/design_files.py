"""Designs that come and go on the Architecture page: saved, opened, pasted, uploaded, in a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import streamlit as st

from xraylib.app.shared import current_design
from xraylib.app.shared.fit_design import use_preparation
from xraylib.app.shell.frame import errors_shown, plain, show_error
from xraylib.app.shell.state import get_draft
from xraylib.errors import XrayError
from xraylib.networks.designs import (
    delete_design,
    design_from_link,
    design_to_link,
    list_designs,
    parse_design,
    save_design,
)
from xraylib.networks.spec import ModelSpec
from xraylib.workspace import Workspace

PARAMETER: Final = "design"
"""In the address: a whole design."""
_SAID: Final = "design-said"
_MOST_KIB: Final = 256


def take_link() -> None:
    """Takes the design out of the address, once, and says what came of the last opening."""
    text = st.query_params.get(PARAMETER)
    if text is not None:
        del st.query_params[PARAMETER]  # a reload must not bring it back over later edits
        _try(lambda: _use(design_from_link(text), "The design in the link is open"))
    said = st.session_state.pop(_SAID, None)
    # Always there: without it, a message that comes or goes would move all that stands below it,
    # and a browser would draw that anew and forget an upload that is under way.
    with st.container():
        if isinstance(said, XrayError):
            show_error(said)
    if said is not None and not isinstance(said, XrayError):
        st.toast(said, icon=":material/check:")


def show_designs() -> None:
    """A popover with everything; nothing in it is read before it is opened."""
    box = st.popover(
        "Designs", icon=":material/folder_open:", type="tertiary", on_change="rerun", key="designs"
    )
    if box.open:
        with box:
            saved, text, share = st.tabs(
                ["Saved", "spec.json", "Link"], on_change="rerun", key="designs-tab"
            )
            # All three, whichever is open: what was pasted stays while one looks at another.
            with saved:
                _saved(Workspace.open())
            with text:
                _from_text()
            with share, errors_shown():
                st.caption("Whoever opens this address of a running X-ray Lab gets the design.")
                st.code(link_address(st.context.url or "", get_draft().spec), wrap_lines=True)


def link_address(page: str, spec: ModelSpec) -> str:
    """This page's address with the whole design in it."""
    scheme, place, path, _, _ = urlsplit(page)
    return urlunsplit((scheme, place, path, f"{PARAMETER}={design_to_link(spec)}", ""))


def file_name(name: str) -> str:
    """A name for a file, made of a network's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:64] or "design"


def _saved(workspace: Workspace) -> None:
    spec = get_draft().spec
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        name = st.text_input(
            "Name", file_name(spec.name), max_chars=64, key=f"design-name-{spec.name}"
        )
        st.button("Save", icon=":material/save:", on_click=_save, args=(workspace, name))
    designs = list_designs(workspace=workspace)
    good = [d.name for d in designs if d.spec is not None]
    if not good:
        st.caption("No design is saved yet.")
    else:
        chosen = st.selectbox(
            "Saved designs", good, index=good.index(spec.name) if spec.name in good else 0
        )
        found = next(d.spec for d in designs if d.name == chosen)
        with st.container(horizontal=True, gap="xsmall"):
            st.button(
                "Open",
                icon=":material/file_open:",
                on_click=lambda: _try(lambda: _use(found, f"{chosen} is open")),
            )
            st.button(
                "Delete it",
                icon=":material/delete:",
                type="tertiary",
                on_click=lambda: _try(lambda: delete_design(chosen, workspace=workspace)),
            )
    for broken in designs:
        if broken.spec is None:
            st.warning(
                f"{plain(broken.name)}.json is left out: {plain(broken.reason)}.",
                icon=":material/warning:",
            )


def _from_text() -> None:
    upload = st.file_uploader("Upload a spec.json", type="json", max_upload_size=1, key="design-up")
    pasted = st.text_area("or paste it", height=120, key="design-text", max_chars=_MOST_KIB * 1024)
    given = upload.getvalue() if upload is not None else pasted
    st.button(
        "Open this design",
        icon=":material/file_open:",
        disabled=not given,
        on_click=lambda: _try(lambda: _use(parse_design(given), "The design is open")),
    )


def _save(workspace: Workspace, name: str) -> None:
    spec = get_draft().spec

    def act() -> None:
        # What was opened or saved under this name may be saved under it again.
        named = save_design(name, spec, replace_old=spec.name == name, workspace=workspace)
        current_design.change_design(named)
        st.session_state[_SAID] = f"{name} is saved"

    _try(act)


def _use(spec: ModelSpec | None, words: str) -> None:
    """Makes a design the draft's, and the preparation of images what it was made for."""
    if spec is None:
        return
    draft = get_draft()
    height, width, channels = spec.input_shape
    wanted = replace(
        draft.preparation,
        image_size=(height, width),
        color_mode="rgb" if channels == 3 else "grayscale",
    )
    if wanted.input_shape == spec.input_shape:
        if wanted != draft.preparation:
            use_preparation(wanted)
            words += f"; X-rays are prepared as {height}×{width} now, as it needs them"
    else:
        spec = spec.with_input_shape(draft.preparation.input_shape)
        words += f"; it was made for {channels} channels and fitted to this data set's X-rays"
    current_design.change_design(spec, selected=min(1, len(spec.layers) - 1))
    st.session_state[_SAID] = words


def _try(act: Callable[[], None]) -> None:
    try:
        act()
    except XrayError as error:
        st.session_state[_SAID] = error
