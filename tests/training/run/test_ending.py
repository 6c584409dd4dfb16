"""What a finished run has come to: from curves and validation images that were made up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from made_runs import CLASSES, draw_noise, finish, made_run, set_state
from tiny_findings import NAMES, make_findings_run

from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.findings.evaluation import evaluate_findings
from xraylib.training.run.ending import Ending, ending
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json

FALLS = [1.0, 0.8, 0.6, 0.5, 0.45, 0.4, 0.36, 0.33, 0.31, 0.3]
TURNS = [1.0, 0.8, 0.6, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8]
JUMPS = [1.0, 0.8, 0.7, 0.65, 0.6, 0.5, 0.7, 0.53, 0.51, 0.69]
LEVELS = [1.0, 0.8, 0.6, 0.5, 0.45, 0.44, 0.43, 0.44, 0.45, 0.44]
NEARLY = [1.0, 0.8, 0.7, 0.62, 0.56, 0.52, 0.5, 0.48, 0.47, 0.48]
LEARNS = [1.0, 0.8, 0.6, 0.5, 0.42, 0.38, 0.34, 0.3, 0.28, 0.27]
BY_HEART = [1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01]
GOOD = [[9, 1, 0], [0, 10, 0], [0, 2, 8]]


def drawn(run: Run, losses: Sequence[float], val_losses: Sequence[float]) -> None:
    """Writes these curves."""
    lines = [
        {"event": "epoch", "epoch": n, "images": 20, "loss": loss, "accuracy": 0.5, "auc": 0.5,
         "val_loss": val, "val_accuracy": 0.5, "val_auc": 0.5, "seconds": 0.1,
         "val_seconds": 0.1, "learning_rate": 0.001, "time": 1.0}
        for n, (loss, val) in enumerate(zip(losses, val_losses, strict=True), start=1)
    ]  # fmt: skip
    (run.folder / "metrics.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))


def ended(
    run: Run, losses: Sequence[float], val_losses: Sequence[float], confusion: list[list[int]]
) -> Ending | None:
    """What is said of a run with these curves and this validation table."""
    finish(run)
    drawn(run, losses, val_losses)
    table = np.array(confusion)
    truth = np.repeat(np.arange(3), table.sum(axis=1))
    called = np.concatenate([np.repeat(np.arange(3), row) for row in table])
    p = np.full((len(truth), 3), 0.1)
    p[np.arange(len(truth)), called] = 0.8
    write_json(
        run.folder / "evaluation.json",
        {"val": evaluate_predictions(truth.tolist(), p, CLASSES).to_json()},
    )
    return ending(run)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_noise(tmp_path_factory.mktemp("noise"))


@pytest.fixture
def run(workspace: Workspace, noise: Path) -> Run:
    return made_run(workspace, noise, epochs=10)


@pytest.mark.parametrize(
    ("losses", "val_losses", "trend", "steps"),
    [
        (LEARNS, FALLS, "It was still getting better when it ended (validation loss "
         f"{min(FALLS):.2f} at epoch 10; training loss", ["more-epochs", "network"]),
        (BY_HEART, TURNS, "From epoch 4 on it learnt the training images by heart (validation "
         "loss 0.50 at epoch 4, 0.80 at the end; training loss 0.01).",
         ["augmentation", "more-images"]),
        (LEARNS, JUMPS, "It knows the training images much better than others (validation loss "
         "0.50 at epoch 6, 0.69 at the end; training loss", ["augmentation", "more-images"]),
        (BY_HEART, FALLS, "It was still getting better when it ended, and knows the training "
         "images much better", ["more-epochs", "augmentation"]),
        (LEARNS, LEVELS, "It has levelled off, and does not overfit (", ["more-images", "network"]),
        (LEARNS, NEARLY, "It was best near its end (validation loss 0.47 at epoch 9, 0.48 at the "
         "end; training loss", ["more-epochs", "network"]),
        (BY_HEART, LEVELS, "It knows the training images much better than others (",
         ["augmentation", "more-images"]),
    ],
)  # fmt: skip
def test_the_trend_is_told_with_its_figures_and_leads_on(
    losses: Sequence[float], val_losses: Sequence[float], trend: str, steps: list[str], run: Run
) -> None:
    found = ended(run, losses, val_losses, GOOD)
    assert found is not None
    learnt, confused, last = found.sentences
    assert learnt == (
        "It tells 27 of 30 validation images rightly; naming the most frequent class every time "
        "would be right for 10."
    )
    assert confused == "Most often it takes Pneumonia for Normal: 2 of 10."
    assert last.startswith(trend)
    assert [step.kind for step in found.steps] == steps
    assert [step.epochs for step in found.steps if step.kind == "more-epochs"] in ([], [20])


def test_one_that_is_hardly_better_than_chance_is_told_so_first(run: Run) -> None:
    found = ended(run, LEARNS, FALLS, [[4, 3, 3], [3, 4, 3], [3, 3, 4]])
    assert found is not None
    assert found.steps[0].kind == "network"
    assert "hardly better than naming the most frequent class" in found.steps[0].reason
    assert [step.kind for step in found.steps] == ["network", "more-epochs"]


@pytest.mark.parametrize(
    ("confusion", "told"),
    [
        ([[14, 1, 0], [0, 10, 0], [0, 1, 9]],
         "It takes Pneumonia for Normal: 1 of 10; Covid for Normal: 1 of 15."),
        ([[8, 1, 1], [0, 10, 0], [1, 0, 9]],
         "It takes Covid for Normal: 1 of 10; Covid for Pneumonia: 1 of 10; 1 more like these."),
    ],
)  # fmt: skip
def test_of_mistakes_as_frequent_none_is_told_as_the_most_frequent(
    confusion: list[list[int]], told: str, run: Run
) -> None:
    found = ended(run, LEARNS, LEVELS, confusion)
    assert found is not None
    assert found.sentences[1] == told


def test_one_without_mistakes_confuses_nothing(run: Run) -> None:
    found = ended(run, LEARNS, LEVELS, [[10, 0, 0], [0, 10, 0], [0, 0, 10]])
    assert found is not None
    assert found.sentences[1] == "It takes no class for another."


def test_of_findings_the_best_and_the_last_are_told(workspace: Workspace, tmp_path: Path) -> None:
    run = make_findings_run(workspace, tmp_path / "images", epochs=10)
    set_state(run, state="finished", epoch=10)
    drawn(run, LEARNS, LEVELS)
    truth = np.array([[1, 1], [1, 0], [0, 1], [0, 0], [0, -1], [-1, 0]])
    p = np.array([[0.9, 0.2], [0.8, 0.6], [0.1, 0.7], [0.2, 0.4], [0.3, 0.9], [0.5, 0.1]])
    found = evaluate_findings(truth, p, NAMES)
    write_json(run.folder / "evaluation.json", {"val": found.to_json()})
    told = ending(run)
    assert told is not None
    # By hand: Bright 4 or 6 of 6 pairs; Striped, where known: 0.2 and 0.7 against 0.6, 0.4, 0.1.
    between = {
        key: "({:.2f} to {:.2f})".format(*kept["auc_ci"])
        for key, kept in {"": found.to_json(), **found.to_json()["per_finding"]}.items()
    }
    assert told.sentences[0] == (
        f"On 6 validation images the AUC is 0.83 {between['']}, mean of the findings (0.50 is what "
        f"chance reaches); best Bright with 1.00 {between['Bright']}, last Striped with 0.67 "
        f"{between['Striped']}."
    )


def test_before_its_end_and_after_few_epochs_nothing_is_said(run: Run) -> None:
    assert ending(run) is None
    assert ended(run, LEARNS[:4], FALLS[:4], GOOD) is None
