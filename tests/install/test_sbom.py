"""The bills of materials of a release name every locked package, as CycloneDX asks for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xraylib.settings import PROJECT
from xraylib.version import VERSION

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the script writes, by name."""
    pytest.importorskip("cyclonedx_py", reason="cyclonedx-bom is in requirements-dev.lock")
    folder = tmp_path_factory.mktemp("bills")
    script = PROJECT / "scripts" / "sbom.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True)
    return {file.name: file.read_text("utf-8") for file in folder.iterdir()}


def test_there_is_one_for_each_installation(bills: dict[str, str]) -> None:
    names = (f"xray-lab-{VERSION}.cdx.json", f"xray-lab-{VERSION}-demo.cdx.json")
    assert sorted(bills) == sorted(names)


def test_each_is_valid_by_the_schema_of_cyclonedx(bills: dict[str, str]) -> None:
    validation: Any = pytest.importorskip("cyclonedx.validation.json")
    schema: Any = pytest.importorskip("cyclonedx.schema")
    validator = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    for text in bills.values():
        assert validator.validate_str(text) is None
        assert validator.validate_str(text.replace('"type": "library"', '"type": "?"')) is not None


@pytest.mark.parametrize("part", ["", "-demo"])
def test_each_names_every_locked_package_with_its_sums(bills: dict[str, str], part: str) -> None:
    bill = json.loads(bills[f"xray-lab-{VERSION}{part}.cdx.json"])
    lock = (PROJECT / f"requirements{part}.lock").read_text("utf-8")
    pins = set(re.findall(r"^([a-z0-9_.-]+)==([^\s;]+)", lock, flags=re.M))
    assert {(one["name"], one["version"]) for one in bill["components"]} == pins
    sums = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    told = {
        digest["content"]
        for one in bill["components"]
        for place in one["externalReferences"]
        for digest in place.get("hashes", ())
    }
    assert told == sums
    assert bill["metadata"]["component"]["version"] == VERSION
    asked = next(one["dependsOn"] for one in bill["dependencies"] if one["ref"] == "root-component")
    names = {one["bom-ref"]: one["name"] for one in bill["components"]}
    assert ({names[ref] for ref in asked} >= {"streamlit", "numpy"}) is True
    assert ("tensorflow" in {names[ref] for ref in asked}) == (part == "")


def test_the_same_lock_files_give_the_same_bytes(bills: dict[str, str], tmp_path: Path) -> None:
    script = PROJECT / "scripts" / "sbom.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    assert {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()} == bills
