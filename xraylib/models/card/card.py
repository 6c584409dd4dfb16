"""The model card: what a published model is, learned from and can not do (Mitchell et al. 2019).

Written from the run alone, so that it can not say more than was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from xraylib.arguments import short
from xraylib.augmentation.config import AugmentConfig
from xraylib.errors import ConfigError
from xraylib.evaluation.evaluate import AnyEvaluation
from xraylib.evaluation.findings.evaluation import RunFindingsEvaluation
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.markup import code, one_line, written
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.models.card.numbers import (
    STRANGERS_LATER,
    audit_part,
    calibration_part,
    metrics_part,
    operating_part,
    strangers_part,
    table,
)
from xraylib.models.card.what_it_lacks import limits_part
from xraylib.models.classify.table import NOTICE
from xraylib.models.findings.card import (
    counts_table,
    findings_part,
    intended_part,
    temperatures_part,
)
from xraylib.models.studies.tried import study_parts
from xraylib.models.wording import as_phantoms, as_xrays
from xraylib.records import read_if_kept
from xraylib.rounding import no_more_than
from xraylib.workspace import write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

QUESTIONS: Final[Mapping[str, str]] = {
    "purpose": "What is this model for, and who is to use it?",
    "origin": "Where do the X-rays come from, and who allowed their use?",
    "labels": "Who said which class each X-ray has, and how?",
    "not_for": "For whom, or for what, must it not be used?",
    "contact": "Who answers questions about it?",
}
"""What only a person can say about a model, by the key under which it is kept."""
LONGEST: Final = 2000
_FILE: Final = "card.json"


def read_words(run: Run) -> dict[str, str]:
    """What somebody has written about the run for its model card, by the keys of ``QUESTIONS``.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    return read_if_kept(run.folder / _FILE, checked_words) or {}


def checked_words(words: Mapping[str, Any]) -> dict[str, str]:
    """Answers to ``QUESTIONS`` without the empty ones.

    Raises:
        ConfigError: code ``card``: an unknown key, no text, or more than 2,000 characters.
    """
    for key, text in words.items():
        if key not in QUESTIONS or not isinstance(text, str) or len(text) > LONGEST:
            raise ConfigError(
                f"The model card has no place for {short(key)}"
                if key not in QUESTIONS
                else f"The answer to {key!r} has {len(text):,} characters"
                if isinstance(text, str)
                else f"The answer to {key!r} is {short(text)}",
                expected="answers to "
                + ", ".join(QUESTIONS)
                + f", of at most {LONGEST:,} characters",
                remedy="shorten it, or take it out",
                code="card",
            )
    return {key: words[key].strip() for key in QUESTIONS if words.get(key, "").strip()}


def write_words(run: Run, words: Mapping[str, str]) -> None:
    """Keeps what somebody says about the run; empty answers are dropped.

    Raises:
        ConfigError: code ``card``: an unknown key, or more than 2,000 characters.
    """
    write_json(run.folder / _FILE, checked_words(words))


def model_card(
    facts: Mapping[str, Any],
    *,
    evaluation: AnyEvaluation | None,
    train: Mapping[str, Any],
    layers: list[tuple[str, str, int]],
    augment: Mapping[str, Any],
    status: Mapping[str, Any],
) -> str:
    """Markdown.

    Args:
        facts: The content of ``bundle.json``.
        evaluation: How good it was on the images it was tested with, or None.
        train: The training settings.
        layers: (layer, output shape, parameters) of the network, in order.
        augment: The augmentation settings.
        status: ``state``, ``epochs``, ``best_epoch``, ``environment`` of the run.
    """
    several, split = facts["class_mode"] == "multilabel", facts["metrics"].get("split")
    found = evaluation if isinstance(evaluation, RunFindingsEvaluation) else None
    sole = evaluation if isinstance(evaluation, RunEvaluation) else None
    parts = [
        f"# {facts['name']}, version {facts['version']}",
        f"**{NOTICE}**",
        *([_SYNTHETIC] if facts["synthetic"] else []),
        *_warnings(facts.get("warnings") or []),
        intended_part(facts) if several else _intended(facts),
    ]
    found_out = [
        _data(facts),
        audit_part(facts.get("audit")),
        _preparation(facts, augment),
        _network(facts, layers),
        _training(train, status),
        findings_part(found, split) if several else metrics_part(sole, split),
        temperatures_part(facts["temperatures"])
        if several
        else calibration_part(facts.get("calibration")),
        operating_part(
            {
                name: ChosenPoint.from_json(point)
                for name, point in facts.get("operating", {}).items()
            },
            of="finding" if several else "class",
        ),
        strangers_part(
            facts["ood"],
            patients_told=facts["metrics"].get("patients_told") != 0,
            synthetic=facts["synthetic"],
        )
        if "ood" in facts
        else STRANGERS_LATER,
        *study_parts(facts.get("study") or {}),
        limits_part(facts),
        _proof(facts),
    ]
    if facts["synthetic"]:
        parts, found_out = (list(map(as_phantoms, some)) for some in (parts, found_out))
    said = _words(facts.get("words") or {}, "which findings they show" if several else _WHICH)
    return "\n\n".join([*parts, said, *found_out]) + "\n"


_SYNTHETIC = (
    "This model was trained on **synthetic** chest phantoms made by a program, not on X-rays of "
    "patients. What it says about an X-ray of a patient means nothing."
)


