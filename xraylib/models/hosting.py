"""A demo as a folder to push to a host: a static one, Streamlit Community Cloud, Hugging Face.

The two that run a server get the project's own code, its pages, the packages that a demo needs, by
their sums, and the model. What the host must know besides stands in the folder's ``README.md``.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from xraylib.errors import BundleError, InstallationError, SettingsError
from xraylib.models.classify.table import NOTICE
from xraylib.models.export import export_model, whole_folder
from xraylib.models.which_model import came_along
from xraylib.settings import PROJECT, ClassifyOn
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

Host = Literal["static", "streamlit-cloud", "hf-space"]
HOSTS: Final[tuple[Host, ...]] = get_args(Host)
PACKAGES: Final = "requirements-demo.lock"
PORT: Final = 7860
"""On which a Space listens unless it says otherwise."""

_NAME: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_CODE: Final = ("xraylib", "pages", "sample_data", ".streamlit/config.toml")
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc", "project", ".DS_Store")
_FRAMES: Final = "https://huggingface.co"
_ENTRY: Final = '''"""The demo as {host} starts it: its settings, then the project's own entry."""

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent
for _name, _value in {{
{values}}}.items():
    os.environ.setdefault(_name, _value)
os.environ.setdefault("XRAYLIB_WORKSPACE", str(_HERE / "workspace"))
os.environ["PYTHONPATH"] = str(_HERE)  # the project lies here and is not installed

'''
_DOCKERFILE: Final = """FROM python:3.11-slim
RUN useradd --create-home --uid 1000 user
WORKDIR /home/user/app
COPY --chown=user requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY --chown=user . .
USER user
EXPOSE {port}
ENV STREAMLIT_SERVER_ADDRESS=0.0.0.0 STREAMLIT_SERVER_PORT={port}
CMD ["streamlit", "run", "streamlit_app.py"]
"""
_SPACE: Final = """---
title: {title}
sdk: docker
app_port: {port}
pinned: false
---

"""
_README: Final = """# {name}

{notice}

{where}

X-rays are judged {judged}. The address is {address}; the server answers to no other name, and
`XRAYLIB_HOSTS` in `streamlit_app.py` holds it.
"""
_WHERE: Final[dict[Host, str]] = {
    "streamlit-cloud": "Push this folder to a repository, and choose there `streamlit_app.py` as "
    "the file and, under *Advanced settings*, Python 3.11, 3.12 or 3.13. It installs "
    "`requirements.txt`.",
    "hf-space": "Push this folder to a Space of the kind Docker.",
}
_JUDGED: Final[dict[ClassifyOn, str]] = {
    "device": "in the visitor's browser, and the server takes none",
    "server": "on the server",
    "both": "in the visitor's browser or on the server, as the visitor chooses",
}


def host_folder(
    bundle: Bundle,
    host: Host,
    out: Path,
    *,
    address: str = "",
    classify: ClassifyOn = "device",
) -> dict[str, Any]:
    """Writes what is to be pushed to a host into a new folder.

    Args:
        bundle: The published model.
        host: One of ``HOSTS``; ``static`` is any web host.
        out: The folder; it must not exist, or be empty.
        address: The name under which the demo will be reached, such as
            ``xrays.streamlit.app``; a static folder needs none.
        classify: Where X-rays are judged; on a static host in the browser alone.

    Returns:
        ``host``, ``folder``, ``files`` and ``bytes``.

    Raises:
        BundleError: codes ``not-in-browser`` and ``host``.
        InstallationError: code ``no-packages``: the list of packages is not here.
        PathError: codes ``exists`` and ``cannot-write``.
        SettingsError: code ``address``.
    """
    if host not in HOSTS:
        raise BundleError(
            f"There is no host called {host!r}",
            expected="one of " + ", ".join(HOSTS),
            remedy="choose one of them",
            code="host",
        )
    if host == "static":
        export_model(bundle, "web", out)
        write_atomic(out / ".nojekyll", "")  # without it some hosts leave out names with "_"
    else:
        if not _NAME.fullmatch(address):
            raise SettingsError(
                f"The address is {address!r}" if address else "No address was named",
                expected="the host's name of the demo, such as xrays.streamlit.app or "
                "ada-xrays.hf.space, without https:// and without a path",
                remedy="name it with --address; the server answers to no other",
                code="address",
            )
        _serving(bundle, host, out, address, classify)
    files = [file for file in out.rglob("*") if file.is_file()]
    return {
        "host": host,
        "folder": str(out),
        "files": len(files),
        "bytes": sum(file.stat().st_size for file in files),
    }


def _serving(bundle: Bundle, host: Host, out: Path, address: str, classify: ClassifyOn) -> None:
    with whole_folder(out, "The folder") as staging:
        _code(staging)
        _settings(bundle, host, staging, address, classify)
        if not came_along(bundle):
            place = staging / "workspace" / "models" / bundle.name
            shutil.copytree(bundle.folder, place / str(bundle.version))
            write_atomic(place / "in_use", f"{bundle.version}\n")


def _code(folder: Path) -> None:
    """The project as it is here, and what it needs."""
    package = Path(__file__).resolve().parents[1]
    for name in _CODE:
        source = package if name == "xraylib" else PROJECT / name
        target = folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=_LEFT_OUT)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    packages = PROJECT / PACKAGES
    if not packages.is_file():
        raise InstallationError(
            f"{PACKAGES} is not here",
            expected="the list of a demo's packages with their sums, which every release holds",
            remedy="install X-ray Lab again, or run this in a clone",
            code="no-packages",
        )
    shutil.copyfile(packages, folder / "requirements.txt")


def _settings(bundle: Bundle, host: Host, folder: Path, address: str, classify: ClassifyOn) -> None:
    values = {
        "XRAYLIB_MODE": "demo",
        "XRAYLIB_CLASSIFY": classify,
        "XRAYLIB_HOSTS": address,
        **({"XRAYLIB_EMBED_ORIGINS": _FRAMES} if host == "hf-space" else {}),
    }
    told = "".join(f'    "{name}": "{value}",\n' for name, value in values.items())
    entry = (PROJECT / "streamlit_app.py").read_text("utf-8")
    write_atomic(folder / "streamlit_app.py", _ENTRY.format(host=host, values=told) + entry)
    # There the host says where the server listens.
    config = folder / ".streamlit" / "config.toml"
    lines = config.read_text("utf-8").splitlines(keepends=True)
    write_atomic(config, "".join(one for one in lines if not one.startswith("address = ")))
    front = ""
    if host == "hf-space":
        write_atomic(folder / "Dockerfile", _DOCKERFILE.format(port=PORT))
        front = _SPACE.format(title=bundle.name, port=PORT)
    readme = _README.format(
        name=bundle.name,
        notice=NOTICE,
        where=_WHERE[host],
        judged=_JUDGED[classify],
        address=address,
    )
    write_atomic(folder / "README.md", front + readme)
