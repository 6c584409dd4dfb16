"""Who may use one of a few places next: one after the other among those who wait.

Whoever hands in a hundred images waits behind his own images, not before everybody else's.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from xraylib.errors import XrayError


class Turns:
    """A few places that many owners share in turn.

    Args:
        places: How many may work at the same time.
        waiting: How many may wait in all; more are refused.
        each: How many of them may be one owner's.
        patience: Seconds that one waits at most.
    """

    def __init__(
        self, places: int, *, waiting: int = 64, each: int = 4, patience: float = 60.0
    ) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._waiting: OrderedDict[str, deque[threading.Event]] = OrderedDict()
        self._limit, self._each, self._patience = waiting, each, patience

    @contextmanager
    def turn(self, owner: str) -> Iterator[None]:
        """Waits for a place, and gives it back at the end of the block.

        Raises:
            XrayError: code ``busy``: too many wait, or it took too long.
        """
        mine = threading.Event()
        with self._lock:
            own = len(self._waiting.get(owner, ()))
            if own >= self._each or sum(map(len, self._waiting.values())) >= self._limit:
                raise _busy("More images wait to be read than this server takes at a time")
            self._waiting.setdefault(owner, deque()).append(mine)
            self._grant()
        if not mine.wait(self._patience):
            with self._lock:
                if not mine.is_set():
                    self._give_up(owner, mine)
                    raise _busy(f"No place became free within {self._patience:g} seconds")
        try:
            yield
        finally:
            with self._lock:
                self._free += 1
                self._grant()

    def _grant(self) -> None:
        """Hands free places out, one to each owner before anybody gets a second."""
        while self._free and self._waiting:
            owner, queue = self._waiting.popitem(last=False)
            self._free -= 1
            queue.popleft().set()
            if queue:
                self._waiting[owner] = queue

    def _give_up(self, owner: str, mine: threading.Event) -> None:
        queue = self._waiting[owner]
        queue.remove(mine)
        if not queue:
            del self._waiting[owner]


def _busy(what: str) -> XrayError:
    return XrayError(
        what,
        expected="a free place",
        remedy="try again in a minute",
        code="busy",
    )
