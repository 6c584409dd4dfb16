"""A run folder with a file that is gone, cut, foreign or newer: all else goes on, in our words."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

import pytest
from before import RUN, restore
from damages import ANY, JSON, damages_of
from kept_beside import KEPT, keep_beside
from our_words import in_other_words, said
from streamlit.testing.v1 import AppTest

from xraylib.audit.report import AuditReport
from xraylib.cli import main
from xraylib.datasets.scan import DatasetIndex
from xraylib.errors import PathError
from xraylib.records import read_record
from xraylib.settings import PROJECT, SAMPLE_DATA
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json

GOOD = f"{RUN[:-6]}0a0a0a"
CURVE = f"{RUN[:-6]}0b0b0b"
RECORDS = ("data.json", "notes.json", "origin.json", "spec.json", "status.json", "train.json")
OTHERS = (
    "cache.json", "card.json", "checkpoint/000002-00000000/arrays.npz",
    "checkpoint/000002-00000000/state.json", "environment.json", "evaluation.json",
    "index.parquet", "log.txt", "metrics.jsonl", "model.py", "model.weights.h5",
    "model.weights.sha256", "ood.json", "operating.json", "predictions.parquet", "split.csv",
    *KEPT,
)  # fmt: skip
COMMANDS = (
    "runs", "runs --json", "show RUN", "groups", "cache", "evaluate RUN", "compare RUN GOOD",
    "calibrate RUN", "calibrate RUN --class Covid --sensitivity 0.8", "report RUN --out OUT",
    "report RUN GOOD --out OUT", "stop RUN", "train --from RUN --epochs 999999", "models",
    "export before-model litert DIR", "groups --json", "groups CURVE",
)  # fmt: skip
REVIEWING = (
    "precision RUN", "decision RUN --class Covid --prevalence 0.1", "checklist RUN",
    "test-set RUN", "subgroups RUN", "external RUN", "accept before-model IMAGES",
    "learning-curve ALL --from RUN --epochs 999999",
    "host static DIR --model before-model",
)  # fmt: skip
WITH_TENSORFLOW = (
    "publish RUN again", "explain RUN", "explain RUN test/Covid/p068_1.png",
    "evaluate RUN --split train", "export before-model keras DIR", "shortcuts RUN",
    "stress RUN --only inversion --images 4", "sanity RUN --images 4 --no-shuffled",
)  # fmt: skip
TABS = (
    "All figures", "Curves", "Calibration", "Compare", "Errors", "Heat maps", "Inside the network",
    "Robustness", "Checklist", "Publish",
)  # fmt: skip
PAGES = {
    "home": ("streamlit_app.py", {}),
    "training": ("pages/3_Training.py", {"run": RUN}),
    "architecture": ("pages/2_Architecture.py", {}),
    "classify": ("pages/5_Classify.py", {}),
    **{tab: ("pages/4_Results.py", {"run": RUN, "tab": tab}) for tab in TABS},
}

# A covering sample: every damage of a record, and every file once; the long profile has all.
SAMPLE = [("data.json", damage) for damage in JSON if damage != "too large a number"]
SAMPLE += [("status.json", "too large a number")]
SAMPLE += [
    (file, "a folder" if "." in file else "cut")
    for file in (*RECORDS[1:], *OTHERS)
    if file not in KEPT
]
SAMPLE += [(file, "a newer schema") for file in (*RECORDS, *OTHERS) if file.endswith(".json")]
SAMPLE += [("predictions.parquet", damage) for damage in ("cut", "missing", "other bytes")]
SAMPLE += [("split.csv", "a pipe")]
# Eighteen commands a damage: two are tried at each change, all others together take a minute.
FAST = [("data.json", damage) for damage in ("missing", "a newer schema")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with two runs as version 0.1.0 left them, of which one has every kind of file."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(folder))
        run = restore(folder, SAMPLE_DATA)
        shutil.copytree(run, run.with_name(GOOD))
        assert main(["calibrate", RUN, "--class", "Covid", "--sensitivity", "0.8"]) == 0
        (run / "origin.json").write_text(json.dumps({"kind": "repeat", "run": GOOD}))
        keep_beside(Run(run))
        curve = {"kind": "shares", "name": "", "runs": [RUN, GOOD], "patients_told": True}
        write_json(folder / "runs" / ".groups" / f"{CURVE}.json", curve | {"shares": [0.5, 1.0]})
        yield folder


@pytest.fixture
def damaged(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Path]:
    """Makes a workspace in which one file of the run is damaged; gives the run's folder."""

    def make(file: str, damage: str) -> Path:
        place = tmp_path / "workspace"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(whole, place)
        monkeypatch.setenv("XRAYLIB_WORKSPACE", str(place))
        monkeypatch.setenv("COLUMNS", "250")
        run = place / "runs" / RUN
        damages_of(run / file)[damage](run / file)
        return run

    return make


