"""Images with one grey value everywhere."""

from __future__ import annotations

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding, several


def find(subject: Subject) -> list[Finding]:
    """One finding for all of them."""
    flat = subject.descriptors.rows[~subject.descriptors.varied]
    if not flat.size:
        return []
    paths = tuple(image.path for image in subject.index.images(flat))
    return [
        CHECK.finding(
            message=(
                f"{several(paths)} {'shows' if len(paths) == 1 else 'show'} one grey value "
                "everywhere. There is nothing to learn from it but its class."
            ),
            remedy="Leave these images out and look at where they came from",
            paths=paths,
            action={"exclude": list(paths)},
        )
    ]


CHECK = Check(
    code="constant-image",
    title="Nothing to see",
    says="one grey value everywhere",
    remedy="leave out",
    severity="warning",
    order=50,
    find=find,
    touches_figures=True,
)
