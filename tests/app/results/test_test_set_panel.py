"""The lock on the Results page: locked, its figures are gone until somebody says "now"."""

from __future__ import annotations

from pathlib import Path

from made_runs import draw_noise, finish, made_run
from results_page import opened, texts
from streamlit.testing.v1 import AppTest

from xraylib.training.run.test_lock import open_set
from xraylib.workspace import Workspace


def told(app: AppTest) -> str:
    return texts(app).replace("\\", "")


def test_test_xrays_are_locked_and_opened_once(workspace: Workspace, tmp_path: Path) -> None:
    images = draw_noise(tmp_path / "images")
    run, _ = (finish(made_run(workspace, images, name=f"{n} wrong"), wrong=n) for n in (3, 1))
    app = opened(run=run.id)
    assert "These 12 test X-rays have judged 2 runs: the best of them is expected" in told(app)
    app.button(key="lock-test").click().run()
    assert not app.exception
    locked = "The test X-rays are locked; 2 runs were judged, 2 before the lock: their figures may"
    assert locked in told(app)
    assert "have judged 2 runs" not in told(app)
    app.button(key="open-test").click().run()
    assert "cannot be locked again" in told(app)
    open_set(run.folder)  # what the dialog's button does, which AppTest cannot press
    app = opened(run=run.id)
    assert "These 12 test X-rays have judged 2 runs" in told(app)
    assert not [button for button in app.button if button.key in ("lock-test", "open-test")]
