"""Is a published model, wherever its folder was copied to, still what was published?"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from xraylib.serving.bundle import open_bundle
from xraylib.serving.classifier import Classifier
from xraylib.serving.manifest import read_checked


def verify_bundle(folder: str | Path) -> dict[str, Any]:
    """Checks the folder of one version as the Classify page does before it uses it.

    Files too many or too few, links, sizes, each SHA-256, what ``bundle.json`` must say, and that
    the network opens and has the inputs and outputs that are described. Nothing in it is run as
    code.

    Returns:
        ``folder``, ``name``, ``version``, ``run``, ``classes`` and ``files``:
        ``{name: {"bytes", "sha256"}}``.

    Raises:
        BundleError: codes ``missing``, ``unexpected-file``, ``too-large``, ``changed``,
            ``schema``, ``damaged``.
    """
    bundle = open_bundle(folder)
    Classifier(bundle, workers=1)
    return {
        "folder": str(folder),
        "name": bundle.name,
        "version": bundle.version,
        "run": bundle.manifest["run"],
        "classes": list(bundle.classes),
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in read_checked(Path(folder)).items()
        },
    }
