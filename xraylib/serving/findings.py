"""What the audit still finds in the films of a run, for its model card."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from xraylib.training.runs import Run

MOST_AUDITED: Final = 20_000
"""Films beyond which publishing does not wait for an audit."""


def audit_of(run: Run, progress: Callable[[str], None] | None = None) -> dict[str, Any]:
    """The findings left open in the films that the run used; those left out take no part.

    Returns:
        ``films`` looked at and ``findings``: ``code``, ``severity`` and ``message`` of each; or
        ``films`` and ``skipped``: why there was no audit.
    """
    from xraylib.data.audit import audit
    from xraylib.data.films import DatasetIndex

    index = DatasetIndex.load(run.folder / "index.parquet")
    films = len(index.rows())
    if films > MOST_AUDITED:
        return {"films": films, "skipped": f"{films:,} films are more than {MOST_AUDITED:,}"}
    if not index.root.is_dir():
        return {"films": films, "skipped": "the folder of the films is gone"}
    if progress is not None:
        progress("Auditing the films that it learned from")
    report = audit(index)
    return {
        "films": report.films,
        "findings": [
            {"code": one.code, "severity": one.severity, "message": one.message}
            for one in report.findings
        ],
    }
