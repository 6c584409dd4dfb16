"""*Try it now*: the network of a run that has ended judges an X-ray, before it is published.

It answers, and refuses to answer, by the same code as Classify. The network is opened in a process
of its own as soon as the panel is drawn for the first time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import streamlit as st

from xraylib.app.shared import explained_images
from xraylib.app.shared.runs.predictions import image_picture, images_at, judged_images
from xraylib.app.shared.trying.answer import judged_for_browser
from xraylib.app.shared.trying.pasting import takes_pasted
from xraylib.app.shared.trying.tried import Tried, tried
from xraylib.app.shared.trying.what_if import WhatIf
from xraylib.app.shell.frame import emphasis, plain, show_error, written
from xraylib.app.shell.served_script import served_script
from xraylib.errors import XrayError
from xraylib.evaluation.findings.operating import shown_findings
from xraylib.images.formats import FORMAT_WORDS
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.table import NOTICE
from xraylib.models.wording import BEFORE_THE_FIRST, SYNTHETIC, UNCHECKED
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_SCRIPT: Final = Path(__file__).parent / "served" / "what_if.js"
_KEY: Final = "what-if"
_MOST: Final = 6
_UNPUBLISHED: Final = (
    "This is the run itself, **not a published model**: what is asked here was not compared with "
    "Keras on its own X-rays, as publishing does. Pictures that Classify would refuse are refused "
    "here too."
)


def show(run: Run, workspace: Workspace) -> None:
    """The panel of a run that :func:`can_be_tried`; call it outside of any fragment."""
    with st.container(border=True, key="try-now"):
        st.subheader("Try it now", icon=":material/touch_app:")
        try:
            classifier = explained_images.classifier_of(run, workspace)
        except XrayError as error:
            show_error(error)
            return
        if classifier is None:
            explained_images.open_now(run, workspace)
        else:
            st.fragment(_try)(run, classifier)


def can_be_tried(run: Run) -> bool:
    """Whether the run has come to an end and has a network."""
    return run.status().is_final and run.weights_file.exists()


def _try(run: Run, classifier: Classifier) -> None:
    visit = tried()
    st.caption(_UNPUBLISHED)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        try:
            _own_images(run, visit)
        except XrayError as error:  # a record of the run was damaged meanwhile
            show_error(error)
    with right:
        _drop_area(visit)
    if visit.error is not None:
        st.error(
            written(visit.error.message),
            icon=":material/block:",
            title=f"{plain(visit.name)} was refused",
        )
    if visit.radiograph is not None:
        try:
            _answer(classifier, visit)
        except XrayError as error:
            show_error(error)


def _own_images(run: Run, visit: Tried) -> None:
    """A few of the X-rays that the run was judged on, of every class."""
    split, images = _some_images(run)
    if not images:
        st.caption("The X-rays that the run was judged on are not here.")
        return
    st.markdown(f"**{'Test' if split == 'test' else 'Validation'} X-rays**, press one:")
    with st.grid(min(_MOST, len(images)), min_column_width=124, gap="small"):
        for place, (path, truth) in enumerate(images):
            with st.container(gap="xsmall"):
                picture = image_picture(run, path, split)
                if isinstance(picture, bytes):
                    st.image(picture, alt=f"{plain(truth)}: {plain(path)}", width="stretch")
                st.button(
                    plain(truth or "X-ray"),
                    key=f"try-{place}",
                    on_click=visit.take_own,
                    args=(run, path, truth, split),
                    width="stretch",
                )


def _some_images(run: Run) -> tuple[str, list[tuple[str, str]]]:
    """The split, and (path, truth) of at most six of its images."""
    for split in ("test", "val"):
        if run.data.several:
            listed = _with_findings(run, split)
        else:
            judged = judged_images(run, split)
            places = [] if judged is None else _spread(judged.labels.tolist())
            listed = [(one.path, one.truth) for one in images_at(judged, run.classes, places)]
        if listed:
            return split, listed
    return "", []


def _spread(labels: list[int]) -> list[int]:
    """Places of the first of each class, then of the second of each, six at most."""
    seen: dict[int, int] = {}
    order = []
    for place, label in enumerate(labels):
        seen[label] = seen.get(label, 0) + 1
        order.append((seen[label], label, place))
    return sorted(place for _, _, place in sorted(order)[:_MOST])


def _with_findings(run: Run, split: str) -> list[tuple[str, str]]:
    try:
        judged = shown_findings(run, split=split)
    except XrayError:
        return []
    return [
        (image.path, image.truth) for image in explained_images.listed_images(run, judged)[:_MOST]
    ]


def _drop_area(visit: Tried) -> None:
    """For X-rays of one's own, once the notice of Classify is accepted."""
    if not st.session_state.get("accepted"):
        st.markdown("**Your own X-ray**")
        with st.popover("Hand in an X-ray", icon=":material/upload:"):
            what, *not_so = BEFORE_THE_FIRST
            st.markdown(
                what.replace("This page", "This") + "\n\n" + "".join(f"- {one}\n" for one in not_so)
            )
            st.button(
                "I understand, continue",
                type=emphasis(),
                icon=":material/check:",
                on_click=lambda: st.session_state.update(accepted=True),
                key="accept-here",
            )
        return
    with takes_pasted():
        upload = st.file_uploader(
            f"Drop an X-ray here, choose one or paste it (Ctrl+V): {FORMAT_WORDS}",
            max_upload_size=64,
            key=f"try-upload-{visit.number}",
            help="It stays in the memory of this visit. Nothing is stored, logged or sent on.",
        )
    visit.take_upload(upload)


def _answer(classifier: Classifier, visit: Tried) -> None:
    asked: Any = st.session_state.get(_KEY)
    told: Any = asked.get("asked") if asked else None
    if not isinstance(told, dict) or told.get("id") != visit.id:
        told = {}
    what = WhatIf.of(told)
    judged = judged_for_browser(classifier, visit, what, heat=told.get("heat") is not False)
    turn = told.get("turn")
    data = {**judged.data, "id": visit.id, "turn": turn if type(turn) is int else 0}
    served_script("what_if", _SCRIPT)(key=_KEY, data=data, on_asked_change=lambda: None)
    for warning in judged.warnings:
        if warning.refuses:
            st.error(written(warning.message), icon=":material/block:")
        else:
            st.warning(written(warning.message), icon=":material/warning:")
    with st.container(horizontal=True, vertical_alignment="center"):
        about = f"{visit.name}: {visit.truth}" if visit.truth else visit.name
        unchecked = f" {UNCHECKED}" if classifier.bundle.ood is None else ""
        st.caption(plain(about) + (", changed by you" if what else "") + unchecked, width="stretch")
        st.button(
            "Forget this X-ray", icon=":material/delete_forever:", on_click=visit.forget,
            key="try-forget",
        )  # fmt: skip
    if classifier.bundle.synthetic:
        st.caption(f":material/science: {SYNTHETIC}")
    st.caption(f":material/gavel: {NOTICE}")
