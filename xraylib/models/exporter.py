"""What an exporter is: one form in which a published model can be taken away.

An exporter is one file of the folder `exporters`, with an `Exporter` in it. The command, the page
and the table in the documentation iterate over what stands in that folder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xraylib.extras import Name
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """One form of a model for use elsewhere.

    Attributes:
        name: What the command calls it.
        title: What the page calls it.
        description: What one gets, in a clause without a full stop.
        order: Among the exporters; the lowest is offered first.
        write: Writes its files into an empty folder, from the published model and the run that it
            was published from. ``model.json`` and ``model_card.md`` are added to every export.
        needs_run: Whether it cannot do without that run; `write` then always gets one.
        needs: Extras of ``xray-lab`` that it cannot do without.
        readme: Text of a ``README.md``, with ``{name}`` of the model and the ``{notice}``; none
            if empty.
    """

    name: str
    title: str
    description: str
    order: int
    write: Callable[[Bundle, Run | None, Path], None] = field(repr=False)
    needs_run: bool = False
    needs: tuple[Name, ...] = ()
    readme: str = field(default="", repr=False)
