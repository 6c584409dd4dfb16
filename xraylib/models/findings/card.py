"""The parts of a model card that are different where a model tells findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xraylib.evaluation.findings.evaluation import RunFindingsEvaluation
from xraylib.markup import one_line
from xraylib.metrics.findings.table import FINDING_METRICS, MEANS
from xraylib.models.card.numbers import score_words, table
from xraylib.models.wording import as_xrays
from xraylib.rounding import rounded

_TAKEN_AS: Final = {"ignore": "not known"}


def intended_part(facts: Mapping[str, Any]) -> str:
    """What the model is for."""
    names = ", ".join(map(one_line, facts["classes"]))
    return (
        "## Intended use\n\n"
        f"To learn and to study how a network looks for findings in frontal chest X-rays: {names}. "
        "An X-ray may show several of them, or none. Each probability is about its own finding; "
        "they do not sum to 1, and nothing is said of any other finding.\n\n"
        "Not for: diagnosis, treatment, triage, screening, or any decision about a person. It "
        "is not a medical device and no authority has examined it."
    )


def counts_table(facts: Mapping[str, Any], patients: Mapping[str, Any]) -> str:
    """How many X-rays show each finding, by part.

    Args:
        facts: ``bundle.json``.
        patients: How many there are, or what is said instead, by part.
    """
    data, names = facts["data"], facts["classes"]
    taken = str(data["uncertain"])
    rows = [
        [split, *(counts.get(name, 0) for name in names), data["images"].get(split, "–"),
         patients.get(split, "–")]
        for split, counts in data["counts"].items()
    ]  # fmt: skip
    heads = ["part", *(f"with {name}" for name in names), "X-rays", "patients"]
    return (
        table(heads, rows)
        + "\n\nA table told the findings. What it left open counted nothing; what it called "
        f"uncertain counted as {_TAKEN_AS.get(taken, taken)} in training, and nothing elsewhere."
    )


def findings_part(evaluation: RunFindingsEvaluation | None, split: str | None) -> str:
    """Every metric that is told in cards, of each finding, and the means."""
    if evaluation is None:
        return "## How good it is\n\nNot measured: the run had no validation or test X-rays."
    rows = [metric for metric in FINDING_METRICS if "card" in metric.told]
    means: list[list[object]] = [
        [f"{metric.title}, mean of the findings", score_words(evaluation[metric.name])]
        for metric in rows
        if metric.name in MEANS
    ]
    counts: list[list[object]] = [
        [name, own.present, own.absent, own.unknown, rounded(own.threshold, 3)]
        for name, own in evaluation.per_finding.items()
    ]
    findings: list[list[object]] = [
        [name, *(score_words(own[metric.name]) for metric in rows)]
        for name, own in evaluation.per_finding.items()
    ]
    told = (one_line(as_xrays(note)) for note in evaluation.notes)
    notes = "".join(f"\n\n{note[0].upper()}{note[1:]}." for note in told)
    part = {"test": "test", "val": "validation"}.get(split or "", split)
    return (
        f"## How good it is\n\nOn {evaluation.n} {part} X-rays{evaluation.whose}, each finding on "
        "those of which it is known, with 95 % intervals in brackets (by patient, as far as "
        "patients are told), as Classify shows its probabilities.\n\n"
        + table(["measure", "value"], means)
        + "\n\n"
        + table(["finding", "with it", "without", "not known", "flagged from"], counts)
        + "\n\n"
        + table(["finding", *(metric.heading for metric in rows)], findings)
        + notes
    )


def temperatures_part(temperatures: Mapping[str, Any]) -> str:
    """Whether its probabilities can be taken at their word, finding by finding."""
    rows: list[list[object]] = [
        [
            name,
            one["images"],
            f"{one['applied']:.3f}",
            "" if one["applied"] != 1 else as_xrays(str(one["reason"])),
        ]
        for name, one in temperatures.items()
    ]
    return (
        "## Calibration\n\nEach finding has a temperature of its own, fitted on validation X-rays "
        "and applied where it helps on such that are held out; every figure here is of "
        "probabilities after it.\n\n"
        + table(["finding", "validation X-rays", "temperature", "why none is applied"], rows)
    )
