"""The pages on a workspace that cannot be written to: they show it, and refuse in our words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from furnished import Place, contents, furnished
from made_runs import draw_noise
from small_disk import make_read_only, small_disk
from streamlit.testing.v1 import AppTest
from training_page import opened

from xraylib.app.shell.pages import PAGES
from xraylib.datasets.catalog import open_dataset
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("read-only")
    images = draw_noise(folder / "images")
    with small_disk(folder / "disk", 65_536) as disk:
        made = furnished(Workspace(disk / "workspace"), images)
        open_dataset("noise", workspace=made.workspace)
        make_read_only(disk)
        yield made


@pytest.fixture(autouse=True)
def unchanged(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(place.workspace.root))
    before = contents(place.workspace)
    yield
    assert contents(place.workspace) == before


@pytest.mark.parametrize("key", PAGES)
def test_every_page_opens(key: str) -> None:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    app.switch_page(PAGES[key].file).run()
    assert not app.exception


def test_resume_is_refused_on_the_page(place: Place) -> None:
    app = opened(run=place.stopped.id)
    app.button(key="resume").click().run()
    assert not app.exception
    assert "Read\\-only file system" in "".join(error.value for error in app.error)
    assert any("free some space" in info.value for info in app.info)


def test_stop_is_refused_on_the_page(place: Place) -> None:
    app = opened(run=place.queued.id)
    app.button(key="stop").click().run()
    assert not app.exception
    assert "Read\\-only file system" in "".join(toast.value for toast in app.toast)
