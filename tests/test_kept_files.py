"""What was worked out before and kept: damaged or of a newer version, it is named, never hidden."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damages import JSON
from furnished import repeats
from kept_beside import keep_beside, keep_usual
from made_runs import CLASSES, draw_noise, finish, made_run
from results_page import opened, texts
from streamlit.testing.v1 import AppTest

from xraylib.audit import stored_audit
from xraylib.cli import main
from xraylib.errors import PathError
from xraylib.evaluation.explain.run_sanity import kept_sanity
from xraylib.evaluation.external import damaged_evaluations, keep_evaluation
from xraylib.evaluation.leakage import stored_report
from xraylib.evaluation.overlap import known_images
from xraylib.evaluation.run_shortcuts import kept_shortcuts
from xraylib.evaluation.run_temperature import run_temperature
from xraylib.evaluation.run_thresholds import read_operating, write_operating
from xraylib.evaluation.stress.stress_test import kept_stress
from xraylib.lesson.progress import Progress, Tried, keep_progress, read_progress
from xraylib.models.acceptance.accept import AcceptanceTest, damaged_tests
from xraylib.models.acceptance.judge import judge
from xraylib.models.card.card import read_words
from xraylib.models.catalog import find_model
from xraylib.records import read_if_kept
from xraylib.reports.checklist.questions import read_answers, write_answers
from xraylib.settings import PROJECT
from xraylib.training.groups.group import list_groups
from xraylib.training.loop.fit_ood import kept_familiar
from xraylib.training.run.environment import kept_onednn
from xraylib.training.run.notes import read_notes
from xraylib.training.run.runs import Run
from xraylib.training.run.where import Where, tell_where, where
from xraylib.training.search.record import (
    Ended,
    Trial,
    read_end,
    read_trials,
    write_end,
    write_trials,
)
from xraylib.workspace import Workspace, write_json

ELSEWHERE = "elsewhere-test-0a1b2c"
ACCEPTED = "accepted/phantom-demo/1/noise-0a1b2c.json"


SEARCH = "runs/.groups/20260131T120000Z-0a1b2c"


def of_workspace(run: Run) -> Workspace:
    return Workspace(run.folder.parent.parent)


def search_of(run: Run) -> Path:
    return of_workspace(run).root / SEARCH


def first(found: dict[Any, PathError]) -> None:
    for error in found.values():
        raise error


# Each file, and who reads it: below the run's folder, or below the workspace.
READERS: dict[str, tuple[str, Callable[[Run], object]]] = {
    "stress.json": ("run", kept_stress),
    "sanity.json": ("run", kept_sanity),
    "shortcuts.json": ("run", kept_shortcuts),
    "ood.json": ("run", kept_familiar),
    "audit.json": ("run", stored_report),
    "checklist.json": ("run", read_answers),
    "card.json": ("run", read_words),
    "notes.json": ("run", read_notes),
    "origin.json": ("run", lambda run: run.origin),
    "environment.json": ("run", lambda run: kept_onednn(run.folder)),
    "operating.json": ("run", read_operating),
    f"judged/{ELSEWHERE}/source.json": ("run", lambda run: first(damaged_evaluations(run))),
    "datasets/noise/audit.json": (
        "workspace",
        lambda run: stored_audit("noise", workspace=of_workspace(run)),
    ),
    ACCEPTED: (
        "workspace",
        lambda run: first(damaged_tests("phantom-demo", 1, workspace=of_workspace(run))),
    ),
    "group": (
        "workspace",
        lambda run: [one.record for one in list_groups(workspace=of_workspace(run))],
    ),
    f"{SEARCH}/trials.json": ("workspace", lambda run: read_trials(search_of(run))),
    f"{SEARCH}/end.json": ("workspace", lambda run: read_end(search_of(run))),
    "lesson.json": ("workspace", lambda run: read_progress(workspace=of_workspace(run))),
}
ALSO = {"operating.json": (run_temperature,)}
# What each of these needs: without it they are "damaged" too.
LISTS = {f"judged/{ELSEWHERE}/source.json": "sha256", "group": "runs"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run beside which there is one of each file."""
    place = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(place / "workspace"))
        workspace, images = Workspace(place / "workspace"), draw_noise(place / "images")
        run = finish(made_run(workspace, images, name="kept"))
        run.weights_file.write_bytes(b"")
        (run.folder / "origin.json").write_text(json.dumps({"kind": "repeat", "run": run.id}))
        repeats(run, workspace)
        judged = run.evaluation()
        assert judged is not None
        keep_evaluation(
            run, ELSEWHERE, data="elsewhere", root=images, split="test",
            images=[("x.png", "Covid", "p")], sums=["0"],
            probabilities=np.array([[0.5, 0.3, 0.2]]), evaluation=judged["test"],
        )  # fmt: skip
        write_operating(run, read_operating(run))
        keep_beside(run)
        keep_usual(run)
        write_json(workspace.root / ACCEPTED, acceptance().to_json())
        search_of(run).mkdir()
        write_trials(search_of(run), [Trial(number=1, values={"batch_size": 8}, run=run.id)])
        write_end(search_of(run), Ended(state="finished"))
        tried = {"stride": Tried(guess="128", at=1e9)}
        keep_progress(Progress(tried=tried), workspace=workspace)
        yield run


