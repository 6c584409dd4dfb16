"""A run told to an MLflow server: settings, curves, figures, its files and its card; no X-ray.

The run is found again by a tag, and each value carries the time of its epoch: what is told twice
stands there once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import ConfigError, RunError
from xraylib.loggers.told import FILES, curves_of, figures_of, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from xraylib.training.run.events import Event
    from xraylib.training.run.runs import Run
    from xraylib.training.run.status import RunStatus

_TAG: Final = "xraylib.run"
_ENDS: Final = {"finished": "FINISHED", "stopped": "KILLED"}
_DEFAULTS: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # it would report to its makers
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
}
_MOST: Final = 100
"""Parameters in one request, which is the server's own limit."""


class MlflowLogger:
    """Tells one run; the server is that of ``MLFLOW_TRACKING_URI``.

    The experiment is ``MLFLOW_EXPERIMENT_NAME``, or called as the data set.

    Args:
        run: The run.

    Raises:
        ConfigError: code ``mlflow-server``: no server is named.
        RunError: code ``logger``: the server does not answer, or refuses.
    """

    def __init__(self, run: Run) -> None:
        address = os.environ.get("MLFLOW_TRACKING_URI", "")
        if not address:
            raise ConfigError(
                "No MLflow server is named",
                expected="its address in MLFLOW_TRACKING_URI",
                remedy="set MLFLOW_TRACKING_URI, for example to http://127.0.0.1:5000",
                code="mlflow-server",
            )
        for name, value in _DEFAULTS.items():
            os.environ.setdefault(name, value)
        self.run, self.address = run, address
        self._client: Any = None
        self._id = ""
        self._asking(self._begin)

    def epoch(self, event: Event, at: float) -> None:
        """Adds a point to each curve."""
        values = {
            f"{part}/{name}": value
            for part, curves in curves_of(event).items()
            for name, value in curves.items()
        }
        self._asking(lambda: self._metrics(values, at, int(event["epoch"])))

    def end(self, status: RunStatus, last: Event | None) -> None:
        """Adds figures, files and the card, and says how it ended."""
        self._asking(lambda: self._end(status, last))

    def _begin(self) -> None:
        from mlflow.entities import Param
        from mlflow.tracking import MlflowClient

        self._client = client = MlflowClient(tracking_uri=self.address)
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or self.run.data.name
        found = client.get_experiment_by_name(name)
        experiment = client.create_experiment(name) if found is None else found.experiment_id
        known = client.search_runs([experiment], f"tags.`{_TAG}` = '{self.run.id}'")
        if known:
            self._id = known[0].info.run_id
            client.update_run(self._id, status="RUNNING")
            return
        made = client.create_run(
            experiment,
            start_time=_milliseconds(self.run.created),
            tags={_TAG: self.run.id, "mlflow.source.name": "xraylib"},
            run_name=self.run.name or self.run.id,
        )
        self._id = made.info.run_id
        told = [Param(name, str(value)[:6000]) for name, value in settings_of(self.run).items()]
        for first in range(0, len(told), _MOST):
            client.log_batch(self._id, params=told[first : first + _MOST])

    def _metrics(self, values: dict[str, float], at: float, step: int) -> None:
        from mlflow.entities import Metric

        points = [Metric(name, value, _milliseconds(at), step) for name, value in values.items()]
        self._client.log_batch(self._id, metrics=points)

    def _end(self, status: RunStatus, last: Event | None) -> None:
        from xraylib.models.assemble import run_card, run_facts

        at = float(status.updated)
        figures = figures_of(self.run)
        if figures:
            self._metrics(figures, at, int((last or {}).get("epoch", 0)))
        for name in FILES:
            if (self.run.folder / name).is_file():
                self._client.log_artifact(self._id, str(self.run.folder / name))
        if status.has_model:
            facts, evaluation = run_facts(self.run, self.run.name or self.run.id)
            self._client.log_text(self._id, run_card(self.run, facts, evaluation), "card.md")
        ended = _ENDS.get(status.state, "FAILED")
        self._client.set_terminated(self._id, status=ended, end_time=_milliseconds(at))

    def _asking(self, what: Callable[[], None]) -> None:
        from mlflow.exceptions import MlflowException

        try:
            what()
        except MlflowException as error:
            raise RunError(
                f"The MLflow server at {self.address} did not take the run: {str(error)[:300]}",
                expected="a server that answers and takes it",
                remedy=f"see whether it runs, then tell it again: xraylib log {self.run.id} --to "
                "mlflow",
                code="logger",
            ) from None


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)
