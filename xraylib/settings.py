"""What the host decides through environment variables, read in one place."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast, get_args

from xraylib.errors import SettingsError

_PACKAGE: Final = Path(__file__).resolve().parent
_HOST_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\.?")
_ADDRESS: Final = re.compile(r"[\w.-]{1,253}:\d{1,5}|\[[0-9a-fA-F:]{2,45}\]:\d{1,5}")
_INSTALLED: Final = _PACKAGE / "project"

PROJECT: Final = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
"""The folder of ``streamlit_app.py``, ``pages/``, ``.streamlit/`` and ``sample_data/``: in a clone
its root, also where it is installed as editable; where a wheel was installed, the folder inside the
package into which ``pyproject.toml`` lets the wheel put them."""
SAMPLE_DATA: Final = PROJECT / "sample_data"
SHIPPED_MODELS: Final = _PACKAGE / "samples" / "models"

Mode = Literal["lab", "demo"]
OneDnn = Literal["auto", "on", "off"]
ClassifyOn = Literal["server", "device", "both"]
LoggerName = Literal["tensorboard", "mlflow"]
LOGGERS: Final[tuple[LoggerName, ...]] = get_args(LoggerName)
PlaceName = Literal["here", "ray"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The values in force.

    Attributes:
        mode: ``"lab"`` or ``"demo"``.
        workspace: Absolute folder of everything that lasts.
        data_roots: Absolute folders under which pages may open data sets.
        max_running: Runs that train at the same time, at least 1.
        warm: Whether the lab's server may keep a trainer waiting.
        threads: Processor cores that a run uses, or None: all that its process may use.
        place: Where runs run, or None: here, and a run that is resumed where it was.
        ray_address: Host and port of the Ray cluster's head.
        ray_cpus: Cores that a run asks of it, or None: as many as the smallest node has.
        ray_gpus: GPUs that a run asks of it.
        ray_running: Runs that are there, or ask for a place there, at the same time.
        onednn: Whether TensorFlow computes with oneDNN: ``"auto"``, ``"on"`` or ``"off"``.
        classify: Where a demo judges: ``"server"``, ``"device"`` (the visitor's browser alone) or
            ``"both"``. A lab judges on the server.
        loggers: Other notebooks of runs that each run is told to.
        tensorboard: Absolute folder of TensorBoard's event files.
        hosts: Names that the server answers to beside its own.
        embed_origins: Sites that may show a demo in a frame.
        api_keys_file: Absolute path of the HTTP API's keys, or None: the API is off.
    """

    mode: Mode
    workspace: Path
    data_roots: tuple[Path, ...]
    max_running: int
    tensorboard: Path
    loggers: tuple[LoggerName, ...] = ()
    threads: int | None = None
    place: PlaceName | None = None
    ray_address: str = "127.0.0.1:6379"
    ray_cpus: int | None = None
    ray_gpus: int = 0
    ray_running: int = 8
    onednn: OneDnn = "auto"
    warm: bool = True
    classify: ClassifyOn = "server"
    hosts: tuple[str, ...] = ()
    embed_origins: tuple[str, ...] = ()
    api_keys_file: Path | None = None


