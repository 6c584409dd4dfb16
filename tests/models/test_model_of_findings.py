"""A model of findings from publishing to an answer: proof, card, exports, classify, thresholds."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from tiny_findings import NAMES, make_findings_run
from tiny_runs import SIZE, train_here
from web_worker import encoded_bytes, web_worker

from xraylib.errors import BundleError
from xraylib.evaluation.findings.operating import (
    read_findings_operating,
    save_finding_choices,
    shown_findings,
)
from xraylib.evaluation.operating import Choice
from xraylib.images.decode import read_image
from xraylib.models.acceptance.accept import accept
from xraylib.models.before_publishing import publishing_warnings
from xraylib.models.bundle import Bundle
from xraylib.models.card.check import check_card
from xraylib.models.catalog import find_model, list_models
from xraylib.models.classify.batch import classify_files
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.table import predictions_csv
from xraylib.models.export import export_model
from xraylib.models.publish import publish_run
from xraylib.models.verify import verify_bundle
from xraylib.models.wording import headline, undecided_words
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("findings")
    made = make_findings_run(Workspace(folder / "workspace"), folder / "images", epochs=15)
    train_here(made)
    choice = Choice(by="sensitivity", value=0.9, band=None)
    save_finding_choices(made, {"Striped": choice})
    kept = json.loads((made.folder / "operating.json").read_text())
    for name, applied in (("Bright", 1.7), ("Striped", 1.0)):  # as if validation had settled it
        kept["temperatures"][name] |= {"applied": applied, "fitted": applied, "reason": ""}
    (made.folder / "operating.json").write_text(json.dumps(kept))
    return made


@pytest.fixture(scope="module")
def bundle(run: Run) -> Bundle:
    return publish_run(run, "tiny", workspace=Workspace(run.folder.parent.parent))


def _files(run: Run, count: int = 12) -> list[Path]:
    return sorted((run.data.root / "test" / "all").glob("*.png"))[:count]


def test_a_published_model_gives_what_the_run_said_after_its_temperatures(
    run: Run, bundle: Bundle
) -> None:
    assert bundle.temperatures == {"Bright": 1.7, "Striped": 1.0}
    assert 0 < bundle.manifest["parity"]["n"] <= 40
    assert bundle.manifest["parity"]["largest"] <= 1e-5
    judged = shown_findings(run)
    classifier = Classifier(bundle)
    for place in range(8):
        said = classifier.classify(read_image(run.data.root / judged.paths[place]), heat_map=False)
        assert list(said.outputs.values()) == pytest.approx(
            judged.probabilities[place].tolist(), abs=1e-5
        )
    assert verify_bundle(bundle.folder).classes == NAMES
    (record,) = [one for one in list_models(workspace=Workspace(run.folder.parent.parent))
                 if one.name == "tiny"]  # fmt: skip
    assert record.auc == bundle.metrics["auc"]
    assert record.accuracy is None


def test_each_finding_has_its_own_probability_and_flag(run: Run, bundle: Bundle) -> None:
    results = classify_files(_files(run), Classifier(bundle))
    points = bundle.operating
    assert points is not None
    assert points["Bright"].threshold == 0.5
    assert points["Bright"].who_chose == "nobody: 0.5 counts until somebody does"
    kinds = set()
    for result in results:
        told = result.to_json()
        assert result.label is None
        findings = told["findings"]
        assert isinstance(findings, dict)
        if result.status != "ok":
            assert findings == {}
            continue
        for name in NAMES:
            p = result.probabilities[name]
            assert findings[name] == {"probability": p, "flagged": p >= points[name].threshold}
        kinds.add(len(result.flagged or ()))
    assert len(kinds) > 1
    sums = [sum(one.probabilities.values()) for one in results if one.status == "ok"]
    assert max(sums) - min(sums) > 0.5


def test_the_answer_in_words_names_what_is_flagged_what_is_unsure_or_the_highest(
    bundle: Bundle, run: Run
) -> None:
    classifier = Classifier(bundle)
    (result,) = classify_files(_files(run, 1), classifier)

    def words(bright: float, striped: float) -> str:
        shares = {"Bright": bright, "Striped": striped}
        flags = classifier.operating(shares)
        assert flags is not None
        flagged = tuple(name for name, flag in flags.items() if flag.flagged)
        made = replace(result, probabilities=shares, flagged=flagged, warnings=(), error=None)
        return headline(made, flags)

    assert words(0.81, 0.0) == "More than usual signs of: Bright 0.81 (flagged)"
    assert words(0.31, 0.0) == "No finding reaches its threshold; the highest is Bright, 0.31"
    assert words(0.45, 0.0) == "Unsure about: Bright 0.45"
    # In the band a human decides: it is not told as a sign too, though it reaches the threshold.
    assert words(0.55, 1.0) == (
        "More than usual signs of: Striped > 0.99 (flagged); Unsure about: Bright 0.55"
    )
    assert words(0.9, 1.0) == (
        "More than usual signs of: Striped > 0.99 (flagged), Bright 0.90 (flagged)"
    )


def test_a_map_of_each_finding_is_drawn(bundle: Bundle, run: Run) -> None:
    classifier = Classifier(bundle)
    assert bundle.manifest["explain"]["method"] == "cam"
    image = read_image(_files(run, 1)[0])
    for name in NAMES:
        heat = classifier.heat_map(classifier.prepare(image), name)
        assert heat.shape == (SIZE, SIZE)


def test_the_card_tells_each_finding_and_its_figures_can_be_computed_anew(bundle: Bundle) -> None:
    for words in (
        "An X-ray may show several of them, or none",
        "| part | with Bright | with Striped | X-rays | patients |",
        "| finding | with it | without | not known | flagged from |",
        "Each finding has a temperature of its own",
        "an X-ray without a flag may still be of somebody ill",
        "An X-ray is flagged for a finding from this probability",
        "who said which findings they show",
        "Augmentation in training: none.",
    ):
        assert words in bundle.card, words
    checked = check_card(bundle)
    allowed = {"bundle.json temperatures.Bright", "bundle.json temperatures.Striped"}
    left = [one for one in checked.differences if not any(one.where.startswith(a) for a in allowed)]
    assert not left  # its temperatures alone were set by hand above
    assert checked.figures > 50


def test_what_to_know_before_publishing_speaks_of_findings(run: Run) -> None:
    codes = {one.code for one in publishing_warnings(run)}
    assert {"few-of-class", "few-images", "no-operating-point"} <= codes


def test_the_exports_give_what_classify_shows(bundle: Bundle, run: Run, tmp_path: Path) -> None:
    import keras
    import onnxruntime
    from ai_edge_litert.interpreter import Interpreter

    classifier = Classifier(bundle)
    pixels = np.stack([classifier.prepare(read_image(file)) for file in _files(run, 5)])
    shown = classifier.probabilities(pixels)
    raw = pixels.astype(np.float32)
    for kind in ("litert", "onnx", "keras", "folder"):
        export_model(bundle, kind, tmp_path / kind, run=run)
    lite = Interpreter(model_path=str(tmp_path / "litert" / "model.tflite"))
    runner = lite.get_signature_runner()
    said = np.concatenate([runner(pixels=one[None])["probabilities"] for one in raw])
    assert said == pytest.approx(shown, abs=1e-5)
    session = onnxruntime.InferenceSession(str(tmp_path / "onnx" / "model.onnx"))
    assert session.run(["probabilities"], {"pixels": raw})[0] == pytest.approx(shown, abs=1e-5)
    network = keras.saving.load_model(tmp_path / "keras" / "model.keras")
    assert np.asarray(network(raw)) == pytest.approx(shown, abs=1e-5)
    files = [str(file) for file in _files(run, 5)]
    told = subprocess.run(
        [sys.executable, str(tmp_path / "folder" / "classify.py"), *files],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    mine = classify_files([Path(file) for file in files], classifier)
    for line, result in zip(told.splitlines(), mine, strict=True):
        alone = json.loads(line)
        assert alone["more_like"] is None
        assert set(alone["findings"]) == set(result.probabilities)
        for name, one in alone["findings"].items():
            assert one["probability"] == pytest.approx(result.probabilities[name], abs=1e-5)
            assert one["flagged"] == (name in (result.flagged or ()))


def test_a_table_of_answers_has_a_column_a_finding(bundle: Bundle, run: Run) -> None:
    results = classify_files(_files(run, 4), Classifier(bundle))
    rows = predictions_csv(results, bundle).splitlines()
    assert rows[0].startswith("file,status,more_like,p_Bright,p_Striped,uncertain,flagged,")
    assert len(rows) == 5


def test_a_threshold_is_kept_until_a_temperature_makes_it_mean_something_else(run: Run) -> None:
    before = read_findings_operating(run)
    assert set(before.classes) == {"Striped"}
    point = before.classes["Striped"]
    assert point.chosen_by == "sensitivity 0.90"
    assert (point.sensitivity.value or 0) >= 0.9
    assert point.tested is not None


def test_a_model_of_findings_without_a_threshold_for_each_is_refused(
    bundle: Bundle, tmp_path: Path
) -> None:
    import shutil

    from xraylib.models.bundle import open_bundle
    from xraylib.models.manifest import write_manifest

    folder = tmp_path / "1"
    shutil.copytree(bundle.folder, folder)
    facts = json.loads((folder / "bundle.json").read_text())
    del facts["operating"]["Bright"]
    (folder / "bundle.json").write_text(json.dumps(facts))
    write_manifest(folder)
    with pytest.raises(BundleError, match="does not fit") as error:
        open_bundle(folder)
    assert error.value.code == "schema"
    assert find_model("tiny", workspace=Workspace(bundle.folder.parent.parent.parent)).several


def test_the_page_in_the_browser_says_the_same(run: Run, bundle: Bundle, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("no Node on this machine")
    files, model = _files(run, 8), Classifier(bundle)
    results = classify_files(files, model)
    export_model(bundle, "web", tmp_path / "page")
    with web_worker(tmp_path / "page") as worker:
        assert worker.ask("prove")["proof"]["passed"]
        for file, result in zip(files, results, strict=True):
            there = worker.ask("judgement", data=encoded_bytes(file.read_bytes()))
            here = model.classify(read_image(file))
            assert list(there["outputs"].values()) == pytest.approx(
                [*here.outputs.values()], abs=1e-5
            )
            assert there["status"] == result.status
            assert (there["flagged"] or []) == [*(result.flagged or ())]
            assert there["uncertain"] == result.uncertain
            said = worker.ask(
                "answer", outputs=here.outputs, told={},
                warnings=[warning.to_json() for warning in here.warnings],
            )  # fmt: skip
            assert said["headline"] == headline(result, here.operating)
            assert said["why"] == undecided_words(result, here.operating)


def _acceptance_page(bundle, workspace):  # type: ignore[no-untyped-def]
    from xraylib.app.classify import acceptance_panel

    acceptance_panel.show(bundle, workspace)


def test_an_acceptance_test_of_findings_is_refused_by_name_and_not_offered(
    run: Run, bundle: Bundle
) -> None:
    why = "The model tiny tells several findings of an image, and an acceptance test asks for"
    with pytest.raises(BundleError, match=why) as caught:
        accept(bundle, run.data.root)
    assert caught.value.code == "several-findings"
    workspace = Workspace(run.folder.parent.parent)
    given = {"bundle": bundle, "workspace": workspace}
    app = AppTest.from_function(_acceptance_page, kwargs=given, default_timeout=60).run()
    assert not app.exception
    shown = app.info[0].value.replace("\\", "")
    assert "several findings of an X-ray" in shown
    assert "xraylib external RUN NAME" in shown
    assert not app.selectbox
    assert not app.button
