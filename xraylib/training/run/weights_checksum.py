"""The sum of a run's weights, so that bytes which changed afterwards are refused.

A weights file keeps no sums of its own: a changed number would only be another number. The sum
stands beside it in ``model.weights.sha256``. It tells of damage and of files put in place of
another; whoever can write both files can change both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xraylib.errors import BundleError
from xraylib.regular import open_regular, read_head
from xraylib.training.run.runs import Run
from xraylib.workspace import write_atomic


@contextmanager
def writing_weights(run: Run) -> Iterator[Path]:
    """Gives the file to write the run's weights to, and afterwards writes their sum.

    The old sum goes first, so that a crash between the two leaves weights without a sum, never
    with a wrong one.
    """
    checksum = _checksum_file(run)
    checksum.unlink(missing_ok=True)
    yield run.weights_file
    write_atomic(checksum, _sha256(run.weights_file) + "\n")


def check_checksum(run: Run) -> None:
    """Refuses weights that are not the ones which training wrote.

    Weights without a sum, as older versions wrote them, pass.

    Raises:
        BundleError: code ``unsafe-weights``.
    """
    try:
        wanted = read_head(_checksum_file(run), 100).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return
    except OSError:
        wanted = ""  # what stands in the place of the sum is none, so nothing can be right
    if run.weights_file.is_symlink() or _sha256(run.weights_file) != wanted:
        raise BundleError(
            f"The weights file {run.weights_file.name} is not as training wrote it",
            expected=f"the SHA-256 sum in {_checksum_file(run).name}",
            remedy="do not use this file; train the network again or restore the file",
            code="unsafe-weights",
        )


def _checksum_file(run: Run) -> Path:
    return run.weights_file.with_suffix(".sha256")


def _sha256(file: Path) -> str:
    with open_regular(file) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