def default_workspace() -> Path:
    """Where what lasts is kept if the host does not say.

    In a clone ``workspace/`` beside ``streamlit_app.py``. Of an installed package, where nothing
    may be written, the platform's own place: ``~/.local/share/xray-lab`` on Linux,
    ``~/Library/Application Support/xray-lab`` on macOS, ``%LOCALAPPDATA%\\xray-lab`` on Windows.
    """
    if PROJECT != _INSTALLED:
        return PROJECT / "workspace"
    from platformdirs import user_data_path

    return user_data_path("xray-lab", appauthor=False)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment.

    Args:
        environ: The variables; ``os.environ`` if not given.

    Raises:
        SettingsError: A variable has a value that cannot be used.
    """
    env = os.environ if environ is None else environ
    mode = env.get("XRAYLIB_MODE", "") or "lab"
    if mode not in ("lab", "demo"):
        raise SettingsError(
            f"XRAYLIB_MODE is {mode!r}",
            expected="lab or demo",
            remedy="set XRAYLIB_MODE to lab for work on this machine or demo for a public page",
        )
    place = env.get("XRAYLIB_PLACE", "") or None
    if place not in (None, *get_args(PlaceName)):
        raise SettingsError(
            f"XRAYLIB_PLACE is {place!r}",
            expected="here or ray",
            remedy="take XRAYLIB_PLACE away, or set it to ray where a Ray cluster is",
        )
    address = env.get("XRAYLIB_RAY_ADDRESS", "") or "127.0.0.1:6379"
    if not _ADDRESS.fullmatch(address):
        raise SettingsError(
            f"XRAYLIB_RAY_ADDRESS is {address[:80]!r}",
            expected="host and port, such as 192.168.0.5:6379",
            remedy="write what ray start --head said, without a scheme",
        )
    onednn = env.get("XRAYLIB_ONEDNN", "") or "auto"
    if onednn not in get_args(OneDnn):
        raise SettingsError(
            f"XRAYLIB_ONEDNN is {onednn!r}",
            expected="auto, on or off",
            remedy="take XRAYLIB_ONEDNN away, or set it to off for TensorFlow without oneDNN",
        )
    warm = env.get("XRAYLIB_WARM", "") or "on"
    if warm not in ("on", "off"):
        raise SettingsError(
            f"XRAYLIB_WARM is {warm!r}",
            expected="on or off",
            remedy="take XRAYLIB_WARM away, or set it to off so that no trainer waits",
        )
    classify = env.get("XRAYLIB_CLASSIFY", "") or "server"
    if classify not in get_args(ClassifyOn):
        raise SettingsError(
            f"XRAYLIB_CLASSIFY is {classify!r}",
            expected="server, device or both",
            remedy="take XRAYLIB_CLASSIFY away, or set it to device for a demo without uploads",
        )
    workspace = Path(env.get("XRAYLIB_WORKSPACE", "") or default_workspace())
    roots = tuple(
        Path(part).expanduser().absolute()
        for part in env.get("XRAYLIB_DATA_ROOTS", "").split(os.pathsep)
        if part
    )
    keys = env.get("XRAYLIB_API_KEYS_FILE", "")
    loggers = _listed(env.get("XRAYLIB_LOGGERS", ""))
    if not {*loggers} <= {*LOGGERS}:
        raise SettingsError(
            f"XRAYLIB_LOGGERS is {', '.join(loggers)!r}",
            expected="tensorboard, mlflow, or both with a comma between them",
            remedy="take XRAYLIB_LOGGERS away, or name one of them",
        )
    workspace = workspace.expanduser().absolute()
    return Settings(
        mode="demo" if mode == "demo" else "lab",
        workspace=workspace,
        data_roots=roots,
        tensorboard=Path(env.get("XRAYLIB_TENSORBOARD_DIR", "") or workspace / "tensorboard")
        .expanduser()
        .absolute(),
        loggers=cast(tuple[LoggerName, ...], loggers),
        max_running=_count(
            env, "XRAYLIB_MAX_RUNNING", "to the number of runs this machine can train at once"
        )
        or 1,
        threads=_count(env, "XRAYLIB_THREADS", "to the number of cores that a run may use", 1024),
        place=cast("PlaceName | None", place),
        ray_address=address,
        ray_cpus=_count(env, "XRAYLIB_RAY_CPUS", "to the cores that a run asks for", 1024),
        ray_gpus=_count(env, "XRAYLIB_RAY_GPUS", "to the GPUs that a run asks for", least=0) or 0,
        ray_running=_count(
            env, "XRAYLIB_RAY_RUNNING", "to the number of runs that are on the cluster at once", 256
        )
        or 8,
        onednn=cast(OneDnn, onednn),
        warm=warm == "on" and mode == "lab",
        classify=cast(ClassifyOn, classify) if mode == "demo" else "server",
        hosts=tuple(map(_host_name, _listed(env.get("XRAYLIB_HOSTS", "")))),
        embed_origins=_listed(env.get("XRAYLIB_EMBED_ORIGINS", "")),
        api_keys_file=Path(keys).expanduser().absolute() if keys else None,
    )


def _count(
    env: Mapping[str, str], name: str, remedy: str, most: int = 64, *, least: int = 1
) -> int | None:
    """The whole number in a variable; None where it is not set."""
    text = env.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise SettingsError(
            f"{name} is {text!r}",
            expected=f"a whole number from {least} to {most}",
            remedy=f"set {name} {remedy}",
        )
    return int(text)


def _host_name(text: str) -> str:
    name = text.strip("[]").lower()
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(name))
    if not _HOST_NAME.fullmatch(name):
        raise SettingsError(
            f"XRAYLIB_HOSTS names {text[:80]!r}",
            expected="host names separated by commas, such as xrays.example.org",
            remedy="write each name alone, without scheme, port, path or wildcard: it holds for "
            "every port; a name in other letters as browsers send it, in Punycode",
        )
    return name.rstrip(".")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
