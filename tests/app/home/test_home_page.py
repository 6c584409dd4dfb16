"""The home page: where one stands and what to do next."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from xraylib.settings import PROJECT


def _home() -> AppTest:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    assert not page.exception
    return page


@pytest.mark.usefixtures("workspace")
def test_each_step_has_a_card_with_its_state_and_one_action() -> None:
    page = _home()
    labels = [link.value for link in page.main.get("page_link")]
    assert labels[:5] == ["See X-rays", "Design", "Train", "Judge", "Try an X-ray"]
    words = " ".join(caption.value for caption in page.main.caption)
    for state in ("synthetic", "712 parameters", "no run yet", "no trained run yet"):
        assert state in words


@pytest.mark.usefixtures("workspace")
def test_a_newcomer_finds_two_doors_the_tasks_and_for_whom_this_is_not() -> None:
    page = _home()
    assert [button.label for button in page.main.button] == [
        "Learn with the sample X-rays",
        "Use my own",
        "Short tasks",
    ]
    assert any("Not a medical device" in warning.value for warning in page.warning)


@pytest.mark.usefixtures("workspace")
def test_demo_mode_shows_classify_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAYLIB_MODE", "demo")
    page = _home()
    assert [title.value for title in page.title] == ["Classify"]
    assert [link.page for link in page.sidebar.get("page_link")] == ["", "Classify", "Model_card"]
    page.switch_page("pages/1_Dataset.py").run()
    assert any("not part of the demo" in error.value for error in page.error)
    assert not page.metric


@pytest.mark.usefixtures("workspace")
def test_a_wrong_setting_is_explained_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAYLIB_MODE", "public")
    page = _home()
    assert any("XRAYLIB\\_MODE" in error.value for error in page.error)
    assert any("lab" in info.value for info in page.info)
