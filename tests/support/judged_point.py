"""What a published model's operating point says of an image, for the tests of reports."""

from __future__ import annotations

from typing import Any, Final

POINT: Final[dict[str, Any]] = {
    "threshold": 0.42,
    "flagged": True,
    "flagged_right": [84, 100],
    "flagged_split": "test",
    "rests_on": 22,
    "too_few": True,
}
