"""A model card as an Applied Model Card of the Coalition for Health AI, schema version 0.2: XML.

What only a person can say is what they have said, or "Not told".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from xraylib.evaluation.known_images import KnownImages
from xraylib.models.card.hub import judged_elsewhere, kind_of, titles_of
from xraylib.models.wording import as_phantoms, as_xrays

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

CHAI: Final = "https://mc.chai.org/v0.2/schema.xsd"
_NOT_TOLD: Final = "Not told."
_NOTICE: Final = "Research and education only, not a medical device."


def chai_card(bundle: Bundle) -> str:
    """The card as an Applied Model Card, schema version 0.2: XML."""
    ElementTree.register_namespace("", CHAI)
    root = ElementTree.Element(_tag("AppliedModelCard"))
    _fill(root, _chai(bundle))
    ElementTree.indent(root)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + ElementTree.tostring(root, encoding="unicode") + "\n"


def _chai(bundle: Bundle) -> dict[str, Any]:
    """The elements in the order of the schema."""
    facts, metrics = bundle.manifest, bundle.metrics
    words = facts.get("words") or {}
    data, kind, elsewhere = facts["data"], kind_of(metrics), judged_elsewhere(bundle)
    names = ", ".join(bundle.classes)
    height, width, channels = bundle.input_shape
    warnings = [f"- {as_xrays(one['message'])}." for one in facts.get("warnings") or []]
    summary = (
        "A network that looks for findings in frontal chest X-rays: "
        if bundle.several
        else "A network that sorts frontal chest X-rays into "
    )
    if bundle.synthetic:
        warnings, summary = list(map(as_phantoms, warnings)), as_phantoms(summary)
    limits = _section(bundle.card, "Limits")
    known = [*warnings, limits] if limits else warnings
    images = "synthetic phantoms" if bundle.synthetic else "chest X-rays"
    return {
        "BasicInfo": {
            "ModelName": f"{bundle.name}, version {bundle.version}",
            "ModelDeveloper": words.get("contact", _NOT_TOLD),
            "DeveloperContact": words.get("contact", _NOT_TOLD),
        },
        "ReleaseInfo": {
            "ReleaseStage": "Research and education",
            "ReleaseDate": str(facts.get("published", ""))[:10],
            "ReleaseVersion": str(bundle.version),
            "GlobalAvailability": _NOT_TOLD,
            "RegulatoryApproval": f"None. {_NOTICE}",
        },
        "ModelSummary": {
            "Summary": f"{summary}{names}. {_NOTICE}",
            "Keywords": [("Keyword", word) for word in ("chest X-ray", *bundle.classes)],
        },
        "UsesAndDirections": {
            "IntendedUseAndWorkflow": words.get("purpose", _section(bundle.card, "Intended use")),
            "PrimaryIntendedUsers": _NOT_TOLD,
            "HowToUse": "An X-ray is given to it; where it cannot judge it, it gives the reason "
            "and no answer, else one probability a "
            + (
                "finding. Each carries its temperature; "
                if bundle.several
                else "class. "
                + (
                    "Probabilities are the network's own; "
                    if bundle.temperature == 1
                    else f"Probabilities carry its temperature ({bundle.temperature:.3f}); "
                )
            )
            + "where a threshold was chosen, the card tells it.",
            "TargetedPatientPopulation": _NOT_TOLD
            + (f" Where its images come from: {words['origin']}" if words.get("origin") else ""),
            "CautionedOutOfScopeSettings": words.get(
                "not_for",
                "Diagnosis, treatment, triage, screening, or any decision about a person.",
            ),
        },
        "Warnings": {
            "KnownRisksAndLimitations": "\n".join(known) or _NOT_TOLD,
            "KnownBiasesOrEthicalConsiderations": _biases(bundle),
            "ClinicalRiskLevel": "Not for clinical use.",
        },
        "TrustIngredients": {
            "AISystemFacts": {
                "OutcomesAndOutputs": f"Probabilities of {names}; "
                + ("each is about its own finding" if bundle.several else "they sum to 1")
                + "; or no answer, with the reason.",
                "ModelType": f"Neural network {facts['spec'].get('name', '')}",
                "InputDataSource": f"{images}, data set {data.get('name', '')}. "
                + words.get("origin", _NOT_TOLD),
                "OutputAndInputDataTypes": f"Input: {width} × {height} pixels, {channels} "
                f"channel(s). Output: {len(bundle.classes)} probabilities.",
                "DevelopmentDataCharacterization": _section(bundle.card, "Data") or _NOT_TOLD,
                "BiasMitigationApproaches": _NOT_TOLD,
                "OngoingMaintenance": _NOT_TOLD,
                "Transparency": "How good it is, how calibrated and at which thresholds can be "
                "computed anew from the predictions that the model keeps (xraylib card verify).",
            },
            "TransparencyInformation": {
                "FundingSource": _NOT_TOLD,
                "StakeholdersConsulted": _NOT_TOLD,
            },
        },
        "KeyMetrics": {
            "UsefulnessUsabilityEfficacy": _metric(
                bundle,
                f"Tell the {kind} apart",
                [
                    *_overall(metrics, kind, n=metrics.get("n", 0)),
                    *(
                        told
                        for one in elsewhere
                        for told in _overall(one, kind, n=one["films"], on=f" on {one['data']}")
                    ),
                ],
                elsewhere=elsewhere,
            ),
            "FairnessEquity": _metric(
                bundle,
                f"Find each {'finding' if bundle.several else 'class'} alike; groups of people: "
                "see the card",
                _each(metrics),
            ),
            "SafetyReliability": _metric(
                bundle, "Probabilities that can be taken at their word", _calibration(bundle)
            ),
        },
        "Resources": {
            "PeerReviewedPublications": _NOT_TOLD,
            "PatientConsentOrDisclosure": words.get("origin", _NOT_TOLD),
        },
        "Bibliography": "",
    }


def _metric(
    bundle: Bundle,
    goal: str,
    results: Sequence[tuple[str, Any]],
    *,
    elsewhere: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    metrics = bundle.metrics
    n, split = (
        metrics.get("n", 0),
        {"test": "test", "val": "validation"}.get(str(metrics.get("split")), ""),
    )
    known = metrics.get("known_images")
    told = KnownImages.from_json(known).words("these") if known else ""
    knew = f" {told}." if told else ""
    divided = (
        "Nothing tells the patients, so images of one may stand on both sides"
        if metrics.get("patients_told") == 0
        else "Patients are divided, not images, as far as they are told"
    )
    shown = results or [("Not measured", None)]
    return {
        "MetricGoal": goal,
        "Results": [
            ("MetricResult", {"Label": label, "ValueJson": json.dumps(value)})
            for label, value in shown
        ],
        "Interpretation": "Intervals are 95 %. Figures are of the probabilities that users see.",
        "TestType": "Internal: images of the data set that it learned from."
        + (
            f" On other data sets, which their results name: {', '.join(names)}."
            if (names := list(dict.fromkeys(str(one["data"]) for one in elsewhere)))
            else ""
        ),
        "TestingDataDescription": f"{n} {split} images.{knew}"
        + "".join(f" {one['data']}: {one['films']} images." for one in elsewhere),
        "ValidationProcessAndJustification": f"{divided}; thresholds and temperature come from "
        "validation images alone.",
    }


def _overall(
    figures: Mapping[str, Any], kind: str, *, n: int, on: str = ""
) -> list[tuple[str, Any]]:
    return [
        (title + on, {"value": figures[key], "interval": figures.get(f"{key}_ci"), "n": n})
        for key, _, title in titles_of(kind)
        if figures.get(key) is not None
    ]


def _each(metrics: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """How often each class, or finding at its threshold, is found."""
    several = metrics.get("kind") == "multilabel"
    name, key, of = (
        ("Sensitivity", "sensitivity", "present") if several else ("Recall", "recall", "support")
    )
    told = metrics.get("per_finding" if several else "per_class") or {}
    return [
        (
            f"{name} of {one}",
            {"value": own[key], "interval": own.get(f"{key}_ci"), "n": own[of]},
        )
        for one, own in told.items()
    ]


def _biases(bundle: Bundle) -> str:
    """What the audit found: it looks at images, and knows nothing of people."""
    found = _section(bundle.card, "What the audit still finds")
    return (
        "Of groups of people: see the card. The audit of its images looks for copies, leaks and "
        f"shortcuts; what it still finds: {found}"
        if found
        else _NOT_TOLD
    )


def _calibration(bundle: Bundle) -> list[tuple[str, Any]]:
    found = bundle.calibration or {}
    if found.get("ece_after") is None:
        return []
    return [
        ("Expected calibration error", {"value": found["ece_after"], "n": found.get("split_n")}),
        (
            "The same of a perfectly calibrated model, by chance, on as many images (mean)",
            {"value": found.get("ece_chance")},
        ),
    ]


def _section(card: str, title: str) -> str:
    """The text below a heading of the card that begins so; empty where it is not there."""
    _, found, rest = card.partition(f"## {title}")
    rest = rest.partition("\n\n")[2]
    text = rest.split("\n## ", 1)[0].strip() if found else ""
    return re.sub(r"\\([^\w\s])", r"\1", text)  # Markdown's marks of what is no mark


def _fill(parent: ElementTree.Element, content: Any) -> None:
    if isinstance(content, Mapping):
        content = list(content.items())
    if isinstance(content, list):
        for name, one in content:
            _fill(ElementTree.SubElement(parent, _tag(name)), one)
    else:
        parent.text = "".join(c for c in str(content) if c in "\t\n" or ord(c) >= 32)


def _tag(name: str) -> str:
    return f"{{{CHAI}}}{name}"
