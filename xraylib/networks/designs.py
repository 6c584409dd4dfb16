"""Networks that last: saved in the workspace, read from JSON, or carried whole in a link.

Each function refuses what it cannot use with an `XrayError` that says why. Standard library only.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xraylib.errors import PathError, SpecError, XrayError
from xraylib.networks.spec import ModelSpec
from xraylib.regular import read_head
from xraylib.workspace import Workspace, WorkspaceLike, checked_name, write_json

MAX_JSON: Final = 262_144
"""Most bytes of a design as JSON; 200 layers need less than a tenth."""
MAX_LINK: Final = 6_000
"""Most characters of a design in a link; browsers and servers take 8,000 for a whole address."""


@dataclass(frozen=True, kw_only=True)
class SavedDesign:
    """A file of the workspace's folder of designs.

    Attributes:
        name: Without ``.json``.
        spec: The network; None if the file cannot be used.
        reason: Why not, or ``""``.
    """

    name: str
    spec: ModelSpec | None
    reason: str = ""


def list_designs(*, workspace: WorkspaceLike | None = None) -> list[SavedDesign]:
    """Every saved design by name, those that cannot be read with their reason."""
    workspace = Workspace.open(workspace)
    found = []
    try:
        files = sorted(workspace.designs.glob("*.json"), key=lambda file: file.name.lower())
    except OSError:
        return []
    for file in files:
        if file.name.startswith("."):
            continue  # being written
        try:
            found.append(
                SavedDesign(name=file.stem, spec=open_design(file.stem, workspace=workspace))
            )
        except XrayError as error:
            found.append(SavedDesign(name=file.stem, spec=None, reason=error.what))
    return found


def save_design(
    name: str, spec: ModelSpec, *, replace_old: bool = False, workspace: WorkspaceLike | None = None
) -> ModelSpec:
    """Writes a design in one step.

    Args:
        name: 1 to 64 letters, digits, dots, hyphens or underscores.
        spec: The network.
        replace_old: Whether a design of this name may be overwritten.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Returns:
        The network with ``name`` as its own.

    Raises:
        PathError: codes ``name``, ``exists`` or ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    file = _file(workspace, name)
    if file.exists() and not replace_old:
        raise PathError(
            f"There is a design called {name} already",
            expected="a name that is free",
            remedy="choose another name, or delete that design first",
            code="exists",
        )
    named = replace(spec, name=name)
    write_json(file, named.to_json())
    return named


def open_design(name: str, *, workspace: WorkspaceLike | None = None) -> ModelSpec:
    """A saved design, under the name of its file.

    Raises:
        PathError: codes ``name`` or ``missing``.
        SpecError: The file is damaged or holds no network.
    """
    workspace = Workspace.open(workspace)
    file = _file(workspace, name)
    try:
        data = read_head(file, MAX_JSON + 1)
    except FileNotFoundError:
        raise PathError(
            f"There is no design called {name}",
            expected="the name of a saved design",
            remedy="choose one from the list",
            code="missing",
        ) from None
    except OSError as error:
        raise PathError(
            f"The design {name} cannot be read ({error.strerror or error})",
            expected=f"a file that may be read: {file}",
            remedy="check the folder's permissions",
            code="damaged",
        ) from None
    return replace(parse_design(data), name=name)


def delete_design(name: str, *, workspace: WorkspaceLike | None = None) -> None:
    """Deletes a saved design; one that is gone already is no error.

    Raises:
        PathError: codes ``name`` or ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    try:
        _file(workspace, name).unlink(missing_ok=True)
    except OSError as error:
        raise PathError(
            f"The design {name} cannot be deleted ({error.strerror or error})",
            expected=f"a folder that can be written to: {workspace.designs}",
            remedy="check the folder's permissions",
            code="cannot-write",
        ) from None


def parse_design(text: str | bytes) -> ModelSpec:
    """The network in a ``spec.json``, whoever wrote it.

    Raises:
        SpecError: code ``not-json`` or ``too-large``, or what is wrong with its layers.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > MAX_JSON:
        raise SpecError(
            f"The design has more than {MAX_JSON // 1024} KiB",
            expected="a spec.json, which is much smaller",
            remedy="choose a spec.json that this program wrote",
            code="too-large",
        )
    try:
        return ModelSpec.from_json(json.loads(raw.decode("utf-8")))
    except RecursionError:
        problem = "it is nested too deeply"
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: {error.msg}"
    except UnicodeDecodeError:
        problem = "it is not text"
    except ValueError:
        problem = "it holds a number that is too long"
    raise SpecError(
        f"The design is not valid JSON ({problem})",
        expected='a JSON object with "name" and a list of "layers"',
        remedy="choose or paste a spec.json that this program wrote",
        code="not-json",
    ) from None


def design_to_link(spec: ModelSpec) -> str:
    """The whole design as text for an address: compressed JSON in URL-safe Base64.

    Raises:
        SpecError: code ``too-large``: it would be longer than ``MAX_LINK``.
    """
    raw = json.dumps(spec.to_json(), ensure_ascii=False, separators=(",", ":")).encode()
    text = base64.urlsafe_b64encode(zlib.compress(raw, 9)).decode("ascii").rstrip("=")
    if len(text) > MAX_LINK:
        raise SpecError(
            f"The design needs {len(text):,} characters in a link",
            expected=f"at most {MAX_LINK:,}, which every browser takes",
            remedy="share its spec.json instead",
            code="too-large",
        )
    return text


def design_from_link(text: str) -> ModelSpec:
    """The design that ``design_to_link`` wrote. Nothing large is ever unpacked.

    Raises:
        SpecError: code ``damaged-link``, or what is wrong with its layers.
    """
    damaged = SpecError(
        "The link holds no complete design",
        expected="an address as the Architecture page gives it, from its first character to its "
        "last",
        remedy="copy the whole link again, or ask for the spec.json",
        code="damaged-link",
    )
    if not 1 <= len(text) <= MAX_LINK or not text.isascii():
        raise damaged
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(packed, MAX_JSON)
    except (binascii.Error, ValueError, zlib.error):
        raise damaged from None
    if not unpacker.eof or unpacker.unused_data:
        raise damaged
    return parse_design(raw)


def _file(workspace: Workspace, name: str) -> Path:
    return workspace.designs / f"{checked_name(name)}.json"
