"""How good a run of several findings is on its own images, or on others with a table of labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xraylib.datasets.labels.findings import Findings, policy
from xraylib.errors import DatasetError
from xraylib.evaluation.elsewhere.names_read import NamesRead
from xraylib.evaluation.external import check_keepable, keep_evaluation, key_of
from xraylib.evaluation.findings.operating import FindingsOperating, read_findings_operating
from xraylib.evaluation.findings.run_findings import RunFindings, stored_findings
from xraylib.evaluation.own_images import known_table, rows_in
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.evaluation.stored_predictions import images_root, no_images, one_person_each
from xraylib.json_values import JsonObject
from xraylib.metrics.findings.evaluation import FindingsEvaluation, evaluate_findings

if TYPE_CHECKING:
    from pathlib import Path

    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.training.run.runs import Run


@dataclass(frozen=True, kw_only=True, repr=False)
class RunFindingsEvaluation(FindingsEvaluation):
    """How good a run is on some images: a :class:`FindingsEvaluation`, and what was judged.

    Attributes:
        run: The run's id.
        split: ``"train"``, ``"val"``, ``"test"``, or ``"all"`` of a folder without split folders.
        data: The images' folder.
        source: ``"stored"`` predictions or ``"predicted"`` now.
        left_out: Of other images, those of which none of the run's findings is known.
        kept: The key under which the predictions were kept, which stands for a split; or None.
        temperatures: What each finding's logit was divided by; 1 for the network's own.
        patients_told: Images whose patient a name or a table tells.
    """

    run: str
    split: str
    data: str
    source: str
    left_out: int = 0
    kept: str | None = None
    temperatures: Mapping[str, float] = field(default_factory=dict)
    patients_told: int | None = None

    @property
    def whose(self) -> str:
        """`` of 57 patients``, or what `of_patients` says where nothing tells them."""
        return of_patients(self.n, self.patients, told=self.patients_told != 0)

    def to_json(self) -> JsonObject:
        """What :meth:`FindingsEvaluation.to_json` gives, and the fields."""
        return {
            **super().to_json(),
            "run": self.run,
            "split": self.split,
            "data": self.data,
            "source": self.source,
            "left_out": self.left_out,
            "temperatures": dict(self.temperatures),
            "patients_told": self.patients_told,
            **({} if self.kept is None else {"kept": self.kept}),
        }

    @classmethod
    def _fields(cls, value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **super()._fields(value),
            **{name: str(value[name]) for name in ("run", "split", "data", "source")},
            "left_out": int(value["left_out"]),
            "kept": value.get("kept"),
            "temperatures": dict(value["temperatures"]),
            "patients_told": value.get("patients_told"),
        }

    @classmethod
    def of(
        cls, judged: RunFindings, thresholds: Mapping[str, float], **about: Any
    ) -> RunFindingsEvaluation:
        """An evaluation of what a run said, with ``run``, ``split``, ``data`` and so on."""
        found = evaluate_findings(
            judged.truth,
            judged.probabilities,
            judged.names,
            judged.people or judged.patients,
            thresholds=thresholds,
        )
        temperatures, told = dict(judged.temperatures), judged.told
        return cls(**vars(found), temperatures=temperatures, patients_told=told, **about)


def stored_findings_evaluation(
    run: Run, *, split: str = "test", operating: FindingsOperating | None = None
) -> RunFindingsEvaluation:
    """How good a run is, from the predictions that it wrote at its end. No TensorFlow.

    Args:
        run: A run of findings that has ended.
        split: ``"val"`` or ``"test"``.
        operating: Its temperatures and thresholds, where they are at hand.

    Raises:
        RunError: codes ``no-predictions`` and ``no-findings``.
        DatasetError: code ``no-films``: the run has none of this split.
    """
    chosen = operating or read_findings_operating(run)
    judged = stored_findings(run, split=split).at(chosen.applied)
    return RunFindingsEvaluation.of(
        judged,
        chosen.thresholds,
        run=run.id,
        split=split,
        data=str(images_root(run, split)),
        source="stored",
    )


def findings_evaluation(
    run: Run,
    *,
    split: str,
    root: Path | None = None,
    index: DatasetIndex | None = None,
    progress: Callable[[int, int], None] | None = None,
    name: str = "",
    keep_it: bool = False,
    renamed: Mapping[str, str] | None = None,
) -> RunFindingsEvaluation:
    """How good a run is on its own images or on others; what it has not judged is judged now.

    Args:
        run: A run of findings that has ended.
        split: ``"train"``, ``"val"`` or ``"test"``; of a folder without them all images are used.
        root: The folder of other images; the run's own if not given.
        index: Of ``root``, with its findings; those that the run does not know are passed over.
        progress: Called with (images done, images in all) while the network predicts.
        name, keep_it, renamed: See :func:`~xraylib.evaluation.evaluate.evaluate_run`.

    Raises:
        DatasetError: codes ``no-findings``, ``no-films`` and ``nothing-in-common``.
        RunError: codes ``no-predictions`` and ``no-weights``.
    """
    if root is None and split != "train":
        return stored_findings_evaluation(run, split=split)
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.evaluation.predict import predict

    own = root is None
    if own:
        index = DatasetIndex.load(run.folder / "index.parquet")
    place = run.data.root if root is None else root
    if index is None or index.findings is None:
        raise DatasetError(
            f"No table tells which findings the images in {str(place)!r} show",
            expected="images with a table of labels",
            remedy="name the table (--labels TABLE), or a data set of the catalogue that has one "
            "(--dataset NAME)",
            code="no-findings",
        )
    found, used = rows_in(run, index, split, own=own)
    rows = np.array(found, np.int64)
    truth = _known_of(run, index.findings, rows, place)
    useful = (truth >= 0).any(axis=1) | own
    if not useful.any():
        raise no_images(used, f"{place.name}, of which a finding is known", run)
    if keep_it:
        check_keepable(run)
    images = index.images(rows[useful])
    patients = [image.patient for image in images]
    judged = RunFindings(
        paths=tuple(image.path for image in images),
        patients=tuple(patients),
        people=one_person_each(patients, [image.sha256 for image in images]),
        truth=truth[useful],
        probabilities=predict(run, index, rows[useful].tolist(), progress),
        names=run.classes,
    )
    chosen = read_findings_operating(run)
    result = RunFindingsEvaluation.of(
        judged.at(chosen.applied),
        chosen.thresholds,
        run=run.id,
        split=used,
        data=str(place),
        source="predicted",
        left_out=int((~useful).sum()),
    )
    if not keep_it:
        return result
    called = name or (run.data.name if own else place.name)
    key = key_of(called, place, used, own=own)
    keep_evaluation(
        run,
        key,
        data=called,
        root=place,
        split=used,
        images=[(image.path, image.label, image.patient) for image in images],
        sums=[image.sha256 for image in images],
        probabilities=judged.probabilities,
        evaluation=result,
        truth=judged.truth,
        names=NamesRead.of(run.classes, index.findings.names, renamed),
        known=known_table(index, rows[useful].tolist()),
    )
    return replace(result, kept=key)


def _known_of(run: Run, told: Findings, rows: NDArray[np.int64], root: Path) -> NDArray[np.int8]:
    """``(n, the run's findings)``: of those that the table does not tell nothing is known."""
    shared = [name for name in run.classes if name in told.names]
    if not shared:
        raise DatasetError(
            f"The table of {str(root)!r} tells of none of the run's findings",
            expected="at least one of " + ", ".join(run.classes),
            remedy="rename the table's columns, or choose another data set",
            code="nothing-in-common",
        )
    truth = np.full((len(rows), len(run.classes)), -1, np.int8)
    for name in shared:
        truth[:, run.classes.index(name)] = policy(told.values[rows, told.names.index(name)])
    return truth
