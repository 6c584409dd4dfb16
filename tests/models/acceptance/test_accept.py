"""The acceptance test of the shipped model: command, file, pages. No TensorFlow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from made_runs import draw_noise
from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from xraylib.app.shell.jobs import job_board
from xraylib.cli import main
from xraylib.datasets.catalog import add_dataset
from xraylib.errors import DatasetError
from xraylib.models.acceptance.accept import (
    AcceptanceTest,
    accept,
    acceptance_tests,
    damaged_tests,
)
from xraylib.models.catalog import find_model
from xraylib.settings import PROJECT, SAMPLE_DATA
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("workspace")
def test_noise_is_not_to_be_used_and_the_pages_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hospital = draw_noise(tmp_path / "noise", train=1, test=20)
    assert main(["accept", "phantom-demo", str(hospital), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["found"]["verdict"]["code"] == "do-not-use"
    assert (told["split"], told["found"]["here"]["n"]) == ("test", 60)
    assert "60 of the 60 X-rays would get no answer here" in " ".join(
        told["found"]["verdict"]["remarks"]
    )
    (kept,) = acceptance_tests("phantom-demo", 1)
    assert kept.to_json() == told
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.query_params["model"] = "phantom-demo"
    app.switch_page("pages/6_Model_card.py").run()
    assert not app.exception
    shown = app.error[0].value.replace("\\", "")
    assert shown.startswith("Tried on 60 X-rays of noise")
    assert "Do not use here: 1.00 (0.94 to 1.00) of these X-rays are unlike" in shown
    app.session_state["accepted"] = True
    app.switch_page("pages/5_Classify.py").run()
    assert app.error[0].value.replace("\\", "") == shown


def test_phantoms_of_the_same_kind_may_be_tried_and_those_it_was_made_with_tell_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    bundle = find_model("phantom-demo")
    copied = tmp_path / "phantoms"
    shutil.copytree(SAMPLE_DATA / "test", copied)
    test = accept(bundle, copied, name="phantoms")
    assert test.found.verdict.code == "no-objection"
    assert test.found.here.patients < test.found.here.n
    whole = accept(bundle, SAMPLE_DATA)
    assert whole.found.verdict.code == "cannot-tell"
    assert [one.data for one in acceptance_tests("phantom-demo", 1)] == [
        SAMPLE_DATA.name,
        "phantoms",
    ]
    file = next((workspace.root / "accepted" / "phantom-demo" / "1").glob("phantoms-*.json"))
    file.write_text("{}")
    assert len(acceptance_tests("phantom-demo", 1)) == 1
    (damage,) = damaged_tests("phantom-demo", 1).values()
    assert (damage.code, damage.file) == ("damaged", file.name)


@pytest.mark.usefixtures("workspace")
def test_copies_count_as_one_picture_and_nobody_claims_to_know_the_patients(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = draw_noise(tmp_path / "noise", train=1, test=4)
    (first, *_) = sorted((images / "test" / "Covid").glob("*.png"))
    for number in range(8):
        shutil.copy(first, first.with_name(f"again{number}.png"))
    test = accept(find_model("phantom-demo"), images)
    here = test.found.here
    assert (here.n, here.patients, test.patients_told) == (20, 12, False)
    assert here.accuracy.value is not None
    # 12 pictures, of which one counts nine times: Wilson's interval of what they are worth is no
    # narrower than that of 12 images, and SciPy's of 20 is.
    rate = binomtest(round(here.accuracy.value * 20), 20).proportion_ci(method="wilson")
    assert here.accuracy.interval is not None
    assert here.accuracy.interval.high - here.accuracy.interval.low > rate.high - rate.low
    assert main(["accept", "phantom-demo", str(images)]) == 0
    assert "(20 images (12 different pictures))" in capsys.readouterr().out
    again = AcceptanceTest.from_json(json.loads(json.dumps(test.to_json())))
    assert again.patients_told is False


def test_a_folder_of_other_classes_is_refused(tmp_path: Path) -> None:
    images = draw_noise(tmp_path / "noise", train=1, test=1)
    for name in ("Covid", "Normal", "Pneumonia"):
        (images / "test" / name).rename(images / "test" / f"x{name}")
    with pytest.raises(DatasetError, match="noise has no labelled images of a class"):
        accept(find_model("phantom-demo"), images)


def test_the_card_offers_a_data_set_and_tries_it_in_a_child(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = draw_noise(tmp_path / "noise", train=1, test=4)
    add_dataset(images, "noise", workspace=workspace)
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.query_params["model"] = "phantom-demo"
    app.switch_page("pages/6_Model_card.py").run()
    app.selectbox(key="accept-dataset").select("noise")
    next(b for b in app.button if b.label == "Try it on these").click().run()
    job = job_board().find("accept phantom-demo 1")
    assert job is not None
    assert job.wait(120).succeeded
    app.run()
    assert not app.exception
    assert "Tried on 12 X-rays of noise" in app.error[0].value.replace("\\", "")
