"""Looking into a run's network without TensorFlow: its draft or published model, opened for LiteRT.

Writing the draft needs TensorFlow: a child process does it once a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from xraylib.app.shared.runs.predictions import (
    JudgedImage,
    images_at,
)
from xraylib.app.shell.frame import emphasis, plain, written
from xraylib.app.shell.jobs import job_board
from xraylib.datasets.root import image_file
from xraylib.errors import PathError
from xraylib.evaluation.findings.operating import read_findings_operating
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.evaluation.stored_predictions import JudgedImages, images_root
from xraylib.metrics.findings.predictions import USUAL_THRESHOLD
from xraylib.models.assemble import INSIDE, inside_is_fresh
from xraylib.models.bundle import open_bundle
from xraylib.models.catalog import list_models
from xraylib.models.classify.classifier import Classifier
from xraylib.models.manifest import MANIFEST
from xraylib.models.model_record import ModelRecord
from xraylib.rounding import rounded
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_MOST_LISTED = 500


@dataclass(frozen=True, kw_only=True)
class Looked:
    """An image that somebody looks at, and the network that looks at it.

    Attributes:
        split: That the images are of.
        root: Their folder.
        path: The image, below it.
        images: The images to choose from, with what the run said about them.
        classifier: The run's network, opened for LiteRT.
    """

    split: str
    root: Path
    path: str
    images: Sequence[JudgedImage]
    classifier: Classifier

    @property
    def judged(self) -> JudgedImage | None:
        """What the run said about the image, where it is one of them."""
        return next((image for image in self.images if image.path == self.path), None)


def choose(
    run: Run, judged: JudgedImages | RunFindings | None, workspace: Workspace, split: str
) -> Looked | None:
    """The image and the opened network that both tabs look with; says what to do without them."""
    images, root = listed_images(run, judged), images_root(run, split)
    path = choose_image(root, images)
    if path is None:
        st.info("This run has no X-rays here to look at.")
        return None
    classifier = classifier_of(run, workspace)
    if classifier is None:
        offer_to_prepare(run, workspace)
        return None
    return Looked(split=split, root=root, path=path, images=images, classifier=classifier)


def listed_images(run: Run, judged: JudgedImages | RunFindings | None) -> list[JudgedImage]:
    """At most 500 images, mistakes first, the most confident ones on top."""
    if judged is None:
        return []
    if isinstance(judged, RunFindings):
        return _with_findings(run, judged)
    wrong = judged.called != judged.labels
    places = judged.most_confident(wrong)[:_MOST_LISTED]
    places += judged.most_confident(~wrong)[: _MOST_LISTED - len(places)]
    return images_at(judged, run.classes, places)


def _with_findings(run: Run, judged: RunFindings) -> list[JudgedImage]:
    """Images whose flags are furthest from what is known of them come first."""
    thresholds = read_findings_operating(run).thresholds
    limits = np.array([thresholds.get(name, USUAL_THRESHOLD) for name in judged.names])
    flags = judged.probabilities >= limits
    wrong = (judged.truth >= 0) & (flags != (judged.truth == 1))
    far = np.where(wrong, np.abs(judged.probabilities - limits), -1.0).max(axis=1)
    listed = []
    for place in np.argsort(-far, kind="stable")[:_MOST_LISTED].tolist():
        shows, flagged = (
            tuple(name for name, one in zip(judged.names, row, strict=True) if one)
            for row in (judged.truth[place] == 1, flags[place])
        )
        said = judged.probabilities[place].tolist()
        listed.append(
            JudgedImage(
                path=judged.paths[place],
                truth=", ".join(shows) or "none",
                called=", ".join(flagged) or "none",
                patient=judged.patients[place],
                probabilities=dict(zip(judged.names, said, strict=True)),
                shows=shows,
                flagged=flagged,
            )
        )
    return listed


def choose_image(root: Path, images: Sequence[JudgedImage]) -> str | None:
    """The image that both tabs look at, by its path below the data set's folder; mistakes first."""
    listed = {image.path: image for image in images}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "X-ray",
            list(listed),
            format_func=lambda path: _described(listed[path]) if path in listed else path,
            key="film",
            bind="query-params",
            help="Mistakes first, the most confident ones on top.",
        )
        with st.popover("Another X-ray", icon=":material/folder_open:"):
            typed = st.text_input(
                "Path of an X-ray of the data set",
                placeholder="train/Covid/p002_1.png",
                key="image-path",
                persist_state="page",
                help="Any X-ray below the data set's folder, also one that the network trained on. "
                "Empty: the X-ray chosen in the list.",
            ).strip()
    path = typed or chosen
    if path is None:
        return None
    try:
        image_file(root, path)
    except PathError as error:
        st.error(written(error.message), icon=":material/error:")
        return None
    return path


