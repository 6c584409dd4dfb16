"""What open pages cost the server that ships: processor while nobody does anything, and memory.

    python benchmarks/idle.py [--seconds 30]

The server is started as the README says, without the packages that development alone brings (a
check of JSON takes 18 MB where it finds some of them), with a workspace of its own in which one
short run has ended. A visitor who speaks Streamlit's protocol, timers included, opens each page,
waits until it is whole and then does nothing. Printed are the share of a core that the web process
works meanwhile and the memory that it has afterwards. Wanted: at most 0.02 of a core on every page,
and at most 250 MB after the last. Exits with 1 if either is missed.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from importlib.metadata import packages_distributions
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from child_decoding import processor  # noqa: E402
from lab_server import LabServer  # noqa: E402
from visitor import Visitor  # noqa: E402

from xraylib.augmentation.augment import AUGMENT_PRESETS  # noqa: E402
from xraylib.datasets.scan import scan  # noqa: E402
from xraylib.datasets.split import make_split  # noqa: E402
from xraylib.images.prepare import Preparation  # noqa: E402
from xraylib.networks.presets import preset  # noqa: E402
from xraylib.settings import SAMPLE_DATA  # noqa: E402
from xraylib.training.config import TrainConfig  # noqa: E402
from xraylib.training.process import queue  # noqa: E402
from xraylib.training.run.create import create_run  # noqa: E402
from xraylib.workspace import Workspace  # noqa: E402

PAGES = ("Home", "Dataset", "Architecture", "Training", "Results", "Classify")
CORES = 0.02
MEGABYTES = 250.0
_SETTLED_SECONDS = 10.0


def short_run(workspace: Workspace) -> None:
    """A run with results, for the pages that show one."""
    index = scan(SAMPLE_DATA)
    run = create_run(
        spec=preset("lesson-cnn", classes=len(index.classes)),
        train=TrainConfig(epochs=2),
        index=index,
        split=make_split(index),
        preparation=Preparation(),
        augment=AUGMENT_PRESETS["none"],
        workspace=workspace,
    )
    queue.start(run)
    status = queue.wait(run, timeout=1800)
    assert status.state == "finished", run.log_tail()


def without_development(place: Path) -> dict[str, str]:
    """Variables of a process for which what only the development's lock brings is not there."""
    lock = (PROJECT / "requirements-dev.lock").read_text(encoding="utf-8")
    added = set(re.findall(r"(?m)^([\w.-]+)==", lock))
    hidden = [
        module
        for module, packages in packages_distributions().items()
        if {re.sub(r"[-_.]+", "-", name).lower() for name in packages} <= added
    ]
    text = f"import sys\nsys.modules |= dict.fromkeys({hidden!r})\n"
    (place / "sitecustomize.py").write_text(text, encoding="utf-8")
    return {"PYTHONPATH": str(place)}


def main() -> int:
    """Prints a line a page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    seconds = parser.parse_args().seconds
    print(processor())
    good = True
    with tempfile.TemporaryDirectory() as place:
        workspace = Path(place) / "workspace"
        short_run(Workspace(workspace))
        environ = without_development(Path(place))
        with LabServer(workspace, Path(place) / "log", environ=environ) as server:
            web = psutil.Process(server.pid)
            for page in PAGES:
                with Visitor(server.port, page) as visitor:
                    visitor.look().stay(_SETTLED_SECONDS)
                    assert not visitor.exceptions(), visitor.exceptions()
                    before = web.cpu_times()
                    visitor.stay(seconds)
                    after = web.cpu_times()
                    megabytes = web.memory_info().rss / 1e6
                worked = after.user + after.system - before.user - before.system
                good = good and worked / seconds <= CORES
                print(
                    f"{page:12} {worked / seconds:.4f} of a core, then {megabytes:.0f} MB",
                    flush=True,
                )
            good = good and megabytes <= MEGABYTES
    print(f"Wanted: {CORES} of a core and {MEGABYTES:.0f} MB:", "yes" if good else "NO")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
