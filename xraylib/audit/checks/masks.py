"""Pictures of black and white alone, among X-rays."""

from __future__ import annotations

import numpy as np

from xraylib.audit.check import Check, Subject
from xraylib.audit.report import Finding, several

_BINARY = 0.9
"""Of the variance that grey levels of this mean can have at most, m (255 - m), which is that of
black and white alone (Bhatia and Davis, 2000). An X-ray has below 0.6."""


def find(subject: Subject) -> list[Finding]:
    """One finding for all of them."""
    looks = subject.descriptors
    mean, sd = looks.mean.astype(np.float64), looks.sd.astype(np.float64)
    binary = looks.varied & (sd**2 >= _BINARY * mean * (255 - mean))
    if not binary.any():
        return []
    paths = tuple(image.path for image in subject.index.images(looks.rows[binary]))
    return [
        CHECK.finding(
            message=(
                f"{several(paths)} {'is' if len(paths) == 1 else 'are'} black and white without "
                "any grey between, as masks of lungs or lesions are, not X-rays."
            ),
            remedy="Leave these images out, or name their folder masks",
            paths=paths,
            action={"exclude": list(paths)},
        )
    ]


CHECK = Check(
    code="masks",
    title="Masks",
    says="black and white alone, as drawn masks are",
    remedy="leave out",
    severity="warning",
    order=52,
    find=find,
    touches_figures=True,
)
