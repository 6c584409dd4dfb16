"""Images whose patients nobody knows."""

from __future__ import annotations

import pyarrow.compute as pc

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding


def find(subject: Subject) -> list[Finding]:
    """One finding where not one image tells its patient."""
    table = subject.index.table
    if not len(table) or not pc.all(pc.equal(table["patient"], table["path"])).as_py():
        return []
    return [
        CHECK.finding(
            message="No file name tells a patient, so each image counts as a patient of its own. "
            "Images of one patient may stand in training and in test, and intervals may be too "
            "narrow.",
            remedy="Tell the patients by a pattern for file names, or by a table",
        )
    ]


CHECK = Check(
    code="no-patients",
    title="Patients unknown",
    says="no name tells a patient",
    remedy="a pattern or a table",
    severity="info",
    order=25,
    find=find,
)
