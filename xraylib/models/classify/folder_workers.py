"""Processes that judge images for `folder`: as many at once as asked for, each replaced if it ends.

An image that ends its process, or takes too long, is tried once more in a new one, because others
may have taken the memory; then it is refused, and the others go on.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final, Self

from xraylib.errors import ImageError, XrayError
from xraylib.images.radiograph import refuse
from xraylib.images.sandbox.decoder import SECONDS
from xraylib.models.bundle import Bundle
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.image_source import Source

_START_SECONDS: Final = 120.0
_MODULE: Final = "xraylib.models.classify.folder_worker"

Batch = list[ClassifiedImage]


def judge_here(
    source: Source, batches: Sequence[Sequence[str]], bundle: Bundle, workers: int
) -> Iterator[tuple[int, Batch]]:
    """The images of each batch, judged, with the batch's place, as they get ready.

    Args:
        source: Where they are.
        batches: Paths of a few images each; ``file`` of a result is the path as it was given.
        bundle: The published model.
        workers: Processes at the same time.

    Raises:
        XrayError: code ``worker-died``: the processes do not start.
    """
    lock, left = threading.Lock(), enumerate(batches)
    ready: queue.SimpleQueue[tuple[int, Batch] | Exception | None] = queue.SimpleQueue()

    def drive(worker: Worker) -> None:
        """Gives the worker one batch after the other until there are none."""
        try:
            while True:
                with lock:
                    number, batch = next(left, (0, None))
                if batch is None:
                    ready.put(None)
                    return
                with TemporaryDirectory(prefix="xraylib-") as place:
                    ready.put((number, worker.judge(batch, source.files(batch, Path(place)))))
        except Exception as error:  # whatever it is, who waits has to hear of it
            ready.put(error)

    with ExitStack() as stack:
        for _ in range(workers):
            worker = stack.enter_context(Worker(bundle.folder, bundle.name))
            threading.Thread(target=drive, args=(worker,), daemon=True).start()
        driving = workers
        while driving:
            results = ready.get()
            if isinstance(results, Exception):
                raise results
            driving -= results is None
            if results is not None:
                yield results


class Worker:
    """One `folder_worker` after the other; the last one ends with the ``with`` block.

    Args:
        bundle: The folder of the published model.
        name: The model's.
    """

    def __init__(self, bundle: Path, name: str) -> None:
        self._command = [sys.executable, "-P", "-m", _MODULE, str(bundle), name]
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._end()

    def judge(self, names: Sequence[str], files: Sequence[Path | ImageError]) -> Batch:
        """The images of a batch, judged or refused.

        Args:
            names: What they are called.
            files: Where each of them is, or why it is nowhere.

        Raises:
            XrayError: code ``worker-died``.
        """
        judged = iter(self._judge([str(file) for file in files if isinstance(file, Path)]))
        return [
            replace(next(judged), file=name)
            if isinstance(file, Path)
            else ClassifiedImage(file=name, error=file.to_json())
            for name, file in zip(names, files, strict=True)
        ]

    def _judge(self, batch: Sequence[str]) -> Batch:
        results: Batch = []
        tried = -1  # the image that ended the last process
        while len(results) < len(batch):
            self._send(batch[len(results) :])
            try:
                while len(results) < len(batch):
                    results.append(ClassifiedImage.from_json(json.loads(self._line(SECONDS))))
            except ImageError as error:
                self._end()
                here = len(results)
                if here == tried:
                    results.append(ClassifiedImage(file=batch[here], error=error.to_json()))
                tried = here
        return results

    def _send(self, paths: Sequence[str]) -> None:
        if self._closed or self._process is None:
            self._start()
        assert self._process is not None  # started just now
        assert self._process.stdin is not None  # PIPE was asked for
        with suppress(OSError):  # it ended just now: there will be no answer, and that is told
            self._process.stdin.write(json.dumps(list(paths)) + "\n")
            self._process.stdin.flush()

    def _line(self, seconds: float) -> str:
        """The next line of the process.

        Raises:
            ImageError: codes ``too-slow`` and ``decoder-died``: there is none.
        """
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise refuse("too-slow", f"Judging was stopped after {seconds:g} seconds") from None
        if line is None:
            raise refuse("decoder-died", "The decoder crashed or ran out of memory on this file")
        return line

    def _start(self) -> None:
        if not self._closed:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="ascii",
            )
            assert self._process.stdout is not None  # PIPE was asked for
            self._answers = queue.SimpleQueue()
            threading.Thread(
                target=_read, args=(self._process.stdout, self._answers), daemon=True
            ).start()
            with suppress(ImageError):
                self._line(_START_SECONDS)
                return
        self._end()
        raise XrayError(
            "A process that judges images does not start",
            expected="enough memory for the model and the largest image",
            remedy="run the same command again: it goes on where it was; with --workers 1 if it "
            "happens again",
            code="worker-died",
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


def _read(pipe: IO[str], answers: queue.SimpleQueue[str | None]) -> None:
    with suppress(OSError, ValueError):  # closed meanwhile
        for line in pipe:
            answers.put(line)
    answers.put(None)
