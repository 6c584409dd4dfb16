"""One run's way to a node and back, as often as it takes."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from xraylib.errors import XrayError
from xraylib.settings import read_settings
from xraylib.training.cluster.connection import connect, machines
from xraylib.training.cluster.head import head_answers
from xraylib.training.cluster.machines import Request, usual_request, why_waiting
from xraylib.training.cluster.node import PIECE, Look, remote
from xraylib.training.cluster.node_trainer import ONEDNN
from xraylib.training.cluster.relay import Relay
from xraylib.training.cluster.travel import fetch_checkpoint, fetch_results, send_run
from xraylib.training.cluster.what_failed import (
    head_gone,
    killed,
    nodes_gone,
    not_installed,
    require_version,
)
from xraylib.training.loop.checkpoint import CheckpointStore, read_state
from xraylib.training.loop.run_images import prepare_images
from xraylib.training.run.environment import kept_onednn
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus
from xraylib.training.run.where import Where, tell_where

_LOOK_SECONDS: Final = 0.25
_HEAD_SECONDS: Final = 8.0
"""So long the head may be silent; a run is then interrupted."""
_NODE_SECONDS: Final = 30.0
"""So long a node may be silent; its run then goes on elsewhere."""
_STOP_SECONDS: Final = 2.0
"""So long a node may be silent after a stop."""
_TRIES: Final = 3
"""So many nodes may go away in turn without a new checkpoint."""


class _NodeLostError(Exception):
    """The node, or the process there, went away."""


class Errand:
    """Carries one run to the cluster.

    Args:
        run: Whose lock the caller holds.
        relay: What it tells.
    """

    def __init__(self, run: Run, relay: Relay) -> None:
        self._run = run
        self._relay = relay
        self._address = read_settings().ray_address
        self._store = CheckpointStore(run.folder / "checkpoint")
        self._ray: Any = None
        self._actor: Any = None
        self._log = 0
        self._machine = ""
        now = time.monotonic()
        self._head_looked = self._head_seen = self._answered = now
        self._stop_sent: float | None = None

    def carry(self) -> None:
        """Lets the run be trained; returns when it has ended.

        Raises:
            XrayError: There is no cluster, its nodes cannot train, or the images are gone.
        """
        self._relay.update(message=f"Joins the Ray cluster at {self._address}.")
        self._ray = connect(self._address)
        tries = 0
        while True:
            before = self._store.newest()
            try:
                self._once()
            except _NodeLostError as error:
                self._leave()
                print(f"Lost {self._machine or 'a node'}: {error}", flush=True)
                tries = tries + 1 if self._store.newest() == before else 1
                if tries >= _TRIES:
                    gone = nodes_gone(self._machine, str(error), tries, "a checkpoint came back")
                    self._relay.break_off(gone.to_json())
                if self._relay.stop_requested:
                    self._relay.stop_without_answer()
                    return
                self._relay.may_abort = True
                self._relay.update(
                    state="queued",
                    phase="queue",
                    message=f"{self._machine or 'A node'} went away. The run goes on on another "
                    "from its last checkpoint.",
                )
            else:
                return

    def _once(self) -> None:
        """On one node, to the end.

        Raises:
            _NodeLostError: It went away.
        """
        settings = read_settings()
        known = machines(self._ray)
        request = usual_request(known, cpus=settings.ray_cpus, gpus=settings.ray_gpus)
        asked = Where(place="ray", address=self._address, cpus=request.cpus, gpus=request.gpus)
        tell_where(self._run.folder, asked)
        kept = kept_onednn(self._run.folder)
        words = next(word for word, value in ONEDNN.items() if value is kept)
        self._actor = remote(self._ray, cpus=request.cpus, gpus=request.gpus).remote(
            self._run.id, words, request.cpus
        )
        self._log, self._stop_sent = 0, None
        hello = self._actor.hello.remote()
        if not self._relay.status.started:
            self._relay.update(started=self._relay.now())
        self._relay.update(state="preparing")
        pixels = prepare_images(self._run, self._relay).prepared.file
        told = self._wait_for_place(hello, request)
        self._machine = told["machine"]
        tell_where(
            self._run.folder,
            Where(**{**vars(asked), "node": told["node"], "machine": self._machine}),
        )
        self._send(pixels)
        self._follow()

    def _wait_for_place(self, hello: Any, request: Request) -> dict[str, Any]:
        looked = 0.0
        while not self._ray.wait([hello], timeout=0.2)[0]:
            self._watch_head()
            if time.monotonic() - looked > 2:
                looked = time.monotonic()
                message = why_waiting(request, machines(self._ray))
                self._relay.update(state="queued", phase="queue", message=message)
        told: dict[str, Any] = self._answer(hello)
        self._answered = time.monotonic()
        require_version(told["machine"], told["xraylib"])
        return told

    def _send(self, pixels: Path) -> None:
        self._relay.update(
            state="preparing", phase="films", step=0, steps=0,
            message=f"Sending what it needs to {self._machine}.",
        )  # fmt: skip
        newest = self._store.newest()
        self._relay.cut_metrics(int(read_state(newest)["metrics_size"]) if newest else 0)
        send_run(self._run, pixels, self._ask, lambda: time.sleep(0.2))
        with self._relay.lock:
            self._relay.may_abort = False
        self._ask("begin")

    def _follow(self) -> None:
        """Brings back what is new until the run has ended."""
        while True:
            look: Look = self._ask("look", self._relay.metrics_size(), self._log)
            self._write_down(look)
            if PIECE in (len(look["events"]), len(look["log"])):
                continue  # there is more, which comes before the end
            status = self._status(look)
            if status is not None and status.is_final:
                self._relay.end_as(status)
                self._leave()
                return
            if look["ended"] is not None:
                self._leave()
                self._relay.break_off(killed(self._machine, look["ended"]).to_json())
            if status is not None and status.state != "queued":
                self._relay.mirror(status)
            time.sleep(_LOOK_SECONDS)

    def _write_down(self, look: Look) -> None:
        os.write(1, look["log"])
        self._log += len(look["log"])
        self._relay.lines(look["events"])
        if look["checkpoint"]:
            fetch_checkpoint(self._run, look["checkpoint"], look["files"], self._ask)
        fetch_results(self._run, look["files"], self._ask)

    def _status(self, look: Look) -> RunStatus | None:
        """What the node's ``status.json`` says; None before there is one."""
        if not look["status"]:
            return None
        return RunStatus.from_json(json.loads(look["status"]))

    def _ask(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Calls the node and waits for its answer; a stop is passed on meanwhile.

        Raises:
            _NodeLostError: There is none.
        """
        answer = getattr(self._actor, method).remote(*arguments, **named)
        asked = time.monotonic()
        while True:
            ready = self._ray.wait([answer], timeout=0.2)[0]
            if ready:
                self._answered = time.monotonic()
            self._pass_stop()
            self._watch_head()
            if ready:
                return self._answer(answer)
            if time.monotonic() - asked > _NODE_SECONDS:
                raise _NodeLostError(f"no answer for {_NODE_SECONDS:.0f} s")

    def _answer(self, ready: Any) -> Any:
        errors = self._ray.exceptions
        try:
            return self._ray.get(ready)
        except errors.RayTaskError as error:
            if isinstance(error.cause, XrayError):
                raise error.cause from None
            raise
        except errors.RayActorError as error:
            if (lacks := not_installed(str(error))) is not None:
                raise lacks from error
            raise _NodeLostError(str(error).strip().splitlines()[0][:300]) from error

    def _pass_stop(self) -> None:
        """Tells the node of a stop once; if it is silent, the run is stopped without it."""
        if not self._relay.stop_requested or self._relay.may_abort:
            return
        now = time.monotonic()
        if self._stop_sent is None:
            self._stop_sent = now
            self._actor.stop.remote()
        elif now - max(self._stop_sent, self._answered) > _STOP_SECONDS:
            self._relay.stop_without_answer()
            os._exit(0)  # and Ray ends the actor, if it lives

    def _watch_head(self) -> None:
        """Interrupts the run when the head has been silent for long: Ray would wait a minute."""
        now = time.monotonic()
        if now - self._head_looked < 2:
            return
        if head_answers(self._address):
            self._head_seen = now
        elif now - self._head_seen > _HEAD_SECONDS:
            if self._actor is not None:
                self._ray.wait([self._actor.end.remote()], timeout=2)
            self._relay.break_off(head_gone(self._address).to_json())
        self._head_looked = time.monotonic()

    def _leave(self) -> None:
        """Ends what there is of the run on the node."""
        actor, self._actor = self._actor, None
        if actor is not None:
            with suppress(Exception):  # it is gone, or the cluster is
                self._ray.wait([actor.end.remote()], timeout=2)
                self._ray.kill(actor)
