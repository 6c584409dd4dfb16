"""The environment variables by which the host decides, with what they mean in words.

``docs/settings.md`` holds the same table for people; a test keeps the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One environment variable: its name, its default in words, and what it does."""

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        name="XRAYLIB_MODE",
        default="`lab`",
        meaning="`lab` offers every page on this machine; `demo` Classify and the model card.",
    ),
    Variable(
        name="XRAYLIB_WORKSPACE",
        default="`workspace/` in a clone, else the platform's place for data",
        meaning="The folder for data set indexes, designs, runs and published models.",
    ),
    Variable(
        name="XRAYLIB_DATA_ROOTS",
        default="none",
        meaning="Folders, separated like PATH, under which the Dataset page may open data sets.",
    ),
    Variable(
        name="XRAYLIB_MAX_RUNNING",
        default="`1`",
        meaning="How many runs train at the same time; the others wait in the queue.",
    ),
    Variable(
        name="XRAYLIB_THREADS",
        default="all that it may use",
        meaning="How many processor cores a run that trains uses.",
    ),
    Variable(
        name="XRAYLIB_PLACE",
        default="`here`",
        meaning="Where runs run: `here`, on this machine, or `ray`, on a cluster of several. "
        "Without it a run that is resumed goes on where it was.",
    ),
    Variable(
        name="XRAYLIB_RAY_ADDRESS",
        default="`127.0.0.1:6379`",
        meaning="Where the head of the Ray cluster listens, as `ray start --head` says it.",
    ),
    Variable(
        name="XRAYLIB_RAY_CPUS",
        default="as many as the smallest node has",
        meaning="Processor cores that a run asks of the cluster, and uses there.",
    ),
    Variable(
        name="XRAYLIB_RAY_GPUS",
        default="`0`",
        meaning="GPUs that a run asks of the cluster.",
    ),
    Variable(
        name="XRAYLIB_RAY_RUNNING",
        default="`8`",
        meaning="How many runs of this workspace are on the cluster, or ask for a place there, "
        "at the same time; each has a process of a fifth of a gigabyte here.",
    ),
    Variable(
        name="XRAYLIB_ONEDNN",
        default="`auto`",
        meaning="`on` or `off`: whether TensorFlow computes with oneDNN; `auto` is `on` wherever "
        "TensorFlow has it, also on processors where TensorFlow itself would leave it off. "
        "A run keeps what it began with.",
    ),
    Variable(
        name="XRAYLIB_WARM",
        default="`on`",
        meaning="`off`: the lab's server keeps no process waiting that has TensorFlow loaded, from "
        "which a run starts sooner; it takes half a gigabyte for at most ten minutes.",
    ),
    Variable(
        name="XRAYLIB_LOGGERS",
        default="none",
        meaning="`tensorboard`, `mlflow`, or both with a comma between them: where each run is "
        "told while it trains. The MLflow server is that of `MLFLOW_TRACKING_URI`.",
    ),
    Variable(
        name="XRAYLIB_TENSORBOARD_DIR",
        default="`tensorboard/` in the workspace",
        meaning="The folder of TensorBoard's event files, its `--logdir`.",
    ),
    Variable(
        name="XRAYLIB_CLASSIFY",
        default="`server`",
        meaning="Where a demo judges X-rays: `server`; `device`, in the visitor's browser, and the "
        "server takes no X-ray at all; or `both`, which the visitor chooses between.",
    ),
    Variable(
        name="XRAYLIB_HOSTS",
        default="none",
        meaning="Host names, separated by commas, that the server answers to beside this machine's "
        "own and the one of sign-in; a demo behind a proxy needs its public name here.",
    ),
    Variable(
        name="XRAYLIB_EMBED_ORIGINS",
        default="none",
        meaning="Sites, separated by commas, that may show a demo in a frame, such as "
        "`https://ward.example.org`.",
    ),
    Variable(
        name="XRAYLIB_API_KEYS_FILE",
        default="none",
        meaning="A file of keys, one `NAME KEY` a line; without it the HTTP API is off.",
    ),
)
