"""Publishing on the Results page: what is to be known first, and again if the audit finds more."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_runs import finish, made_run
from planted_copy import with_a_changed_copy
from results_page import opened, texts
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from xraylib.app.results.publish_panel import job_key
from xraylib.app.shell.jobs import job_board
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow


def test_what_the_audit_finds_on_the_way_is_asked_about_before_anything_is_published(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = with_a_changed_copy(tmp_path / "images")
    run = finish(made_run(workspace, images), wrong=3)
    app = opened(tab="Publish")
    assert "were not looked for" in texts(app)
    assert "Publishing looks for them first, and asks again if it finds any." in texts(app)
    app.checkbox[0].check().run()
    _button(app).click().run()
    job = job_board().find(job_key(run.id))
    assert job is not None
    assert job.wait(300).code == "not-agreed"
    app.run()
    assert not app.exception
    told = texts(app)
    more = "The audit found more than you knew of: it stands above now. Nothing was published yet."
    assert more in [warning.value for warning in app.warning]
    assert "1 changed copy" in told
    assert "were not looked for" not in told
    assert app.checkbox[0].value is False
    assert _button(app).disabled
    assert not (workspace.models / "images").exists()


def _button(app: AppTest) -> Button:
    return next(button for button in app.button if button.label == "Publish")
