"""What the audit still finds in the images of a run, for its model card."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from xraylib.json_values import JsonObject, JsonValue

if TYPE_CHECKING:
    from xraylib.audit.report import AuditReport
    from xraylib.training.run.runs import Run

MOST_AUDITED: Final = 20_000
"""Images beyond which publishing does not wait for an audit."""


def audit_of(
    run: Run, progress: Callable[[str], None] | None = None
) -> tuple[JsonObject, AuditReport | None]:
    """The findings left open in the images that the run used; those left out take no part.

    Returns:
        ``images`` looked at and ``findings``: ``code``, ``severity`` and ``message`` of each; or
        ``images`` and ``skipped``: why there was no audit. And the audit itself, or None.
    """
    from xraylib.audit import audit
    from xraylib.datasets.dataset import DatasetIndex

    index = DatasetIndex.load(run.folder / "index.parquet")
    images = len(index.rows())
    if images > MOST_AUDITED:
        return {
            "films": images,
            "skipped": f"{images:,} images are more than {MOST_AUDITED:,}",
        }, None
    if not index.root.is_dir():
        return {"films": images, "skipped": "the folder of the images is gone"}, None
    if progress is not None:
        progress("Auditing the images that it learned from")
    report = audit(index)
    findings: list[JsonValue] = [
        {"code": one.code, "severity": one.severity, "message": one.message}
        for one in report.findings
    ]
    return {"films": report.images, "findings": findings}, report
