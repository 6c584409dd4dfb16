"""A folder of images into a CSV file, stopped and gone on with."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from xraylib.errors import ConfigError, DatasetError, XrayError
from xraylib.images.radiograph import refuse
from xraylib.models.bundle import Bundle
from xraylib.models.catalog import find_model
from xraylib.models.classify import folder as folder_module
from xraylib.models.classify import folder_workers
from xraylib.models.classify.batch import classify_files
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.folder import FolderResult, classify_folder
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow  # its tests take some seconds together


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return find_model("phantom-demo", workspace=Workspace(tmp_path / "workspace"))


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Five phantoms, one of them by content alone, a broken image, and clutter."""
    place = tmp_path / "images"
    (place / "a").mkdir(parents=True)
    sources = sorted((SAMPLE_DATA / "test").rglob("*.png"))[:5]
    for number, source in enumerate(sources[:4]):
        shutil.copy(source, place / "a" / f"{number}.png")
    shutil.copy(sources[4], place / "a" / "no-ending")
    (place / "cut.png").write_bytes(sources[0].read_bytes()[:300])
    (place / "notes.txt").write_text("Dear colleague")
    (place / "a" / ".DS_Store").write_bytes(b"x" * 200)
    return place


def rows(out: Path) -> list[dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("workers", [1, 2])
def test_every_image_has_a_row_that_says_what_classify_files_says(
    images: Path, bundle: Bundle, tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "BATCH", 2)
    told: list[tuple[int, int]] = []
    out = tmp_path / "made" / "results.csv"
    result = classify_folder(
        images, bundle, out, workers=workers, progress=lambda *now: told.append(now)
    )
    assert result == FolderResult(images=6, kept=0, refused=1, cannot_judge=1)
    assert result.judged == 4
    assert (told[0], told[-1]) == ((0, 6), (6, 6))
    found = {row["file"]: row for row in rows(out)}
    assert set(found) == {"a/0.png", "a/1.png", "a/2.png", "a/3.png", "a/no-ending", "cut.png"}
    assert found["cut.png"]["status"] == "refused"
    assert "damaged" in found["cut.png"]["error"]
    for name in sorted(set(found) - {"cut.png"}):
        (exact,) = classify_files([images / name], Classifier(bundle))
        assert found[name]["more_like"] == (exact.label or "")
        for prefix, shares in (
            ("p_", exact.probabilities),
            ("would_have_said_p_", exact.would_have_said),
        ):
            for label in bundle.classes:
                cell = found[name][prefix + label]
                assert cell == (f"{shares[label]:.6f}" if shares else "")
    statuses = [row["status"] for row in found.values()]
    assert sorted(statuses) == ["cannot-judge", "ok", "ok", "ok", "ok", "refused"]


def test_a_run_that_was_cut_short_goes_on_where_it_was(
    images: Path, bundle: Bundle, tmp_path: Path
) -> None:
    out = tmp_path / "results.csv"
    classify_folder(images, bundle, out, workers=1)
    whole = out.read_bytes()
    lines = whole.splitlines(keepends=True)
    out.write_bytes(b"".join(lines[:3]) + lines[3][:17])  # two rows, and a torn third
    result = classify_folder(images, bundle, out, workers=1)
    assert (result.images, result.kept) == (6, 2)
    assert sorted(out.read_bytes().splitlines()) == sorted(whole.splitlines())
    again = classify_folder(images, bundle, out, workers=1)
    assert (again.kept, again.judged) == (6, 0)


def test_a_heading_that_was_torn_begins_anew(images: Path, bundle: Bundle, tmp_path: Path) -> None:
    out = tmp_path / "results.csv"
    out.write_bytes(b"file,stat")
    assert classify_folder(images, bundle, out, workers=1).kept == 0
    assert len(rows(out)) == 6


@pytest.mark.parametrize("content", [b"a,b\r\n1,2\r\n", b"\xff\xfe\r\n", b"my letter"])
def test_a_file_of_something_else_is_left_alone(
    content: bytes, images: Path, bundle: Bundle, tmp_path: Path
) -> None:
    out = tmp_path / "results.csv"
    out.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        classify_folder(images, bundle, out)
    assert str(caught.value) == (
        f"The file {str(out)!r} holds something else than results of phantom-demo, version "
        f"{bundle.version}. Expected a new file, or one that this command began with the same "
        "model. Do this: choose another file for --out."
    )
    assert out.read_bytes() == content


def test_names_that_could_run_or_break_a_line_stay_text(bundle: Bundle, tmp_path: Path) -> None:
    place = tmp_path / "images"
    place.mkdir()
    for name in ("=1+1.png", "two\nlines.png"):
        Image.fromarray(np.zeros((64, 64), np.uint8)).save(place / name)
    out = tmp_path / "results.csv"
    classify_folder(place, bundle, out, workers=1)
    assert {row["file"] for row in rows(out)} == {"'=1+1.png", "two\\x0alines.png"}
    assert classify_folder(place, bundle, out, workers=1).kept == 2


@pytest.mark.slow
def test_a_process_that_ended_by_chance_is_replaced_and_no_image_is_lost(
    images: Path, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "BATCH", 2)
    line = folder_workers._Worker._line
    asked = iter(range(99))
    died: set[folder_workers._Worker] = set()

    def dies_twice(worker: folder_workers._Worker, seconds: float) -> str:
        if seconds != folder_workers.SECONDS:
            return line(worker, seconds)
        if worker in died:  # it is asked for the same image again, which did nothing
            died.remove(worker)
        elif next(asked) in (1, 3):
            died.add(worker)
            assert worker._process is not None
            worker._process.kill()
            worker._process.wait()
        return line(worker, seconds)

    monkeypatch.setattr(folder_workers._Worker, "_line", dies_twice)
    out = tmp_path / "results.csv"
    assert classify_folder(images, bundle, out, workers=2).refused == 1
    assert {row["file"]: row["status"] for row in rows(out)} == {
        **{f"a/{name}": "ok" for name in ("0.png", "2.png", "3.png", "no-ending")},
        "a/1.png": "cannot-judge",
        "cut.png": "refused",
    }


@pytest.mark.slow
def test_an_image_that_takes_too_long_has_a_row_and_the_others_go_on(
    images: Path, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = folder_workers._Worker._line

    def slow(worker: folder_workers._Worker, seconds: float) -> str:
        answer = line(worker, seconds)
        if "3.png" in answer:
            raise refuse("too-slow", "Judging was stopped after 10 seconds")
        return answer

    monkeypatch.setattr(folder_workers._Worker, "_line", slow)
    out = tmp_path / "results.csv"
    assert classify_folder(images, bundle, out, workers=1) == FolderResult(
        images=6, kept=0, refused=2, cannot_judge=1
    )
    found = {row["file"]: row for row in rows(out)}
    assert found["a/3.png"]["error"].startswith("Judging was stopped after 10 seconds. Expected")
    assert found["a/no-ending"]["status"] == "ok"


def test_processes_that_do_not_start_are_told_and_what_was_done_stays(
    images: Path, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results.csv"
    classify_folder(images, bundle, out, workers=1)
    out.write_bytes(b"".join(out.read_bytes().splitlines(keepends=True)[:3]))
    monkeypatch.setattr(folder_workers, "_MODULE", "xraylib.no_such_module")
    with pytest.raises(XrayError) as caught:
        classify_folder(images, bundle, out)
    assert caught.value.code == "worker-died"
    assert len(rows(out)) == 2


def test_a_folder_that_is_not_there_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        classify_folder(tmp_path / "nowhere", bundle, tmp_path / "results.csv")
    assert caught.value.code == "folder-missing"
    assert not (tmp_path / "results.csv").exists()
