"""What the audit of a run's data set says about the run's own numbers.

An accuracy on images that were also trained on says how well the network remembers them. The audit
is read from where it is kept, so asking costs milliseconds:

    leakage = leakage_of(run)
    if leakage is not None and leakage.copies:
        print(f"{len(leakage.copies)} of these {leakage.images} images are also in training")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xraylib.audit.report import AuditReport, Finding
from xraylib.audit.store import (
    VERSION,
    audit_from_record,
    audit_in,
    audit_record,
    copies_of,
    keep_audit_in,
    stored_audit,
)
from xraylib.datasets.source import folder_home
from xraylib.datasets.split_table import from_csv
from xraylib.errors import PathError
from xraylib.records import read_if_kept
from xraylib.workspace import Workspace, write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


_KEPT: Final = "audit.json"


@dataclass(frozen=True, kw_only=True)
class Leakage:
    """Images of one split of a run that its training knew already.

    Attributes:
        split: ``"val"`` or ``"test"``.
        images: How many images the split has.
        copies: ``{path: (training images that are the same picture)}``, by path.
        patients: Paths of the images whose patient has training images too, sorted; only images
            whose patient is known.
        validated: Paths of the images that validation has too, sorted; none of validation's own.
        findings: Everything that the audit found in the data set, the gravest first.
    """

    split: str
    images: int
    copies: dict[str, tuple[str, ...]]
    patients: tuple[str, ...]
    validated: tuple[str, ...]
    findings: tuple[Finding, ...]


def leakage_of(
    run: Run, split: str = "test", *, report: AuditReport | None = None
) -> Leakage | None:
    """What the data set's audit says about the images of one split of a run.

    Args:
        run: Any run.
        split: ``"val"`` or ``"test"``.
        report: An audit of the run's images; by default :func:`stored_report`.

    Returns:
        None if the data set was not audited in this workspace, or changed since.

    Raises:
        PathError: The audit, or the run's division, is damaged or of a newer version.
    """
    report = report or stored_report(run)
    if report is None:
        return None
    table = from_csv(run.folder / "split.csv")
    trained = [at for at, name in enumerate(table.split) if name == "train"]
    judged = [at for at, name in enumerate(table.split) if name == split]
    watched = [at for at, name in enumerate(table.split) if name == "val" != split]
    known = {table.patient[at] for at in trained}
    return Leakage(
        split=split,
        images=len(judged),
        copies=copies_of(
            report,
            judged=[table.path[at] for at in judged],
            among=[table.path[at] for at in trained],
        ),
        patients=tuple(
            sorted(
                table.path[at]
                for at in judged
                if table.patient[at] in known and table.patient[at] != table.path[at]
            )
        ),
        validated=tuple(
            copies_of(
                report,
                judged=[table.path[at] for at in judged],
                among=[table.path[at] for at in watched],
            )
        ),
        findings=report.findings,
    )


def keep_report(run: Run, report: AuditReport) -> None:
    """Keeps an audit of the run's own images in its folder, for whoever asks later.

    Where it is one of all images of a folder, it is kept for the folder's other runs too.

    Raises:
        PathError: code ``cannot-write``.
    """
    write_json(run.folder / _KEPT, audit_record(report))
    if report.fingerprint == run.data.source_fingerprint:
        workspace = Workspace(run.folder.parent.parent)
        keep_audit_in(folder_home(run.data.root, workspace=workspace), report)


def stored_report(run: Run) -> AuditReport | None:
    """The audit of the run's images: that which publishing made, else that of data set or folder.

    Returns:
        None if neither is there, or the data set changed since.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    kept = read_if_kept(
        run.folder / _KEPT,
        audit_from_record,
        schema=VERSION,
        key="version",
        remedy=f"delete {_KEPT} in {run.folder}, then audit the data set or publish the run again",
    )
    if kept is not None:
        return kept
    whole, workspace = run.data.source_fingerprint, Workspace(run.folder.parent.parent)
    try:
        found = stored_audit(run.data.name, fingerprint=whole, workspace=workspace)
    except PathError as error:
        if error.code != "name":  # no data set can have the name of the run's folder
            raise
        found = None
    if found is not None:
        return found
    return audit_in(
        folder_home(run.data.root, workspace=workspace),
        fingerprint=whole,
        again=f"audit the folder again (xraylib audit {run.data.root})",
    )
