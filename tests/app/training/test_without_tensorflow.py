"""Where TensorFlow is not installed, the Training page says so instead of starting what dies."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from xraylib import extras
from xraylib.settings import PROJECT
from xraylib.training.run.runs import list_runs
from xraylib.workspace import Workspace


@pytest.mark.parametrize("quick", [False, True])
def test_the_page_says_what_is_missing_and_offers_no_start(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, quick: bool
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    app.switch_page("pages/3_Training.py")
    if quick:
        app.session_state["quick-start-asked"] = True
    app.run()
    assert not app.exception
    (error,) = [error.value.replace("\\", "") for error in app.error]
    assert error == (
        "Training a network, and looking into a trained one, needs packages that are not installed "
        "here: tensorflow, keras, h5py. Expected an installation with the extra `train`."
    )
    (remedy,) = [info.value.replace("\\", "") for info in app.info if "pip" in info.value]
    assert '`pip install "xray-lab[train]"`' in remedy
    (start,) = [button for button in app.button if button.label.startswith("Start")]
    assert start.disabled
    assert list_runs(workspace=workspace) == []
