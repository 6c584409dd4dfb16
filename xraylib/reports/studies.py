"""What was tried on a run beside judging it, as the model card tells it, as parts of a report."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from xraylib.models.studies.tried import studies, study_facts
from xraylib.reports.html import section, table

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def studies_parts(run: Run) -> list[str]:
    """A section a study; groups of a column have sections of their own (`groups_parts`)."""
    facts = {name: one for name, one in study_facts(run).items() if name != "groups"}
    return [
        section(
            one.title,
            f"<p>{escape(one.words)}</p>"
            + (table(one.heads, one.rows) if one.rows else "")
            + "".join(f"<p class=quiet>{escape(note)}</p>" for note in one.notes),
        )
        for one in studies(facts)
    ]
