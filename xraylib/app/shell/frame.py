"""The frame of every page: configuration, mode, sidebar, errors.

`open_page` is the first statement of every page, because a deep link runs only its own page's
script: whatever must hold everywhere is done there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from xraylib.app.shell import refused_uploads
from xraylib.app.shell.pages import PAGES, asides, others, steps
from xraylib.app.shell.places import without_places
from xraylib.app.shell.served_script import served_script
from xraylib.app.shell.sign_in import ask_to_sign_in, is_signed_in, sign_out
from xraylib.app.shell.state import StepState, get_draft, step_states
from xraylib.datasets.reading.plan import Hint
from xraylib.errors import XrayError
from xraylib.markup import plain as plain
from xraylib.markup import written as written
from xraylib.settings import read_settings
from xraylib.training.run.kept import kept_runs
from xraylib.workspace import Workspace

# A file of our own: Streamlit would fetch a Material symbol for the tab from a foreign server.
_ICON = str(Path(__file__).with_name("icon.png"))
_SCRIPT = Path(__file__).parent / "served" / "sidebar.js"
_OPENED = "sidebar-opened"
_SIDEBAR = 236  # pixels; narrow, so that a laptop's screen belongs to the images
_SHOWN = "draft-shown"
_OPTIONS: Final = re.compile(r" \((?:[\w ]+ )?--[a-z][^()]*\)")
NOTICE = "Research and education only. Not a medical device."


def open_page(key: str, *, wide: bool = True, sidebar: bool = True) -> Workspace:
    """Opens a page: its configuration, who may see it, the sidebar, its heading.

    Nothing of a page is read or drawn for somebody who is not let in, or in a mode that does
    not have it.

    Args:
        key: One of ``PAGES``.
        wide: Use the whole width of the window.
        sidebar: Draw the sidebar at once. Where false, the page calls `show_sidebar` at its end:
            a page that is redrawn with each edit shows what was edited first.

    Returns:
        The workspace in use.
    """
    page = PAGES[key]
    title = page.title if key == "home" else f"{page.title} · X-ray Lab"
    st.set_page_config(
        page_title=title,
        page_icon=_ICON,
        layout="wide" if wide else "centered",
        initial_sidebar_state=_SIDEBAR,
    )
    try:
        settings = read_settings()
        ask_to_sign_in()
    except XrayError as error:
        show_error(error)
        st.stop()
    if settings.mode not in page.modes:
        st.error("This page is not part of the demo.", icon=":material/lock:")
        st.page_link(
            PAGES["classify"].file, label="Go to Classify", icon=":material/arrow_forward:"
        )
        st.stop()
    workspace = Workspace.open()
    if sidebar:
        st.session_state[_SHOWN] = get_draft()
        show_sidebar(key)
    st.title(page.title)
    st.caption(page.purpose)
    refused_uploads.show()
    return workspace


def show_sidebar(key: str, **held: str) -> None:
    """The steps with their states, and how to get to each.

    Args:
        key: Of the page.
        held: What the page shows that its address does not hold, as parameters that it takes.
    """
    settings, workspace = read_settings(), Workspace.open()
    with st.sidebar:
        home = PAGES["home"]
        st.page_link(home.file, label=f"**{home.title}**", icon=home.icon)
        if settings.mode == "lab":
            way = st.container()
            beside = [aside for aside in asides() if key in aside.pages]
            opened = [import_module(aside.module).show(workspace) for aside in beside]
            with way:
                states = step_states(workspace, kept_runs(workspace=workspace))
                _show_steps(states, short=any(opened))
        for page in others(settings.mode):
            st.page_link(page.file, label=page.title, icon=page.icon)
        st.divider()
        _offer_link(held)
        st.caption(NOTICE)
        if is_signed_in():
            sign_out()
        served_script("sidebar", _SCRIPT)(
            key="sidebar-script", data={"opened": st.session_state.get(_OPENED, 0)}
        )


def _show_steps(states: Mapping[str, StepState], *, short: bool) -> None:
    """The numbered pages; in short, a line each, and where the pointer is over it its state."""
    with st.container(gap="xxsmall" if short else "small"):
        for number, page in enumerate(steps(), start=1):
            state = states.get(page.key)
            told = state is not None and (state.moving or not short)
            with st.container(gap="xxsmall"):
                st.page_link(
                    page.file,
                    label=f"{number} {page.title}",
                    icon=page.icon,
                    help=plain(state.text) if state and not told else None,
                )
                if state and told:
                    st.caption(plain(state.text))


def open_sidebar() -> None:
    """Opens the sidebar where it is closed, and puts the focus on what folds in it."""
    st.session_state[_OPENED] = st.session_state.get(_OPENED, 0) + 1


def _offer_link(held: Mapping[str, str]) -> None:
    """This page's address with all that it holds, to be copied."""
    box = st.popover(
        "Copy link", icon=":material/link:", type="tertiary", on_change="rerun", key="copy-link"
    )
    if box.open:
        asked = urlencode({**st.query_params.to_dict(), **held}, doseq=True)
        with box:
            st.code(f"{st.context.url or ''}{'?' * bool(asked)}{asked}", wrap_lines=True)


