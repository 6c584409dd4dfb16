"""How good predictions are, with how sure one can be of it. NumPy only.

    found = evaluate_predictions(y_true, probabilities, ("Covid", "Normal", "Pneumonia"))
    found.accuracy.value, found.accuracy.interval
    found.per_class["Covid"].recall.value

A value that is not defined is ``None`` and has a reason; it is never a 0 or a 1 that nobody
measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from numpy.typing import ArrayLike

from xraylib import notebook
from xraylib.arguments import check_whole, checked, checked_fields
from xraylib.errors import DatasetError
from xraylib.json_values import JsonObject
from xraylib.metrics.checked_images import checked_images
from xraylib.metrics.comparing.paired import paired
from xraylib.metrics.measured import (
    ClassScores,
    Majority,
    Score,
    Scored,
    reasons,
    scores_from_json,
    scores_json,
)
from xraylib.metrics.scores import confusion_matrix
from xraylib.metrics.table import CLASS_METRICS, METRICS
from xraylib.metrics.uncertainty.resampling import measure
from xraylib.records import texts
from xraylib.type_hints import is_a

_SHOWN = 6


@checked_fields
@dataclass(frozen=True, kw_only=True, repr=False)
class Evaluation(Scored):
    """Everything the Results page and ``xraylib evaluate`` say about one set of predictions.

    Each metric of :mod:`xraylib.metrics.table` is a :class:`~xraylib.metrics.measured.Score` with
    ``value``, ``interval`` (``low``, ``high``; 95 %) and, where one is missing, ``reason`` and
    ``interval_reason``: ``found.accuracy`` and ``found["accuracy"]`` are the same. In a notebook
    it shows itself as tables.

    Attributes:
        n: Images.
        patients: Whose images they are; as many as images where that is not known.
        scores: Scores of all images by name.
        majority: What naming the most frequent class every time would reach.
        per_class: Scores of each class against the rest by its name.
        confusion: Images: true class by row, class they were called by column.
        classes: The names in the order of ``confusion``.
        methods: How the intervals were made.
        notes: Remarks.
    """

    n: int
    patients: int
    scores: Mapping[str, Score]
    majority: Majority
    per_class: Mapping[str, ClassScores]
    confusion: tuple[tuple[int, ...], ...]
    classes: tuple[str, ...]
    methods: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def undefined(self) -> dict[str, str]:
        """Why values and intervals are missing, by name: ``per_class.Covid.precision``."""
        found: dict[str, str] = {}
        for name, own in self.per_class.items():
            found |= reasons(own.scores, f"per_class.{name}.")
        found |= reasons(self.scores, "")
        return found if self.n else {**found, "majority.accuracy": "there are no images"}

    def to_json(self) -> JsonObject:
        """A value that can be written as JSON.

        Returns:
            ``n``, ``patients``, then each metric as its name and, if it has an interval,
            ``…_ci`` (``[low, high]``), ``majority``, ``per_class`` with ``support``,
            ``predicted`` and each metric of a class, ``confusion``, ``classes``, ``undefined``,
            ``methods`` and ``notes``.
        """
        return {
            "n": self.n,
            "patients": self.patients,
            **scores_json(self.scores, METRICS),
            "majority": self.majority.to_json(),
            "per_class": {
                name: {
                    "support": own.support,
                    "predicted": own.predicted,
                    **scores_json(own.scores, CLASS_METRICS),
                }
                for name, own in self.per_class.items()
            },
            "confusion": [list(row) for row in self.confusion],
            "classes": list(self.classes),
            "undefined": dict(self.undefined),
            "methods": dict(self.methods),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`, also of earlier versions: metrics that they lack are left out.

        Raises:
            DatasetError: code ``evaluation``: it is none.
        """
        try:
            found = cls(**cls._fields(value))
            _check_shape(found)
            return found
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise DatasetError(
                f"An evaluation cannot be read ({error!r})",
                expected="what Evaluation.to_json() gives",
                remedy="judge the run again, for example with xraylib evaluate",
                code="evaluation",
            ) from None

    @classmethod
    def _fields(cls, value: Mapping[str, Any]) -> dict[str, Any]:
        undefined = value.get("undefined", {})
        return {
            "n": int(value["n"]),
            "patients": int(value.get("patients", value["n"])),
            "scores": scores_from_json(value, METRICS, undefined, ""),
            "majority": Majority.from_json(value["majority"]),
            "per_class": {
                name: ClassScores(
                    support=int(own["support"]),
                    predicted=int(own["predicted"]),
                    scores=scores_from_json(own, CLASS_METRICS, undefined, f"per_class.{name}."),
                )
                for name, own in value["per_class"].items()
            },
            "confusion": tuple(tuple(map(int, row)) for row in value["confusion"]),
            "classes": texts(value["classes"]),
            "methods": dict(value.get("methods", {})),
            "notes": texts(value.get("notes", [])),
        }

    def __repr__(self) -> str:
        told = [
            f"{metric.heading if metric.short else metric.title.lower()} {self[metric.name]}"
            for metric in METRICS
            if "headline" in metric.told and metric.name in self
        ]
        lines = [
            f"<{type(self).__name__} of {self.n:,} images of {self.patients:,} patients: "
            + ", ".join(told)
        ]
        for name, own in list(self.per_class.items())[:_SHOWN]:
            scores = [
                f"{metric.title.lower()} {own[metric.name]}"
                for metric in CLASS_METRICS
                if "headline" in metric.told and metric.name in own
            ]
            lines.append(f"  {name}: {own.support:,} images, " + ", ".join(scores))
        if len(self.per_class) > _SHOWN:
            lines.append(f"  and {len(self.per_class) - _SHOWN} more classes")
        return "\n".join(lines) + ">"

    def _repr_html_(self) -> str:
        """Tables for a notebook; every name is escaped."""
        overall = [
            (metric.title, str(self[metric.name])) for metric in METRICS if metric.name in self
        ]
        classes = [metric for metric in CLASS_METRICS if any(metric.name in own for own in
                   self.per_class.values())]  # fmt: skip
        by_class = [
            (name, own.support, *(str(own[metric.name]) for metric in classes))
            for name, own in self.per_class.items()
        ]
        heads = ("class", "images", *(metric.heading for metric in classes))
        matrix = [(name, *row) for name, row in zip(self.classes, self.confusion, strict=True)]
        title = f"{self.n:,} images of {self.patients:,} patients, 95 % intervals in brackets"
        return (
            notebook.table(("", "value"), overall, title=title)
            + notebook.table(heads, by_class)
            + notebook.table(("truth \\ called", *self.classes), matrix)
        )


