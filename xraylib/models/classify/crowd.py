"""The process that lets the nodes of a Ray cluster judge a folder: ``python -m …classify.crowd``.

It is a process of its own because Ray ends one whose node dies, without a word. A line of JSON
says what is to be judged; a line a batch, a note or an error goes back. It ends with its input.

Each core of a node gets a `NodeJudge`, which holds the model. Nodes that join get their share, and
what a node had when it went away is given to another. Images at an address are read by the nodes
themselves; those of a folder of this machine travel through Ray's object store.
"""

from __future__ import annotations

import heapq
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from xraylib.errors import ClusterError, XrayError
from xraylib.json_values import JsonObject
from xraylib.models.bundle import Bundle, open_bundle
from xraylib.models.classify.image_source import Source, open_source
from xraylib.models.classify.node_judge import as_sent, remote
from xraylib.models.manifest import MANIFEST, read_checked
from xraylib.regular import open_regular
from xraylib.settings import read_settings
from xraylib.training.cluster.connection import connect, machines
from xraylib.training.cluster.head import head_answers
from xraylib.training.cluster.machines import Request, why_waiting
from xraylib.training.cluster.what_failed import (
    head_gone,
    nodes_gone,
    not_installed,
    require_version,
)

_LOOK_SECONDS: Final = 2.0
_HEAD_SECONDS: Final = 8.0
"""So long the head may be silent."""
_QUIET_SECONDS: Final = 30.0
"""After so long without anybody to judge it is said why."""
_AT_ONCE: Final = 2
"""Batches that a core has: one is judged while the next is read."""
_AHEAD: Final = 256
"""Batches that may be ready before the one that all wait for."""
_TRIES: Final = 3
"""So often a batch, or a core's beginning, may be lost in turn."""


@dataclass(eq=False)
class _Hand:
    """One actor."""

    actor: Any
    ready: bool = False
    machine: str = ""
    has: int = 0


def main() -> None:
    """Judges what standard input asks for, and ends with it."""
    told = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Ray and C libraries print whatever they like
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True, name="end with the command").start()

    def tell(**what: Any) -> None:
        told.write(json.dumps(what) + "\n")
        told.flush()

    try:
        crowd = _Crowd(
            open_source(job["source"]),
            job["batches"],
            open_bundle(job["bundle"], name=job["model"]),
            job["most"],
        )
        for number, batch in crowd.judged(lambda words: tell(note=words)):
            tell(batch=number, results=batch)
        crowd.leave()
        tell(end=True)
    except XrayError as error:
        tell(error=vars(error))
    except Exception as error:  # Ray's own, and what nobody thought of
        tell(error=vars(_unforeseen(error)))
    os._exit(0)  # and Ray ends its actors


def _unforeseen(error: Exception) -> ClusterError:
    told = " ".join(str(error).split())[:300]
    return ClusterError(
        f"The cluster cannot judge these images ({type(error).__name__}: {told})",
        expected="nodes that open the model and read the images",
        remedy="try a few of the images without --on ray, which says more",
        code="cluster-node",
    )


def _end_with_input() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


class _Crowd:
    """All actors of one folder, and what each of them has in hand."""

    def __init__(
        self, source: Source, batches: Sequence[Sequence[str]], bundle: Bundle, most: int | None
    ) -> None:
        self._source, self._batches = source, batches
        self._address = read_settings().ray_address
        self._ray = ray = connect(self._address)
        files = {**read_checked(bundle.folder), MANIFEST: _manifest(bundle)}
        content = {name: np.frombuffer(data, np.uint8) for name, data in files.items()}
        self._given = (bundle.name, ray.put(content), source.address)
        self._most = min(most or len(batches), len(batches))
        self._hands: list[_Hand] = []
        self._going: dict[Any, tuple[_Hand, int]] = {}  # -1 is a hello
        self._left = list(range(len(batches)))
        self._open = set(self._left)
        self._lost: dict[int, int] = {}
        self._looked = -_LOOK_SECONDS
        self._head_seen = self._worked = time.monotonic()

    def judged(self, note: Callable[[str], None]) -> Iterator[tuple[int, list[JsonObject]]]:
        """The images of each batch, judged, with the batch's place, as they get ready."""
        told = False
        while self._open:
            if time.monotonic() - self._looked > _LOOK_SECONDS:
                self._look()
                quiet = time.monotonic() - self._worked > _QUIET_SECONDS
                if quiet and not told and not any(one.ready for one in self._hands):
                    told = True
                    note(why_waiting(Request(cpus=1), machines(self._ray)))
            self._hand_out()
            if not self._going:
                time.sleep(0.2)
                continue
            for ready in self._ray.wait([*self._going], timeout=0.2)[0]:
                hand, number = self._going.pop(ready)
                try:
                    answer = self._ray.get(ready)
                except self._ray.exceptions.RayTaskError as error:
                    raise (error.cause if isinstance(error.cause, XrayError) else error) from None
                except self._ray.exceptions.RayActorError as error:
                    self._gone(hand, number, str(error))
                    continue
                self._lost.pop(number, None)
                self._worked = time.monotonic()
                if number < 0:
                    require_version(answer["machine"], answer["xraylib"])
                    hand.ready, hand.machine = True, answer["machine"]
                    continue
                hand.has -= 1
                self._open.discard(number)
                yield number, answer

    def leave(self) -> None:
        """Ends all actors."""
        for hand in self._hands:
            self._ray.kill(hand.actor)
        self._ray.shutdown()

    def _look(self) -> None:
        """As many actors as there are cores, and whether there is a head at all."""
        if head_answers(self._address):
            self._head_seen = time.monotonic()
        elif time.monotonic() - self._head_seen > _HEAD_SECONDS:
            raise head_gone(self._address)
        else:
            return
        cores = sum(int(one.cpus) for one in machines(self._ray))
        while len(self._hands) < min(cores, self._most):
            hand = _Hand(remote(self._ray).remote(*self._given))
            self._hands.append(hand)
            self._going[hand.actor.hello.remote()] = hand, -1
        self._looked = time.monotonic()

    def _hand_out(self) -> None:
        """Gives whoever has the least the next batch, the first that is missing before all."""
        while self._left and self._left[0] < min(self._open) + _AHEAD:
            free = [one for one in self._hands if one.ready and one.has < _AT_ONCE]
            if not free:
                return
            hand = min(free, key=lambda one: one.has)
            number = heapq.heappop(self._left)
            names = self._batches[number]
            hand.has += 1
            self._going[hand.actor.judge.remote(names, self._to_send(names))] = hand, number

    def _to_send(self, names: Sequence[str]) -> Any:
        if self._source.address:
            return ()
        with TemporaryDirectory(prefix="xraylib-") as place:
            return as_sent(self._source.files(names, Path(place)))

    def _gone(self, hand: _Hand, number: int, said: str) -> None:
        """An actor that went away, with its node or alone; others do what it had."""
        if number < 0 and (lacks := not_installed(said)) is not None:
            raise lacks
        if hand in self._hands:
            self._hands.remove(hand)
        if number >= 0:
            heapq.heappush(self._left, number)
        self._lost[number] = self._lost.get(number, 0) + 1
        if self._lost[number] >= _TRIES:
            words = said.strip().splitlines()[0][:300]
            raise nodes_gone(hand.machine, words, _TRIES, "one batch of images was judged")


def _manifest(bundle: Bundle) -> bytes:
    with open_regular(bundle.folder / MANIFEST) as file:
        return file.read()


if __name__ == "__main__":
    main()