def _described(image: JudgedImage) -> str:
    words = "right" if image.truth == image.called else f"called {image.called}"
    return f"{image.path} ({image.truth}, {words}, {rounded(image.confidence)})"


def classifier_of(run: Run, workspace: Workspace) -> Classifier | None:
    """The run's network for LiteRT, if its draft is there or it has been published."""
    folder = run.folder / INSIDE
    if inside_is_fresh(run):
        return _opened(str(folder), (folder / MANIFEST).stat().st_mtime_ns)
    for record in list_models(workspace=workspace):
        if record.run == run.id and record.problem is None:
            found = classifier_of_record(record, workspace)
            if found.bundle.inside is not None:
                return found
    return None


def classifier_of_record(record: ModelRecord, workspace: Workspace) -> Classifier:
    """A published model, by its record of ``list_models``.

    Raises:
        BundleError: It cannot be opened.
    """
    root = workspace.shipped_models if record.read_only else workspace.models
    place = root / record.name / str(record.version)
    return _opened(str(place), (place / MANIFEST).stat().st_mtime_ns)


def offer_to_prepare(run: Run, workspace: Workspace) -> None:
    """The button that writes the draft, and how far that is."""
    job = job_board().find(_key(run))
    state = job.state() if job else None
    if state is not None and state.running:
        st.fragment(run_every=1)(_watch)(_key(run), "Opening the network")
        return
    if state is not None and not state.succeeded:
        st.error(
            written(state.message), icon=":material/error:", title="The network could not be opened"
        )
    st.markdown(
        "To look inside, the trained network is opened once in a process of its own and written "
        "into the run's folder (about half a minute). After that every X-ray is shown at once."
    )
    if st.button("Open the network", type=emphasis(), icon=":material/visibility:"):
        job_board().start(_key(run), ["explain", run.id], workspace=workspace.root)
        st.rerun()


def open_now(run: Run, workspace: Workspace) -> None:
    """Opens the network without being asked, and tells how far that is; what failed is offered."""
    job = job_board().find(_key(run))
    if job is None or job.state().succeeded:  # of one that is gone since
        job_board().start(_key(run), ["explain", run.id], workspace=workspace.root)
    offer_to_prepare(run, workspace)


def offer_gradients(run: Run, workspace: Workspace, method: str, paths: Sequence[str]) -> None:
    """The button that computes gradient maps of some images, and how far that is."""
    key = f"explain {run.id} {method}"
    job = job_board().find(key)
    state = job.state() if job else None
    if state is not None and state.running:
        st.fragment(run_every=1)(_watch)(key, f"Computing gradients for {len(paths)} X-rays")
        return
    if state is not None and not state.succeeded:
        st.error(written(state.message), icon=":material/error:", title="There are no maps")
    st.markdown("Gradients need Keras: a process of its own computes them and keeps the maps.")
    if st.button(f"Compute for this X-ray and {len(paths) - 1} more", icon=":material/play_arrow:"):
        arguments = ["explain", run.id, "--method", method, *(f"./{path}" for path in paths)]
        job_board().start(key, arguments, workspace=workspace.root)
        st.rerun()


def _watch(key: str, words: str) -> None:
    job = job_board().find(key)
    if job is None:
        return
    state = job.state()
    if not state.running:
        st.rerun()
    last = f": {plain(state.notes[-1])}" if state.notes else ""
    st.progress(min(0.95, state.seconds / 60), text=f"{words}{last} … {state.seconds:.0f} s so far")


def _key(run: Run) -> str:
    return f"inside {run.id}"


@st.cache_resource(max_entries=3, show_spinner="Opening the network")
def _opened(folder: str, stamp: int) -> Classifier:  # noqa: ARG001
    return Classifier(open_bundle(Path(folder)))
