"""The Results page's curves, calibration, comparison, groups and other images, on known numbers."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from made_runs import CLASSES, draw_noise, finish, made_run
from results_page import opened, texts
from streamlit.testing.v1 import AppTest

from xraylib.audit.report import AuditReport, Finding
from xraylib.evaluation.external import keep_evaluation, key_of
from xraylib.evaluation.leakage import keep_report
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.training.run.results import PREDICTIONS
from xraylib.training.run.runs import list_runs
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return draw_noise(tmp_path / "images")


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_a_threshold_by_hand_moves_over_validation_images_and_is_told_by_the_test_once_saved(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images), wrong=1)  # one Covid image is called Normal, with 0.7
    app = opened(tab="Curves")
    matrix, rates = app.table[0].value, app.table[1].value
    # All six validation images are right; the mistake is among the 12 test images.
    assert list(matrix.loc["Truly Covid"]) == ["2 (100%)", "0 (0%)"]
    assert list(matrix.loc["Truly not Covid"]) == ["0 (0%)", "4 (100%)"]
    assert rates.loc["Sensitivity"].item() == "1.00 (0.16 to 1.00) ≈"  # exact: 0.025 ** (1 / 2)
    assert "on 6 validation X-rays**" in texts(app)
    assert "ppv at a prevalence): 6 X-rays are fewer than were tried (66)." in texts(app)
    assert "On test X-rays" not in texts(app)
    press(app, "Save this operating point")
    told = "it flags 3 of 4 of Covid: sensitivity 0.75 (0.19 to 0.99)"  # Wilson of 3 of 4
    assert told in texts(app)
    assert "it passes 8 of 8 others: specificity 1.00 (0.63 to 1.00)" in texts(app)
    app.slider(key="threshold").set_value(0.1).run()
    assert told in texts(app)  # of the one that is saved, however far the slider moves
    assert list(app.table[0].value.loc["Truly not Covid"]) == ["4 (100%)", "0 (0%)"]
    assert "**Too few** (under 30)" in "\n".join(w.value for w in app.warning)
    flattering = (
        "By the validation X-rays, which flatter: of 100 people flagged, about 10 have it ("
    )
    assert flattering in texts(app)


def test_a_wanted_sensitivity_is_chosen_on_validation_images_and_saved_with_its_band(
    workspace: Workspace, images: Path
) -> None:
    run = finish(made_run(workspace, images), wrong=1)
    app = opened(tab="Curves")
    app.segmented_control(key="threshold-by").set_value("Sensitivity").run()
    app.slider(key="band-width").set_value(0.1).run()
    assert "It rests on 2 validation X-rays of Covid." in "\n".join(w.value for w in app.warning)
    press(app, "Save this operating point")
    saved = read_operating(run).classes["Covid"]
    assert (saved.threshold, saved.chosen_by) == (0.7, "sensitivity 0.90")
    assert saved.band == pytest.approx([0.6, 0.8])
    assert (saved.flagged_right, saved.flagged) == (3, 3)
    assert "Saved for Covid" in texts(app)
    assert "uncertain, ask a human" in texts(app)
    press(app, "Remove")
    assert read_operating(run).classes == {}


def test_calibration_stands_beside_what_chance_gives(workspace: Workspace, images: Path) -> None:
    finish(made_run(workspace, images), wrong=3)
    app = opened(tab="Calibration")
    table = app.table[0].value
    assert table.loc["ECE", "Before"] == "0.050"  # 9 of 12 right at 0.70
    assert "ECE of a perfectly calibrated network" in table.index
    told = texts(app).replace("\\", "")
    assert "**No temperature is applied**: all 6 validation X-rays were called right" in told


def test_a_run_is_compared_with_majority_and_baseline_in_plain_sentences(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images, name="Poor"), wrong=8)
    finish(made_run(workspace, images, name="Good"), wrong=0)
    app = opened(tab="Compare")
    assert (
        "**Good** is better than **always Covid**: 8 of 12 X-rays more were right, accuracy is "
        "higher by 0.67 (" in texts(app)
    )
    assert "≈ The intervals of the differences are approximate: 12 images are fewer" in texts(app)
    assert "12 test X-rays training knew none" in texts(app).replace("\\", "")
    assert "Poor" not in texts(app)
    app.multiselect(key="compare-runs").set_value(
        [option for option in _ids(workspace) if option != app.session_state["chosen-run"]]
    ).run()
    assert not app.exception
    assert "**Good** is better than **Poor**" in texts(app)


def test_the_baseline_is_one_click_away_where_there_is_none(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish(made_run(workspace, images, name="Only", network="lesson-conv"))
    started: list[str] = []
    monkeypatch.setattr(
        "xraylib.training.process.queue.start", lambda run, **_: started.append(run.id)
    )
    app = opened(tab="Compare")
    press(app, "Train the feed-forward baseline")
    (baseline,) = [one for one in list_runs(workspace=workspace) if one.id != run.id]
    assert started == [baseline.id]
    assert baseline.spec.name == "lesson-dense"
    assert baseline.data.fingerprint == run.data.fingerprint
    assert (baseline.folder / "split.csv").read_bytes() == (run.folder / "split.csv").read_bytes()
    assert "The feed-forward baseline is being trained." in texts(app)
    finish(baseline, wrong=4)
    app.run()
    assert "forward baseline**: not distinguishable on these 12 X-rays" in texts(app)
    assert "Train the feed-forward baseline" not in [button.label for button in app.button]


def _ids(workspace: Workspace) -> list[str]:
    return [run.id for run in list_runs(workspace=workspace)]


def test_runs_that_cannot_be_told_apart_are_not_told_apart(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images, name="One"), wrong=2)
    finish(made_run(workspace, images, name="Two"), wrong=1)
    app = opened(tab="Compare")
    app.multiselect(key="compare-runs").set_value(_ids(workspace)[1:]).run()
    assert "not distinguishable on these 12 X-rays (difference +0.08" in texts(app)


def test_images_that_are_also_in_training_are_named_and_left_out_at_one_click(
    workspace: Workspace, images: Path
) -> None:
    copied = sorted((images / "test" / "Covid").iterdir())[:2]
    for number, image in enumerate(copied):
        shutil.copy(image, images / "train" / "Covid" / f"pcopy{number}_0.png")
    run = made_run(workspace, images)
    split = (run.folder / "split.csv").read_text()
    (run.folder / "split.csv").write_text(
        "\n".join(
            line.replace(",val,", ",train,") if "pcopy" in line else line
            for line in split.splitlines()
        )
        + "\n"
    )
    finish(run, wrong=1)
    app = opened()
    assert "**Of these 12 test X-rays training knew 2: 2 byte for byte" in "\n".join(
        warning.value for warning in app.warning
    )
    finding = Finding(
        code="split-leak",
        severity="error",
        message="The same picture.",
        remedy="Leave it out",
        paths=("test/Covid/ptestCovid3_0.png", "train/Covid/pcopy0_0.png"),
    )
    keep_report(run, AuditReport(findings=(finding,), fingerprint="f", images=12))
    app = opened()  # an audit that publishing keeps is seen at once, and by everybody
    told = "Of these 12 test X-rays training knew 3: 2 byte for byte, 1 changed copy"
    assert told in "\n".join(warning.value for warning in app.warning)
    (run.folder / "audit.json").unlink()
    app = opened()
    app.toggle(key="without-known").set_value(True).run()
    # The one mistake is among the two, which stand first.
    assert "Without them accuracy is **1.00 (0.69 to 1.00)**" in texts(app)
    assert "on 10 X-rays." in texts(app)


def test_groups_come_from_a_table_in_the_data_sets_folder(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images), wrong=4)  # all Covid images
    rows = ["path,view"]
    for image in sorted((images / "test").rglob("*.png")):
        rows.append(f"{image.name},{'AP' if 'Covid' in image.name else 'PA'}")
    (images / "metadata.csv").write_text("\n".join(rows) + "\n")
    app = opened(tab="Errors")
    app.selectbox(key="group-column").set_value("view").run()
    table = app.table[0].value
    assert table.loc["AP", "Accuracy"] == "0.00 (0.00 to 0.60)"
    assert table.loc["PA", "Right"] == "8"
    assert (table.loc["AP", "X-rays"], table.loc["AP", "Accuracy against the others"]) == (
        "4",
        "too few to tell",
    )
    assert not [w.value for w in app.warning if "Where view is AP" in w.value]


def test_images_judged_later_stand_beside_the_runs_own(workspace: Workspace, images: Path) -> None:
    run = finish(made_run(workspace, images))
    root = draw_noise(run.folder.parent.parent / "others", train=1, test=2)
    paths = sorted(path.relative_to(root).as_posix() for path in (root / "test").rglob("*.png"))
    labels = [path.split("/")[1] for path in paths]
    truth = [CLASSES.index(label) for label in labels]
    p = np.full((6, 3), 0.1)
    p[np.arange(6), [0] * 6] = 0.8  # everything is called Covid
    keep_evaluation(
        run,
        key_of("Elsewhere", root, "test", own=False),
        data="Elsewhere",
        root=root,
        split="test",
        images=[(path, label, path) for path, label in zip(paths, labels, strict=True)],
        sums=[hashlib.sha256((root / path).read_bytes()).hexdigest() for path in paths],
        probabilities=p,
        evaluation=evaluate_predictions(truth, p, CLASSES),
    )
    app = opened(split="Elsewhere, test")
    assert "**2 of 6 right**" in texts(app)
    assert (
        len(app.get("image")) + len(app.get("imgs")) == 2
    )  # the images of the fullest mistake, from their own folder
    press(app, "Remove")
    assert "Elsewhere, test" not in app.segmented_control(key="split").options


def test_the_matrix_of_older_runs_without_the_newer_figures_is_still_shown(
    workspace: Workspace, images: Path
) -> None:
    run = finish(made_run(workspace, images))
    file = run.folder / "evaluation.json"
    old = json.loads(file.read_text())
    for found in old.values():
        for name in ("auc_weighted", "auc_weighted_ci", "brier_ci", "log_loss_ci"):
            del found[name]
        for row in found["per_class"].values():
            del row["f1_ci"]
    file.write_text(json.dumps(old))
    app = opened(tab="All figures")  # worked out anew, from the predictions
    assert "AUC, weighted by X-rays" in app.table[0].value.index
    (run.folder / PREDICTIONS).unlink()
    app = opened(tab="All figures")
    assert "AUC, weighted by X-rays" not in app.table[0].value.index
    assert app.table[1].value.loc["Covid", "F1"] == "0.86"
