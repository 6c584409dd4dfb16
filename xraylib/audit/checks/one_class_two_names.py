"""One class written in two ways."""

from __future__ import annotations

from collections import defaultdict

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding
from xraylib.datasets.reading.folder_names import class_key


def find(subject: Subject) -> list[Finding]:
    """One finding for the names of a class: an error where they are read as several classes."""
    index = subject.index
    alike = defaultdict(list)
    for label in index.classes:
        alike[class_key(label)].append(label)
    findings = []
    for names in alike.values():
        if len(names) > 1:
            words = " and ".join(names)
            findings.append(
                CHECK.finding(
                    severity="error",
                    message=f"{words} are read as {len(names)} classes, though only case, blanks "
                    "or dashes tell them apart.",
                    remedy="Give them one name, unless they are different things",
                    numbers={"names": names},
                )
            )
    for name, spellings in index.reading.spellings.items():
        findings.append(
            CHECK.finding(
                message=f"{' and '.join(spellings)} are read as one class, {name}.",
                remedy="Nothing, or read them as they are written",
                numbers={"names": list(spellings)},
            )
        )
    return findings


CHECK = Check(
    code="one-class-two-names",
    title="Two names of a class",
    says="folders differ in case, blanks, _ or - alone",
    remedy="one name",
    severity="info",
    also="error where they are two classes",
    order=20,
    find=find,
)
