"""The software bills of materials of a release, in CycloneDX: what is in it, in which versions.

    python scripts/sbom.py FOLDER    writes FOLDER/xray-lab-VERSION[-demo].cdx.json

They are made from the lock files by cyclonedx-bom, one for each installation that the documentation
describes, and say which packages X-ray Lab asks for itself. Nothing is fetched; the same lock files
give the same bytes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

PROJECT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from xraylib.version import VERSION  # noqa: E402

LOCKS: Final = {
    f"xray-lab-{VERSION}.cdx.json": ("requirements.lock", ("train", "onnx")),
    f"xray-lab-{VERSION}-demo.cdx.json": ("requirements-demo.lock", ()),
}
"""By the name of a bill: the lock file it is made from, and the extras that this holds."""


def main(arguments: list[str]) -> int:
    """Writes them all; returns the exit code."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (lock, extras) in LOCKS.items():
        bill = bill_of(lock, extras)
        (folder / name).write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
        print(f"{folder / name}: {len(bill['components'])} packages")
    return 0


def bill_of(lock: str, extras: tuple[str, ...]) -> dict[str, Any]:
    """The bill of one lock file, a CycloneDX 1.6 document."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", lock]
    command += ["--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON"]
    command += ["--sv", "1.6", "--validate", "-o", "-"]
    made = subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.PIPE)
    bill: dict[str, Any] = json.loads(made.stdout)
    root = bill["metadata"]["component"]
    root["version"] = VERSION  # which pyproject.toml leaves to version.py
    root["purl"] = f"pkg:pypi/xray-lab@{VERSION}"
    asked = asked_for(extras)
    for one in bill["dependencies"]:
        if one["ref"] == root["bom-ref"]:
            names = {part["bom-ref"]: part["name"] for part in bill["components"]}
            one["dependsOn"] = [ref for ref, name in names.items() if name in asked]
    return bill


def asked_for(extras: tuple[str, ...]) -> set[str]:
    """The packages that ``pyproject.toml`` names for an installation with these extras."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=;~! ]", line)[0]).lower() for line in lines}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
