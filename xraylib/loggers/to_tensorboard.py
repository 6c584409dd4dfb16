"""Event files for TensorBoard: curves, settings (HParams) and images that were taken wrongly.

Written with TensorBoard's own classes and without TensorFlow. A run has a folder, with ``train``
and ``validation`` in it as Keras's callback writes them, so that both are drawn in one chart; what
was there of the run is replaced.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from xraylib.loggers.told import curves_of, figures_of, settings_of, wrong_images

if TYPE_CHECKING:
    from xraylib.training.run.events import Event
    from xraylib.training.run.runs import Run
    from xraylib.training.run.status import RunStatus

_FOLDERS: Final = {"training": "train", "validation": "validation"}
_SHOWN: Final = (("validation", "epoch_loss"), ("validation", "epoch_accuracy"),
                 ("validation", "epoch_auc"), ("train", "epoch_loss"))  # fmt: skip


class TensorBoardLogger:
    """Tells one run.

    Args:
        run: The run.
        folder: TensorBoard's ``--logdir``; the run's folder in it is called as the run.
    """

    def __init__(self, run: Run, folder: Path) -> None:
        # With this it writes files by itself; else it loads TensorFlow to do so, for seconds.
        sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self.run = run
        self.folder = folder / run.id
        shutil.rmtree(self.folder, ignore_errors=True)
        self._open = EventFileWriter
        self._writers: dict[str, Any] = {}
        self._begin()

    def epoch(self, event: Event, at: float) -> None:
        """Adds a point to each curve."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        for part, values in curves_of(event).items():
            points = [
                Summary.Value(tag=f"epoch_{name}", simple_value=value)
                for name, value in values.items()
            ]
            if points:
                self._add(_FOLDERS[part], Summary(value=points), at, int(event["epoch"]))
        for writer in self._writers.values():
            writer.flush()

    def end(self, status: RunStatus, last: Event | None) -> None:
        """Adds figures, images that were taken wrongly, and the end of the HParams session."""
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2

        at = float(status.updated)
        for name, value in figures_of(self.run).items():
            split, _, measure = name.partition("/")
            told = Summary(value=[Summary.Value(tag=f"final_{measure}", simple_value=value)])
            self._add(split, told, at, 0)
        for place, wrong in enumerate(wrong_images(self.run, last)):
            height, width = wrong.size
            picture = Summary.Image(height=height, width=width, colorspace=1)
            picture.encoded_image_string = wrong.png
            value = Summary.Value(tag=f"wrong/{place:02d} {wrong.words}", image=picture)
            self._add("validation", Summary(value=[value]), at, int((last or {}).get("epoch", 0)))
        success = status.state == "finished"
        ended = plugin_data_pb2.SessionEndInfo(
            status=api_pb2.STATUS_SUCCESS if success else api_pb2.STATUS_FAILURE, end_time_secs=at
        )
        self._add(".", _hparams("session_end_info", session_end_info=ended), at, 0)
        for writer in self._writers.values():
            writer.close()

    def _begin(self) -> None:
        from tensorboard.plugins.hparams import plugin_data_pb2, summary_v2

        told = settings_of(self.run)
        metrics = [summary_v2.Metric(tag, group=group) for group, tag in _SHOWN]
        hparams = [summary_v2.HParam(name) for name in told]
        config = summary_v2.hparams_config_pb(hparams=hparams, metrics=metrics)
        self._add(".", config, self.run.created, 0)
        started = plugin_data_pb2.SessionStartInfo(
            group_name=self.run.id, start_time_secs=self.run.created
        )
        for name, value in told.items():
            kind = _kind(value)
            setattr(started.hparams[name], kind, value)
        begun = _hparams("session_start_info", session_start_info=started)
        self._add(".", begun, self.run.created, 0)

    def _add(self, part: str, summary: Any, at: float, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event as FileEvent

        if part not in self._writers:
            self._writers[part] = self._open(str(self.folder / part))
        self._writers[part].add_event(FileEvent(wall_time=at, step=step, summary=summary))


def _hparams(tag: str, **told: Any) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    data = plugin_data_pb2.HParamsPluginData(version=metadata.PLUGIN_DATA_VERSION, **told)
    plugin = SummaryMetadata.PluginData(
        plugin_name=metadata.PLUGIN_NAME, content=data.SerializeToString()
    )
    value = Summary.Value(
        tag=f"_hparams_/{tag}", metadata=SummaryMetadata(plugin_data=plugin),
        tensor=metadata.NULL_TENSOR,
    )  # fmt: skip
    return Summary(value=[value])


def _kind(value: object) -> str:
    names: Mapping[type, str] = {bool: "bool_value", str: "string_value"}
    return names.get(type(value), "number_value")
