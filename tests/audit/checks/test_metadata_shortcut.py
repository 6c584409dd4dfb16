"""Labels told by what is known of images beside them: found, told in words, and not made up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from tiny_findings import findings_index

from xraylib.audit import Subject
from xraylib.audit.checks.metadata_shortcut import metadata_shortcuts
from xraylib.audit.descriptors import describe_images
from xraylib.audit.probe import held_out_scores
from xraylib.datasets.dataset import DatasetIndex

pytestmark = pytest.mark.fast


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    index = findings_index(tmp_path_factory.mktemp("shortcut"), unknown=0.1, uncertain=0.0)
    return Subject(index=index, descriptors=describe_images(index), copies=())


def _with(subject: Subject, **columns: object) -> Subject:
    index: DatasetIndex = replace(subject.index, metadata=pa.table(columns))
    return replace(subject, index=index)


def test_a_view_that_goes_with_a_finding_is_found_and_told(subject: Subject) -> None:
    findings = subject.index.findings
    assert findings is not None
    rng = np.random.default_rng(0)
    bright = findings.values[:, 0] == 1
    portable = np.where(rng.random(len(bright)) < 0.9, bright, ~bright)
    ages = rng.integers(20, 90, len(bright)).astype(float)
    found = metadata_shortcuts(
        _with(
            subject,
            view=["AP" if one else "PA" for one in portable],
            age=pa.array(np.where(rng.random(len(ages)) < 0.1, None, ages), pa.float64()),
        )
    )
    (one,) = found
    assert one.code == "metadata-shortcut"
    numbers = one.numbers
    assert (numbers["label"], numbers["column"]) == ("Bright", "view")
    known = findings.values[:, 0] >= 0
    value = np.array(["AP" if own else "PA" for own in portable]) == numbers["value"]
    assert numbers["inside"] == pytest.approx(bright[known & value].mean())
    assert numbers["outside"] == pytest.approx(bright[known & ~value].mean())
    assert f"Where view is {numbers['value']}, " in one.message
    # Bright images are brighter, so that the view of this set can be told without anatomy.
    assert "Without looking at the anatomy view can itself be told from the image (" in one.message
    assert "xraylib subgroups RUN --column view" in one.remedy


def test_metadata_that_have_nothing_to_do_with_the_findings_are_no_shortcut(
    subject: Subject,
) -> None:
    found = 0
    paths = subject.index.table["path"].to_pylist()
    whose = np.array([int(path.rpartition("/p")[2][:3]) for path in paths])
    for seed in range(10):
        rng = np.random.default_rng(seed)
        site, sex = rng.integers(0, 3, 100), rng.integers(0, 2, 100)
        found += len(
            metadata_shortcuts(
                _with(
                    subject,
                    site=[f"site {site[one]}" for one in whose],
                    sex=["FM"[sex[one]] for one in whose],
                )
            )
        )
    assert found <= 2  # of 20 labels asked
    assert metadata_shortcuts(subject) == []
    assert metadata_shortcuts(_with(subject, site=["one"] * len(whose))) == []


def test_scores_of_held_out_images_are_those_of_ridge_regression() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(size=(200, 4))
    target = table[:, 0] + rng.normal(size=200) > 0
    folds = np.arange(200) % 5
    ours = held_out_scores(table, folds, target)
    theirs = np.zeros(200)
    for fold in range(5):
        known = folds != fold
        centred = target[known] - target[known].mean()
        model = Ridge(alpha=0.03 * known.sum(), fit_intercept=False).fit(table[known], centred)
        theirs[~known] = target[known].mean() + model.predict(table[~known])
    assert ours == pytest.approx(theirs)
    assert roc_auc_score(target, ours) > 0.7
