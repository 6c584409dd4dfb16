"""Classify in a demo that judges on the visitor's device: no way in for an X-ray, or one of two."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from xraylib.settings import PROJECT

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture(autouse=True)
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAYLIB_MODE", "demo")


def classify() -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.switch_page("pages/5_Classify.py").run()
    assert not app.exception
    return app


def frames(app: AppTest) -> list[str]:
    return [one.proto.src for one in app.get("iframe")]


def test_on_the_device_alone_there_is_no_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAYLIB_CLASSIFY", "device")
    app = classify()
    assert frames(app) == ["/on-device/phantom-demo/1/"]
    assert len(app.file_uploader) == 0
    assert "Where X-rays are judged" not in [one.label for one in app.button_group]


def test_of_both_the_device_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAYLIB_CLASSIFY", "both")
    app = classify()
    assert frames(app) == ["/on-device/phantom-demo/1/"]
    (where,) = app.button_group
    assert [option.content for option in where.proto.options] == ["On this device", "On the server"]
    where.set_value("server").run()
    assert frames(app) == []
    assert "I understand, continue" in [one.label for one in app.button]
