"""A model card in the forms that others read: Markdown, Hugging Face's hub, CHAI's XML.

The head for the hub is that of its model cards (`model-index` with results). The XML is an Applied
Model Card of the Coalition for Health AI, schema version 0.2; what only a person can say is what
they have said, or "Not told".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from xraylib.errors import ConfigError
from xraylib.evaluation.known_images import KnownImages
from xraylib.models.wording import as_phantoms, as_xrays

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

CARD_FORMS: Final = ("markdown", "huggingface", "chai")
CHAI: Final = "https://mc.chai.org/v0.2/schema.xsd"
_NOT_TOLD: Final = "Not told."
_NOTICE: Final = "Research and education only, not a medical device."


def written_card(bundle: Bundle, form: str) -> str:
    """The card of a published model.

    Args:
        bundle: The model.
        form: One of ``CARD_FORMS``.

    Raises:
        ConfigError: code ``card``: there is no such form.
    """
    if form == "markdown":
        return bundle.card
    if form == "huggingface":
        return f"---\n{_yaml(_hub_head(bundle))}---\n\n{bundle.card}"
    if form == "chai":
        return chai_card(bundle)
    raise ConfigError(
        f"There is no card called {form!r}",
        expected="verify, " + ", ".join(CARD_FORMS),
        remedy="choose one of them",
        code="card",
    )


def _hub_head(bundle: Bundle) -> dict[str, Any]:
    """What stands before a card on Hugging Face's hub; no licence, which only a person can give."""
    metrics, data = bundle.metrics, bundle.manifest["data"]
    dataset = {
        "name": str(data.get("name", "")),
        "type": "image-classification",
        "split": str(metrics.get("split", "")),
        "args": {"images": metrics.get("n"), "fingerprint": data.get("fingerprint")},
    }
    results = [
        {"type": kind, "name": title, "value": metrics[key]}
        for key, kind, title in (
            ("accuracy", "accuracy", "Accuracy"),
            ("auc", "roc_auc", f"AUC, mean of {_kind(metrics)}"),
        )
        if metrics.get(key) is not None
    ]
    for name, own in (metrics.get("per_class") or {}).items():
        if own.get("recall") is not None:
            results.append({"type": "recall", "name": f"Recall of {name}", "value": own["recall"]})
    task = {"type": "image-classification", "name": "Chest X-ray classification"}
    return {
        "library_name": "keras",
        "pipeline_tag": "image-classification",
        "tags": ["medical", "chest-x-ray", "research-only", "not-a-medical-device", "litert"]
        + (["synthetic-data"] if bundle.synthetic else []),
        "model-index": [
            {
                "name": f"{bundle.name}-{bundle.version}",
                "results": [{"task": task, "dataset": dataset, "metrics": results}],
            }
        ]
        if results
        else [],
    }


def _yaml(value: Mapping[str, Any]) -> str:
    """YAML of a mapping; each value is JSON, which YAML takes as it is."""
    return "".join(f"{key}: {json.dumps(one, ensure_ascii=False)}\n" for key, one in value.items())


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
    data = facts["data"]
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
            "HowToUse": "An X-ray is given to it; it answers with one probability a "
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
            "KnownBiasesOrEthicalConsiderations": _section(
                bundle.card, "What the audit still finds"
            )
            or _NOT_TOLD,
            "ClinicalRiskLevel": "Not for clinical use.",
        },
        "TrustIngredients": {
            "AISystemFacts": {
                "OutcomesAndOutputs": f"Probabilities of {names}; "
                + ("each is about its own finding." if bundle.several else "they sum to 1."),
                "ModelType": f"Neural network {facts['spec'].get('name', '')}",
                "InputDataSource": f"{images}, data set {data.get('name', '')}. "
                + words.get("origin", _NOT_TOLD),
                "OutputAndInputDataTypes": f"Input: {width} × {height} pixels, {channels} "
                f"channel(s). Output: {len(bundle.classes)} probabilities.",
                "DevelopmentDataCharacterization": _section(bundle.card, "Data") or _NOT_TOLD,
                "BiasMitigationApproaches": _NOT_TOLD,
                "OngoingMaintenance": _NOT_TOLD,
                "Transparency": "The card's figures can be computed anew from the predictions that "
                "the model keeps (xraylib card verify).",
            },
            "TransparencyInformation": {
                "FundingSource": _NOT_TOLD,
                "StakeholdersConsulted": _NOT_TOLD,
            },
        },
        "KeyMetrics": {
            "UsefulnessUsabilityEfficacy": _metric(
                bundle, "Tell the classes apart", _overall(metrics)
            ),
            "FairnessEquity": _metric(
                bundle, "Find each class alike; groups of people: see the card", _by_class(metrics)
            ),
            "SafetyReliability": _metric(
                bundle, "Probabilities that can be taken at their word", _calibration(bundle)
            ),
        },
        "Resources": {
            "PeerReviewedPublications": "None.",
            "PatientConsentOrDisclosure": words.get("origin", _NOT_TOLD),
        },
        "Bibliography": "",
    }


def _metric(bundle: Bundle, goal: str, results: Sequence[tuple[str, Any]]) -> dict[str, Any]:
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
        "TestType": "Internal: images of the source that it learned from.",
        "TestingDataDescription": f"{n} {split} images.{knew}",
        "ValidationProcessAndJustification": f"{divided}; thresholds and temperature come from "
        "validation images alone.",
    }


def _kind(metrics: Mapping[str, Any]) -> str:
    return "findings" if metrics.get("kind") == "multilabel" else "classes"


def _overall(metrics: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (title, {"value": metrics[key], "interval": metrics.get(f"{key}_ci"), "n": metrics["n"]})
        for key, title in (("accuracy", "Accuracy"), ("auc", f"AUC, mean of {_kind(metrics)}"))
        if metrics.get(key) is not None
    ]


def _by_class(metrics: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (
            f"Recall of {name}",
            {"value": own["recall"], "interval": own.get("recall_ci"), "n": own["support"]},
        )
        for name, own in (metrics.get("per_class") or {}).items()
    ]


def _calibration(bundle: Bundle) -> list[tuple[str, Any]]:
    found = bundle.calibration or {}
    if found.get("ece_after") is None:
        return []
    return [
        ("Expected calibration error", {"value": found["ece_after"], "n": found.get("split_n")}),
        ("The same by chance alone", {"value": found.get("ece_chance")}),
    ]


def _section(card: str, title: str) -> str:
    """The text below a heading of the card that begins so; empty where it is not there."""
    _, found, rest = card.partition(f"## {title}")
    rest = rest.partition("\n\n")[2]
    return rest.split("\n## ", 1)[0].strip() if found else ""


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
