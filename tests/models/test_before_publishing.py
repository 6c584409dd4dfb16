"""What one must know before a model goes out is shown, asked about, and first in its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from judged_runs import judged_run, sure
from made_runs import draw_noise, finish, made_run
from planted_copy import with_a_changed_copy

from xraylib.cli import main
from xraylib.cli import publishing as commands
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.known_images import KnownImages
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.run_thresholds import save_choice
from xraylib.models.assemble import run_card, run_facts
from xraylib.models.before_publishing import PublishWarning, publishing_warnings
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow  # its tests take some seconds together


def codes(run: Any) -> dict[str, PublishWarning]:
    return {one.code: one for one in publishing_warnings(run)}


def test_a_class_that_is_mostly_missed_is_grave_and_stands_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")), wrong=3)
    found = codes(run)
    assert found["low-recall"].grave
    assert found["low-recall"].message == (
        "It misses most images of Covid: 1 of 4 were called so, 0.25 (0.01 to 0.81)"
    )
    assert {"few-images", "few-of-class", "no-operating-point", "patients-untold"} <= set(found)
    assert not found["no-operating-point"].grave
    order = [one.grave for one in publishing_warnings(run)]
    assert order == sorted(order, reverse=True)
    facts, evaluation = run_facts(run, "noise")
    card = run_card(run, facts, evaluation)
    first = card.partition("## To know first\n\n")[2].partition("## Intended use")[0]
    assert "- **It misses most X-rays of Covid: 1 of 4" in first
    assert card.index("## To know first") < card.index("## Intended use")


def test_what_is_worse_than_guessing_is_said_to_be_worse_by_the_rule_of_compare(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = draw_noise(tmp_path / "images", test=20)
    run = judged_run(workspace, images, lambda true: sure((true + 1) % 3, 3))
    assert stored_evaluation(run).majority.words == "worse than"
    assert codes(run)["no-better-than-guessing"].message == (
        "Its accuracy, 0.00 (0.00 to 0.06), is worse than always saying Covid (0.33)"
    )


def test_many_images_of_few_patients_are_few(workspace: Workspace, tmp_path: Path) -> None:
    images = draw_noise(tmp_path / "images", test=20)
    for place, file in enumerate(sorted((images / "test").rglob("*.png"))):
        file.rename(file.with_name(f"p9{place % 2}_{place}.png"))
    run = judged_run(workspace, images, lambda true: sure(true, 3))
    assert codes(run)["few-images"].message == (
        "It was tested on 60 images of 2 patients: read the intervals, not the values"
    )


def test_known_images_and_no_better_than_guessing_are_grave(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = draw_noise(tmp_path / "images", train=20)
    copied = sorted((images / "train" / "Covid").iterdir())
    for number, file in enumerate(sorted((images / "test" / "Covid").iterdir())):
        file.write_bytes(copied[number].read_bytes())
    run = judged_run(workspace, images, lambda true: sure(np.zeros_like(true), 3))
    found = codes(run)
    assert found["known-images"].grave
    assert "byte for byte" in found["known-images"].message
    assert found["no-better-than-guessing"].grave
    assert "always saying Covid (0.33)" in found["no-better-than-guessing"].message
    assert "low-recall" in found


def test_an_accuracy_that_is_reached_without_anatomy_is_grave(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")), wrong=3)  # 9 of 12
    for reached, grave in ((0.79, True), (0.7, True), (0.4, False)):  # 0.75 (0.47 to 0.91)
        known = KnownImages(
            images=12, same_bytes=0, changed=0, same_patient=0, audited=True, shortcut=reached
        )
        monkeypatch.setattr(
            "xraylib.models.before_publishing.known_images", lambda *_, known=known: known
        )
        found = codes(run)["shortcut"]
        assert found.grave == grave
        assert f"{reached:.2f} is reached without anatomy; this model has 0.75" in found.message


def test_a_threshold_that_misses_most_in_testing_is_grave(
    workspace: Workspace, tmp_path: Path
) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images", train=20)), wrong=3)
    save_choice(run, "Covid", Choice(by="sensitivity", value=0.9))
    found = codes(run)
    assert found["low-sensitivity"].message.startswith(
        "Its threshold of Covid misses most of them in testing: it flags 1 of 4, 0.25 ("
    )
    assert found["no-operating-point"].message == ("No threshold was chosen for Normal, Pneumonia")


WARNINGS = (
    PublishWarning(code="low-recall", grave=True, message="It misses most images of Covid"),
    PublishWarning(code="few-images", grave=False, message="Few images"),
)


@pytest.mark.parametrize(
    ("terminal", "yes", "answer", "goes_on"),
    [
        (False, False, None, True),  # a script of before goes on
        (True, True, None, True),
        (True, False, True, True),
        (True, False, False, False),
    ],
)
def test_the_command_asks_in_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
    yes: bool,
    answer: bool | None,
    goes_on: bool,
) -> None:
    asked: list[str] = []

    def confirm(question: str, **_: Any) -> bool:
        asked.append(question)
        return bool(answer)

    monkeypatch.setattr("sys.stdin.isatty", lambda: terminal, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(typer, "confirm", confirm)
    if goes_on:
        commands._confirm(WARNINGS, yes=yes, json=False)
    else:
        with pytest.raises(typer.Exit) as left:
            commands._confirm(WARNINGS, yes=yes, json=False)
        assert left.value.exit_code == 1
    assert len(asked) == (answer is not None)
    told = capsys.readouterr().err
    assert "warning[low-recall]: It misses most images of Covid." in told
    assert "note[few-images]: Few images." in told


def test_json_is_not_asked_and_prints_nothing_but_json(capsys: pytest.CaptureFixture[str]) -> None:
    commands._confirm(WARNINGS, yes=False, json=True)
    assert capsys.readouterr() == ("", "")


def test_changed_copies_are_looked_for_before_anybody_is_asked(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bytes differ, so that the run itself knows of none until its images are audited."""
    images = with_a_changed_copy(tmp_path / "images")
    run = judged_run(workspace, images, lambda true: sure(true, 3))
    before = codes(run)
    assert "known-images" not in before
    assert before["not-audited"].message == (
        "Changed copies of its training images were not looked for"
    )
    words = ["publish", run.id, "phantoms", "--agreed", ",".join(before)]
    assert main(words) == 1
    told = capsys.readouterr().err
    assert (
        "error[not-agreed]: There is more to know before it goes out than was agreed to: " in told
    )
    assert "1 changed copy" in told
    assert "publish with known-images as well" in told
    assert not (workspace.models / "phantoms").exists()
    after = codes(run)  # the audit is kept, so that it is on every page from now on
    assert after["known-images"].grave
    assert "not-audited" not in after
    words[-1] += ",known-images"
    assert main(words) == 1
    assert "error[no-weights]" in capsys.readouterr().err  # agreed: it goes on, and there are none
    assert main(["publish", run.id, "phantoms"]) == 1  # a script is told and not asked
    assert "warning[known-images]: Of the 37 images" in capsys.readouterr().err
