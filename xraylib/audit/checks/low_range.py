"""Images that use a small part of their grey range."""

from __future__ import annotations

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding, several
from xraylib.datasets.grey_notes import LOW_RANGE, needed_range, noted


def find(subject: Subject) -> list[Finding]:
    """One finding for all of them."""
    index = subject.index
    paths = noted(index).get(LOW_RANGE, [])
    if not paths:
        return []
    needed = needed_range(index)
    all_of_them = len(paths) == int(index.readable.sum())
    what = f"{several(paths)} {'uses' if len(paths) == 1 else 'use'} less than a quarter of the"
    if needed is None:
        message = f"{what} grey range, and others of that depth use more: they differ in greys."
        remedy = "Export these images with their window, so that all use the full range"
    else:
        levels = round(255 * (needed.high - needed.low) / (2**needed.bits - 1)) + 1
        message = (
            f"{what} grey range{', like all of this set' if all_of_them else ''}: a network gets "
            f"{levels} of 256 grey levels. The values of all images need {needed}."
        )
        remedy = f"Use the range {needed} for this data set, the same for every image"
    return [
        CHECK.finding(
            message=message,
            remedy=remedy,
            paths=tuple(paths),
            action={} if needed is None else {"grey_range": needed.to_json()},
        )
    ]


CHECK = Check(
    code=LOW_RANGE,
    title="Small part of its range",
    says="values of more than 8 bits use less than a quarter of the range",
    remedy="use the range that the values of all images need",
    severity="warning",
    order=52,
    find=find,
    touches_figures=True,
)