def words(out: Path) -> dict[str, str]:
    """What stands for what in the commands."""
    return {
        "RUN": RUN, "GOOD": GOOD, "CURVE": CURVE, "OUT": str(out / "report.html"),
        "DIR": str(out / "model"), "ALL": str(SAMPLE_DATA), "IMAGES": str(SAMPLE_DATA / "test"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        pytest.param(*one, id="-".join(one), marks=() if one in FAST else pytest.mark.slow)
        for one in SAMPLE
    ],
)
def test_commands_have_words_for_a_damaged_run(
    file: str, damage: str, damaged: Callable[[str, str], Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run, out = damaged(file, damage), tmp_path / "out"
    answers = {command: said(command, words(out), out, capsys) for command in COMMANDS}
    code, text = answers["runs"]
    assert code == 0
    assert GOOD in text
    if file in RECORDS and not (file in RECORDS[1:3] and damage == "missing"):
        rows = {row["run"]: row for row in json.loads(answers["runs --json"][1])}
        assert rows[GOOD]["state"] == "finished"
        assert (rows[RUN]["state"], rows[RUN]["file"]) == ("damaged", file)
        assert f"damaged: {file}" in text
        code, text = answers["show RUN"]
        assert (code, file in text) == (1, True)
        if damage == "a newer schema":
            assert f"{file} was written by a newer version of X-ray Lab (schema 99)" in text
            assert "error[newer-version]" in text
    assert said("delete RUN", words(out), out, capsys)[0] == 0
    assert not run.exists()
    assert (run.parent / GOOD).is_dir()


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("file", [*RECORDS, *OTHERS])
@pytest.mark.parametrize(
    "commands", [(*COMMANDS, *REVIEWING, "delete RUN"), WITH_TENSORFLOW], ids=["", "keras"]
)
def test_every_command_has_words_for_every_damage(
    file: str, commands: Sequence[str], whole: Path, damaged: Callable[[str, str], Path],
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    audits: dict[str, AuditReport] = {}  # the same 300 images each time: they are looked at once
    place = import_module("xraylib.audit")
    audit = place.audit

    def once(index: DatasetIndex) -> AuditReport:
        if index.fingerprint not in audits:
            audits[index.fingerprint] = audit(index)
        return audits[index.fingerprint]

    monkeypatch.setattr(place, "audit", once)
    wrong, out = {}, tmp_path / "out"
    for damage in damages_of(whole / "runs" / RUN / file):
        damaged(file, damage)
        wrong[damage] = in_other_words(commands, words(out), out, capsys)
    assert not any(wrong.values()), wrong


def opened(page: str, run: str = RUN) -> AppTest:
    """A page of the app, drawn once, without a traceback."""
    script, parameters = PAGES[page]
    parameters = {**parameters, **({"run": run} if "run" in parameters else {})}
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    if script != "streamlit_app.py":
        app.switch_page(script)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, (page, [one.message for one in app.exception])
    return app


@pytest.mark.slow
@pytest.mark.parametrize("file", RECORDS)
def test_pages_list_a_damaged_run_beside_the_others(
    file: str, damaged: Callable[[str, str], Path]
) -> None:
    damaged(file, "a newer schema")
    for page in ("home", "training"):
        table = opened(page).dataframe[-1].value
        assert dict(table["State"])[RUN] == f"damaged: {file}"
        assert dict(table["State"])[GOOD] == "Finished"
    for page in ("training", "Errors"):
        app = opened(page)
        assert any(f"{file} was written by a newer" in plain(one.value) for one in app.error)
    app.button(key="delete-damaged").click().run()
    # A browser reruns the dialog alone; here the page runs, so the click that opened it stays.
    app.button(key="delete-damaged").click()
    app.button(key="confirm-delete").click().run()
    assert not app.exception
    place = Workspace.open().runs
    assert [one.name for one in place.glob("2*")] == [GOOD]


@pytest.mark.slow
@pytest.mark.parametrize("file", ["evaluation.json", "predictions.parquet", "index.parquet"])
def test_the_results_page_lives_on_without(file: str, damaged: Callable[[str, str], Path]) -> None:
    damaged(file, "cut")
    for page in ("Errors", "Publish"):
        opened(page)


@pytest.mark.slow
@pytest.mark.parametrize("file", ["cache.json", "evaluation.json", "stress.json"])
def test_a_file_that_nobody_can_look_at_is_no_traceback(
    file: str, damaged: Callable[[str, str], Path]
) -> None:
    damaged(file, "unreadable")  # its date cannot be asked for either
    for page in ("Checklist", "Robustness"):
        opened(page)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("file", [*RECORDS, *OTHERS])
def test_every_page_lives_on_with_every_damage(
    file: str, damaged: Callable[[str, str], Path]
) -> None:
    wrong = []
    for damage in JSON if file.endswith(".json") else ANY:
        damaged(file, damage)
        for page, run in [*((page, RUN) for page in PAGES), ("training", GOOD), ("Compare", GOOD)]:
            try:
                opened(page, run)
            except Exception as error:
                wrong.append(f"{damage}, {page} of {run}: {error!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("file", RECORDS)
def test_a_whole_run_is_compared_beside_a_damaged_one(
    file: str, damaged: Callable[[str, str], Path]
) -> None:
    damaged(file, "cut")
    app = opened("Compare", GOOD)
    assert not app.error
    # A run of which nobody knows the classes is not offered.
    assert len(app.multiselect(key="compare-runs").options) == (file != "data.json")


def plain(text: str) -> str:
    """Text without the marks that keep Markdown from reading it."""
    return text.replace("\\", "")


def test_a_file_is_read_within_its_limits(tmp_path: Path) -> None:
    objects = {"other types", "nulls", "too large a number"}  # judged by each reader
    began = time.process_time()
    for name, damage in JSON.items():
        file = tmp_path / name / "spec.json"
        file.parent.mkdir()
        file.write_text('{"size": 1.5}')
        damage(file)
        if name not in objects:
            with pytest.raises(PathError) as caught:
                read_record(file, lambda value: float(value["size"]))
            assert caught.value.file == "spec.json", name
    assert time.process_time() - began < 20  # nothing of a hundred gigabytes was read
