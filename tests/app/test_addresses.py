"""No address changes anything: whoever sends somebody a link decides nothing for them."""

from __future__ import annotations

import hashlib
import itertools
import re
from pathlib import Path
from typing import Final

import pytest
from furnished import Place, furnished
from made_runs import draw_noise
from streamlit.testing.v1 import AppTest

from xraylib.networks.designs import design_to_link
from xraylib.networks.presets import preset
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace

PAGES: Final = ("", *sorted(file.name for file in (PROJECT / "pages").glob("*.py")))
TABS: Final = {
    "view": ("X-rays", "Audit", "Map", "Numbers", "Unreadable", "Augmentation", "Preparation"),
    "tab": (
        "All figures", "Curves", "Calibration", "Compare", "Errors", "Heat maps",
        "Inside the network", "Robustness", "Checklist", "Publish",
    ),
}  # fmt: skip
# Pictures and places of images, worked out again whenever they are gone.
CACHES: Final = re.compile(r"datasets/[^/]+/(thumbnails/|maps/|looks|pairs|index)|answers/|\.cache")


def state(workspace: Workspace) -> dict[str, str]:
    """Every file that is no cache, and what is in it."""
    return {
        name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(workspace.root.rglob("*"))
        if file.is_file() and not CACHES.search(name := file.relative_to(workspace.root).as_posix())
    }


@pytest.fixture
def place(workspace: Workspace, tmp_path: Path) -> Place:
    return furnished(workspace, draw_noise(tmp_path / "images"))


def asked(place: Place, tab: tuple[str, str] | None) -> dict[str, str]:
    """All that pages read from an address, and what attackers have tried or would."""
    run = place.finished.id
    (group,) = [file.stem for file in (place.workspace.runs / ".groups").glob("*.json")]
    words = ("quick", "start", "stop", "delete", "publish", "resume", "audit", "keep", "confirm")
    told = {
        **dict.fromkeys((*words, "add", "name", "use", "action", "lock", "open"), run),
        "quick": "lesson", "run": run, "data": "noise", "model": "mine", "group": group,
        "split": "val", "cell": "Covid called Normal", "threshold": "0.1", "film": "x.png",
        "design": design_to_link(preset("small-cnn")), "confirm-delete": "true",
        "delete-damaged": "true", "train": "true", "finding": "Covid", "convolution": "conv",
    }  # fmt: skip
    return told | dict([tab] if tab else [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "tab"),
    [
        (page, tab)
        for page in PAGES
        for tab in {
            "1_Dataset.py": [*itertools.product(["view"], TABS["view"])],
            "4_Results.py": [*itertools.product(["tab"], TABS["tab"])],
        }.get(page, [None])
    ],
)
def test_no_address_of_a_page_changes_a_file(
    page: str, tab: tuple[str, str] | None, place: Place
) -> None:
    before = state(place.workspace)
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    if page:
        app.switch_page(f"pages/{page}")
    app.query_params.update(asked(place, tab))
    app.run()
    assert not app.exception, [one.message for one in app.exception]
    assert state(place.workspace) == before


def test_a_data_set_that_somebody_chooses_is_remembered_and_one_of_an_address_is_not(
    place: Place,
) -> None:
    chosen = place.workspace.root / "chosen.json"
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    app.switch_page("pages/1_Dataset.py")
    app.query_params["data"] = "noise"
    app.run()
    assert app.session_state["draft"].dataset == "noise"
    assert not chosen.exists()
    app.selectbox(key="data").select("sample").run()
    app.selectbox(key="data").select("noise").run()
    assert "noise" in chosen.read_text()
