"""Pages of what there is one declaration a kind of: layers, checks, metrics, formats, exports."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from typing import Any, Final

from scripts.reference.markdown import table
from scripts.write_docs import TABLES
from xraylib.networks.layers import LAYERS, Layer


def first_sentence(value: Any) -> str:
    """The first paragraph of a docstring on one line, as Markdown."""
    text = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    return text.replace("``", "`").replace("|", "\\|")


def layers_page() -> str:
    """Every layer with its settings."""
    rows = [
        [f"[`{kind}`](#xraylib.layers.{kind})", first_sentence(layer), _settings(layer)]
        for kind, layer in LAYERS.items()
    ]
    parts = [
        "# Layers\n",
        "The names of settings and their defaults are Keras's. [Networks](../networks.md) tells "
        "what is made from them.\n",
        table(["layer", "what it does", "settings"], rows),
    ]
    for kind in LAYERS:
        parts.append(f"```{{eval-rst}}\n.. autoclass:: xraylib.layers.{kind}\n```\n")
    return "\n".join(parts)


_TITLES: Final[Mapping[str, str]] = {
    "checks": "What [the audit](../audit.md) looks for",
    "metrics": "[Metrics](../metrics.md) of all images",
    "class-metrics": "Metrics of each class against the rest",
    "formats": "[Image formats](../formats.md)",
    "notes": "Notes on how [an image was read](../formats.md)",
    "augmentations": "[Augmentation](../training.md)",
    "exporters": "Forms in which [a published model](../published-models.md) can be taken away",
}


def tables_page() -> str:
    """Every check, metric, format, note, augmentation and export."""
    parts = [
        "# Checks, metrics, formats, augmentation, exports\n",
        "[Adding something of your own](../extending.md) shows how to add to each.\n",
    ]
    for name, made in TABLES.items():
        parts += [f"## {_TITLES[name]}\n", made()]
    return "\n".join(parts)


def _settings(layer: type[Layer]) -> str:
    fields = dataclasses.fields(layer)
    return ", ".join(f"`{field.name}`" for field in fields) or "none"
