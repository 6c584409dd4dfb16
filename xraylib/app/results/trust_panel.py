"""What stands beside the numbers: images that training knew, and other findings of the audit."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import streamlit as st

from xraylib.app.results.results_words import split_words
from xraylib.app.shared.runs.predictions import audited_at
from xraylib.app.shell.frame import errors_shown, link, plain, written
from xraylib.app.shell.jobs import job_board
from xraylib.datasets.catalog import list_datasets
from xraylib.errors import PathError, XrayError
from xraylib.evaluation.known_images import KnownImages
from xraylib.evaluation.leakage import stored_report
from xraylib.evaluation.overlap import Overlap, overlap, without_known
from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.findings.evaluation import FindingsEvaluation
from xraylib.models.before_publishing import is_synthetic
from xraylib.models.wording import as_xrays
from xraylib.regular import changed_at
from xraylib.training.run.results import predictions_file
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_MOST: Final = 3


def show_trust(run: Run, split: str, evaluation: Evaluation) -> None:
    """How many of the judged images training knew, and the accuracy without them at one click."""
    with errors_shown():
        _show_synthetic(run)
        found = overlap_of(run, split)
        if found is not None:
            _show(run, split, evaluation, found)


def _show(run: Run, split: str, evaluation: Evaluation, found: Overlap) -> None:
    counts = found.counts
    reached = counts.shortcut_words(evaluation.accuracy)
    if reached:
        st.warning(
            f"**{reached}.** {plain(as_xrays(found.shortcut_words))}", icon=":material/fact_check:"
        )
    if counts.touched:
        st.warning(overlap_words(found, split), icon=":material/content_copy:")
        without = st.toggle(
            "Without them",
            key="without-known",
            help="Computes the figures again on X-rays that neither training nor validation knew.",
        )
        if without:
            st.markdown(without_words(_without(run, split, found)))
    for message in found.findings[:_MOST]:
        st.warning(plain(message), icon=":material/fact_check:")
    if not found.audited and split in ("test", "val"):
        _offer_audit(run)


def show_findings_trust(run: Run, split: str, evaluation: FindingsEvaluation) -> None:
    """The same of a run of findings: what training knew, and what is reached without anatomy."""
    with errors_shown():
        _show_synthetic(run)
        found = overlap_of(run, split)
        if found is None:
            return
        if found.counts.touched:
            st.warning(overlap_words(found, split), icon=":material/content_copy:")
        areas = {name: own.auc for name, own in evaluation.per_finding.items()}
        reached = [f"{plain(words)}." for words in found.counts.shortcuts_words(areas).values()]
        if reached:
            st.warning("  \n".join(reached[:_MOST]), icon=":material/fact_check:")
        for message in found.findings[:_MOST]:
            st.warning(plain(as_xrays(message)), icon=":material/fact_check:")
        if not found.audited and split in ("test", "val"):
            _offer_audit(run)


def _show_synthetic(run: Run) -> None:
    if _is_synthetic(str(run.folder)):
        st.caption(
            ":material/info: It learned from phantoms, drawn by a program: no figure here says "
            "anything about X-rays of patients."
        )


@st.cache_resource(max_entries=64, show_spinner=False)
def _is_synthetic(folder: str) -> bool:
    return is_synthetic(Run(Path(folder)))


def _offer_audit(run: Run) -> None:
    """A button that looks for changed copies, and how far that is."""
    workspace, name = Workspace.open(), run.data.name
    job = job_board().find(_job_key(name))
    going = job is not None and job.state().running
    if going:
        st.fragment(run_every=1)(_watch)(name)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            "Changed copies (another size, contrast or frame) were not looked for in this data set "
            "as it was when the run was made."
        )
        if any(ref.name == name for ref in list_datasets(workspace=workspace)):
            if st.button("Look for them", icon=":material/fact_check:", key="audit-copies"):
                words = ["audit", "--dataset", name, "--progress", "--json"]
                job_board().start(_job_key(name), words, workspace=workspace.root)
                st.rerun()
        else:
            link("dataset", "Add the data set and audit it", icon=":material/fact_check:")
    if job is not None and not job.state().succeeded:
        st.error(written(job.state().message), icon=":material/error:")


def _watch(name: str) -> None:
    job = job_board().find(_job_key(name))
    state = job.state() if job else None
    if state is None or not state.running:
        st.rerun()
    else:
        last = next((note for note in reversed(state.notes) if " of " in note), "Starting")
        st.caption(f":material/hourglass_top: Looking for copies. {plain(last)}.")


def _job_key(name: str) -> str:
    return f"audit {name}"


def overlap_words(found: Overlap, split: str) -> str:
    """``Of these 66 test X-rays training knew 7: 5 byte for byte, 2 changed copies. …``."""
    told = found.counts.words(f"these {split_words(split, found.images)}")
    return f"**{told}.** What was learnt is asked again here: the figures are likely too good."


def without_words(evaluation: Evaluation) -> str:
    """The accuracy and AUC on the images that training did not know."""
    if not evaluation.n:
        return "Without them there is no X-ray left."
    return (
        f"Without them accuracy is **{evaluation.accuracy}** and AUC {evaluation.auc}, on "
        f"{evaluation.n} X-rays."
    )


def overlap_of(run: Run, split: str) -> Overlap | None:
    """What training knew of these images, counted once for all who look; None if unknown.

    Raises:
        PathError: The audit that would tell is damaged or of a newer version.
    """
    times = (changed_at(predictions_file(run.folder)), *audited_at(run))
    found = _kept_overlap(str(run.folder), split, times)
    if isinstance(found, PathError):
        raise found
    return found


def known_of(run: Run, split: str) -> KnownImages | None:
    """The counts of :func:`overlap_of`; None where they cannot be told, which the page says."""
    with contextlib.suppress(PathError):
        found = overlap_of(run, split)
        return None if found is None else found.counts
    return None


@st.cache_resource(max_entries=16, show_spinner=False)
def _kept_overlap(folder: str, split: str, times: tuple[int, ...]) -> Overlap | PathError | None:  # noqa: ARG001
    run = Run(Path(folder))
    try:
        report = stored_report(run)
    except PathError as error:
        return error
    try:
        return overlap(run, split, report=report)
    except XrayError:
        return None


def _without(run: Run, split: str, found: Overlap) -> Evaluation:
    result: Evaluation = _kept_without(
        str(run.folder),
        split,
        b"".join(one.tobytes() for one in (found.known, found.same_patient, found.in_validation)),
        run,
        found,
    )
    return result


@st.cache_data(max_entries=16, show_spinner="Judging without them …")
def _kept_without(
    folder: str,  # noqa: ARG001
    split: str,
    known: bytes,  # noqa: ARG001
    _run: Run,
    _found: Overlap,
) -> Evaluation:
    return without_known(_run, split, _found, patients=True)
