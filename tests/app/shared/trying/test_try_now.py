"""*Try it now* of a run that was really trained, beside Classify's own way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from xraylib.app.shared import explained_images
from xraylib.app.shared.runs.feed import run_feed
from xraylib.app.shared.trying.answer import judged_for_browser
from xraylib.app.shared.trying.panel import can_be_tried
from xraylib.app.shared.trying.tried import Tried
from xraylib.app.shared.trying.what_if import WhatIf
from xraylib.app.shell.jobs import job_board
from xraylib.images.radiograph import Radiograph
from xraylib.images.sandbox.shared import read_image
from xraylib.models.classify.classifier import Classifier
from xraylib.settings import PROJECT
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture
def page(bars: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The Training page of a run that has ended and that was published, so that it is open."""
    place = shutil.copytree(bars.place.root, tmp_path / "workspace")
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(place))
    run_feed.clear()
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page("pages/3_Training.py").run()
    assert not app.exception
    return app


def told(app: AppTest) -> dict[str, Any]:
    """What the script in the browser is told of the X-ray that is tried."""
    parts = [one.proto.json for one in app.get("bidi_component")]
    (data,) = [found for part in parts if "headline" in (found := json.loads(part or "{}") or {})]
    return dict(data)


def texts(app: AppTest) -> str:
    return "\n".join(str(one.value) for one in (*app.markdown, *app.caption, *app.error))


def test_a_pressed_image_is_judged_as_classify_does(page: AppTest, bars: Any) -> None:
    page.button(key="try-0").click().run()
    visit: Tried = page.session_state["tried"]
    assert visit.error is None
    assert visit.radiograph is not None
    expected = Classifier(bars.bundle).classify(visit.radiograph)
    assert {bar["name"]: bar["share"] for bar in told(page)["bars"]} == expected.probabilities
    assert "not a published model" in texts(page)
    assert f"{visit.name}: {visit.truth}" in texts(page).replace("\\", "")


def test_every_class_is_there_to_press(page: AppTest, bars: Any) -> None:
    labels = [one.label for one in page.button if str(one.key).startswith("try-")]
    assert set(labels) == set(bars.run.classes)
    assert len(labels) == 6


def test_own_images_wait_for_the_notice_of_classify(page: AppTest) -> None:
    assert not page.get("file_uploader")
    page.button(key="accept-here").click().run()
    page.get("file_uploader")[0].upload("cut.png", b"\x89PNG\r\n\x1a\n cut").run()
    assert not page.exception
    assert page.session_state["tried"].error.code == "damaged"
    titles = [str(one.proto.title).replace("\\", "") for one in page.error]
    assert titles == ["cut.png was refused"]


def test_forgetting_leaves_nothing(page: AppTest) -> None:
    page.button(key="try-0").click().run()
    page.button(key="try-forget").click().run()
    visit: Tried = page.session_state["tried"]
    assert visit.radiograph is None
    assert (visit.name, visit.upload) == ("", "")
    assert not [one for one in page.button if one.key == "try-forget"]


def test_a_photograph_gets_no_answer(bars: Any) -> None:
    """In colour: what Classify refuses is refused here, with no bar and no heat map."""
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    visit = Tried(radiograph=Radiograph(pixels=pixels, bit_depth=8, mode="RGB", format="PNG"))
    judged = judged_for_browser(Classifier(bars.bundle), visit, WhatIf(), heat=True)
    assert judged.prediction.status == "cannot-judge"
    assert judged.data["bars"] == []
    assert judged.data["headline"] == "This model cannot judge this picture"
    assert judged.data["instead"] == "Why it has no answer stands below the X-ray."
    assert any(warning.refuses for warning in judged.warnings)
    turned = judged_for_browser(Classifier(bars.bundle), visit, WhatIf(rotate=3), heat=True)
    assert str(turned.data["instead"]).endswith("the bars come back.")


def test_a_changed_image_is_judged_as_a_file_so_changed(bars: Any, tmp_path: Path) -> None:
    """Against the same change written to a file and read again."""
    import cv2

    image = read_image(next(Path(bars.images).rglob("*.png")))
    percent = 20.0
    rows, columns = (round(side * percent / 200) for side in image.pixels.shape)
    cut = image.as_uint8()[rows : image.height - rows, columns : image.width - columns]
    cv2.imwrite(str(tmp_path / "cut.png"), np.ascontiguousarray(cut))
    classifier = Classifier(bars.bundle)
    visit = Tried(radiograph=image)
    judged = judged_for_browser(classifier, visit, WhatIf(crop=percent), heat=False)
    expected = classifier.classify(read_image(tmp_path / "cut.png"))
    assert judged.prediction.outputs == expected.outputs


def test_the_network_is_opened_without_being_asked(
    bars: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = shutil.copytree(bars.place.root, tmp_path / "workspace")
    shutil.rmtree(place / "models")
    run = Run(place / "runs" / bars.run.id)
    assert can_be_tried(run)
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(place))
    run_feed.clear()
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page("pages/3_Training.py").run()
    job = job_board().find(f"inside {run.id}")
    assert job is not None
    assert job.wait(300).succeeded
    app.run()
    assert explained_images.classifier_of(run, Workspace(place)) is not None
    assert [one for one in app.button if one.key == "try-0"]