def _check_shape(found: Evaluation) -> None:
    """Refuses numbers of images and classes that do not fit each other.

    Raises:
        ValueError: They do not.
    """
    k = len(found.classes)
    fits = all(isinstance(name, str) for name in found.classes) and len({*found.classes}) == k
    fits &= {*found.per_class} == {*found.classes}
    fits &= [len(row) for row in found.confusion] == [k] * k
    fits &= all(0 <= count <= found.n for row in found.confusion for count in row)
    name, share = found.majority.class_name, found.majority.accuracy
    fits &= is_a(name, str | None) and is_a(share, float | None)
    if not fits:
        raise ValueError("its numbers do not fit its classes")


@checked
def evaluate_predictions(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    patients: Sequence[str] | None = None,
    *,
    seed: int = 0,
) -> Evaluation:
    """How good predictions are: every metric of the table with its 95 % interval.

    Args:
        y_true: ``(n,)`` positions in ``classes``.
        probabilities: ``(n, k)``; the predicted class is the highest, the first of equals.
        classes: The ``k`` names.
        patients: Whose image each is; without it every image counts as a patient. Where patients
            have several images, intervals take these for as many as they are worth; else shares
            have Wilson's, the AUC of a class DeLong's, and images are drawn for the rest.
        seed: Of the draws.

    Raises:
        DatasetError: code ``predictions``: shapes do not fit, or values are no probabilities.
        ConfigError: code ``argument``.
    """
    check_whole(seed, "seed", least=0)
    images = checked_images(y_true, probabilities, classes, patients)
    n, k = images.probabilities.shape
    scores, by_class = measure(images, METRICS, CLASS_METRICS, seed=seed)
    matrix = confusion_matrix(images.true, images.predicted, k)
    support, called = matrix.sum(axis=1), matrix.sum(axis=0)
    largest = int(support.argmax())
    several = images.patients < n
    return Evaluation(
        n=n,
        patients=images.patients,
        scores=scores,
        majority=Majority(
            class_name=classes[largest] if n else None,
            accuracy=float(support[largest] / n) if n else None,
            compared=paired(images.predicted == images.true, images.true == largest, images.groups)
            if n
            else None,
        ),
        per_class={
            name: ClassScores(support=int(support[i]), predicted=int(called[i]), scores=by_class[i])
            for i, name in enumerate(classes)
        },
        confusion=tuple(tuple(row) for row in matrix.tolist()),
        classes=tuple(classes),
        methods=_methods(several=several),
        notes=(f"{n} images come from {images.patients} patients: intervals count patients",)
        if several
        else (),
    )


def _methods(*, several: bool) -> dict[str, str]:
    """How intervals were made, by what has them; shares first."""
    found: dict[str, str] = {}
    overall = {
        f"{metric.name}_ci" if metric.has_interval else metric.name: metric
        for metric in METRICS
        if metric.told_method
    }
    for key, metric in overall.items():
        if metric.share is not None:
            found[key] = metric.method_words(several=several)
    for one in CLASS_METRICS:
        if one.told_method:
            key = "rates" if one.share is not None else f"{one.name}_ci"
            found[f"per_class {key}"] = one.method_words(several=several)
    for key, metric in overall.items():
        found.setdefault(key, metric.method_words(several=several))
    return found
