"""One run on its own test images and on other data sets: one table, and how far it drops.

    found = external_table(run)
    found.words()  # "On Other clinic the AUC is …: … lower than on its own test images …"

Other data sets are those that it was judged on with ``keep_it``. A mean over findings is of those
that both sides can tell.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.elsewhere.names_read import NamesRead
from xraylib.evaluation.external import ExternalEvaluation, external_evaluations
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.evaluation.overlap import known_images
from xraylib.evaluation.run_evaluation import NOT_TOLD, of_patients
from xraylib.evaluation.sides.aspects import AnyJudged, run_aspects
from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.paired import holm, p_words
from xraylib.metrics.comparing.two_groups import Apart, apart
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.findings.evaluation import evaluate_findings
from xraylib.metrics.measured import Score
from xraylib.metrics.populations.aspect import Aspect, AspectScores
from xraylib.rounding import rounded

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

MEAN: Final = ""
"""Stands for the mean over classes or findings where they are named."""


@dataclass(frozen=True, kw_only=True)
class ExternalLine:
    """A data set that a run was judged on.

    Attributes:
        key: Stands for it wherever a split is asked for; ``"test"`` or ``"val"`` for its own.
        data: What it is called.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        images: How many.
        patients: Whose they are.
        patients_told: Whether a name or a table tells any of them.
        mean: AUC, the mean over classes or findings; of a run's own images over all of them.
        aspects: Each class or finding.
        drops: AUC there less AUC on the run's own images, by class or finding, and of the mean
            under ``MEAN``; empty for its own.
        names: How names were read.
        known: Images that training knew; None where it cannot be told.
    """

    key: str
    data: str
    split: str
    images: int
    patients: int
    mean: Score
    aspects: Mapping[str, AspectScores]
    drops: Mapping[str, Apart] = field(default_factory=dict)
    names: NamesRead = field(default_factory=NamesRead)
    known: int | None = None
    patients_told: bool = True

    @property
    def people(self) -> int | str:
        """How many patients, or that they are not told."""
        return self.patients if self.patients_told else NOT_TOLD

    def to_json(self) -> JsonObject:
        """The fields; ``mean`` as ``auc`` and ``auc_ci``."""
        interval = self.mean.interval
        return {
            "key": self.key,
            "data": self.data,
            "split": self.split,
            "films": self.images,
            "patients": self.patients,
            "patients_told": self.patients_told,
            "auc": self.mean.value,
            "auc_ci": None if interval is None else [*interval],
            "aspects": {name: one.to_json() for name, one in self.aspects.items()},
            "drops": {name or "mean": one.to_json() for name, one in self.drops.items()},
            "names": self.names.to_json(),
            "known": self.known,
        }


@dataclass(frozen=True, kw_only=True)
class ExternalTable:
    """A run on its own images, first, and on others.

    Attributes:
        run: Its id.
        lines: The run's own test images (validation images where it has none, or they are locked
            or not judged yet), then other data sets, the newest first.
        asked: How many differences p allows for.
    """

    run: str
    lines: tuple[ExternalLine, ...]
    asked: int

    @property
    def own(self) -> ExternalLine:
        """The run's own images."""
        return self.lines[0]

    @property
    def others(self) -> tuple[ExternalLine, ...]:
        """The other data sets."""
        return self.lines[1:]

    def words(self) -> list[str]:
        """A sentence a data set: what changes from the run's own images to it."""
        own = {"test": "test", "val": "validation"}.get(self.own.split, self.own.split)
        return [sentence for line in self.others for sentence in _sentences(line, own)]

    def to_json(self) -> JsonObject:
        """The fields, and ``words``."""
        return {
            "run": self.run,
            "asked": self.asked,
            "lines": [one.to_json() for one in self.lines],
            "words": list(self.words()),
        }


def external_table(run: Run) -> ExternalTable:
    """The run's own images beside all others that it was judged on. No TensorFlow.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: codes ``no-films``; ``no-external``: it was judged on no other images.
        PathError: What was kept cannot be read.
    """
    kept = [one for one in external_evaluations(run) if one.key != "train"]
    if not kept:
        raise DatasetError(
            f"The run {run.id} was judged on its own images alone",
            expected="other data sets that it was judged on",
            remedy="judge it on one: xraylib external RUN --dataset NAME, or on the Results page "
            "under Other X-rays",
            code="no-external",
        )
    own, mine = _own(run)
    lines = []
    for one in kept:
        judged, aspects = run_aspects(run, split=one.key)
        lines.append(_line(run, one, judged, aspects, mine))
    asked = [(at, name) for at, line in enumerate(lines) for name in line.drops]
    adjusted = holm([lines[at].drops[name].p for at, name in asked])
    corrected: list[dict[str, Apart]] = [{} for _ in lines]
    for (at, name), p in zip(asked, adjusted, strict=True):
        corrected[at][name] = replace(lines[at].drops[name], p_holm=p)
    told = (replace(line, drops=drops) for line, drops in zip(lines, corrected, strict=True))
    return ExternalTable(run=run.id, lines=(own, *told), asked=len(asked))


