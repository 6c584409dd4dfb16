"""A workspace that cannot be written to: everything that would change it is refused in our words.

A file system of its own is mounted read-only, since the administrator passes over permissions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from furnished import Place, contents, furnished, repeats
from made_runs import draw_noise
from small_disk import fill, make_read_only, small_disk

from xraylib.cli import main
from xraylib.datasets.catalog import add_dataset, change_dataset, remove_dataset
from xraylib.datasets.curation import Curation
from xraylib.errors import PathError
from xraylib.evaluation.evaluate import evaluate_run
from xraylib.evaluation.explain.run_sanity import run_sanity
from xraylib.evaluation.external import external_evaluations, forget_evaluation
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.run_shortcuts import run_shortcuts
from xraylib.evaluation.run_thresholds import choose_temperature_by, save_choice
from xraylib.evaluation.stress.stress_test import run_stress
from xraylib.loading.cache import remove_entry
from xraylib.models.acceptance.accept import accept
from xraylib.models.catalog import find_model, set_in_use
from xraylib.models.export import export_model, export_zip
from xraylib.models.publish import publish_run
from xraylib.networks.designs import delete_design, save_design
from xraylib.networks.presets import preset
from xraylib.reports.checklist.questions import write_answers
from xraylib.training.groups.group import delete_group, list_groups
from xraylib.training.process import queue
from xraylib.training.run.delete import delete_run
from xraylib.training.run.derived import clone_run
from xraylib.training.run.notes import Notes, write_notes
from xraylib.training.run.test_lock import lock_set
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A workspace on a disk of its own, which is read-only from then on."""
    folder = tmp_path_factory.mktemp("read-only")
    images = draw_noise(folder / "images")
    with small_disk(folder / "disk", 32_768) as disk:
        made = furnished(Workspace(disk / "workspace"), images)
        make_read_only(disk)
        yield made


CHANGES: dict[str, Callable[[Place], object]] = {
    "delete a run": lambda p: delete_run(p.finished),
    "resume": lambda p: queue.resume(p.stopped),
    "start": lambda p: queue.start(p.finished),
    "stop": lambda p: queue.stop(p.queued),
    "repeat": lambda p: clone_run(p.finished),
    "name": lambda p: write_notes(p.finished, Notes(name="other")),
    "threshold": lambda p: save_choice(p.finished, "Covid", Choice(by="hand", value=0.4)),
    "temperature": lambda p: choose_temperature_by(p.finished, "validation"),
    "forget a judgement": lambda p: forget_evaluation(
        p.finished, external_evaluations(p.finished)[0].key
    ),
    "group": lambda p: repeats(p.finished, p.workspace),
    "delete a group": lambda p: delete_group(list_groups(workspace=p.workspace)[0]),
    "publish": lambda p: publish_run(p.finished, "other", workspace=p.workspace),
    "publish again": lambda p: publish_run(p.finished, "mine", workspace=p.workspace),
    "another version": lambda p: set_in_use("mine", 1, workspace=p.workspace),
    "export": lambda p: export_model(
        find_model("mine", workspace=p.workspace), "litert", p.workspace.root / "x"
    ),
    "export as zip": lambda p: export_zip(
        find_model("mine", workspace=p.workspace), "litert", p.workspace.root / "y.zip"
    ),
    "save a design": lambda p: save_design("other", preset("lesson-dense"), workspace=p.workspace),
    "delete a design": lambda p: delete_design("mine", workspace=p.workspace),
    "add a data set": lambda p: add_dataset(p.images, "again", workspace=p.workspace),
    "change a data set": lambda p: change_dataset(
        "noise",
        curation=Curation(excluded=("train/Covid/ptrainCovid0_0.png",)),
        workspace=p.workspace,
    ),
    "remove a data set": lambda p: remove_dataset("noise", workspace=p.workspace),
    "keep a judgement": lambda p: evaluate_run(p.finished, split="train", keep_it=True),
    "stress test": lambda p: run_stress(p.finished),
    "test of the heat maps": lambda p: run_sanity(p.finished),
    "shortcuts": lambda p: run_shortcuts(p.finished),
    "acceptance test": lambda p: accept(
        find_model("mine", workspace=p.workspace), p.images, workspace=p.workspace
    ),
    "answer": lambda p: write_answers(p.finished, {"funding": "Nobody."}),
    "lock test images": lambda p: lock_set(p.finished.folder),
    "remove prepared images": lambda p: remove_entry(p.workspace.cache, "abc"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_read_only_workspace_refuses_every_change_in_our_words(place: Place, change: str) -> None:
    before = contents(place.workspace)
    with pytest.raises(PathError) as caught:
        CHANGES[change](place)
    assert caught.value.code == "cannot-write"
    assert "Read-only file system" in caught.value.what
    assert str(place.workspace.root) in caught.value.expected
    assert contents(place.workspace) == before


COMMANDS = (
    "delete FINISHED", "resume STOPPED", "stop QUEUED", "publish FINISHED other",
    "stress FINISHED", "sanity FINISHED", "shortcuts FINISHED", "accept mine IMAGES",
    "evaluate FINISHED --split train --keep", "checklist FINISHED --answer funding=Nobody",
    "test-set FINISHED --lock", "calibrate FINISHED --class Covid --sensitivity 0.8",
    "scan IMAGES --name other", "audit --dataset noise", "map noise",
    "correct noise train/Covid/ptrainCovid0_0.png --tag odd",
    "train --dataset noise --model lesson-dense --detach",
    "learning-curve --dataset noise --model lesson-dense --shares 50,70,100 --detach",
    "host static INSIDE --model mine",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_say_so_without_a_traceback(
    place: Place, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {
        "FINISHED": place.finished.id, "STOPPED": place.stopped.id, "QUEUED": place.queued.id,
        "IMAGES": str(place.images), "INSIDE": str(place.workspace.root / "demo"),
    }  # fmt: skip
    words = [known.get(word, word) for word in command.split()]
    before = contents(place.workspace)
    assert main(["--workspace", str(place.workspace.root), *words]) == 1
    assert contents(place.workspace) == before
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "error[cannot-write]: " in told
    assert "Read-only file system" in told


def test_what_only_looks_goes_on_working(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--workspace", str(place.workspace.root)]
    for words in (["runs"], ["show", place.finished.id], ["models"], ["groups"], ["cache"]):
        assert main([*where, *words]) == 0
    assert "finished" in capsys.readouterr().out


def test_an_unforeseen_place_that_cannot_be_written_to_is_named_by_the_command(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    out = place.workspace.root / "report.html"
    assert (
        main(
            [
                "report",
                place.finished.id,
                "--out",
                str(out),
                "--workspace",
                str(place.workspace.root),
            ]
        )
        == 1
    )
    assert "error[cannot-write]: " in capsys.readouterr().err


def test_on_a_full_disk_nothing_half_made_is_left(tmp_path: Path) -> None:
    images = draw_noise(tmp_path / "images")
    with small_disk(tmp_path / "disk", 8_192) as disk:
        made = furnished(Workspace(disk / "workspace"), images)
        fill(disk)
        before = contents(made.workspace)
        for change in ("repeat", "group", "export", "export as zip", "save a design"):
            with pytest.raises(PathError) as caught:
                CHANGES[change](made)
            assert caught.value.code == "cannot-write"
            assert contents(made.workspace) == before, change
