"""Making a run: everything about it is checked and written before it is listed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xraylib.arguments import checked
from xraylib.datasets.names import SPLITS
from xraylib.extras import require
from xraylib.networks.weights.pretrained import require_pretrained
from xraylib.onednn import chosen
from xraylib.training.config import TrainConfig
from xraylib.training.planning.checks import check_data, check_network, counts_of, names_of
from xraylib.training.planning.expectation import check_memory
from xraylib.training.run.environment import describe_environment, kept_onednn
from xraylib.training.run.record import RunData, RunOrigin, ValidationImages
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace, WorkspaceLike, new_id, write_json, writing

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.datasets.curation import Curation
    from xraylib.datasets.scan import DatasetIndex
    from xraylib.datasets.split import Split
    from xraylib.images.prepare import Preparation
    from xraylib.networks.spec import ModelSpec


@checked
def create_run(
    *,
    spec: ModelSpec,
    train: TrainConfig,
    index: DatasetIndex,
    split: Split,
    preparation: Preparation,
    augment: AugmentConfig,
    dataset: str = "",
    curation: Curation | None = None,
    source_fingerprint: str = "",
    name: str = "",
    command: Sequence[str] = (),
    origin: RunOrigin | None = None,
    workspace: WorkspaceLike | None = None,
) -> Run:
    """Makes a run folder that is ready for ``queue.start``.

    Args:
        spec: The network; its input and output must fit the data.
        train: The training settings.
        index: The images.
        split: Which of them train, validate and test.
        preparation: Size and channels.
        augment: How training images vary.
        dataset: Name of the data set in the catalog; the folder's name if not given.
        curation: What was chosen on purpose: images left out, division, patients. It was applied to
            ``index`` already.
        source_fingerprint: Of the whole data set, before the curation; the index's if not given.
        name: A name for people.
        command: The command line that made it, if there was one.
        origin: What ``Run.origin`` will say.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        SpecError: The network is impossible, or does not fit the images or the classes.
        DatasetError: There is nothing to train with.
        RunError: codes ``no-validation``: early stopping without validation images, and
            ``not-enough-memory``: the machine has less than the network needs.
        InstallationError: code ``no-tensorflow``: nothing could train it.
        PathError: The workspace cannot be written to.
    """
    workspace = Workspace.open(workspace)
    from xraylib.datasets.curation import Curation

    require("train")
    check_data(index, split, train)
    names = names_of(index, train.class_mode)
    check_network(
        spec,
        preparation,
        classes=len(names),
        class_mode=train.class_mode,
        head_epochs=train.head_epochs,
    )
    check_memory(spec, train)
    require_pretrained(spec)
    with drafted_run(workspace=workspace) as (run, draft):
        write_json(draft / "spec.json", spec.to_json())
        write_json(draft / "train.json", train.to_json())
        data = RunData(
            name=dataset or index.root.name,
            root=index.root.absolute(),
            fingerprint=index.fingerprint,
            patient_pattern=index.patient_pattern,
            classes=names,
            class_mode=train.class_mode,
            preparation=preparation,
            augment=augment,
            curation=curation or Curation(reading=index.reading.choice),
            source_fingerprint=source_fingerprint or index.fingerprint,
            counts=counts_of(index, split, train.class_mode),
            images={name: len(split.rows(name)) for name in SPLITS}
            if train.class_mode == "multilabel"
            else {},
            validation=ValidationImages(
                fraction=round(len(split.val) / (len(split.train) + len(split.val)), 4),
                seed=split.seed,
                made=split.made_validation,
            ),
        )
        write_json(draft / "data.json", data.to_json())
        repeated = origin.run if origin is not None else None
        onednn = kept_onednn(workspace.runs / repeated) if repeated else chosen()
        write_json(draft / "environment.json", describe_environment(command, onednn=onednn))
        write_json(draft / "notes.json", {"name": name})
        index.save(draft / "index.parquet")
        split.to_csv(index, draft / "split.csv")
        status = RunStatus(epochs=train.epochs, message="Not started yet.", updated=time.time())
        write_status(draft, status)
        if origin is not None:
            write_json(draft / "origin.json", origin.to_json())
    return run


@contextmanager
def drafted_run(*, workspace: WorkspaceLike | None = None) -> Iterator[tuple[Run, Path]]:
    """A run to come, and the folder to write it in, which becomes the run's when it is complete.

    Whatever goes wrong before, nothing of it is left.

    Raises:
        PathError: code ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    run = Run(workspace.runs / new_id())
    draft = workspace.runs / f".new-{run.id}"
    try:
        with writing("Cannot make a run", workspace.runs):
            draft.mkdir(parents=True)
            yield run, draft
            draft.rename(run.folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