_NO_TEST: Final = ("no-films", "test-locked", "test-unjudged")
_Side = tuple[AnyJudged, tuple[Aspect, ...]]


def _own(run: Run) -> tuple[ExternalLine, _Side]:
    split = "test"
    try:
        judged, aspects = run_aspects(run, split=split)
    except DatasetError as error:
        if error.code not in _NO_TEST:
            raise
        split = "val"
        judged, aspects = run_aspects(run, split=split)
    line = ExternalLine(
        key=split,
        data=run.data.name,
        split=split,
        images=len(judged.paths),
        patients=int(judged.groups.max()) + 1,
        patients_told=judged.told != 0,
        mean=_mean(run, judged, _told(aspects)),
        aspects={one.name: one.measured() for one in aspects},
        known=_known(run, split),
    )
    return line, (judged, aspects)


def _line(
    run: Run, one: ExternalEvaluation, judged: AnyJudged, aspects: tuple[Aspect, ...], mine: _Side
) -> ExternalLine:
    own, before = mine
    there = {aspect.name: aspect.measured() for aspect in aspects}
    here = {aspect.name: aspect.measured() for aspect in before}
    drops = {}
    for name, scores in there.items():
        found = apart(scores["auc"], here[name]["auc"])
        if found is not None:
            drops[name] = found
    shared = [name for name in _told(aspects) if name in _told(before)]
    mean = _mean(run, judged, shared)
    if len(shared) > 1 and (whole := apart(mean, _mean(run, own, shared))) is not None:
        drops = {MEAN: whole, **drops}
    return ExternalLine(
        key=one.key,
        data=one.data,
        split=one.split,
        images=one.images,
        patients=int(judged.groups.max()) + 1,
        patients_told=judged.told != 0,
        mean=mean,
        aspects=there,
        drops=_of_two(run, drops),
        names=one.names,
        known=_known(run, one.key),
    )


def _told(aspects: tuple[Aspect, ...]) -> list[str]:
    """Those that some images show and some do not."""
    return [one.name for one in aspects if one.positive.any() and not one.positive.all()]


def _of_two(run: Run, drops: dict[str, Apart]) -> dict[str, Apart]:
    """Of two classes both have one AUC: it is asked once."""
    if run.data.several or len(run.classes) != 2 or MEAN not in drops:
        return drops
    return {MEAN: drops[MEAN]}


def _mean(run: Run, judged: AnyJudged, names: list[str]) -> Score:
    """The mean AUC of these classes or findings."""
    people = judged.people or judged.patients
    if isinstance(judged, RunFindings):
        if not names:
            return Score(None, None, "no finding can be told", "no finding can be told")
        places = [judged.names.index(name) for name in names]
        found = evaluate_findings(
            judged.truth[:, places], judged.probabilities[:, places], names, people
        )
        return found["auc"]
    if len(names) < len(run.classes):
        why = "a class has no images"
        return Score(None, None, why, why)
    return evaluate_predictions(judged.labels, judged.probabilities, list(run.classes), people)[
        "auc"
    ]


def _known(run: Run, key: str) -> int | None:
    with contextlib.suppress(DatasetError):
        found = known_images(run, key)
        return None if found is None else found.known
    return None


def _sentences(line: ExternalLine, own: str) -> list[str]:
    whose = of_patients(line.images, line.patients, told=line.patients_told)
    images = f"{line.images:,} images{whose}"
    told = []
    for name, drop in line.drops.items():
        low, high = drop.interval
        bounds = f"{low:+.2f} to {high:+.2f}"
        what = f"the AUC of {name}" if name else "the AUC"
        value = line.aspects[name]["auc"] if name else line.mean
        if name and not drop.sign:
            continue  # what cannot be told apart is told of the mean alone
        if drop.sign < 0:
            verdict = f"{rounded(-drop.difference)} lower than on its own {own} images"
        elif drop.sign > 0:
            verdict = f"{rounded(drop.difference)} higher than on its own {own} images"
        else:
            verdict = f"not told apart from that of its own {own} images"
        told.append(
            f"On {line.data} ({images}) {what} is {value}: {verdict} (difference "
            f"{drop.difference:+.2f}, {bounds}; {p_words(drop.p_holm)})"
        )
    if not told:
        what = (
            "no AUC is told apart from that" if line.drops else "nothing can be compared with that"
        )
        told.append(f"On {line.data} ({images}) {what} of its own {own} images")
    return told
