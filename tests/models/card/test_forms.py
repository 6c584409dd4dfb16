"""The card in the forms that others read, and computed anew from what the model keeps."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from xraylib.cli import main
from xraylib.errors import BundleError, ConfigError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.external import keep_evaluation
from xraylib.evaluation.stored_predictions import stored_predictions
from xraylib.models.assemble import run_card, run_facts
from xraylib.models.bundle import open_bundle
from xraylib.models.card.chai import CHAI
from xraylib.models.card.check import check_card
from xraylib.models.card.forms import CARD_FORMS, written_card
from xraylib.models.kept_predictions import read_kept
from xraylib.models.manifest import write_manifest
from xraylib.models.studies.elsewhere import UNTRIED
from xraylib.settings import SHIPPED_MODELS
from xraylib.training.run.runs import Run

pytestmark = pytest.mark.xdist_group("tensorflow")

SECTIONS = {
    "BasicInfo": ["ModelName", "ModelDeveloper", "DeveloperContact"],
    "ReleaseInfo": [
        "ReleaseStage", "ReleaseDate", "ReleaseVersion", "GlobalAvailability", "RegulatoryApproval",
    ],
    "ModelSummary": ["Summary", "Keywords"],
    "UsesAndDirections": [
        "IntendedUseAndWorkflow", "PrimaryIntendedUsers", "HowToUse", "TargetedPatientPopulation",
        "CautionedOutOfScopeSettings",
    ],
    "Warnings": [
        "KnownRisksAndLimitations", "KnownBiasesOrEthicalConsiderations", "ClinicalRiskLevel",
    ],
    "TrustIngredients": ["AISystemFacts", "TransparencyInformation"],
    "KeyMetrics": ["UsefulnessUsabilityEfficacy", "FairnessEquity", "SafetyReliability"],
    "Resources": ["PeerReviewedPublications", "PatientConsentOrDisclosure"],
    "Bibliography": [],
}  # fmt: skip
"""The elements of schema version 0.2 in its order, without the optional ones that we leave out."""
METRIC = [
    "MetricGoal", "Results", "Interpretation", "TestType", "TestingDataDescription",
    "ValidationProcessAndJustification",
]  # fmt: skip


def changed(bundle: Any, folder: Path, **files: str) -> Any:
    """A copy of a published model with other files, and a manifest that fits."""
    shutil.copytree(bundle.folder, folder)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    write_manifest(folder)
    return open_bundle(folder)


def test_every_figure_of_a_card_follows_from_the_kept_predictions(
    bars: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    found = check_card(bars.bundle)
    assert found.differences == ()
    assert found.figures > 60
    assert main(["card", "verify", str(bars.bundle.folder)]) == 0
    assert f"{found.figures} of {found.figures} figures" in capsys.readouterr().out


def test_what_is_kept_names_no_file_and_no_patient(bars: Any) -> None:
    text = (bars.bundle.folder / "predictions.json").read_text("utf-8")
    judged = stored_predictions(bars.run)
    for name in {*judged.paths, *judged.patients, *(Path(path).stem for path in judged.paths)}:
        assert name not in text
    kept = read_kept(bars.bundle).splits["test"]
    assert kept.told == judged.told
    assert kept.groups.tolist() == judged.groups.tolist()
    assert kept.probabilities.tolist() == judged.probabilities.tolist()


def test_a_figure_that_was_embellished_is_named(
    bars: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = bars.bundle.card
    (line,) = (one for one in card.splitlines() if one.startswith("| Log loss |"))
    better = "| Log loss | 0.001 (0.00 to 0.01) |"
    embellished = changed(
        bars.bundle, tmp_path / "card" / "1", model_card__md=card.replace(line, better)
    )
    (difference,) = check_card(embellished).differences
    assert (difference.where, difference.says, difference.computed) == (
        "model_card.md",
        better,
        line,
    )
    assert main(["card", "verify", str(embellished.folder), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"] == [difference.to_json()]

    facts = json.loads((bars.bundle.folder / "bundle.json").read_text("utf-8"))
    facts["metrics"]["accuracy"] = 1.25
    other = changed(bars.bundle, tmp_path / "facts" / "1", bundle__json=json.dumps(facts))
    assert [one.where for one in check_card(other).differences] == ["bundle.json metrics.accuracy"]


def test_another_temperature_than_the_images_give_is_named(bars: Any, tmp_path: Path) -> None:
    facts = json.loads((bars.bundle.folder / "bundle.json").read_text("utf-8"))
    facts["calibration"]["temperature"] = 1.7
    other = changed(bars.bundle, tmp_path / "warm" / "1", bundle__json=json.dumps(facts))
    where = {one.where for one in check_card(other).differences}
    assert {"bundle.json calibration.temperature", "model_card.md"} <= where


def test_every_figure_of_the_shipped_models_card_is_that_of_what_it_keeps(tmp_path: Path) -> None:
    shipped = SHIPPED_MODELS / "phantom-demo" / "1"
    found = check_card(open_bundle(shipped))
    assert found.differences == ()
    assert found.figures > 150
    before = shutil.copytree(shipped, tmp_path / "phantom-demo" / "1")
    (before / "predictions.json").unlink()
    write_manifest(before)
    with pytest.raises(BundleError) as caught:
        check_card(open_bundle(before))
    assert caught.value.code == "no-predictions"


def test_a_class_without_test_images_is_missing_and_what_versions_told_of_it_is_known(
    tmp_path: Path,
) -> None:
    """Earlier ones took its F1 and precision for 0, whatever the network said."""
    shipped = open_bundle(SHIPPED_MODELS / "phantom-demo" / "1")
    kept = json.loads((shipped.folder / "predictions.json").read_text("utf-8"))
    test = kept["test"]
    absent = test["labels"][0]
    name = shipped.classes[absent]
    others = [row for row, label in enumerate(test["labels"]) if label != absent]
    test |= {
        key: [test[key][row] for row in others] for key in ("labels", "people", "probabilities")
    }
    test["told"] = len(others)
    test["probabilities"][0] = [0.02 + 0.94 * (place == absent) for place in range(3)]
    facts = json.loads((shipped.folder / "bundle.json").read_text("utf-8"))
    card, others_kept = shipped.card, json.dumps(kept)

    def differences(which: str) -> Any:
        files = {"bundle__json": json.dumps(facts), "model_card__md": card}
        made = changed(shipped, tmp_path / which / "1", predictions__json=others_kept, **files)
        return check_card(made).differences

    for one in differences("other-images"):  # what is computed becomes what is told
        if one.where == "model_card.md":
            cells = one.computed.split(" | ")
            rows = [line.split(" | ") for line in card.splitlines()]
            like = [row for row in rows if (row[0], len(row)) == (cells[0], len(cells))]
            card = card.replace(" | ".join(like[0]) if like else one.says, one.computed)
            continue
        *path, last = one.where.removeprefix("bundle.json ").split(".")
        place = facts
        for key in path:
            place = place[key]
        place[last] = ast.literal_eval(one.computed)
    assert differences("computed") == ()
    told = facts["metrics"]["per_class"][name]
    assert (told["support"], told["predicted"], told["precision"]) == (0, 1, None)

    before = f"| {name} | 0 | not defined | "
    assert f"{before}not defined |" in card
    card = card.replace(f"{before}not defined |", f"{before}0.000 |")
    told |= {"f1": 0.0, "f1_ci": [0.0, 0.2], "precision": 0.0, "npv": 1.0}
    assert differences("as-before") == ()
    told["f1"] = 0.4
    assert [one.where for one in differences("better")] == [
        f"bundle.json metrics.per_class.{name}.f1"
    ]


def test_the_head_for_the_hub_is_yaml_before_the_card(bars: Any) -> None:
    text = written_card(bars.bundle, "huggingface")
    _, head, card = text.split("---\n", 2)
    assert card.strip() == bars.bundle.card.strip()
    value = yaml.safe_load(head)
    assert value["pipeline_tag"] == "image-classification"
    assert "not-a-medical-device" in value["tags"]
    (model,) = value["model-index"]
    (result,) = model["results"]
    assert result["task"]["type"] == "image-classification"
    assert result["metrics"][0] == {
        "type": "accuracy",
        "name": "Accuracy",
        "value": bars.bundle.metrics["accuracy"],
    }
    assert "license" not in value


@pytest.mark.parametrize("which", ["bars", "demo"])
def test_the_chai_card_has_the_elements_of_its_schema_in_order(bars: Any, which: str) -> None:
    demo = SHIPPED_MODELS / "phantom-demo" / "1"
    bundle = bars.bundle if which == "bars" else open_bundle(demo)
    root = ElementTree.fromstring(written_card(bundle, "chai"))
    assert root.tag == f"{{{CHAI}}}AppliedModelCard"

    def names(element: Any) -> list[str]:
        return [one.tag.removeprefix(f"{{{CHAI}}}") for one in element]

    assert names(root) == list(SECTIONS)
    for section in root:
        assert names(section) == SECTIONS[names([section])[0]]
    (metrics,) = (one for one in root if one.tag.endswith("KeyMetrics"))
    for metric in metrics:
        assert names(metric) == METRIC
        for result in metric[1]:
            assert names(result) == ["Label", "ValueJson"]
            json.loads(result[1].text or "")
    accuracy = json.loads(metrics[0][1][0][1].text or "")
    assert accuracy["value"] == bundle.metrics["accuracy"]


def test_a_card_of_no_known_form_is_refused(bars: Any) -> None:
    assert CARD_FORMS[0] == "markdown"
    assert written_card(bars.bundle, "markdown") == bars.bundle.card
    with pytest.raises(ConfigError) as caught:
        written_card(bars.bundle, "pdf")
    assert caught.value.message == (
        "There is no card called 'pdf'. Expected verify, markdown, huggingface, chai. Do this: "
        "choose one of them."
    )


def test_another_data_set_is_told_in_every_form_and_in_no_sentence_as_untried(
    bars: Any, tmp_path: Path
) -> None:
    run = Run(Path(shutil.copytree(bars.run.folder, tmp_path / "runs" / bars.run.id)))
    facts, evaluation = run_facts(run, "bars")
    assert facts["study"]["elsewhere"] is None
    assert UNTRIED in run_card(run, facts, evaluation)
    judged, told = stored_predictions(run), stored_evaluation(run)
    rows = [(f"x{at}.png", run.classes[label], f"p{at}") for at, label in enumerate(judged.labels)]
    keep_evaluation(
        run, "ward-all-0a1b2c", data="ward", root=tmp_path, split="all", images=rows,
        sums=[f"{at:064x}" for at in range(len(rows))], probabilities=judged.probabilities,
        evaluation=told,
    )  # fmt: skip
    facts, evaluation = run_facts(run, "bars")
    card = run_card(run, facts, evaluation)
    assert f"\n| ward | {len(rows)}" in card
    assert f"On ward ({len(rows)} images" in card
    assert UNTRIED not in card
    assert "Its figures, but for those of “ward” under “On other data sets”, are of" in card
    published = json.loads((bars.bundle.folder / "bundle.json").read_text("utf-8"))
    files = {"bundle__json": json.dumps({**published, "study": facts["study"]})}
    other = changed(bars.bundle, tmp_path / "ward" / "1", **files, model_card__md=card)
    head = yaml.safe_load(written_card(other, "huggingface").split("---\n", 2)[1])
    own, ward = head["model-index"][0]["results"]
    assert own["dataset"]["name"] != "ward"
    assert (ward["dataset"]["name"], ward["dataset"]["args"]) == ("ward", {"images": len(rows)})
    assert ward["metrics"][0]["value"] == (judged.called == judged.labels).mean()
    chai = written_card(other, "chai")
    assert "<Label>Accuracy on ward</Label>" in chai
    assert "On other data sets, which their results name: ward." in chai
    assert "On other data sets" not in written_card(bars.bundle, "chai")


def test_a_data_set_s_name_with_marks_that_yaml_refuses_is_told_to_the_hub(
    bars: Any, tmp_path: Path
) -> None:
    name = "ward\u2028\x7f\u0085 \u202e\x1b"
    published = json.loads((bars.bundle.folder / "bundle.json").read_text("utf-8"))
    told = json.dumps({**published, "data": {**published["data"], "name": name}})
    other = changed(bars.bundle, tmp_path / "ward" / "1", bundle__json=told)
    head = yaml.safe_load(written_card(other, "huggingface").split("---\n", 2)[1])
    assert head["model-index"][0]["results"][0]["dataset"]["name"] == name
