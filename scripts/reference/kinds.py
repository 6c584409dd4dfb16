"""Pages of what there is one declaration a kind of: layers, checks, metrics, exports."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from scripts.reference.markdown import table
from xraylib.networks.layers import LAYERS, Layer


def first_sentence(value: Any) -> str:
    """The first paragraph of a docstring on one line, as Markdown."""
    text = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    return text.replace("``", "`").replace("|", "\\|")


def layers_page() -> str:
    """Every layer with its settings."""
    rows = [
        [f"[`{kind}`](#{layer.__module__}.{kind})", first_sentence(layer), _settings(layer)]
        for kind, layer in LAYERS.items()
    ]
    parts = [
        "# Layers\n",
        "The names of settings and their defaults are Keras's. [Networks](../networks.md) tells "
        "what is made from them.\n",
        table(["layer", "what it does", "settings"], rows),
    ]
    for kind, layer in LAYERS.items():
        parts.append(f"```{{eval-rst}}\n.. autoclass:: {layer.__module__}.{kind}\n```\n")
    return "\n".join(parts)


def _settings(layer: type[Layer]) -> str:
    fields = dataclasses.fields(layer)
    return ", ".join(f"`{field.name}`" for field in fields) or "none"
