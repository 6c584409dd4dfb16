"""The parts of a model card that are figures: how good, how calibrated, on what data, for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.markup import one_line
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.measured import Score
from xraylib.metrics.table import CLASS_METRICS, METRICS
from xraylib.metrics.uncertainty.shares import interval_of_count
from xraylib.models.wording import as_xrays
from xraylib.ood.familiarity import REFUSED_BEYOND
from xraylib.rounding import percent, rounded

PARTS: Final = (
    "The audit speaks of parts as the data set has them: what it calls train holds the validation "
    "X-rays too, where the run drew these from it. How many test X-rays each of them knew is told "
    "under “To know first”."
)
WHAT_RECALL_IS: Final = (
    "Recall is a class's sensitivity, precision its positive predictive value among these X-rays."
)


def metrics_part(evaluation: RunEvaluation | None, split: str | None) -> str:
    """Every metric that is told in cards, of all images and of each class."""
    if evaluation is None:
        return "## How good it is\n\nNot measured: the run had no validation or test X-rays."
    metrics = [metric for metric in METRICS if "card" in metric.told]
    of_class = [metric for metric in CLASS_METRICS if "card" in metric.told]
    rows: list[list[object]] = [
        [metric.title, score_words(evaluation[metric.name])]
        for metric in metrics
        if metric.name in evaluation
    ]
    rows.append(["always the most frequent class", number(evaluation.majority.accuracy)])
    classes: list[list[object]] = [
        [name, own.support, *(score_words(own[metric.name]) for metric in of_class)]
        for name, own in evaluation.per_class.items()
    ]
    heading = ["class", "X-rays", *(metric.title for metric in of_class)]
    told = (one_line(as_xrays(note)) for note in evaluation.notes)
    notes = "".join(f"\n\n{note[0].upper()}{note[1:]}." for note in told)
    part = {"test": "test", "val": "validation"}.get(split or "", split)
    return (
        f"## How good it is\n\nOn {evaluation.n} {part} X-rays {evaluation.whose}, with 95 % "
        f"intervals in brackets; {evaluation.which_probabilities}, as Classify shows them.\n\n"
        + table(["measure", "value"], rows)
        + "\n\n"
        + table(heading, classes)
        + f"\n\n{WHAT_RECALL_IS}"
        + notes
    )


def audit_part(audit: Mapping[str, Any] | None) -> str:
    """What the audit still finds in the images."""
    heading = "## What the audit still finds in these X-rays\n\n"
    if audit is None:
        return heading + "The X-rays are audited when the model is published."
    if "skipped" in audit:
        return heading + f"There was no audit: {audit['skipped']}."
    if not audit["findings"]:
        return heading + f"Nothing, in {audit['films']} X-rays."
    listed = [
        f"- **{one['severity']}** ({one['code']}): {one_line(as_xrays(one['message']))}"
        for one in audit["findings"]
    ]
    return (
        heading
        + (f"In {audit['films']} X-rays. Each of these was open when the model was published.\n\n")
        + "\n".join(listed)
        + f"\n\n{PARTS}" * any(one["code"] == "split-leak" for one in audit["findings"])
    )


def calibration_part(calibration: Mapping[str, Any] | None) -> str:
    """Whether its probabilities can be taken at their word."""
    heading = "## Calibration\n\n"
    if calibration is None:
        return heading + (
            "Its probabilities were not calibrated: 0.9 need not mean right in 9 of 10 cases."
        )
    temperature = calibration["temperature"]
    why = as_xrays(str(calibration.get("not_applied_because") or "")) or (
        f"the {calibration['n']} validation X-rays are too few or do not settle one"
    )
    fitted = (
        f"Temperature {temperature:.3f}, fitted on {calibration['n']} validation X-rays; it is "
        "part of the published model, and every figure here is of the probabilities after it."
        if temperature != 1
        else f"No temperature is applied: {why}. Every figure here is of the network's own "
        "probabilities."
    )
    if calibration.get("ece_after") is None:
        return heading + fitted
    part = {"test": "test", "val": "validation"}.get(str(calibration.get("split")), "")
    measured = rounded(calibration["ece_after"], 3)
    if temperature != 1:
        measured = (
            f"{rounded(calibration['ece_before'], 3)} before the temperature, {measured} after"
        )
    return heading + (
        f"{fitted} Expected calibration error on {calibration.get('split_n', 0)} {part} X-rays: "
        f"{measured}; a perfectly calibrated model would show about "
        f"{rounded(calibration['ece_chance'], 3)} on so many X-rays by chance."
    )


def operating_part(operating: Mapping[str, ChosenPoint], *, of: str = "class") -> str:
    """The thresholds, what they rest on, and what they do.

    Args:
        operating: By class or finding.
        of: What they are of: ``class`` or ``finding``.
    """
    heading = "## Operating points\n\n"
    if not operating:
        return heading + "No thresholds were chosen: the class with the highest probability counts."
    rows: list[list[object]] = [
        [
            name,
            rounded(point.threshold, 3),
            f"{rounded(point.band[0])} to {rounded(point.band[1])}" if point.band else "none",
            as_xrays(point.who_chose),
            *rates_words(point),
        ]
        for name, point in operating.items()
    ]
    columns = [of, "flagged from", "uncertain band", "chosen by",
               "sensitivity", "specificity"]  # fmt: skip
    untested = [name for name, point in operating.items() if point.tested is None]
    note = (
        f" Of {', '.join(map(one_line, untested))} there was no test: the rates are of the "
        "validation X-rays that the threshold was chosen on, and likely too good."
        if untested
        else ""
    )
    return (
        heading
        + (
            f"An X-ray is flagged for a {of} from this probability; in the band a human should "
            "decide. Thresholds are chosen on validation X-rays; sensitivity and specificity are "
            f"measured on test X-rays, which had no say in it.{note}\n\n"
        )
        + table(columns, rows)
    )


def rates_words(point: ChosenPoint) -> tuple[str, str]:
    """Sensitivity and specificity on test images: ``15 of 26, 0.577 (0.39 to 0.75)``."""
    tested = point.tested
    if tested is None:
        return f"{score_words(point.sensitivity)}, not tested", (
            f"{score_words(point.specificity)}, not tested"
        )
    return (
        f"{tested.found} of {tested.positives}, {score_words(tested.sensitivity)}",
        f"{tested.passed} of {tested.negatives}, {score_words(tested.specificity)}",
    )


_STRANGERS = "## Pictures of another kind\n\n"
STRANGERS_LATER = (
    _STRANGERS + "What its training X-rays look like is learned when the model is published."
)


def strangers_part(
    ood: Mapping[str, Any] | None, *, patients_told: bool = True, synthetic: bool = False
) -> str:
    """What happens with images of another kind.

    Args:
        ood: ``familiar_facts``.
        patients_told: Whether a name or a table tells the patients of the test images.
        synthetic: Whether it learned from phantoms.
    """
    if ood is None:
        return _STRANGERS + (
            "It does not notice pictures of another kind: it had too few training X-rays to say "
            "what is usual."
        )
    doubted = ood.get("doubted")  # versions that did not look for it have none
    kinds = "cut" if doubted is None else "cut, mirrored, noisy"
    part = "validation X-rays" if ood["held_out"] == "val" else "training X-rays set aside"
    limits = (
        f"Its two limits were set with these and the {ood['n_held_out']} {part}. Beyond the first, "
        f"meant to be passed by {1 - ood['quantile']:.0%} of X-rays like them, it warns"
    )
    if ood.get("refused_quantile"):
        limits += (
            f" (a score of {ood['threshold']:.2f}); beyond the second, meant to be passed by "
            f"{1 - ood['refused_quantile']:.0%}, it gives no answer ({ood['refused_beyond']:.2f}). "
            "It gives none either where a picture fits once it is turned or its black and white "
            "are exchanged, is almost the same grey everywhere or mostly in colour, or has a "
            "quarter or less of the pixels along a side that the network looks at; where the "
            "answer would come from coloured marks; and where the file itself says that it is a "
            "view from the side or, for a model of patients, drawn by a program."
        )
    else:
        limits += f"; {REFUSED_BEYOND - 1:.0%} beyond that it gives no answer."
    return _STRANGERS + "\n\n".join(
        [
            f"It compares each picture with its {ood['n_train']} training X-rays, coloured ones in "
            f"grey, and says when one is inverted, rotated, {kinds}, too dark or too bright, of "
            f"another body part, or unlike all of them. {limits}",
            measured_strange(ood.get("test"), patients_told=patients_told),
            *([missed_strangers(ood["strangers"])] if ood.get("strangers") else []),
            *([warned_of(doubted)] if doubted else []),
            "It does not notice everything: "
            + (
                "a chest X-ray of a patient "
                if synthetic
                else "a chest X-ray that is mirrored, with the heart on the right, or of another "
                "age group, machine or hospital "
                if doubted is None
                else "a chest X-ray of another age group, machine or hospital "
            )
            + "may pass as usual.",
        ]
    )


def measured_strange(test: Mapping[str, Any] | None, *, patients_told: bool = True) -> str:
    """How many test images are called strange, and how many get no answer, in sentences."""
    if test is None:
        return "How many it calls strange was not measured: there were no test X-rays."
    n, strange = test["films"], test["strange"]
    whose = f", of {test['strange_patients']} of {test['patients']} patients"
    if not patients_told:
        whose = "; their patients are not told"
    told = (
        f"Measured: it calls {strange} of {n} test X-rays strange, {_percent(strange, n)} "
        f"{_bounds(test['interval'])}{whose}."
    )
    if "refused" not in test:
        return told
    refused = test["refused"]
    return told + (
        f" To {refused} of the {n} it wrongly gives no answer: {_percent(refused, n)} "
        f"{_bounds(test['refused_interval'])}."
    )


def missed_strangers(made: Sequence[Mapping[str, Any]]) -> str:
    """How many pictures that cannot be judged get an answer all the same, as a table."""
    rows: list[list[object]] = [
        [
            one["kind"],
            one["films"],
            one["films"] - one["refused"],
            _bounds(interval_of_count(one["films"] - one["refused"], one["films"])),
        ]
        for one in made
    ]
    return (
        "Pictures that nobody can judge, made of test X-rays, and how many of them it missed, so "
        "that they got an answer (95 % interval):\n\n"
        + table(["made of an X-ray", "pictures", "missed", "share"], rows)
    )


def warned_of(made: Sequence[Mapping[str, Any]]) -> str:
    """How many pictures that it should warn about have a warning or no answer, as a table."""
    rows: list[list[object]] = [
        [
            one["kind"],
            one["films"],
            one["warned"],
            _bounds(interval_of_count(one["warned"], one["films"])),
        ]
        for one in made
    ]
    return (
        "Pictures that it should doubt, made of test X-rays, and how many of them had a warning "
        "or got no answer (95 % interval):\n\n"
        + table(["made of an X-ray", "pictures", "warned or refused", "share"], rows)
    )


def _percent(part: int, of: int) -> str:
    return percent(part / of, 1)


def _bounds(interval: Sequence[float] | None) -> str:
    return f"({percent(interval[0])} to {percent(interval[1])})" if interval else ""


def score_words(score: Score) -> str:
    """``0.880 (0.78 to 0.94)``; ``0.105 (0.103 to 0.109)`` where two digits tell too little."""
    if score.interval is None or score.value is None:
        return number(score.value)
    low, high = (round(end, 2) for end in score.interval)
    if not low <= round(score.value, 3) <= high:  # what is told would lie beside its own interval
        return f"{score:.3f}"
    ends = " to ".join(rounded(end) for end in score.interval)
    return f"{number(score.value)} ({ends})"


def number(value: float | None) -> str:
    return "not defined" if value is None else rounded(value, 3)


def table(heading: list[str], rows: list[list[object]]) -> str:
    whole: list[list[object]] = [[*heading], *rows]
    lines = [[_cell(cell) for cell in line] for line in whole]
    lines.insert(1, ["---"] * len(heading))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    return one_line(str(value))
