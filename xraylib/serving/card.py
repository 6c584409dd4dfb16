"""The model card: what a published model is, learned from and can not do (Mitchell et al. 2019).

Written from the run alone, so that it can not say more than was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xraylib.serving.report import NOTICE


def model_card(
    facts: Mapping[str, Any],
    *,
    evaluation: Mapping[str, Any] | None,
    train: Mapping[str, Any],
    layers: list[tuple[str, str, int]],
    augment: Mapping[str, Any],
    status: Mapping[str, Any],
) -> str:
    """Markdown.

    Args:
        facts: The content of ``bundle.json``.
        evaluation: What ``evaluate_predictions`` said about the films it was tested with.
        train: The training settings.
        layers: (layer, output shape, parameters) of the network, in order.
        augment: The augmentation settings.
        status: ``state``, ``epochs``, ``best_epoch``, ``environment`` of the run.
    """
    parts = [
        f"# {facts['name']}, version {facts['version']}",
        f"**{NOTICE}**",
        *([_SYNTHETIC] if facts["synthetic"] else []),
        _intended(facts),
        _data(facts),
        _preparation(facts, augment),
        _network(facts, layers),
        _training(train, status),
        _metrics(evaluation, facts["metrics"].get("split")),
        _limits(facts, evaluation),
        _proof(facts),
    ]
    return "\n\n".join(parts) + "\n"


_SYNTHETIC = (
    "This model was trained on **synthetic** chest phantoms made by a program, not on films of "
    "patients. What it says about a film of a patient means nothing."
)


def _intended(facts: Mapping[str, Any]) -> str:
    names = ", ".join(facts["classes"])
    return (
        "## Intended use\n\n"
        f"To learn and to study how a network sorts frontal chest films into {names}. The "
        "probabilities say which of these classes a film is more like; there is no class for "
        "anything else.\n\n"
        "Not for: diagnosis, treatment, triage, screening, or any decision about a person. It "
        "is not a medical device and no authority has examined it."
    )


def _data(facts: Mapping[str, Any]) -> str:
    data, classes = facts["data"], facts["classes"]
    rows = [
        [split, *(counts.get(name, 0) for name in classes), sum(counts.values()), patients]
        for split, counts, patients in (
            (s, c, data["patients"].get(s, "–")) for s, c in data["counts"].items()
        )
    ]
    left_out = data.get("excluded", 0)
    return (
        "## Data\n\n"
        f"Data set “{data['name']}”, {'synthetic phantoms' if facts['synthetic'] else 'films'}, "
        f"fingerprint `{data['fingerprint']}`. {left_out} films were left out by hand.\n\n"
        + _table(["part", *classes, "films", "patients"], rows)
        + f"\n\nPatients were told apart by the pattern `{data['patient_pattern']}` on the file "
        "name; a film whose name does not match counts as a patient of its own."
    )


def _preparation(facts: Mapping[str, Any], augment: Mapping[str, Any]) -> str:
    settings = facts["preparation"]
    height, width, channels = facts["input_shape"]
    changed = ", ".join(f"{key} {value}" for key, value in augment.items() if value)
    return (
        "## Preparation\n\n"
        f"Films become {width} × {height} pixels with {channels} channel"
        f"{'s' if channels > 1 else ''} ({', '.join(f'{k} {v}' for k, v in settings.items())}). "
        "The same code prepared the films of training and prepares those that are classified. "
        f"Augmentation in training: {changed or 'none'}."
    )


def _network(facts: Mapping[str, Any], layers: list[tuple[str, str, int]]) -> str:
    total = sum(params for _, _, params in layers)
    return f"## Network\n\n“{facts['spec'].get('name', '')}”, {total:,} parameters.\n\n" + _table(
        ["layer", "output", "parameters"], [[*row[:2], f"{row[2]:,}"] for row in layers]
    )


def _training(train: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    rows = [[key.replace("_", " "), "none" if v is None else v] for key, v in train.items()]
    best = status.get("best_epoch")
    stopping = train.get("early_stopping_patience") is not None
    kept = f" The weights of epoch {best} were kept." if stopping and best else ""
    ended = "finished" if status["state"] == "finished" else f"was {status['state']}"
    return (
        f"## Training\n\nThe run {ended} after {status['epoch']} of {status['epochs']} "
        f"epochs.{kept}\n\n" + _table(["setting", "value"], rows)
    )


def _metrics(evaluation: Mapping[str, Any] | None, split: str | None) -> str:
    if evaluation is None:
        return "## How good it is\n\nNot measured: the run had no validation or test films."
    rows = [
        ["accuracy", _with(evaluation, "accuracy")],
        ["AUC, mean over classes", _with(evaluation, "auc")],
        ["balanced accuracy", _with(evaluation, "balanced_accuracy")],
        ["log loss", _number(evaluation["log_loss"])],
        ["always the most frequent class", _number(evaluation["majority"]["accuracy"])],
    ]
    classes = [
        [name, row["support"], *(_with(row, key) for key in ("recall", "specificity", "precision"))]
        for name, row in evaluation["per_class"].items()
    ]
    heading = ["class", "films", "recall (sensitivity)", "specificity", "precision"]
    notes = "".join(f"\n\n{note[0].upper()}{note[1:]}." for note in evaluation["notes"])
    part = {"test": "test", "val": "validation"}.get(split or "", split)
    return (
        f"## How good it is\n\nOn {evaluation['n']} {part} films of {evaluation['patients']} "
        "patients, with 95 % intervals in brackets.\n\n"
        + _table(["measure", "value"], rows)
        + "\n\n"
        + _table(heading, classes)
        + notes
    )


def _limits(facts: Mapping[str, Any], evaluation: Mapping[str, Any] | None) -> str:
    points = [
        "It was tested on films from the same source as those it learned from. On films of "
        "another hospital, machine or age group it may be far worse; that was not measured.",
        "Classes that came from different sources differ by more than disease, and a network "
        "may have learned that difference.",
        "Its probabilities were not calibrated: 0.9 need not mean right in 9 of 10 cases.",
        "It gives every picture one of its classes, also pictures that are no chest films.",
        "Its heat maps show what mattered to the network, not where disease is.",
    ]
    if evaluation is not None and facts["metrics"].get("split") == "val":
        points.insert(
            0,
            "There were no test films. The figures above are of the validation films, by which "
            "the training was watched, and are likely too good.",
        )
    if evaluation is not None and evaluation["n"] < 300:
        points.insert(0, f"{evaluation['n']} films are few: read the intervals, not the values.")
    return "## Limits\n\n" + "\n".join(f"- {point}" for point in points)


def _proof(facts: Mapping[str, Any]) -> str:
    parity = facts["parity"]
    return (
        "## Proof\n\n"
        f"Published {facts['published']} from run `{facts['run']}`. On {parity['n']} "
        f"{parity['split']} films the published model and the trained one gave the same "
        f"probabilities (largest difference {parity['largest']:.1e}, allowed "
        f"{parity['allowed']:.0e}). Made with {facts['software']}."
    )


def _with(values: Mapping[str, Any], key: str) -> str:
    interval = values.get(f"{key}_ci")
    bounds = f" ({interval[0]:.2f} to {interval[1]:.2f})" if interval else ""
    return f"{_number(values[key])}{bounds}"


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"


def _table(heading: list[str], rows: list[list[Any]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
