"""The Results page on runs whose numbers are known."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_runs import draw_noise, finish, made_run
from results_page import opened, texts

from xraylib.workspace import Workspace


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return draw_noise(tmp_path / "images")


@pytest.mark.usefixtures("workspace")
def test_without_results_it_leads_to_training() -> None:
    app = opened()
    assert "No run has results yet." in texts(app)
    assert "Go to Training" in [link.label for link in app.get("page_link")]


def test_the_verdict_and_the_images_of_the_fullest_mistake_come_first(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images), wrong=3)
    app = opened()
    assert "**9 of 12 right**: accuracy 0.75 (0.47 to 0.91, 95 % interval)." in texts(app)
    assert app.selectbox(key="cell").value == "Covid called Normal"
    assert len(app.get("image")) + len(app.get("imgs")) == 3


def test_validation_images_are_said_to_flatter(workspace: Workspace, images: Path) -> None:
    finish(made_run(workspace, images))
    app = opened(split="Validation X-rays")
    assert "6 of 6 right" in texts(app)
    assert "so their figures flatter" in texts(app)


def test_a_class_that_nothing_was_called_has_a_dash_and_a_reason(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images), wrong=4)  # every Covid image is called Normal
    app = opened(tab="All figures")
    table = app.table[1].value
    assert table.loc["Covid", "Precision"] == "–"
    assert r"no X\-ray was called Covid" in texts(app)
    assert "**Precision**: Of the X-rays called so" in texts(app)
    assert app.get("download_button")[-1].proto.label == "These numbers as CSV"


@pytest.mark.slow
def test_the_errors_stand_with_their_probabilities(workspace: Workspace, images: Path) -> None:
    finish(made_run(workspace, images), wrong=2)
    app = opened(tab="Errors")
    assert "**2 of 12 X-rays** got a wrong class." in texts(app)
    assert "Normal 0.70 · Covid 0.15 · Pneumonia 0.15" in texts(app).replace("\\", "")


def test_images_that_are_gone_leave_their_numbers_behind(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images), wrong=1)
    for image in images.rglob("*.png"):
        image.unlink()
    app = opened()
    assert "11 of 12 right" in texts(app)
    assert "The X-ray is no longer where it was." in [w.value for w in app.warning]


def test_an_image_that_was_replaced_is_not_shown_as_the_one_that_was_judged(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images), wrong=2)
    first, second = sorted(images.glob("test/Covid/*.png"))[:2]
    first.write_bytes(second.read_bytes())  # a picture that can be read, of another patient
    app = opened(tab="Errors")
    assert "10 of 12 right" in texts(app)
    told = [warning.value for warning in app.warning]
    assert any("The image changed after the folder was scanned" in one for one in told)


def test_a_judgement_of_other_images_that_is_damaged_is_said_and_can_be_removed(
    workspace: Workspace, images: Path
) -> None:
    run = finish(made_run(workspace, images))
    source = run.folder / "judged" / "elsewhere-test-0a1b2c" / "source.json"
    source.parent.mkdir(parents=True)
    source.write_text('{"when": 1e300}')
    app = opened()
    (told,) = [one.value.replace("\\", "") for one in app.warning]
    assert "elsewhere-test-0a1b2c cannot be shown: source.json is damaged" in told
    app.button(key="forget-elsewhere-test-0a1b2c").click().run()
    assert not app.warning
    assert not source.parent.exists()


@pytest.mark.slow
def test_a_name_that_cannot_be_used_is_refused_before_anything_starts(
    workspace: Workspace, images: Path
) -> None:
    finish(made_run(workspace, images))
    app = opened(tab="Publish")
    assert next(b for b in app.button if b.label == "Publish").disabled
    assert "To know before it goes out" in texts(app)
    assert "It was tested on 12 X-rays" in texts(app).replace("\\", "")
    app.checkbox[0].check().run()
    app.text_input[0].set_value("../up")
    next(b for b in app.button if b.label == "Publish").click().run()
    assert "The name '../up' cannot be used" in app.error[0].value.replace("\\", "")
    assert not workspace.models.exists()
