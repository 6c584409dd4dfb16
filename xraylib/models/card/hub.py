"""What stands before a model card on Hugging Face's hub: `model-index` with results, as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xraylib.markup import quoted
from xraylib.models.studies.elsewhere import other_lines

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle


def hub_head(bundle: Bundle) -> str:
    """The head, between its marks."""
    return f"---\n{_yaml(_head(bundle))}---\n"


def judged_elsewhere(bundle: Bundle) -> list[Mapping[str, Any]]:
    """Other data sets that it was judged on."""
    return other_lines((bundle.manifest.get("study") or {}).get("elsewhere"))


def titles_of(kind: str) -> tuple[tuple[str, str, str], ...]:
    """Key, name on the hub and title of what is told of any images."""
    return ("accuracy", "accuracy", "Accuracy"), ("auc", "roc_auc", f"AUC, mean of {kind}")


def kind_of(metrics: Mapping[str, Any]) -> str:
    return "findings" if metrics.get("kind") == "multilabel" else "classes"


def _head(bundle: Bundle) -> dict[str, Any]:
    """What stands before a card on Hugging Face's hub; no licence, which only a person can give."""
    metrics, data = bundle.metrics, bundle.manifest["data"]
    dataset = {
        "name": str(data.get("name", "")),
        "type": "image-classification",
        "split": str(metrics.get("split", "")),
        "args": {"images": metrics.get("n"), "fingerprint": data.get("fingerprint")},
    }
    results = _hub_metrics(metrics, kind_of(metrics))
    for name, own in (metrics.get("per_class") or {}).items():
        if own.get("recall") is not None:
            results.append({"type": "recall", "name": f"Recall of {name}", "value": own["recall"]})
    task = {"type": "image-classification", "name": "Chest X-ray classification"}
    judged = [{"task": task, "dataset": dataset, "metrics": results}] if results else []
    judged += [
        {"task": task, "dataset": _hub_dataset(one), "metrics": told}
        for one in judged_elsewhere(bundle)
        if (told := _hub_metrics(one, kind_of(metrics)))
    ]
    return {
        "library_name": "keras",
        "pipeline_tag": "image-classification",
        "tags": ["medical", "chest-x-ray", "research-only", "not-a-medical-device", "litert"]
        + (["synthetic-data"] if bundle.synthetic else []),
        "model-index": [{"name": f"{bundle.name}-{bundle.version}", "results": judged}]
        if judged
        else [],
    }


def _hub_dataset(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(one["data"]),
        "type": "image-classification",
        "split": str(one["split"]),
        "args": {"images": one["films"]},
    }


def _hub_metrics(figures: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """What the hub is told of some images: accuracy, and the mean AUC."""
    return [
        {"type": hub, "name": title, "value": figures[key]}
        for key, hub, title in titles_of(kind)
        if figures.get(key) is not None
    ]


def _yaml(value: Mapping[str, Any]) -> str:
    """YAML of a mapping; each value is JSON, as YAML takes it."""
    return "".join(f"{key}: {quoted(one)}\n" for key, one in value.items())
