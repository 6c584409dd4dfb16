"""A model to take away, in any of the forms that the folder `exporters` holds.

Every export has a ``model.json`` beside the network: classes, preparation, temperature, thresholds,
and what was measured. Whatever the form, it gives the probabilities that Classify shows: the
temperature is inside.
"""

from __future__ import annotations

import io
import json
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xraylib.arguments import PathLike, as_path, checked
from xraylib.errors import BundleError, PathError
from xraylib.extras import require
from xraylib.models.classify.table import NOTICE
from xraylib.models.export_notes import model_facts
from xraylib.models.exporters import EXPORTERS
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


@checked
def export_model(
    bundle: Bundle,
    form: str,
    out: PathLike,
    *,
    run: Run | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Writes a model into a new folder.

    Args:
        bundle: The published model.
        form: A key of ``EXPORTERS``.
        out: The folder; it must not exist, or be empty.
        run: The run it was published from; some exporters need it.
        progress: Called with what is being done.

    Returns:
        ``format``, ``folder`` and ``files``: ``{name: bytes}``.

    Raises:
        BundleError: codes ``format`` and ``no-run``.
        PathError: codes ``not-a-path``, ``exists`` and ``cannot-write``.
        RunError: code ``no-weights``.
        InstallationError: codes ``no-tensorflow`` and ``no-onnx``.
    """
    out = as_path(out, "out")
    if form not in EXPORTERS:
        raise BundleError(
            f"There is no export called {form!r}",
            expected="one of " + ", ".join(EXPORTERS),
            remedy="choose one of them",
            code="format",
        )
    exporter = EXPORTERS[form]
    for extra in exporter.needs:
        require(extra)
    if exporter.needs_run and run is None:
        free = " or ".join(one.name for one in EXPORTERS.values() if not one.needs_run)
        raise BundleError(
            f"The run {bundle.manifest['run']} that {bundle.name} was published from is not here",
            expected=f"the run with its weights, which the export {form!r} needs",
            remedy=f"export it where it was trained, or as {free}",
            code="no-run",
        )
    with whole_folder(out, "The export") as staging:
        if progress is not None:
            progress(exporter.description)
        exporter.write(bundle, run, staging)
        if exporter.readme:
            told = exporter.readme.format(name=bundle.name, notice=NOTICE)
            write_atomic(staging / "README.md", told)
        write_atomic(staging / "model.json", json.dumps(model_facts(bundle), indent=2) + "\n")
        write_atomic(staging / "model_card.md", bundle.card)
    sizes = {file.name: file.stat().st_size for file in sorted(out.iterdir())}
    return {"format": form, "folder": str(out), "files": sizes}


@contextmanager
def whole_folder(out: Path, what: str) -> Iterator[Path]:
    """A folder to write into that gets the name ``out`` when it is complete, and else is gone.

    Args:
        out: New or empty.
        what: Begins the message of what went wrong: ``"The export"``.

    Raises:
        PathError: codes ``exists`` and ``cannot-write``.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise PathError(
            f"There is something at {out} already",
            expected="a new or an empty folder",
            remedy="choose another place",
            code="exists",
        )
    staging = out.parent / f".{out.name}-{secrets.token_hex(4)}"
    try:
        staging.mkdir(parents=True)
        yield staging
        if out.is_dir():
            out.rmdir()
        staging.rename(out)
    except OSError as error:
        raise PathError(
            f"{what} cannot be written ({error.strerror or error})",
            expected=f"a folder with room that can be written to: {out}",
            remedy="choose another place",
            code="cannot-write",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def export_zip(
    bundle: Bundle,
    form: str,
    out: Path,
    *,
    run: Run | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """:func:`export_model` as one zip file; a file that is there already is replaced."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / f"{bundle.name}-{bundle.version}-{form}"
        result = export_model(bundle, form, folder, run=run, progress=progress)
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, f"{folder.name}/{file.name}")
    write_atomic(out, data.getvalue())
    return {**result, "folder": str(out)}
