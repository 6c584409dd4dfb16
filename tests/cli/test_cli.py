"""The command's manners: exit codes, streams, one form of error, JSON that programs can read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_images import dicom, encoded, picture

from xraylib.cli import main
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.usefixtures("workspace")
ERROR_LINE = re.compile(r"^error\[[a-z-]+\]: .+\. Expected .+\. Do this: .+\.\n$")


def call(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> tuple[str, str]:
    """Runs the command; returns what it wrote to standard output and to standard error."""
    assert main([str(word) for word in words]) == code
    said = capsys.readouterr()
    return said.out, said.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["sumary"], 2),
        (["scan"], 2),
        (["summary", "no-such-net"], 1),
        (["summary", "lesson-cnn", "--input-shape", "256,x,1"], 1),
        (["summary", "lesson-cnn", "--input-shape", "8,8,1"], 1),
        (["scan", "/no/such/folder"], 1),
        (["show", "no-such-run"], 1),
        (["stop", "../.."], 1),
        (["delete", "no-such-run"], 1),
        (["evaluate", "no-such-run"], 1),
        (["publish", "no-such-run", "x"], 1),
        (["classify", "image.png", "--model", "no-such-model"], 1),
        (["train", "sample_data", "--model", "no-such-net"], 1),
        (["train", "sample_data", "--model", "lesson-cnn", "--epochs", "0"], 1),
        (["train", "sample_data", "--model", "lesson-cnn", "--augment", "wild"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_on_standard_error(
    capsys: pytest.CaptureFixture[str], words: Sequence[str], code: int
) -> None:
    out, err = call(capsys, *words, code=code)
    assert out == ""
    assert ERROR_LINE.match(err), err


def test_layers_lists_every_kind_with_its_settings_and_what_it_is_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from dataclasses import fields

    from xraylib.networks.layers import LAYERS

    out, _ = call(capsys, "layers", "--json")
    assert json.loads(out) == [
        {
            "kind": kind,
            "settings": [field.name for field in fields(layer)],
            "meaning": layer.meaning,
        }
        for kind, layer in LAYERS.items()
    ]


def test_scan_counts_the_sample_data(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = call(capsys, "scan", SAMPLE_DATA, "--json")
    report = json.loads(out)
    asked = {"root", "classes", "splits", "unreadable", "passed_over", "layout"}
    assert set(report) == asked | {"notes", "views", "grey_range"}
    assert report["views"] == report["notes"] == {}
    assert report["classes"] == ["Covid", "Normal", "Pneumonia"]
    assert {split: sum(n.values()) for split, n in report["splits"].items()} == {
        split: len(list((SAMPLE_DATA / split).glob("*/*.png"))) for split in ("train", "test")
    }
    assert report["unreadable"] == []


def test_samples_names_the_folder_of_the_sample_images(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "samples")[0] == f"{SAMPLE_DATA}\n"
    assert json.loads(call(capsys, "samples", "--json")[0]) == {"folder": str(SAMPLE_DATA)}


def test_scan_counts_the_real_images(capsys: pytest.CaptureFixture[str], real_data: Path) -> None:
    out, _ = call(capsys, "scan", real_data / "codecademy_covid19", "--json")
    assert json.loads(out)["splits"] == {
        "train": {"Covid": 111, "Normal": 70, "Pneumonia": 70},
        "test": {"Covid": 26, "Normal": 20, "Pneumonia": 20},
    }


def test_scan_says_what_it_found_whatever_it_found(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for label in ("A [1]", "B"):
        (tmp_path / label).mkdir()
        cv2.imwrite(str(tmp_path / label / "a.png"), np.full((8, 8), 7, np.uint8))
    (tmp_path / "B" / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "B" / ".DS_Store").write_bytes(b"x")
    report = json.loads(call(capsys, "scan", tmp_path, "--json")[0])
    assert report["passed_over"] == 1
    assert [item["path"] for item in report["unreadable"]] == ["B/torn.png"]
    assert set(report["unreadable"][0]) == {"path", "code", "reason"}
    assert "A [1]" in call(capsys, "scan", tmp_path)[0]


def test_summary_gives_the_lessons_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(call(capsys, "summary", "lesson-cnn", "--json")[0])
    assert set(report) == {"input_shape", "rows", "total_params", "multiply_adds"}
    assert report["input_shape"] == [256, 256, 1]
    assert report["total_params"] == 712
    assert report["rows"][0]["kind"] == "Input"
    assert set(report["rows"][0]) == {"index", "kind", "output_shape", "params", "arithmetic"}
    assert report["rows"][-1]["output_shape"] == [3]


def test_summary_reads_a_saved_network_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from xraylib.networks.presets import preset

    file = tmp_path / "spec.json"
    file.write_text(json.dumps(preset("lesson-cnn").to_json()))
    assert json.loads(call(capsys, "summary", file, "--json")[0])["total_params"] == 712
    shape = ("--input-shape", "128,128,1")
    smaller = json.loads(call(capsys, "summary", file, *shape, "--json")[0])
    assert smaller["input_shape"] == [128, 128, 1]


def test_presets_and_code_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    names = [row["name"] for row in json.loads(call(capsys, "presets", "--json")[0])]
    assert {"lesson-dense", "lesson-conv", "lesson-stacked", "lesson-cnn", "small-cnn"} <= set(
        names
    )
    compile(call(capsys, "code", "lesson-cnn")[0], "model.py", "exec")


def test_an_empty_workspace_lists_the_shipped_model_and_no_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert json.loads(call(capsys, "runs", "--json")[0]) == []
    (model,) = json.loads(call(capsys, "models", "--json")[0])
    keys = {"name", "version", "in_use", "run", "classes", "accuracy", "published"}
    assert keys <= set(model)
    assert model["name"] == "phantom-demo"


def test_the_workspace_can_be_named_before_or_after_the_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for words in (
        ("--workspace", tmp_path, "runs", "--json"),
        ("runs", "--json", "--workspace", tmp_path),
    ):
        assert call(capsys, *words)[0] == "[]\n"


def test_classify_answers_for_every_file_and_fails_if_one_was_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    image = next((SAMPLE_DATA / "test" / "Normal").glob("*.png"))
    text = tmp_path / "letter.png"
    text.write_text("Dear colleague")
    good, bad = json.loads(call(capsys, "classify", image, text, "--json", code=1)[0])
    assert good["status"] == "ok"
    assert good["label"] in good["probabilities"]
    assert sum(good["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert bad["status"] == "refused"
    assert set(bad["error"]) == {"code", "message"}
    assert json.loads(call(capsys, "classify", image, "--json")[0])[0]["status"] == "ok"


@pytest.mark.slow
def test_classify_goes_through_a_folder_and_goes_on_where_it_was(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, out = SAMPLE_DATA / "dicom", tmp_path / "results.csv"
    words = ("classify", folder, "--out", out, "--workers", "1")
    first = json.loads(call(capsys, *words, "--json")[0])
    assert (first["films"], first["kept"], first["refused"]) == (2, 0, 0)
    assert (first["model"], first["out"]) == ("phantom-demo", str(out))
    told, notes = call(capsys, *words)
    assert told.startswith("2 images: 0 classified in ")
    assert "0 refused, 2 from before" in told
    assert "not a medical device" in notes


def test_classify_asks_for_a_place_for_the_results_of_a_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    notes = call(capsys, "classify", SAMPLE_DATA / "dicom", code=1)[1]
    assert notes == (
        "error[folder-and-out]: 1 names were given and no --out. Expected one folder and the "
        "file for its results, or files alone. Do this: write for example xraylib classify FOLDER "
        "--out results.csv.\n"
    )


def test_classify_never_claims_certainty_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    images = sorted((SAMPLE_DATA / "test" / "Covid").glob("p085_*.png"))
    exact = json.loads(call(capsys, "classify", *images, "--json")[0])
    assert max(max(result["probabilities"].values()) for result in exact) > 0.9995
    told, notes = call(capsys, "classify", *images)
    assert "> 0.99" in told
    # A measured share of all or none is told as it was, with its interval.
    guessed = re.sub(r"(sensitivity|specificity) [01]\.00 \(0\.\d\d to [01]\.00;", "", told)
    assert not re.search(r"\b1\.0+\b|\b0\.000|100 ?%", guessed)
    assert "Research and education only, not a medical device." in notes


@pytest.fixture
def tiny_images(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    for label, level in (("dark", 60), ("light", 190)):
        folder = tmp_path / "images" / label
        folder.mkdir(parents=True)
        for number in range(12):
            pixels = np.clip(rng.normal(level, 20, (32, 32)), 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"p{number:03}_1.png"), pixels)
    return tmp_path / "images"


@pytest.mark.xdist_group("tensorflow")
def test_the_whole_way_on_the_command_line(
    capsys: pytest.CaptureFixture[str], tiny_images: Path
) -> None:
    words = ("--model", "lesson-conv", "--epochs", "2", "--image-size", "32", "--json")
    out, _ = call(capsys, "train", tiny_images, *words)
    events = [json.loads(line) for line in out.splitlines()]
    assert [e["event"] for e in events] == ["epoch", "epoch", "finished"]
    figures = "epoch images loss accuracy auc val_loss val_accuracy val_auc seconds val_seconds"
    assert {*figures.split(), "event"} <= set(events[0])
    assert events[0]["images"] > 0
    run = events[-1]["run"]
    assert events[-1]["status"] == "finished"

    assert [r["run"] for r in json.loads(call(capsys, "runs", "--json")[0])] == [run]
    assert json.loads(call(capsys, "show", run, "--json")[0])["state"] == "finished"
    shown = call(capsys, "show", run)[0]
    assert "accuracy in training" in shown
    assert "accuracy in validation" in shown
    report = json.loads(call(capsys, "evaluate", run, "--split", "val", "--json")[0])
    assert {"n", "accuracy", "accuracy_ci", "auc", "per_class", "confusion", "classes"} <= set(
        report
    )
    assert report["n"] == sum(map(sum, report["confusion"]))

    assert json.loads(call(capsys, "publish", run, "tiny", "--json")[0])["name"] == "tiny"
    image = tiny_images / "dark" / "p000_1.png"
    (result,) = json.loads(call(capsys, "classify", image, "--model", "tiny", "--json")[0])
    assert set(result["probabilities"]) == {"dark", "light"}

    assert json.loads(call(capsys, "delete", run, "--json")[0])["status"] == "deleted"
    assert json.loads(call(capsys, "runs", "--json")[0]) == []


@pytest.mark.xdist_group("tensorflow")
def test_a_detached_run_can_be_stopped(
    capsys: pytest.CaptureFixture[str], tiny_images: Path
) -> None:
    words = ("--model", "lesson-conv", "--epochs", "10000", "--image-size", "32")
    started = json.loads(call(capsys, "train", tiny_images, *words, "--detach", "--json")[0])
    assert started["event"] == "started"
    stopped = json.loads(call(capsys, "stop", started["run"], "--json")[0])
    assert stopped == {"run": started["run"], "status": "stopped"}


@pytest.mark.slow
@pytest.mark.usefixtures("workspace")
def test_names_and_headers_tell_a_terminal_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "root" / "A\x1b[31m [red]x"
    folder.mkdir(parents=True)
    (folder / "f\x1b[2J.png").write_bytes(encoded(picture(0)))
    (folder / "bad\x9b2J.png").write_bytes(b"no image")
    header = tmp_path / "header.dcm"
    with pytest.warns(UserWarning, match="Invalid value"):
        header.write_bytes(dicom(picture(0).astype(np.uint16), ViewPosition="P\x1b[2J"))
    root = folder.parent
    for words in (["scan", str(root)], ["scan", str(root), "--json"], ["image", str(header)],
                  ["audit", str(root)], ["classify", str(folder / "bad\x9b2J.png")]):  # fmt: skip
        main(words)
        told = capsys.readouterr()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", told.out + told.err), words
        if words[0] == "scan":
            assert r"\u001b[31m [red]x" in told.out or r"\x1b[31m [red]x" in told.out
