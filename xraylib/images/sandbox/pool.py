"""A few decoders for everybody who hands in images: bounded, and shared in turn."""

from __future__ import annotations

import os
import queue

from xraylib.images.radiograph import Radiograph
from xraylib.images.sandbox.decoder import Decoder
from xraylib.images.sandbox.fair_queue import Turns


class DecoderPool:
    """Decodes bytes from strangers in a few warm children. Safe to share between threads.

    Args:
        workers: Children, each with an address space of 1 GiB; by default 2, and 1 where there
            is one processor.
        turns: Who is next; by default 64 images may wait, 4 of them one owner's.

    A child starts with the first image that needs it and ends with :meth:`close`.
    """

    def __init__(self, *, workers: int | None = None, turns: Turns | None = None) -> None:
        count = workers or min(2, os.cpu_count() or 1)
        self._turns = turns or Turns(count)
        self._every = [Decoder() for _ in range(count)]
        self._idle: queue.LifoQueue[Decoder] = queue.LifoQueue()  # the warm one first
        for decoder in self._every:
            self._idle.put(decoder)

    def decode(self, data: bytes, *, owner: str = "") -> Radiograph:
        """As :meth:`xraylib.images.sandbox.decoder.Decoder.decode`, when it is the owner's turn.

        Args:
            data: The content of one file.
            owner: Whose image it is: a visit, or the holder of a key. Owners take turns.

        Raises:
            ImageError: The bytes do not become an image.
            XrayError: code ``busy``: too many images wait.
        """
        with self._turns.turn(owner):
            decoder = self._idle.get()
            try:
                return decoder.decode(data)
            finally:
                self._idle.put(decoder)

    def for_owner(self, owner: str) -> OwnersDecoder:
        """The same with the owner fixed, for whoever only knows how to decode."""
        return OwnersDecoder(self, owner)

    def close(self) -> None:
        """Ends the children. The pool can be used again and then starts others."""
        for decoder in self._every:
            decoder.close()


class OwnersDecoder:
    """A pool as one owner sees it."""

    def __init__(self, pool: DecoderPool, owner: str) -> None:
        self._pool = pool
        self._owner = owner

    def decode(self, data: bytes) -> Radiograph:
        """:meth:`DecoderPool.decode`."""
        return self._pool.decode(data, owner=self._owner)
