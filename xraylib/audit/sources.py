"""The audit of a folder or a data set, as its decisions have it."""

from __future__ import annotations

from collections.abc import Callable

from xraylib.audit import judge_pictures
from xraylib.audit.descriptors import Seen
from xraylib.audit.pictures import LOOKS_FILE, look_at
from xraylib.audit.report import AuditReport
from xraylib.audit.store import keep_audit_in
from xraylib.datasets.source import Source


def audit_source(
    source: Source,
    *,
    progress: Callable[[int, int], None] | None = None,
    seen: Seen | None = None,
) -> AuditReport:
    """What is found among the images that take part; nothing that was left out is held against it.

    The findings about all images of a data set or folder are kept with it, for its runs and pages.

    Args:
        source: The images and what was decided about them.
        progress: Called with (steps done, steps in all).
        seen: What was seen of the images while the source was opened.

    Raises:
        PathError: code ``cannot-write``.
    """
    pictures = look_at(source.whole, cache=source.home / LOOKS_FILE, progress=progress, seen=seen)
    report = judge_pictures(pictures.of(source.chosen))
    if not source.is_changed:
        all_take_part = source.chosen is source.whole
        keep_audit_in(source.home, report if all_take_part else judge_pictures(pictures))
    if progress is not None:
        progress(1000, 1000)
    return report
