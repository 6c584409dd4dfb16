"""Any other file of a workspace that is gone, cut, foreign or newer: our words, nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from damages import ANY, JSON, damages_of
from furnished import Place, furnished
from made_runs import draw_noise
from our_words import in_other_words
from streamlit.testing.v1 import AppTest

from xraylib.cli import main
from xraylib.lesson.progress import Progress, Tried, keep_progress
from xraylib.settings import PROJECT
from xraylib.training.run.test_lock import lock_set
from xraylib.workspace import Workspace, write_json

COMMANDS = (
    "runs", "runs --json", "groups", "groups --json", "groups GROUP", "show RUN", "evaluate RUN",
    "test-set RUN", "test-set RUN --json", "compare RUN", "report RUN --out OUT", "precision RUN",
    "checklist RUN", "cache", "models", "scan --dataset noise", "audit --dataset noise",
    "map noise", "correct noise train/Covid/ptrainCovid0_0.png --tag odd", "summary DESIGN",
    "code DESIGN", "train --dataset noise --model DESIGN --epochs 999999", "delete RUN",
)  # fmt: skip
PAGES = (
    "streamlit_app.py", "pages/1_Dataset.py", "pages/2_Architecture.py", "pages/3_Training.py",
    "pages/4_Results.py", "pages/5_Classify.py",
)  # fmt: skip
NAMES = (
    "group", "lock", "datasets/noise/dataset.json", "datasets/noise/audit.json",
    "datasets/noise/index.parquet", "datasets/noise/looks.parquet", "designs/mine.json",
    "chosen.json", "lesson.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(folder / "workspace"))
        place = furnished(Workspace(folder / "workspace"), draw_noise(folder / "images"))
        assert main(["audit", "--dataset", "noise"]) == 0
        write_json(place.workspace.root / "chosen.json", {"dataset": "noise"})
        keep_progress(
            Progress(tried={"pixels": Tried(guess="1", at=0.0)}), workspace=place.workspace
        )
        lock_set(place.finished.folder)
        yield place


def file_of(workspace: Path, name: str) -> Path:
    folders = {"group": ".groups", "lock": ".test_sets"}
    if name in folders:
        return next((workspace / "runs" / folders[name]).glob("*.json"))
    return workspace / name


@pytest.fixture
def damaged(
    whole: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Path]:
    """Makes a workspace of which one file is damaged; gives its folder."""

    def make(name: str, damage: str) -> Path:
        place = tmp_path / "workspace"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(whole.workspace.root, place)
        monkeypatch.setenv("XRAYLIB_WORKSPACE", str(place))
        file = file_of(place, name)
        damages_of(file)[damage](file)
        return place

    return make


def wrong_of(
    name: str, damage: str, whole: Place, damaged: Callable[[str, str], Path], out: Path,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:  # fmt: skip
    place = damaged(name, damage)
    words = {
        "DESIGN": str(place / "designs" / "mine.json"),
        "RUN": whole.finished.id, "OUT": str(out / "out.html"),
        "GROUP": file_of(whole.workspace.root, "group").stem,
    }  # fmt: skip
    return in_other_words(COMMANDS, words, out, capsys)


def opened(page: str) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    if page != "streamlit_app.py":
        app.switch_page(page)
    return app.run()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES[:3])  # the long profile has all
def test_commands_and_pages_have_words_for_it(
    name: str, whole: Place, damaged: Callable[[str, str], Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    damage = "a newer schema" if name.endswith(".json") or "." not in name else "cut"
    assert not wrong_of(name, damage, whole, damaged, tmp_path / "out", capsys)
    damaged(name, damage)
    for page in PAGES:
        assert not (app := opened(page)).exception, (page, app.exception)


@pytest.mark.slow
def test_a_lock_that_is_damaged_is_no_reason_to_delete_the_run(
    whole: Place, damaged: Callable[[str, str], Path]
) -> None:
    damaged("lock", "cut")
    app = opened("pages/4_Results.py")
    said = "\n".join(one.value.replace("\\", "") for one in [*app.error, *app.info])
    name = file_of(whole.workspace.root, "lock").name
    assert f"{name} is damaged" in said
    assert "nobody can tell then that these test images were locked" in said
    assert not [one for one in app.button if one.key == "delete-damaged"]


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", NAMES)
def test_commands_and_pages_have_words_for_every_damage_of_it(
    name: str, whole: Place, damaged: Callable[[str, str], Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    wrong: list[str] = []
    for damage in ANY if name.endswith(".parquet") else JSON:
        wrong += wrong_of(name, damage, whole, damaged, tmp_path / "out", capsys)
        damaged(name, damage)
        for page in PAGES:
            try:
                assert not (app := opened(page)).exception, app.exception
            except Exception as error:
                wrong.append(f"{damage}, {page}: {error!r}")
    assert not wrong, "\n".join(wrong)