def refresh() -> None:
    """Draws the page again if it changed the draft after the sidebar had told of it."""
    if st.session_state.get(_SHOWN) != get_draft():
        st.rerun()


def emphasis() -> Literal["primary", "secondary"]:
    """The type of a page's main button; every main button asks here.

    Streamlit has one accent colour for two uses: words in it (a chosen segment, which lies on a
    tenth of itself over the page) and white words on it (primary buttons). On a dark page no
    colour has a contrast of 4.5 in both: the best of all has 4.16 over ours and 4.49 over pure
    black. So there the accent serves the words, and main buttons are outlined.
    """
    return "secondary" if st.context.theme.type == "dark" else "primary"


def paper() -> str:
    """The colour of the page, for words in charts that stand on lines."""
    colour: str = st.get_option(f"theme.{st.context.theme.type or 'light'}.backgroundColor")
    return colour


def link(key: str, label: str, *, icon: str | None = None) -> None:
    """A link to another page, as a button-like row."""
    st.page_link(PAGES[key].file, label=label, icon=icon or PAGES[key].icon)


def show_error(error: XrayError) -> None:
    """What happened and what was expected, and below it what to do. Never a traceback."""
    what, expected, remedy = (
        plain(without_options(without_places(part)))
        for part in (error.what, error.expected, error.remedy)
    )
    st.error(f"{what}. Expected {expected}.", icon=":material/error:")
    st.info(f"What to do: {remedy}.", icon=":material/build:")


def without_options(text: str) -> str:
    """The words without options of a command in brackets, ``(--labels TABLE)``: a page has none."""
    return _OPTIONS.sub("", text)


def show_hint(hint: Hint) -> None:
    """What people should know of a data set, and what to do."""
    to_do = plain(without_options(hint.remedy))
    st.markdown(f":material/info: {plain(hint.message)}. To do: {to_do}.")


def saying_why(action: Callable[..., object], *args: object) -> None:
    """A button's callback: does it, or says for a moment why it could not be done.

    Args:
        action: What the button does.
        args: For it.
    """
    try:
        action(*args)
    except XrayError as error:
        st.toast(plain(without_places(error.message)), icon=":material/error:", duration="long")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Shows an `XrayError` of its block in place; what follows the block goes on."""
    try:
        yield
    except XrayError as error:
        show_error(error)


def show_table(table: Any, place: DeltaGenerator | None = None, **options: Any) -> None:
    """``st.table`` without its Markdown: cells and headings are shown as they are written.

    Args:
        table: Whatever a ``pandas.DataFrame`` is made of.
        place: Where; here if not given.
        options: As for ``st.table``.
    """
    told = pd.DataFrame(table).map(_cell)
    told.columns, told.index = told.columns.map(_cell), told.index.map(_cell)
    told.index.names = [name and _cell(name) for name in told.index.names]
    (place or st).table(told, **options)


def _cell(value: Any) -> Any:
    return written(value) if isinstance(value, str) else value
