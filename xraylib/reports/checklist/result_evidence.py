"""What a run says of how good it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from xraylib.errors import DatasetError, RunError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.external import external_evaluations
from xraylib.evaluation.overlap import overlap
from xraylib.evaluation.precision import run_precision
from xraylib.evaluation.run_calibration import calibrate_run
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.run_shortcuts import kept_shortcuts
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.metrics.table import CLASS_METRICS, METRICS
from xraylib.models.before_publishing import publishing_warnings
from xraylib.models.card.numbers import rates_words
from xraylib.models.catalog import list_models
from xraylib.models.classify.prediction import MARGIN, UNSURE
from xraylib.reports.checklist.fact import Fact, lacking
from xraylib.rounding import rounded
from xraylib.training.run.test_use import why_withheld
from xraylib.workspace import Workspace

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_MISTAKES: Final = 5


def _tested(run: Run) -> RunEvaluation | None:
    try:
        return stored_evaluation(run)
    except (DatasetError, RunError):
        return None


def _no_test(run: Run) -> Fact:
    withheld = why_withheld(run)
    if withheld is not None:
        return lacking(*withheld)
    return lacking("There are no test images", "add a test folder, and train again")


def _technique(run: Run) -> Fact:
    return Fact(
        f"Deep learning: the network “{run.spec.name}” sorts chest X-rays into "
        f"{', '.join(run.classes)}"
    )


def _summary(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    return Fact(
        f"{_technique(run).words}. Trained on {run.data.images_in('train')} images, tested on "
        f"{found.n} images {found.whose}: accuracy {found.accuracy}, AUC {found.auc}; always "
        f"naming {found.majority.class_name} gives {rounded(found.majority.accuracy or 0)}"
    )


def _performance(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    told = [f"{metric.title} {found[metric.name]}" for metric in METRICS if metric.name in found]
    return Fact(f"On {found.n} test images {found.whose}: " + "; ".join(told))


def _precision_of_classes(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    chosen = [metric for metric in CLASS_METRICS if metric.name in ("recall", "specificity", "auc")]
    told = [
        f"{name}: " + ", ".join(f"{one.heading} {own[one.name]}" for one in chosen)
        for name, own in found.per_class.items()
    ]
    return Fact("; ".join(told) + " (95 % intervals)")


def _metrics(_run: Run) -> Fact:
    told = [metric.title for metric in METRICS] + [f"{one.title} of a class" for one in
            CLASS_METRICS]  # fmt: skip
    return Fact("; ".join(told) + "; ROC, precision-recall, reliability and decision curves")


def _uncertainty(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    told = "; ".join(
        f"{name.removesuffix('_ci').replace('_', ' ').replace('auc', 'AUC')}: {how}"
        for name, how in found.methods.items()
        if name.endswith(("_ci", "rates"))
    )
    by = "" if found.patients_told == 0 else " by patient"
    return Fact(f"95 % intervals{by} ({told})")


def _sample_size(run: Run) -> Fact:
    if _tested(run) is None:
        return _no_test(run)
    return Fact(str(run_precision(run)[0]))


def _calibration(run: Run) -> Fact:
    try:
        found = calibrate_run(run)
    except (DatasetError, RunError) as error:
        return lacking(error.message, "keep validation and test images")
    return Fact(
        f"Expected calibration error {rounded(found.before.ece, 3)} on {found.n} {found.split} "
        f"images (chance alone {rounded(found.before.ece_expected, 3)}), "
        f"{rounded(found.after.ece, 3)} at the temperature {found.temperature:.2f}"
        + (", which is not applied" if read_operating(run).temperature == 1 else "")
    )


def _updating(run: Run) -> Fact:
    temperature = read_operating(run).temperature
    if temperature == 1:
        return Fact("No temperature is applied: probabilities are the network's own")
    return Fact(f"A temperature of {temperature:.2f}, fitted on validation images")


def _thresholds(run: Run) -> Fact:
    chosen = read_operating(run).classes
    if not chosen:
        return Fact("The class with the highest probability counts; no threshold was set")
    told = [
        f"{name} from {rounded(one.threshold, 3)} (by {one.chosen_by}, on {one.rests_on} "
        "images); on test images sensitivity {}, specificity {}".format(*rates_words(one))
        for name, one in chosen.items()
    ]
    return Fact("Chosen on validation images: " + "; ".join(told))


def _uncertain_results(run: Run) -> Fact:
    chosen = read_operating(run).classes
    bands = [name for name, one in chosen.items() if one.band]
    also = f" or lies in the uncertain band of {', '.join(bands)}" if bands else ""
    if not chosen:
        also = f" or does not reach {UNSURE}"
    return Fact(
        "Every test image counts with the class of its highest probability, also one of which "
        "Classify would say that it is undecided, because that probability is less than "
        f"{MARGIN} ahead of the next{also}, or give no answer"
    )


def _output(run: Run) -> Fact:
    return Fact(f"A probability for each of {', '.join(run.classes)}; they sum to 1")


def _prediction(_run: Run) -> Fact:
    return Fact(
        "One pass of the network over the prepared image: xraylib classify, its HTTP API, or the "
        "exported LiteRT, ONNX or Keras file"
    )


def _model_available(run: Run) -> Fact:
    records = list_models(workspace=Workspace(run.folder.parent.parent))
    names = [f"{one.name}, version {one.version}" for one in records if one.run == run.id]
    if not names:
        return lacking("The model is not published", f"xraylib publish {run.id} NAME")
    return Fact(f"Published as {'; '.join(names)}, with a card and SHA-256 sums")


def _code_available(_run: Run) -> Fact:
    return Fact(
        "X-ray Lab is open source; the run keeps its settings, and writes its network and training "
        "as a Keras script (model.py)"
    )


def _audit_trail(_run: Run) -> Fact:
    return Fact("Predictions of every validation and test image are kept with the run")


def _internal_test(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    seen = (run.status().kept or {}).get("accuracy")
    beside = (
        ""
        if seen is None
        else f"; {rounded(seen)} on the training images during the epoch whose weights it has"
    )
    return Fact(f"Accuracy {found.accuracy} on test images of the same data set{beside}")


def _confusion(run: Run) -> Fact:
    found = _tested(run)
    if found is None:
        return _no_test(run)
    told = [
        f"{truth}: " + ", ".join(
            f"{number} called {name}" for name, number in zip(found.classes, row, strict=True)
        )
        for truth, row in zip(found.classes, found.confusion, strict=True)
    ]  # fmt: skip
    return Fact("; ".join(told))


def _failures(run: Run) -> Fact:
    from xraylib.evaluation.run_temperature import shown_predictions

    found = _tested(run)
    if found is None:
        return _no_test(run)
    judged = shown_predictions(run)
    wrong = judged.most_confident(judged.labels != judged.called)
    worst = [
        f"{judged.paths[place]} ({run.classes[judged.labels[place]]} called "
        f"{run.classes[judged.called[place]]}, {rounded(judged.confidence[place])})"
        for place in wrong[:_MISTAKES]
    ]
    most = f" The most confident mistakes: {'; '.join(worst)}" if worst else ""
    return Fact(f"{len(wrong)} of {found.n} test images were called wrong.{most}")


def _limits(run: Run) -> Fact:
    """What to know before publishing, the grave things first, and what else was found."""
    told = []
    with suppress(DatasetError, RunError):
        told += [one.message for one in publishing_warnings(run)]
        told += [message.rstrip(".") for message in overlap(run, "test").findings]
    shortcuts = kept_shortcuts(run)
    if shortcuts is not None:
        told += [
            f"Inside {one.label} its features tell {one.what} (AUC {one.auc})"
            for one in shortcuts.found
            if one.can_be_told
        ]
    if not [one for one in external_evaluations(run) if one.key != "train"]:
        told.append("It was not tested on images of another source")
    return Fact(". ".join(told) if told else "Figures show no limit of their own")


FACTS: Final[Mapping[str, Callable[[Run], Fact]]] = {
    "technique": _technique,
    "summary": _summary,
    "performance": _performance,
    "precision_of_classes": _precision_of_classes,
    "metrics": _metrics,
    "uncertainty": _uncertainty,
    "sample_size": _sample_size,
    "calibration": _calibration,
    "updating": _updating,
    "thresholds": _thresholds,
    "uncertain_results": _uncertain_results,
    "output": _output,
    "prediction": _prediction,
    "model_available": _model_available,
    "code_available": _code_available,
    "audit_trail": _audit_trail,
    "internal_test": _internal_test,
    "confusion": _confusion,
    "failures": _failures,
    "limits": _limits,
}
"""By the names that items give."""