def acceptance() -> AcceptanceTest:
    labels = np.arange(60) % 3
    said = np.eye(3)[labels] * 0.7 + 0.1
    whose = [f"p{number}" for number in range(60)]
    found = judge(
        labels, said, CLASSES, whose, strange=None, testing=find_model("phantom-demo").metrics
    )
    return AcceptanceTest(
        model="phantom-demo", version=1, data="noise", split="all", when=1e9, left_out=0, known=0,
        found=found,
    )  # fmt: skip


@pytest.fixture
def run(kept: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same run in a workspace of its own."""
    place = tmp_path / "workspace"
    shutil.copytree(of_workspace(kept).root, place)
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(place))
    return Run(place / "runs" / kept.id)


def file_of(run: Run, name: str) -> Path:
    if name == "group":
        return next((run.folder.parent / ".groups").glob("*.json"))
    return (run.folder if READERS[name][0] == "run" else of_workspace(run).root) / name


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_each_is_read_as_it_was_written_and_none_is_no_damage(name: str, run: Run) -> None:
    read = READERS[name][1]
    read(run)
    if "judged/" not in name:  # which is there or not as a whole
        file_of(run, name).unlink()
        read(run)


@pytest.mark.parametrize("name", READERS)
def test_a_newer_one_is_refused_by_name(name: str, run: Run) -> None:
    file = file_of(run, name)
    JSON["a newer schema"](file)
    for read in (READERS[name][1], *ALSO.get(name, ())):
        with pytest.raises(PathError) as caught:
            read(run)
        assert (caught.value.code, caught.value.file) == ("newer-version", file.name)
        said = f"{file.name} was written by a newer version of X-ray Lab (schema 99)"
        assert caught.value.what == said


WHATEVER = ("a list", "a number", "null", "cut", "empty", "other bytes", "a folder", "unreadable")
WHATEVER += ("a pipe", "huge", "deep")


REMEDIES = {
    "stress.json": "xraylib stress ", "sanity.json": "xraylib sanity ",
    "shortcuts.json": "xraylib shortcuts ", "operating.json": "choose it again on the Results page",
    "datasets/noise/audit.json": "xraylib audit --dataset noise", "ood.json": "delete ood.json",
    "lesson.json": "the tasks then begin anew",
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_one_is_said_to_be_damaged(name: str, run: Run) -> None:
    file = file_of(run, name)
    whole = file.read_bytes()
    for damage in WHATEVER:
        JSON[damage](file)
        with pytest.raises(PathError) as caught:
            READERS[name][1](run)
        assert (caught.value.code, caught.value.file) == ("damaged", file.name), damage
        assert REMEDIES.get(name, "") in str(caught.value), damage
        shutil.rmtree(file) if damage == "a folder" else file.unlink()
        file.write_bytes(whole)


@pytest.mark.parametrize(("name", "key"), LISTS.items())
@pytest.mark.parametrize("value", ["abc", ["a", 1], None, {"a": 1}])
def test_a_text_is_no_list_of_texts(name: str, key: str, value: object, run: Run) -> None:
    file = file_of(run, name)
    file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))
    with pytest.raises(PathError) as caught:
        READERS[name][1](run)
    assert (caught.value.code, caught.value.file) == ("damaged", file.name)


def test_a_judgement_has_a_sum_of_each_image(run: Run) -> None:
    file = file_of(run, f"judged/{ELSEWHERE}/source.json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"sha256": ["0", "1"]}))
    (error,) = damaged_evaluations(run).values()
    assert error.what == "source.json is damaged (ValueError: it has 2 sums of 1 images)"


def test_what_is_older_than_its_weights_counts_as_not_there(run: Run) -> None:
    for name in ("stress.json", "sanity.json", "shortcuts.json", "ood.json"):
        JSON["a newer schema"](run.folder / name)
    run.weights_file.unlink()
    assert kept_stress(run) is kept_sanity(run) is kept_shortcuts(run) is kept_familiar(run) is None


def test_every_reader_of_such_a_file_is_tried_here() -> None:
    called = re.compile(rf"\b{read_if_kept.__name__}\(")
    places = {
        file.relative_to(PROJECT / "xraylib").as_posix()
        for file in (PROJECT / "xraylib").rglob("*.py")
        if called.search(file.read_text(encoding="utf-8"))
    }
    assert places == {
        "records.py",
        "audit/store.py",
        "evaluation/explain/run_sanity.py",
        "evaluation/findings/operating.py",  # as for classes
        "evaluation/judge_test.py",  # evaluation.json
        "evaluation/leakage.py",
        "evaluation/run_shortcuts.py",
        "evaluation/run_temperature.py",
        "evaluation/run_thresholds.py",
        "evaluation/stress/stress_test.py",
        "lesson/progress.py",
        "models/card/card.py",
        "reports/checklist/data_evidence.py",  # environment.json
        "reports/checklist/questions.py",
        "training/loop/fit_ood.py",
        "training/run/environment.py",
        "training/run/notes.py",
        "training/run/runs.py",  # origin.json, notes.json
        "training/run/test_use.py",  # evaluation.json
        "training/run/where.py",
        "training/search/record.py",
    }


@pytest.mark.parametrize("name", list(JSON))
def test_a_run_whose_place_cannot_be_read_is_taken_for_one_of_this_machine(
    tmp_path: Path, name: str
) -> None:
    told = Where(place="ray", address="a")
    tell_where(tmp_path, told)
    assert where(tmp_path) == told
    JSON[name](tmp_path / "place.json")
    found = where(tmp_path)
    assert found == Where() or (found.place, found.address) == ("ray", "a")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stress.json", "sanity.json", "shortcuts.json", "audit.json"])
def test_the_checklists_say_what_cannot_be_read_and_go_on(
    name: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    JSON["a newer schema"](run.folder / name)
    assert main(["checklist", run.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    missing = {
        part["what"]
        for guide in told["checklists"]
        for item in guide["items"]
        for part in item["missing"]
    }
    assert f"{name} was written by a newer version of X-ray Lab (schema 99)" in missing


@pytest.mark.parametrize("damage", ["other types", "nulls", "no keys"])
def test_versions_of_another_shape_are_said_in_the_checklists(
    damage: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    JSON[damage](run.folder / "environment.json")
    assert main(["checklist", run.id, "--json"]) == 0
    assert "environment.json is damaged (" in capsys.readouterr().out


def test_answers_that_cannot_be_read_are_not_written_over(run: Run) -> None:
    file = run.folder / "checklist.json"
    JSON["a newer schema"](file)
    before = file.read_bytes()
    with pytest.raises(PathError, match=r"^checklist\.json was written by a newer version"):
        write_answers(run, {"funding": "Somebody."})
    assert file.read_bytes() == before


def test_figures_do_without_an_audit_that_cannot_be_read_and_what_it_tells_is_refused(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    JSON["a newer schema"](run.folder / "audit.json")
    with pytest.raises(PathError, match=r"^audit\.json was written by a newer version"):
        known_images(run)
    assert main(["precision", run.id]) == 0
    capsys.readouterr()
    assert main(["evaluate", run.id]) == 1
    assert "error[newer-version]: audit.json was written by" in capsys.readouterr().err


def errors(app: AppTest) -> str:
    return "\n".join(one.value.replace("\\", "") for one in app.error)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tab", "names"),
    [("Robustness", ("stress.json", "shortcuts.json")), ("Heat maps", ("sanity.json",))],
)
def test_the_results_page_names_the_file_and_shows_all_else(
    tab: str, names: tuple[str, ...], run: Run
) -> None:
    for name in (*names, "audit.json"):
        JSON["a newer schema"](run.folder / name)
    app = opened(run=run.id, tab=tab)
    overview = opened(run=run.id, tab="Overview")
    for name in (*names, "audit.json"):
        assert f"{name} was written by a newer version" in errors(app)
    assert "Accuracy" in texts(overview) + str([one.label for one in overview.metric])


@pytest.mark.slow
def test_the_dataset_page_names_an_audit_that_cannot_be_read(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = draw_noise(tmp_path / "images")
    assert main(["scan", str(images), "--name", "noise"]) == 0
    assert main(["audit", "--dataset", "noise"]) == 0
    file = workspace.datasets / "noise" / "audit.json"
    JSON["a newer schema"](file)
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    app.query_params["data"] = "noise"
    app.query_params["view"] = "Audit"
    app.switch_page("pages/1_Dataset.py").run()
    assert not app.exception
    assert "audit.json was written by a newer version" in errors(app)
    assert "since the last audit" not in texts(app)
