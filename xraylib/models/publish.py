"""From a run to a published model, with a proof that both are the same. For child processes.

The proof: the finished folder is opened the way the Classify page opens it, and must give the
probabilities of Keras on real files within 1e-5; otherwise nothing is published.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock

from xraylib.arguments import checked
from xraylib.errors import BundleError, PathError
from xraylib.evaluation.leakage import keep_report
from xraylib.evaluation.own_images import images_in
from xraylib.models.assemble import run_card, write_draft, write_facts
from xraylib.models.audit_summary import audit_of
from xraylib.models.before_publishing import PublishWarning, publishing_warnings
from xraylib.models.bundle import Bundle, open_bundle
from xraylib.models.card.card import read_words
from xraylib.models.catalog import read_only, version_numbers
from xraylib.models.classify.classifier import Classifier
from xraylib.workspace import Workspace, WorkspaceLike, checked_name, write_atomic

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.training.run.runs import Run

PARITY_ALLOWED = 1e-5
PARITY_IMAGES = 256
"""Images that the proof uses at most, spread evenly over the split."""

_STALE_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True)
class Parity:
    """How far the published model is from the trained one.

    Attributes:
        n: Images compared.
        split: Where they came from: ``"test"``, ``"val"`` or ``"train"``.
        largest: Largest difference of any probability.
    """

    n: int
    split: str
    largest: float


@checked
def publish_run(
    run: Run,
    name: str,
    progress: Callable[[str], None] | None = None,
    *,
    known: Callable[[Sequence[PublishWarning]], None] | None = None,
    workspace: WorkspaceLike | None = None,
) -> Bundle:
    """Publishes ``run`` as the next version of ``name`` and puts it in use.

    Args:
        run: A run that has ended and has weights; its images must still be where they were.
        name: The model's name.
        progress: Called with what is being done.
        known: Called, once its images are audited and before anything else, with what whoever
            publishes it must know; nothing is published if it raises.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Returns:
        The published bundle, opened again from its folder.

    Raises:
        BundleError: codes ``parity``, ``no-films``, ``read-only``.
        RunError: code ``no-weights``.
        PathError: codes ``name``, ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    if (workspace.shipped_models / checked_name(name)).is_dir():
        raise read_only(name)
    return publish_into(workspace.models, run, name, progress, known=known)


def publish_into(
    models: Path,
    run: Run,
    name: str,
    progress: Callable[[str], None] | None = None,
    *,
    known: Callable[[Sequence[PublishWarning]], None] | None = None,
) -> Bundle:
    """:func:`publish_run` with the folder of models given; the shipped model is made so."""
    say = progress or (lambda _: None)
    target = models / checked_name(name)
    staging = target / f".staging-{secrets.token_hex(4)}"
    try:
        staging.mkdir(parents=True)
        audit, report = audit_of(run, say)
        if report is not None:  # then Results and reports count the same copies as the card
            with contextlib.suppress(PathError):
                keep_report(run, report)
        if known is not None:
            known(publishing_warnings(run))
        draft = write_draft(run, staging, name=name, progress=say)
        facts = {**draft.facts, "words": read_words(run), "audit": audit}
        say("Comparing it with Keras on the run's own images")
        parity = prove_parity(run, draft.network, open_bundle(staging))
        facts["parity"] = {
            "n": parity.n,
            "split": parity.split,
            "largest": parity.largest,
            "allowed": PARITY_ALLOWED,
        }
        with FileLock(models / f".{name}.lock"):
            _remove_stale(target)
            facts["version"] = (version_numbers(target) or [0])[-1] + 1
            write_facts(staging, facts, run_card(run, facts, draft.evaluation))
            _settle(staging)
            folder = target / str(facts["version"])
            staging.rename(folder)
            write_atomic(target / "in_use", f"{facts['version']}\n")
    except OSError as error:
        raise PathError(
            f"The model cannot be written ({error.strerror or error})",
            expected=f"a folder with room that can be written to: {target}",
            remedy="free some space or choose another workspace with XRAYLIB_WORKSPACE",
            code="cannot-write",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        with contextlib.suppress(OSError):  # keeps the folder unless it is empty
            target.rmdir()
    say(f"Published {name}, version {facts['version']}")
    return open_bundle(folder, name=name)


def prove_parity(run: Run, network: Any, bundle: Bundle) -> Parity:
    """Keras, with the bundle's temperature, against the Classify page's own way, file by file.

    Args:
        run: Its test images are used, else its validation images, else its training images.
        network: The Keras model.
        bundle: What would be published.

    Raises:
        BundleError: code ``no-films`` if none of the run's images can be read any more,
            ``parity`` if any probability differs by more than 1e-5.
    """
    from xraylib.evaluation.predict import predict_images

    index, split, rows = parity_images(run)
    classifier = Classifier(bundle)
    trained = bundle.shown(predict_images(network, index, rows, run.preparation))
    published = np.stack(
        [
            list(classifier.classify(index.read(row), heat_map=False).outputs.values())
            for row in rows
        ]
    )
    largest = float(np.abs(trained - published).max())
    if not largest <= PARITY_ALLOWED:  # also refuses NaN
        raise BundleError(
            f"The model for publishing differs from the trained one by up to {largest:.2g} in "
            f"its probabilities on {len(rows)} {split} images",
            expected=f"at most {PARITY_ALLOWED:.0e}",
            remedy="report this with the network's spec.json; nothing was published",
            code="parity",
        )
    return Parity(n=len(rows), split=split, largest=largest)


def parity_images(run: Run) -> tuple[DatasetIndex, str, list[int]]:
    """The run's index, a split, and the rows of its images that are still as they were, ≤ 256.

    Raises:
        BundleError: code ``no-films``.
    """
    for split in ("test", "val", "train"):
        index, rows = images_in(run, split, most=PARITY_IMAGES)
        if rows:
            return index, split, rows
    raise BundleError(
        f"None of the run's images can be read any more in {index.root}",
        expected="the images that the run was trained and tested with, unchanged",
        remedy="put the data set back where it was, then publish again",
        code="no-films",
    )


def _settle(folder: Path) -> None:
    """Makes sure that the folder's entries are on the disk before it gets its name."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_stale(target: Path) -> None:
    """Clears away what a publisher that was killed left behind."""
    for path in target.glob(".staging-*"):
        if time.time() - path.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
