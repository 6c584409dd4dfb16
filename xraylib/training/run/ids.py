"""What a run's folder may be called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xraylib.errors import RunError

if TYPE_CHECKING:
    pass


_ID: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


def is_run_id(name: str) -> bool:
    """Whether this is what a run's folder may be called."""
    return _ID.fullmatch(name) is not None


def no_run(run_id: str) -> RunError:
    """The error for a run that is not there."""
    return RunError(
        f"There is no run called {run_id[:80]!r}",
        expected="the id of a run, such as 20260131T120000Z-0a1b2c, or its name",
        remedy="choose one from the list of runs (xraylib runs)",
        code="no-run",
    )