def _warnings(warnings: list[Mapping[str, Any]]) -> list[str]:
    """What whoever published it was told before; nothing for models of before."""
    if not warnings:
        return []
    said = [(one_line(as_xrays(one["message"])), one["grave"]) for one in warnings]
    told = [f"- **{words}.**" if grave else f"- {words}." for words, grave in said]
    return ["## To know first\n\n" + "\n".join(told)]


def _intended(facts: Mapping[str, Any]) -> str:
    names = ", ".join(map(one_line, facts["classes"]))
    return (
        "## Intended use\n\n"
        f"To learn and to study how a network sorts frontal chest X-rays into {names}. The "
        "probabilities say which of these classes an X-ray is more like; there is no class for "
        "anything else.\n\n"
        "Not for: diagnosis, treatment, triage, screening, or any decision about a person. It "
        "is not a medical device and no authority has examined it."
    )


_WHICH = "which class they have"


def _words(words: Mapping[str, str], which: str) -> str:
    if not words:
        return (
            "## In the words of those who made it\n\n"
            f"Nobody has said yet what it is for, where its X-rays come from, who said {which}, or "
            "whom to ask."
        )
    told = [
        f"**{QUESTIONS[key]}**\n\n" + "\n".join(map(written, text.splitlines()))
        for key, text in words.items()
        if key in QUESTIONS
    ]
    return "## In the words of those who made it\n\n" + "\n\n".join(told)


def _data(facts: Mapping[str, Any]) -> str:
    data, classes = facts["data"], facts["classes"]
    told = data.get("patients_told", {})
    patients = {
        split: "not told" if told.get(split) == 0 else data["patients"].get(split, "–")
        for split in data["counts"]
    }
    rows = [
        [split, *(counts.get(name, 0) for name in classes), sum(counts.values()), patients[split]]
        for split, counts in data["counts"].items()
    ]
    shown = (
        counts_table(facts, patients)
        if facts["class_mode"] == "multilabel"
        else table(["part", *classes, "X-rays", "patients"], rows)
    )
    nobody = bool(told) and not any(told.values())
    by_names = f"the pattern {code(data['patient_pattern'])} on the file name"
    by = one_line(data["patients_from"]) if data.get("patients_from") else by_names
    whose = (
        "Nothing tells the patients: no file name matches the pattern "
        f"{code(data['patient_pattern'])}. So X-rays of one patient may stand on both sides of the "
        "test."
        if nobody
        else f"Patients were told apart by {by}; an X-ray of which that tells none counts as a "
        "patient of its own."
    )
    left_out = data.get("excluded", 0)
    return (
        "## Data\n\n"
        f"Data set “{one_line(data['name'])}”, "
        f"{'synthetic phantoms' if facts['synthetic'] else 'X-rays'}, "
        f"fingerprint `{data['fingerprint']}`. {left_out} X-rays were left out by hand.\n\n"
        + shown
        + f"\n\n{whose}"
    )


def _preparation(facts: Mapping[str, Any], augment: Mapping[str, Any]) -> str:
    settings = facts["preparation"]
    height, width, channels = facts["input_shape"]
    varied = {} if AugmentConfig.from_json(augment).is_identity else augment
    changed = ", ".join(f"{key} {value}" for key, value in varied.items() if value)
    return (
        "## Preparation\n\n"
        f"Pictures become {width} × {height} pixels with {channels} channel"
        f"{'s' if channels > 1 else ''} ({', '.join(f'{k} {v}' for k, v in settings.items())}). "
        "The same code prepared those of training and prepares those that are classified. "
        f"Augmentation in training: {changed or 'none'}."
    )


def _network(facts: Mapping[str, Any], layers: list[tuple[str, str, int]]) -> str:
    total = sum(params for _, _, params in layers)
    return (
        f"## Network\n\n“{one_line(facts['spec'].get('name', ''))}”, {total:,} parameters.\n\n"
        + table(["layer", "output", "parameters"], [[*row[:2], f"{row[2]:,}"] for row in layers])
    )


def _training(train: Mapping[str, Any], status: Mapping[str, Any]) -> str:
    rows = [[key.replace("_", " "), "none" if v is None else v] for key, v in train.items()]
    best = status.get("best_epoch")
    stopping = train.get("early_stopping_patience") is not None
    kept = f" The weights of epoch {best} were kept." if stopping and best else ""
    ended = "finished" if status["state"] == "finished" else f"was {status['state']}"
    return (
        f"## Training\n\nThe run {ended} after {status['epoch']} of {status['epochs']} "
        f"epochs.{kept}\n\n" + table(["setting", "value"], rows)
    )


_PARTS: Final = {"val": "validation", "train": "training"}


def _proof(facts: Mapping[str, Any]) -> str:
    parity = facts["parity"]
    if not parity:
        return (
            "## Proof\n\nNot published yet. Publishing compares the published model with the "
            "trained one, X-ray by X-ray, and refuses if they differ."
        )
    return (
        "## Proof\n\n"
        f"Published {facts['published']} from run `{facts['run']}`. On {parity['n']} "
        f"{_PARTS.get(parity['split'], parity['split'])} X-rays the published model and the "
        "trained one gave the same "
        f"probabilities (none differs by more than {no_more_than(parity['largest'])}, allowed "
        f"{parity['allowed']:.0e}). Made with {facts['software']}."
    )
