"""Before training both pages say what it will take; a trial measures it; what cannot fit waits."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from xraylib.app.architecture.summary_export import summary_key
from xraylib.app.shared.expectation_panel import Plan, sentence, time_words
from xraylib.app.shell.jobs import job_board
from xraylib.app.shell.state import Draft
from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.images.prepare import Preparation
from xraylib.networks.layers import Conv2D, Dense, Flatten, Input, Rescaling
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.settings import PROJECT
from xraylib.training.config import TrainConfig
from xraylib.training.planning import expectation
from xraylib.training.planning.expectation import Expectation, Trial, save_trial, trial_key
from xraylib.workspace import Workspace

pytestmark = pytest.mark.usefixtures("workspace")

TINY = ModelSpec(
    name="tiny",
    layers=(
        Input(shape=(32, 32, 1)),
        Rescaling(),
        Conv2D(filters=2, kernel_size=5, strides=4, activation="relu"),
        Flatten(),
        Dense(units=3, activation="softmax"),
    ),
)


def _open(page: str, draft: Draft | None = None) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    if draft is not None:
        app.session_state["draft"] = draft
    app.run()
    app.switch_page(page).run()
    assert not app.exception
    return app


def _expected(app: AppTest) -> str:
    return next(c.value for c in app.caption if c.value.startswith("Expected: "))


@pytest.mark.parametrize("page", ["pages/2_Architecture.py", "pages/3_Training.py"])
def test_memory_is_said_at_once_and_time_after_a_trial(workspace: Workspace, page: str) -> None:
    app = _open(page)
    assert "about 370 MB of memory" in _expected(app)
    assert "How long an epoch takes is not known yet" in _expected(app)
    assert any(b.label == "Time a trial" for b in app.button)
    spec, train = preset("lesson-cnn"), TrainConfig()
    trial = Trial(
        step_seconds=0.32,
        validation_seconds=0.64,
        between_seconds=0,
        start_seconds=2,
        memory_bytes=390 * 2**20,
        batch_size=32,
        steps=9,
    )
    save_trial(trial_key(spec, train, AUGMENT_PRESETS["lesson"]), trial, spec, workspace=workspace)
    app.run()
    # 193 images are 193/32 × 0.32 s, and 47 for validation 47/64 × 0.64 s.
    assert "Expected: 2.4 s an epoch, measured by a trial of this design" in _expected(app)
    assert "about 390 MB of memory" in _expected(app)
    assert not any(b.label == "Time a trial" for b in app.button)


def test_what_does_not_fit_cannot_be_started(monkeypatch) -> None:
    monkeypatch.setattr(expectation, "machine_memory", lambda: 200 * 2**20)
    app = _open("pages/3_Training.py")
    assert any("would take about 370 MB of memory" in error.value for error in app.error)
    assert next(b for b in app.button if b.label == "Start").disabled


@pytest.mark.xdist_group("tensorflow")
def test_the_button_times_a_trial_in_a_process_of_its_own() -> None:
    draft = Draft(spec=TINY, preparation=Preparation(image_size=(32, 32)))
    app = _open("pages/2_Architecture.py", draft)
    next(b for b in app.button if b.label == "Time a trial").click().run()
    key = trial_key(TINY, TrainConfig(), draft.augment)
    job = job_board().find(f"trial {key}")
    assert job is not None
    state = job.wait(280)
    assert state.succeeded, state.message
    app.run()
    assert "measured by a trial of this design" in _expected(app)


@pytest.mark.xdist_group("tensorflow")
def test_keras_own_summary_can_be_taken_away_as_text() -> None:
    app = _open("pages/2_Architecture.py", Draft(spec=TINY))
    spec = app.session_state["draft"].spec
    app.session_state["outcome"] = "Code"
    app.run()
    next(b for b in app.button if b.label == "Keras summary").click().run()
    job = job_board().find(summary_key(spec))
    assert job is not None
    state = job.wait(280)
    assert state.succeeded, state.message
    app.run()
    text = next(code.value for code in app.code if "Total params" in code.value)
    assert "conv2d (Conv2D)" in text
    assert [b.label for b in app.get("download_button")] == [
        "model.py",
        "spec.json",
        "Picture",
        "summary.txt",
    ]


def test_the_sentence_says_how_it_is_known() -> None:
    plan = Plan(spec=TINY, train=TrainConfig(), training=1234, validation=10)
    found = Expectation(
        memory_bytes=2 * 2**30,
        epoch_seconds=190,
        start_seconds=3,
        source="other",
        machine_bytes=8 * 2**30,
    )
    assert sentence(found, plan) == (
        "Expected: 3 min 10 s an epoch, roughly, from a trial of another design (1,234 X-rays an "
        "epoch in batches of 32); about 2.0 GB of memory (this computer has 8.0 GB)."
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.84, "0.8 s"), (41.6, "42 s"), (190, "3 min 10 s"), (7500, "2 h 5 min")],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert time_words(seconds) == words
