"""Files that are no image."""

from __future__ import annotations

from collections import defaultdict

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding, several


def find(subject: Subject) -> list[Finding]:
    """One finding a reason."""
    index = subject.index
    findings = []
    by_code: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for image in index.unreadable():
        by_code[image.error_code].append((image.path, image.error_reason))
    for row in subject.descriptors.gone.tolist():
        path = index.image(row).path
        by_code["changed"].append((path, "The file was readable before and is not any more."))
    for _, images in sorted(by_code.items()):
        paths = tuple(path for path, _ in images)
        verb = "is" if len(paths) == 1 else "are"
        findings.append(
            CHECK.finding(
                message=f"{several(paths)} {verb} passed over. {images[0][1]}",
                remedy="Export or copy these images again, or remove the files",
                paths=paths,
            )
        )
    return findings


CHECK = Check(
    code="unreadable",
    title="Unreadable",
    says="the file is no image",
    remedy="export it again",
    severity="warning",
    order=60,
    find=find,
)
