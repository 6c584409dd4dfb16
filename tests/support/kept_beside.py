"""What is worked out of a run later and kept beside it: one of each kind of file, made up."""

from __future__ import annotations

import numpy as np
from drawn_stress import drawn_stress

from xraylib.audit.report import AuditReport
from xraylib.audit.store import keep_audit
from xraylib.evaluation.explain.run_sanity import FILE as SANITY
from xraylib.evaluation.explain.sanity import Likeness, MapSanity
from xraylib.evaluation.leakage import keep_report
from xraylib.evaluation.run_shortcuts import FILE as SHORTCUTS
from xraylib.evaluation.run_shortcuts import RunShortcuts
from xraylib.evaluation.shortcut_within import ToldWithin
from xraylib.evaluation.stress.stress_test import FILE as STRESS
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.models.card.card import write_words
from xraylib.ood.image_features import Pixels
from xraylib.reports.checklist.questions import write_answers
from xraylib.training.loop.fit_ood import familiar_of, keep_familiar
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json

KEPT = ("stress.json", "sanity.json", "shortcuts.json", "checklist.json", "audit.json")
"""In the run's folder, beside what a run is made of."""


def keep_beside(run: Run) -> None:
    """Writes all of it, as of the weights that the run has; the data set's audit too."""
    score = Score(0.2, Interval(0.1, 0.3))
    likeness = Likeness(
        what="all layers drawn anew", images=12, rank=score, structure=score, blank=0
    )
    sanity = MapSanity(
        method="gradcam",
        split="test",
        images=12,
        without=0,
        patients=12,
        others=likeness,
        layers=(likeness,),
        shuffled=None,
        shuffled_words="it was not asked for",
    )
    told = ToldWithin(
        what="hospital", label=run.classes[0], values=("A", "B"), images=40, patients=30, auc=score
    )
    shortcuts = RunShortcuts(images=120, found=(told,), unknown=())
    for name, found in ((STRESS, drawn_stress()), (SANITY, sanity), (SHORTCUTS, shortcuts)):
        write_json(run.folder / name, found.to_json())
    write_answers(run, {"funding": "Nobody."})
    write_words(run, {"purpose": "To learn."})
    report = AuditReport(
        findings=(), fingerprint=run.data.source_fingerprint or "f" * 64, images=300
    )
    keep_report(run, report)
    keep_audit(run.data.name, report, workspace=Workspace(run.folder.parent.parent))


def keep_usual(run: Run) -> None:
    """What is usual of images of noise, as the end of a run keeps it."""
    rows = {"train": np.arange(40), "val": np.arange(100, 125), "test": np.arange(200, 204)}
    found = familiar_of(
        _none, rows, {name: [*map(str, some)] for name, some in rows.items()}, _noise
    )
    assert found is not None
    keep_familiar(run, found)


def _none(_pixels: Pixels) -> None:
    """The features of a network without a convolution."""


def _noise(rows: np.typing.NDArray[np.int64]) -> Pixels:
    images = [np.random.default_rng(int(row)).integers(0, 256, (96, 96, 1)) for row in rows]
    return np.stack(images).astype(np.uint8)
