"""The command that asks a published model about images."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, PlaceOption, WorkspaceOption, app
from xraylib.errors import ConfigError
from xraylib.images.formats import FORMAT_WORDS

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.models.classify.classified_image import ClassifiedImage
    from xraylib.models.classify.classifier import Classifier


@app.command()
def classify(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help=f"{FORMAT_WORDS}; or one folder, or an address with images (s3://…).",
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(help="A published model; needed where several of your own are published."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="For a folder: the CSV or Parquet file; it is gone on with if it was begun."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="For a folder: processes at the same time."),
    ] = None,
    on: PlaceOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """What a published model says about images. Not a medical device.

    Ends with 1 if an image got no answer: it could not be read, or the model cannot judge it.
    """
    from xraylib.models.catalog import find_model
    from xraylib.models.classify.batch import classify_files
    from xraylib.models.classify.classifier import Classifier

    bundle = find_model(model or _choose(json=json))
    if out is not None or any("://" in file or Path(file).is_dir() for file in files):
        _classify_folder(files, bundle, out, workers, json=json)
        return
    classifier = Classifier(bundle)
    with console.progress("Classifying", quiet=json) as bar:
        results = classify_files(files, classifier, progress=bar)
    if json:
        console.print_json([result.to_json() for result in results])
    else:
        for result in results:
            console.print_text("\n  ".join(_lines(result, classifier)))
        console.print_text(_about(bundle, named=model is not None))
        console.print_note("Research and education only, not a medical device.")
    if any(result.status != "ok" for result in results):
        raise typer.Exit(1)


def _choose(*, json: bool) -> str:
    """The model that is meant: asked for where there are several and somebody can answer."""
    from xraylib.models.which_model import meant_models, only_model

    names = meant_models()
    if len(names) < 2 or json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return only_model()
    numbered = dict(enumerate(names, 1))
    console.print_note("Several models are published:")
    for number, name in numbered.items():
        console.print_note(f"  {number}  {name}")
    while True:
        asked: str = typer.prompt("Which one?", err=True).strip()
        if asked in names:
            return asked
        if asked.isdigit() and int(asked) in numbered:
            return numbered[int(asked)]


def _classify_folder(
    files: Sequence[str], bundle: Bundle, out: Path | None, workers: int | None, *, json: bool
) -> None:
    from xraylib.models.classify.folder import classify_folder

    if len(files) != 1 or out is None:
        raise ConfigError(
            f"{len(files)} names were given{'' if out else ' and no --out'}",
            expected="one folder and the file for its results, or files alone",
            remedy="write for example xraylib classify FOLDER --out results.csv",
            code="folder-and-out",
        )
    started = time.perf_counter()
    with console.progress("Classifying", quiet=json) as bar:
        result = classify_folder(
            files[0], bundle, out, workers=workers, progress=bar, note=console.print_note
        )
    seconds = time.perf_counter() - started
    if json:
        console.print_json(
            {
                "out": str(out),
                "model": bundle.name,
                "version": bundle.version,
                "films": result.images,
                "kept": result.kept,
                "refused": result.refused,
                "cannot_judge": result.cannot_judge,
                "seconds": round(seconds, 3),
            }
        )
    else:
        console.print_text(
            f"{result.images:,} images: {result.judged:,} classified in {seconds:.1f} s, "
            f"{result.cannot_judge:,} cannot be judged, {result.refused:,} refused, "
            f"{result.kept:,} from before; see {out}"
        )
        console.print_text(_about(bundle, named=True))
        console.print_note("Research and education only, not a medical device.")
    if result.refused or result.cannot_judge:
        raise typer.Exit(1)


def _lines(result: ClassifiedImage, classifier: Classifier) -> list[str]:
    """What is said of a file: an answer with what it was worth in testing, or why there is none."""
    from xraylib.models.track_record import TrackRecord
    from xraylib.models.wording import headline, leading, share, threshold_words, undecided_words

    if result.error is not None:
        return [f"{result.file}: refused[{result.error['code']}]: {result.error['message']}"]
    bundle, shares = classifier.bundle, result.probabilities
    operating = classifier.operating(shares) if shares else None
    lines = [f"{result.file}: {headline(result, operating)}"]
    if result.status != "ok":
        told = [warning.message for warning in result.warnings if warning.refuses]
        told += [f"also: {one.message}" for one in result.warnings if not one.refuses]
        return [*lines, *told]
    lines += [f"warning: {warning.message}" for warning in result.warnings]
    lines.append(", ".join(f"{name} {share(value)}" for name, value in shares.items()))
    if why := undecided_words(result, operating):
        lines.append(why)
    for place, name in enumerate(leading(result)):
        record = TrackRecord.of_model(name, bundle)
        if record is not None:
            lines.append(record.counts)
            if not place and (worth := record.at(record.usual)):
                lines.append(worth)
    points = (operating or {}).items()
    return [
        *lines,
        *(threshold_words(name, flag, synthetic=bundle.synthetic) for name, flag in points),
    ]


def _about(bundle: Bundle, *, named: bool) -> str:
    """Which model was asked, and how far it is to be believed."""
    from xraylib.models.which_model import came_along
    from xraylib.models.wording import SYNTHETIC, UNCHECKED, how_good

    shipped = (
        ""
        if named or not came_along(bundle)
        else ", which came with X-ray Lab, as none of your own is published"
    )
    told = [
        f"Model: {bundle.name}, version {bundle.version}{shipped}.",
        f"{how_good(bundle.metrics, synthetic=bundle.synthetic)}.",
        *([SYNTHETIC] if bundle.synthetic else []),
        *([UNCHECKED] if bundle.ood is None else []),
    ]
    return " ".join(told)
