"""What an exported page holds, and which models it is refused to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xraylib.errors import BundleError
from xraylib.models.bundle import Bundle
from xraylib.models.export import export_model
from xraylib.models.exporters.web import _CHECKED
from xraylib.ood.fit import fit_familiar
from xraylib.ood.image_features import describe_images


def test_every_file_is_kept_for_use_without_a_network(folder: Path) -> None:
    told = (folder / "kept.js").read_text("utf-8").removeprefix("self.KEPT = ").rstrip(";\n")
    kept = set(json.loads(told)["files"])
    about = {"README.md", "_headers", "kept.js"}  # the last is a part of the service worker
    assert kept - {"./"} == {file.name for file in folder.iterdir()} - about


def test_the_page_may_ask_nobody_but_its_host(folder: Path) -> None:
    page = (folder / "index.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "http:" not in page
    assert "https:" not in page
    assert "unsafe-inline" not in page
    assert "'unsafe-eval'" not in page


def test_a_model_with_a_look_at_images_that_the_page_lacks_is_refused(
    demo: Bundle, tmp_path: Path
) -> None:
    more = replace(demo, ood={**(demo.ood or {}), "another": 1})
    with pytest.raises(BundleError) as refusal:
        export_model(more, "web", tmp_path / "page")
    assert refusal.value.code == "not-in-browser"
    another = replace(demo, manifest={**demo.manifest, "class_mode": "ordinal"})
    with pytest.raises(BundleError, match="is ordinal, which the page in the browser cannot"):
        export_model(another, "web", tmp_path / "page")


def test_the_page_knows_every_look_that_is_fitted() -> None:
    random = np.random.default_rng(0)
    images = [(random.integers(0, 256, (32, 32, 1), np.uint8), None) for _ in range(50)]
    assert set(fit_familiar(describe_images(images)).to_json()) <= _CHECKED
