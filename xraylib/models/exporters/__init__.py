"""The forms in which a model can be taken away, one file each; a new file here is a new form."""

from __future__ import annotations

from typing import Final

from xraylib.discovery import declared
from xraylib.models.exporter import Exporter

EXPORTERS: Final[dict[str, Exporter]] = {
    one.name: one
    for one in sorted(
        declared("xraylib.models.exporters", Exporter, name="name"),
        key=lambda one: (one.order, one.name),
    )
}
"""Every exporter by its name, in the order in which they are offered."""
