"""The audit as a document: whole, in one file, with nothing in it taken as markup."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from xraylib.audit import audit
from xraylib.cli import main
from xraylib.datasets.scan import scan
from xraylib.reports.audit_report import audit_html, audit_markdown
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.slow  # its tests take some seconds together


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes; one picture is in training and in testing, under names that look like markup."""
    root = tmp_path_factory.mktemp("<b>set")
    for number, file in enumerate(sorted((SAMPLE_DATA / "train" / "Normal").glob("*.png"))[:6]):
        place = root / ("test" if number > 3 else "train") / ("a_*b*", "<i>c")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(file.read_bytes())
    same = root / "train/a_*b*/0.png"
    (root / "test/a_*b*/[copy](x).png").write_bytes(same.read_bytes())
    return root


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [str(value) for name, value in attrs if name in ("src", "href")]


def test_both_documents_hold_every_finding_and_the_pictures_of_its_pairs(faulty: Path) -> None:
    index = scan(faulty)
    report = audit(index)
    html, markdown = audit_html(report, index), audit_markdown(report, index)
    assert report.of("split-leak")
    for finding in report.findings:
        assert f"<small class=quiet>{finding.code}</small>" in html
        assert f"(`{finding.code}`)" in markdown
    read = Seen()
    read.feed(html)
    assert {"script", "i", "link"}.isdisjoint(read.tags)
    assert len(read.sources) > 1
    assert all(source.startswith("data:image/jpeg;base64,") for source in read.sources)
    assert "&lt;i&gt;c" in html
    assert "`test/a_*b*/[copy](x).png`" in markdown
    assert "| a\\_\\*b\\* |" in markdown


@pytest.mark.usefixtures("workspace")
def test_the_command_writes_what_the_ending_says(
    faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / name for name in ("audit.html", "audit.md")]
    options = [word for file in files for word in ("--report", str(file))]
    assert main(["audit", str(faulty), "--fail-on", "error", *options]) == 1
    assert files[0].read_text("utf-8").startswith("<!doctype html>")
    assert files[1].read_text("utf-8").startswith("# Audit of ")
    assert main(["audit", str(faulty), "--report", str(tmp_path / "audit.pdf")]) == 1
    assert "a file that ends in .html or .md" in capsys.readouterr().err


@pytest.mark.usefixtures("workspace")
def test_leaving_the_copy_out_opens_the_gate(faulty: Path) -> None:
    assert main(["scan", str(faulty), "--name", "faulty", "--json"]) == 0
    from xraylib.audit import apply_action, stored_audit
    from xraylib.datasets.catalog import change_dataset

    assert main(["audit", "--dataset", "faulty", "--fail-on", "error"]) == 1
    kept = stored_audit("faulty")
    assert kept is not None
    curation = None
    for finding in kept.findings:
        curation = apply_action(finding, curation)
    change_dataset("faulty", curation=curation)
    assert main(["audit", "--dataset", "faulty", "--fail-on", "error"]) == 0
    assert stored_audit("faulty") == kept  # of all images, for the pages


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of different pictures, each patient once, nothing that tells them apart."""
    root = tmp_path_factory.mktemp("clean")
    rng = np.random.default_rng(5)
    rows = np.linspace(-1, 1, 160)
    for number in range(64):
        picture = np.full((160, 160), 128.0)
        for _ in range(40):
            x, y, size, level = rng.uniform((-1, -1, 0.05, -50), (1, 1, 0.4, 50))
            blob = np.exp(-((rows - x) ** 2 + (rows[:, None] - y) ** 2) / (2 * size**2))
            picture += level * blob
        spread = (picture - picture.min()) / np.ptp(picture)
        split = "test" if number % 4 == 3 else "train"
        place = root / split / ("Normal", "Pneumonia")[(number // 4) % 2]
        place.mkdir(parents=True, exist_ok=True)
        grey = np.round(255 * spread).astype(np.uint8)
        cv2.imwrite(str(place / f"p{number:03}_1.bmp"), grey)
    return root


def test_a_clean_set_yields_no_finding(clean: Path) -> None:
    index = scan(clean)
    report = audit(index)
    assert [repr(finding) for finding in report.findings] == []
    assert "Nothing was found" in audit_html(report, index)
    assert "Nothing was found" in audit_markdown(report, index)
