"""A folder of images into a CSV file, stopped and gone on with."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from xraylib.errors import ConfigError, DatasetError, InstallationError, XrayError
from xraylib.images.radiograph import refuse
from xraylib.models.bundle import Bundle
from xraylib.models.catalog import find_model
from xraylib.models.classify import folder as folder_module
from xraylib.models.classify import folder_workers
from xraylib.models.classify.batch import classify_files
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.folder import FolderResult, classify_folder
from xraylib.parquet import read_parquet
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
    below = [f"a/{name}" for name in ("0.png", "1.png", "2.png", "3.png", "no-ending")]
    assert [*found] == ["cut.png", *below]  # as they are found, whoever was ready first
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
    assert out.read_bytes() == whole
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
    line = folder_workers.Worker._line
    asked = iter(range(99))
    died: set[folder_workers.Worker] = set()

    def dies_twice(worker: folder_workers.Worker, seconds: float) -> str:
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

    monkeypatch.setattr(folder_workers.Worker, "_line", dies_twice)
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
    line = folder_workers.Worker._line

    def slow(worker: folder_workers.Worker, seconds: float) -> str:
        answer = line(worker, seconds)
        if "3.png" in answer:
            raise refuse("too-slow", "Judging was stopped after 10 seconds")
        return answer

    monkeypatch.setattr(folder_workers.Worker, "_line", slow)
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


def told(out: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    found: list[dict[str, Any]] = read_parquet(out.read_bytes()).to_pylist()
    return found


def test_a_parquet_file_holds_the_same_in_its_own_types(
    images: Path, bundle: Bundle, tmp_path: Path
) -> None:
    out, text = tmp_path / "made" / "results.parquet", tmp_path / "results.csv"
    result = classify_folder(images, bundle, out, workers=1)
    assert result == classify_folder(images, bundle, text, workers=1)
    assert [one.name for one in out.parent.iterdir()] == ["results.parquet"]
    for one, row in zip(told(out), rows(text), strict=True):
        assert list(one) == list(row)
        for name, cell in row.items():
            value = one[name]
            if isinstance(value, bool):
                assert cell == ("yes" if value else "no")
            elif isinstance(value, float):
                assert cell == f"{value:.6f}"
            elif isinstance(value, list):
                assert cell.replace("; ", " ").split() == value
            else:
                assert cell == ("" if value is None else str(value))
    kinds = pq.read_schema(out)
    assert str(kinds.field("p_Normal").type) == "double"
    assert str(kinds.field("uncertain").type) == "bool"


def test_a_parquet_file_that_was_cut_short_is_gone_on_with(
    images: Path, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "BATCH", 2)
    whole, out = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    classify_folder(images, bundle, whole, workers=1)

    def pulled(done: int, _all: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        classify_folder(images, bundle, out, workers=1, progress=pulled)
    assert not out.exists()
    begun = tmp_path / ".cut.parquet.begun"
    with begun.open("ab") as file:
        file.write(b'{"file": "a/3.p')
    assert classify_folder(images, bundle, out, workers=1).kept == 4
    assert told(out) == told(whole)
    assert not begun.exists()
    # One that is whole is gone on with too: what came later stands behind.
    shutil.copy(images / "a" / "0.png", images / "a" / "00.png")
    assert classify_folder(images, bundle, out, workers=1).kept == 6
    before = [one["file"] for one in told(whole)]
    assert [one["file"] for one in told(out)] == [*before, "a/00.png"]


@pytest.mark.parametrize("name", ["results.parquet", ".results.parquet.begun"])
def test_a_parquet_file_of_something_else_is_left_alone(
    images: Path, bundle: Bundle, tmp_path: Path, name: str
) -> None:
    place = tmp_path / name
    other = io.BytesIO()
    pq.write_table(pa.table({"file": ["a"]}), other)
    for content in (b"my letter", b'{"model": "other", "version": 1}\n', other.getvalue()):
        place.write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            classify_folder(images, bundle, tmp_path / "results.parquet", workers=1)
        assert caught.value.code == "other-results"
        assert place.read_bytes() == content


def test_what_is_at_an_address_is_judged_like_a_folder(
    images: Path, bundle: Bundle, tmp_path: Path
) -> None:
    fsspec = pytest.importorskip("fsspec", reason="the extra `addresses` is not installed")
    memory = fsspec.filesystem("memory")
    (images / "none.png").touch()
    for file in images.rglob("*"):
        if file.is_file():
            memory.pipe_file(f"/films/{file.relative_to(images)}", file.read_bytes())
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    assert classify_folder("memory://films", bundle, there, workers=2) == classify_folder(
        images, bundle, here, workers=2
    )
    assert sorted(map(str, rows(there))) == sorted(map(str, rows(here)))
    for address, code in (("memory://nothing", "folder-missing"), ("odd://x", "folder-unreadable")):
        with pytest.raises(DatasetError) as caught:
            classify_folder(address, bundle, tmp_path / "other.csv")
        assert caught.value.code == code
    with pytest.raises(DatasetError) as secret:
        classify_folder("ftp://me:word@127.0.0.1:9/films", bundle, tmp_path / "other.csv")
    assert "word" not in str(secret.value)


def test_an_address_needs_what_reads_it(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xraylib.extras.find_spec", lambda _name: None)
    with pytest.raises(InstallationError) as caught:
        classify_folder("s3://bucket/films", bundle, tmp_path / "results.csv")
    assert caught.value.code == "no-fsspec"
    assert not (tmp_path / "results.csv").exists()
