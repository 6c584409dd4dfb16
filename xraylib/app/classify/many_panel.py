"""Many images on the Classify page: what was found in a line, filters, a table or a gallery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st

from xraylib.app.classify import many_results
from xraylib.app.classify.visit_state import Opened, Visit
from xraylib.app.shell.frame import plain
from xraylib.models.wording import leading, share

COLUMNS: Final = {
    "X-ray": st.column_config.ImageColumn("X-ray", width=70),
    "More like": st.column_config.TextColumn("More like", width=110),
    "Probability": st.column_config.TextColumn("Probability", width=90),
    "To look at": st.column_config.TextColumn("To look at", width=240),
    "File": st.column_config.TextColumn("File", width=140),
    "Time": st.column_config.TextColumn("Time", width=80),
    "Model": st.column_config.TextColumn("Model", width=130),
}
ROW: Final = 56
TABLE: Final = 38 + 3 * ROW + 20
# No class has such a name: they are keys, not words.
_ALL: Final = "\0all"
_NO_SIGNS: Final = "\0no signs"
_FIRST: Final = "\0first"
_NO_ANSWER: Final = "\0no answer"
_REFUSED: Final = "\0refused"
_TITLES: Final = {
    _ALL: "All",
    _NO_SIGNS: "None flagged",
    _FIRST: "To look at first",
    _NO_ANSWER: "No answer",
    _REFUSED: "Refused",
}
_A_PAGE: Final = 24


def groups(image: Opened) -> tuple[str, ...]:
    """What an image is found under: its class or findings, whether it needs a look; or why not."""
    result = image.result()
    if result.status == "refused":
        return (_REFUSED,)
    if result.status != "ok":
        return (_NO_ANSWER,)
    needs = (_FIRST,) if result.uncertain or result.warnings else ()
    names = (_NO_SIGNS,) if result.several and not result.flagged else leading(result)
    return (*names, *needs)


def counted(images: Sequence[Opened]) -> dict[str, int]:
    """How many are found under each, the frequent classes first, what got no answer last."""
    found = Counter(name for image in images for name in groups(image))
    last = [name for name in (_NO_SIGNS, _FIRST, _NO_ANSWER, _REFUSED) if found[name]]
    classes = sorted((name for name in found if name not in last), key=lambda n: (-found[n], n))
    return {name: found[name] for name in (*classes, *last)}


def summary(images: Sequence[Opened]) -> str:
    """``**30 files**: 21 more like Pneumonia, 5 more like Normal, 4 to look at first.``

    Of findings ``**30 files**: 4 flagged for Effusion, 26 with no finding flagged.``
    """
    like = "flagged for" if any(image.result().several for image in images) else "more like"
    words = {
        _FIRST: "to look at first",
        _NO_ANSWER: "cannot be judged",
        _REFUSED: "refused",
    }
    sure = Counter(
        name for image in images if _FIRST not in (found := groups(image)) for name in found
    )
    parts = [
        f"{count:,} {words[name]}"
        if name in words
        else f"{sure[name]:,} with no finding flagged"
        if name == _NO_SIGNS
        else f"{sure[name]:,} {like} {plain(name)}"
        for name, count in counted(images).items()
        if name in words or sure[name]
    ]
    return f"**{len(images):,} files**: {', '.join(parts)}."


def choose(images: Sequence[Opened], visit: Visit) -> Opened:
    """What was found, and the one that is on show; what needs a look first stands on top."""
    st.markdown(summary(images))
    numbers = counted(images)
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.pills(
            "Show",
            [_ALL, *numbers],
            default=_ALL,
            format_func=lambda name: (
                f"{plain(_TITLES.get(str(name), str(name)))} {numbers.get(name, len(images)):,}"
            ),
            key=f"many-filter-{visit.number}",
            label_visibility="collapsed",
            width="stretch",
        )
        view = st.segmented_control(
            "As",
            ["Table", "Gallery"],
            default="Table",
            required=True,
            key="many-view",
            label_visibility="collapsed",
            persist_state="session",
        )
    shown = [image for image in images if asked in groups(image)] or list(images)
    keys = [image.key for image in shown]
    focus = keys.index(visit.focus) if visit.focus in keys else 0
    chosen = _gallery(shown, focus, visit) if view == "Gallery" else _table(shown, focus, visit)
    visit.focus = keys[chosen]
    _steps(keys, chosen, visit)
    return shown[chosen]


def _table(images: Sequence[Opened], focus: int, visit: Visit) -> int:
    st.space("small")  # for the table's buttons, which lie over its upper edge
    columns = dict(COLUMNS)
    if any(image.result().several for image in images):
        columns["More like"] = st.column_config.TextColumn("Flagged for", width=110)
    event = st.dataframe(
        many_results.overview(images),
        column_config=columns,
        column_order=list(COLUMNS),
        hide_index=True,
        row_height=ROW,
        height=min(38 + ROW * len(images), TABLE),
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [focus]}},
        # Another set of images, or a choice of the page's own, is another table.
        key=f"chosen-{visit.number}-{visit.turn}-{many_results.digest(images)}",
        placeholder="",
        alt="The X-rays of this visit with what was found in each; select a row to open it",
    )
    rows: list[int] = event.selection.rows
    return min(rows[0], len(images) - 1) if rows else focus


def _gallery(images: Sequence[Opened], focus: int, visit: Visit) -> int:
    """Pictures with what was found under each; a press opens one."""
    pages = -(-len(images) // _A_PAGE)
    page = 1
    if pages > 1:
        page = st.pagination(
            pages, default=focus // _A_PAGE + 1, key=f"many-page-{many_results.digest(images)}"
        )
    first = (page - 1) * _A_PAGE
    with st.grid("auto", min_column_width=112, gap="small"):
        for place, image in enumerate(images[first : first + _A_PAGE], start=first):
            with st.container(gap="xxsmall"):
                if image.thumbnail is not None:
                    st.image(image.thumbnail, alt=plain(image.name), width="stretch")
                st.button(
                    plain(_found(image)),
                    key=f"open-{place}-{many_results.digest(images)}",
                    type="secondary" if place == focus else "tertiary",
                    help=plain(image.name),
                    on_click=visit.look_at,
                    args=(image.key,),
                    wrap=True,
                )
    return focus


def _found(image: Opened) -> str:
    result = image.result()
    if result.status != "ok":
        return _TITLES[_REFUSED if result.status == "refused" else _NO_ANSWER]
    if result.several and not result.flagged:
        return _TITLES[_NO_SIGNS]
    between = ", " if result.several else " or "
    return between.join(f"{name} {share(result.probabilities[name])}" for name in leading(result))


def _steps(keys: Sequence[tuple[str, str, str]], chosen: int, visit: Visit) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for words, icon, step in (
            ("Previous X-ray", ":material/arrow_upward:", -1),
            ("Next X-ray", ":material/arrow_downward:", 1),
        ):
            there = 0 <= chosen + step < len(keys)
            st.button(
                words,
                icon=icon,
                key=f"step{step}",
                disabled=not there,
                on_click=visit.look_at,
                args=(keys[chosen + step] if there else keys[chosen],),
            )
        st.caption(f"X-ray {chosen + 1:,} of {len(keys):,}")
