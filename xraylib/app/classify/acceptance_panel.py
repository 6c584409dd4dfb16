"""How a model did on labelled X-rays of one's own hospital: on its card, a line on Classify."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from xraylib.app.shared import child_job
from xraylib.app.shell.frame import emphasis, plain, show_error, show_table
from xraylib.app.shell.jobs import job_board
from xraylib.datasets.catalog import list_datasets
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.models.acceptance.accept import (
    AcceptanceTest,
    acceptance_tests,
    damaged_tests,
    no_acceptance,
)
from xraylib.models.acceptance.judge import Acceptance
from xraylib.models.bundle import Bundle
from xraylib.models.wording import as_xrays
from xraylib.rounding import rounded
from xraylib.settings import read_settings
from xraylib.workspace import Workspace

_ICONS = {
    "do-not-use": ":material/block:",
    "cannot-tell": ":material/help:",
    "no-objection": ":material/check_circle:",
}


def show_line(bundle: Bundle, workspace: Workspace) -> None:
    """The newest acceptance test in a line; nothing if there was none."""
    tests = acceptance_tests(bundle.name, bundle.version, workspace=workspace)
    if not tests:
        return
    line = plain(str(tests[0]))
    if tests[0].found.verdict.code == "do-not-use":
        st.error(line, icon=_ICONS["do-not-use"])
    else:
        st.caption(f"{_ICONS[tests[0].found.verdict.code]} {line}")


def show(bundle: Bundle, workspace: Workspace) -> None:
    """The acceptance tests of a version of a model, and in the lab the way to another one."""
    st.subheader("Does it work here?")
    tests = acceptance_tests(bundle.name, bundle.version, workspace=workspace)
    for test in tests:
        with st.container(border=True):
            _show_test(test, bundle)
    damaged = damaged_tests(bundle.name, bundle.version, workspace=workspace)
    for error in damaged.values():
        show_error(error)
    if read_settings().mode == "lab":
        _offer(bundle, workspace)
    elif not (tests or damaged):
        st.markdown("It was not tried on labelled X-rays of another place.")


def _offer(bundle: Bundle, workspace: Workspace) -> None:
    if bundle.several:
        refusal = no_acceptance(bundle)
        st.info(plain(as_xrays(refusal.message)), icon=":material/info:")
        return
    st.markdown(
        "Before a model is tried anywhere, let it judge 50 to 200 labelled X-rays **of that "
        "place**: are they like those it learned from, how good is it on them, and which threshold "
        "would be right there? Add them on the Dataset page, in a folder for each of "
        f"{plain(', '.join(bundle.classes))}."
    )
    key = f"accept {bundle.name} {bundle.version}"
    job = job_board().find(key)
    if job is not None and job.state().running:
        child_job.watch(key, "Trying the model")
        return
    if job is not None and not job.state().succeeded:
        st.error(plain(job.state().message), icon=":material/error:")
    sets = {ref.name: Path(ref.root) for ref in list_datasets(workspace=workspace)}
    with st.form("accept-form", border=False):
        name = st.selectbox("X-rays", list(sets), key="accept-dataset")
        wanted = st.slider(
            "Sensitivity that a threshold should have",
            0.5,
            0.99,
            0.9,
            0.01,
            key="accept-sensitivity",
            help="It is chosen on half of the patients and judged on the other half.",
        )
        if st.form_submit_button("Try it on these", icon=":material/rule:", type=emphasis()):
            words = ["accept", bundle.name, str(sets[name]), "--version", str(bundle.version)]
            words += ["--name", name, "--sensitivity", str(wanted), "--progress", "--json"]
            job_board().start(key, words, workspace=workspace.root)
            st.rerun()


def _show_test(test: AcceptanceTest, bundle: Bundle) -> None:
    found, verdict = test.found, test.found.verdict
    whose = of_patients(found.here.n, found.here.patients, told=test.patients_told)
    st.markdown(f"**{_ICONS[verdict.code]} {verdict.title}**: {plain(test.data)}")
    told = [*verdict.reasons, *verdict.remarks]
    st.markdown("\n".join(f"- {plain(as_xrays(_capital(words)))}." for words in told))
    show_table(recall_table(found, bundle), alt="Recall of each class here and in testing")
    if found.thresholds:
        show_table(threshold_table(found), alt="Thresholds chosen on these X-rays")
    st.caption(
        f"On {found.here.n} X-rays{whose}; 95 % intervals by patient, as far as patients are told. "
        f"Thresholds and temperature were chosen on {found.chosen_on} of them and judged on the "
        f"other {found.judged_on}. {temperature_words(found)}"
        + (f" {test.left_out} X-rays of other classes were left out." if test.left_out else "")
        + (f" {test.known} that it was made with were left out." if test.known else "")
    )


def recall_table(found: Acceptance, bundle: Bundle) -> pd.DataFrame:
    """A row a class: X-rays, recall here and in the model's own testing."""
    testing = bundle.metrics.get("per_class") or {}
    rows = {}
    for name, own in found.here.per_class.items():
        before = testing.get(name) or {}
        value, ends = before.get("recall"), before.get("recall_ci")
        rows[name] = {
            "X-rays": str(own.support),
            "Recall here": str(own.recall),
            "In testing": "–"
            if value is None
            else rounded(value) + (f" ({rounded(ends[0])} to {rounded(ends[1])})" if ends else ""),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def threshold_table(found: Acceptance) -> pd.DataFrame:
    """A row a class: its threshold and what that does on the other half."""
    rows = {
        name: {
            "Threshold": f"{rounded(one.threshold, 3)}, from {one.rests_on}",
            "Sensitivity": str(one.sensitivity),
            "Specificity": str(one.specificity),
        }
        for name, one in found.thresholds.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def temperature_words(found: Acceptance) -> str:
    """Whether its probabilities should be softened or sharpened here."""
    one = found.temperature
    if one.fitted is None:
        return f"No temperature was fitted: {one.change.reason or 'too few X-rays'}."
    loss = f"log loss {one.change.value:+.3f}" if one.change.value is not None else ""
    if one.change.interval is not None:
        loss += f" ({one.change.interval.low:+.3f} to {one.change.interval.high:+.3f})"
    if one.temperature == 1:
        return f"A temperature of {one.fitted:.2f} on top is within chance ({loss}): none is used."
    return f"A temperature of {one.temperature:.2f} on top makes its probabilities better ({loss})."


def _capital(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"
