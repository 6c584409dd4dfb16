"""The Audit tab: what was found, what can be done about it, and what becomes of it in a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_images import make_images
from streamlit.testing.v1 import AppTest

from xraylib.app.dataset.audit_tab import curation_words, step_words
from xraylib.app.shared.runs.start import start_run
from xraylib.app.shell.jobs import job_board
from xraylib.audit import audit, keep_audit
from xraylib.augmentation.augment import AugmentConfig
from xraylib.datasets.catalog import add_dataset, find_dataset
from xraylib.datasets.curation import Curation
from xraylib.datasets.patients import PatientColumn
from xraylib.datasets.scan import scan
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.settings import PROJECT
from xraylib.training.config import TrainConfig
from xraylib.workspace import Workspace

LEAK = "train/Bright/p00_1.png"


@pytest.fixture
def images(tmp_path: Path, workspace: Workspace) -> Path:
    """Images of which one stands in training and in the test, the same patient twice."""
    root = make_images(tmp_path / "tiny")
    shutil.copy(root / LEAK, root / "test/Bright/p00_2.png")
    add_dataset(root, "tiny", workspace=workspace)
    return root


@pytest.fixture
def audited(images: Path, workspace: Workspace) -> Path:
    keep_audit("tiny", audit(scan(images)), workspace=workspace)
    return images


def _open(view: str = "Audit") -> AppTest:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "tiny"
    page.query_params["view"] = view
    page.run()
    assert not page.exception
    return page


def _click(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def _findings(page: AppTest) -> str:
    return next(str(metric.value) for metric in page.metric if metric.label == "Findings")


@pytest.mark.slow
def test_an_audit_is_started_in_its_own_process_and_its_findings_stay(
    images: Path, workspace: Workspace
) -> None:
    page = _open()
    assert _findings(page) == "–"
    _click(page, "Audit this data set")
    job = job_board().find(f"audit:{workspace.root}:tiny")
    assert job is not None
    state = job.wait(120)
    assert state.succeeded, state
    page = _open()
    assert int(_findings(page)) == len(audit(scan(images)).findings)
    assert any("Training X-ray in the test" in text.value for text in page.markdown)


@pytest.mark.usefixtures("audited")
def test_each_finding_shows_its_images_its_remedy_and_a_button(workspace: Workspace) -> None:
    page = _open()
    words = [text.value for text in page.markdown]
    assert any("byte for byte" in text for text in words)
    assert any(text.startswith("**What to do:** Leave the copies in train out") for text in words)
    captions = [caption.value for caption in page.caption]
    assert any(text.startswith("Training, Bright") for text in captions)
    assert any(text.startswith("Test, Bright") for text in captions)
    assert find_dataset("tiny", workspace=workspace).curation == Curation()


@pytest.mark.slow
def test_an_image_is_left_out_recorded_in_a_run_and_taken_back(
    audited: Path, workspace: Workspace
) -> None:
    page = _open()
    _click(page, "Leave this X-ray out")
    curation = find_dataset("tiny", workspace=workspace).curation
    assert curation.excluded == (LEAK,)
    assert next(m.value for m in page.metric if m.label == "X-rays") == "14"  # of 15
    assert any("1 X-ray is left out" in text.value for text in page.markdown)
    assert (audited / LEAK).is_file()

    run = start_run(
        workspace,
        dataset="tiny",
        spec=preset("lesson-dense"),
        preparation=Preparation(image_size=(24, 24)),
        augment=AugmentConfig(),
        train=TrainConfig(epochs=1),
    )
    assert run.data.curation.excluded == (LEAK,)
    assert run.data.source_fingerprint == scan(audited).fingerprint != run.data.fingerprint

    _click(page, "Undo")
    assert find_dataset("tiny", workspace=workspace).curation == Curation()
    _click(page, "Divide again by patient")
    assert find_dataset("tiny", workspace=workspace).curation == Curation(split="by-patient")
    _click(page, "Take everything back")
    assert find_dataset("tiny", workspace=workspace).curation == Curation()


@pytest.mark.usefixtures("audited")
def test_all_proposals_are_done_at_once(workspace: Workspace) -> None:
    page = _open()
    label = next(b.label for b in page.button if b.label.startswith("Do all"))
    _click(page, label)
    curation = find_dataset("tiny", workspace=workspace).curation
    assert LEAK in curation.excluded
    assert curation.split == "by-patient"


@pytest.mark.slow
@pytest.mark.usefixtures("audited")
def test_the_gallery_shows_only_findings_when_asked() -> None:
    page = _open("X-rays")
    page.toggle(key="findings").set_value(True).run()
    assert not page.exception
    captions = " ".join(caption.value for caption in page.caption)
    assert "of 15" not in captions
    assert "p00\\_1\\.png" in " ".join(b.help or "" for b in page.button)


def test_images_that_changed_since_ask_for_another_audit(audited: Path) -> None:
    (audited / "test/Bright/p10_1.png").unlink()
    page = _open()
    assert any("since the last audit" in text.value for text in page.markdown)
    assert _findings(page) == "–"


@pytest.mark.usefixtures("audited")
def test_another_pattern_is_used_and_leaks_by_it_are_found_at_once(workspace: Workspace) -> None:
    page = _open()
    page.session_state["patients-open"] = True
    page.run()
    field = next(t for t in page.text_input if t.label == "Pattern for file names")
    field.set_value("(?P<patient>p)")
    _click(page, "Use this pattern")
    assert find_dataset("tiny", workspace=workspace).patient_pattern == "(?P<patient>p)"
    assert any("p (5 in test, 10 in train)" in t.value.replace("\\", "") for t in page.markdown)

    page.session_state["patients-open"] = True
    page.run()
    field = next(t for t in page.text_input if t.label == "Pattern for file names")
    field.set_value("(?P<wrong>p)")
    _click(page, "Use this pattern")
    assert page.error
    assert find_dataset("tiny", workspace=workspace).patient_pattern == "(?P<patient>p)"


@pytest.mark.slow
def test_a_table_tells_the_patients(audited: Path, workspace: Workspace) -> None:
    (audited / "who.csv").write_text("image,person\np00_1,eve\np10_1,eve\n")
    page = _open()
    page.session_state["patients-open"] = True
    page.run()
    _click(page, "Use this table")
    wanted = PatientColumn(file="who.csv", image="image", patient="person")
    assert find_dataset("tiny", workspace=workspace).curation.patients == wanted
    assert any("eve (1 in test, 1 in train)" in t.value.replace("\\", "") for t in page.markdown)


def test_the_progress_says_how_far_and_how_long() -> None:
    assert step_words("", 0) == (0.0, "Starting")
    assert step_words("Reading images: 5 of 10", 9) == (0.5, "Reading X-rays: 50%")
    assert step_words("Comparing images: 250 of 1000", 30) == (
        0.25,
        "Comparing X-rays: 25%, about 1 min 30 s left",
    )


def test_choices_are_told_in_words() -> None:
    assert curation_words(Curation()) == ""
    assert curation_words(Curation(excluded=("a",), split="by-patient")) == (
        "1 X-ray is left out. X-rays are divided by patient."
    )
    assert curation_words(Curation(excluded=("a", "b"))) == "2 X-rays are left out."
