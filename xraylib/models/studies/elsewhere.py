"""How good a run is on other data sets, for its model card in every form and its report.

    {"split": "test", "lines": [{"data": …, "films": …, "auc": …}, …], "words": ["On Other …"]}

The first line is the run's own images, the others are data sets that it was judged on later. They
are "images" in every sentence: those of a model of phantoms may be X-rays of patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.elsewhere.external_table import ExternalLine, external_table
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.models.studies.study import Study

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

TITLE: Final = "On other data sets"
UNTRIED: Final = (
    "Not measured when this was written: nobody had judged it on images of another data set."
)
_PARTS: Final = {"train": "training", "val": "validation", "test": "test"}


def elsewhere_facts(run: Run) -> JsonObject | None:
    """What is kept of other data sets, in ``bundle.json``; None where it was judged on none."""
    try:
        found = external_table(run)
    except DatasetError:  # no other images, or none of its own to put beside them
        return None
    return {
        "split": found.own.split,
        "lines": [_facts(run, one) for one in found.lines],
        "words": [*found.words()],
    }


def other_lines(facts: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The lines of other data sets; none where it was judged on its own images alone."""
    return list(facts["lines"][1:]) if facts else []


def elsewhere_study(facts: Mapping[str, Any] | None) -> Study:
    """:func:`elsewhere_facts` for people."""
    if not facts:
        return Study(title=TITLE, words=UNTRIED)
    several = "accuracy" not in facts["lines"][0]
    heads = ["data set", "images", f"AUC, mean of {'findings' if several else 'classes'}"]
    own = _PARTS.get(str(facts["split"]), str(facts["split"]))
    notes = [f"{words}." for words in facts["words"]]
    for one in other_lines(facts):
        if one["names"]:
            notes.append(f"{one['data']}: {one['names']}.")
        if one["known"]:
            notes.append(f"{one['data']}: training knew {one['known']} of its images.")
    return Study(
        title=TITLE,
        words=f"The first line is its own {own} images, the others are images that it was judged "
        "on later; 95 % intervals by patient, as far as patients are told. Whether these come from "
        "another hospital or machine only a person can say.",
        heads=[*heads, *([] if several else ["accuracy"])],
        rows=[_row(one, several=several) for one in facts["lines"]],
        notes=notes,
    )


def _facts(run: Run, line: ExternalLine) -> JsonObject:
    accuracy = None if run.data.several else stored_evaluation(run, split=line.key)["accuracy"]
    return {
        "data": line.data,
        "split": line.split,
        "films": line.images,
        "patients": line.patients,
        "patients_told": line.patients_told,
        **_score("auc", line.mean),
        **(_score("accuracy", accuracy) if isinstance(accuracy, Score) else {}),
        "names": line.names.words,
        "known": line.known,
    }


def _score(name: str, score: Score) -> JsonObject:
    return {name: score.value, f"{name}_ci": [*score.interval] if score.interval else None}


def _row(one: Mapping[str, Any], *, several: bool) -> list[str]:
    images, patients = int(one["films"]), int(one["patients"])
    part = _PARTS.get(str(one["split"]))
    return [
        f"{one['data']}, {part}" if part else str(one["data"]),
        f"{images:,}" + of_patients(images, patients, told=bool(one["patients_told"])),
        _told(one, "auc"),
        *([] if several else [_told(one, "accuracy")]),
    ]


def _told(one: Mapping[str, Any], name: str) -> str:
    bounds = one.get(f"{name}_ci")
    return str(Score(one.get(name), Interval(*bounds) if bounds else None))
