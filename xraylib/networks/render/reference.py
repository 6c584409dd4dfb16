"""The reference of the layers, made of their classes. Standard library only."""

from __future__ import annotations

import inspect
from dataclasses import fields

from xraylib.networks.declaration.arguments import required
from xraylib.networks.declaration.code import literal
from xraylib.networks.declaration.layer import Layer
from xraylib.networks.declaration.words import compact
from xraylib.networks.layers import LAYERS


def layer_reference() -> str:
    """A chapter of Markdown: for each layer what it is for, its call, its settings and its paper.

    The chapter's headings are of the third level, so that it can stand in a section.
    """
    return "\n".join(map(_section, LAYERS.values()))


def _section(layer: type[Layer]) -> str:
    own = [
        f"| `{field.name}` | {_default(layer, field.name)} | {setting.help or setting.label} |\n"
        for field, setting in zip(fields(layer), layer.settings().values(), strict=True)
    ]
    table = "| setting | default | |\n|---|---|---|\n" + "".join(own) if own else "No settings.\n"
    about = inspect.cleandoc(layer.__doc__ or "").partition("\n\nAttributes:")[0]
    return f"### {layer.__name__}\n\n*{layer.meaning}*\n\n{about}\n\n{table}"


def _default(layer: type[Layer], name: str) -> str:
    (field,) = [field for field in fields(layer) if field.name == name]
    return "none, it is needed" if required(field) else f"`{literal(compact(field.default))}`"
