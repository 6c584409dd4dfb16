"""The process that stands here for a run on a cluster: ``python -m …cluster.courier RUN_FOLDER``.

It waits for its turn with next to nothing imported, asks Ray for a place, sends what the run needs,
and brings back what its trainer writes until that has ended. If the node goes away it begins again
on another, from the last checkpoint that came back; if the head does, the run is interrupted.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
import traceback
from pathlib import Path

from xraylib.training.cluster.relay import Relay
from xraylib.training.process.places import PLACES
from xraylib.training.process.progress import describe_failure
from xraylib.training.process.queue import wait_for_slot
from xraylib.training.process.trainer import in_queue
from xraylib.training.run.locks import take
from xraylib.training.run.runs import Run


def main(arguments: list[str]) -> int:
    """Carries the run whose folder is named; returns the exit code."""
    run = Run(Path(arguments[0]).absolute())
    alive = take(run.lock_file)
    if alive is None:
        print(f"The run {run.id} has a trainer already.", file=sys.stderr)
        return 2
    faulthandler.enable()
    relay = Relay(run)
    signal.signal(signal.SIGTERM, lambda *_: relay.request_stop())
    relay.update(phase="queue", message="Waiting for its turn.")
    try:
        slot = wait_for_slot(
            run, lambda before: relay.update(message=in_queue(before)), place=PLACES["ray"]
        )
        from xraylib.training.cluster.errand import Errand

        Errand(run, relay).carry()
        slot.release()
    except BaseException as error:
        traceback.print_exc()
        failure = describe_failure(error)
        relay.finish("failed", failure["message"], error=failure)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
