"""The command that looks at one image file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, WorkspaceOption, app, numbers
from xraylib.cli.options.grey_range import given_range
from xraylib.errors import ConfigError
from xraylib.images.formats import FORMAT_WORDS

if TYPE_CHECKING:
    from xraylib.images.prepare import Preparation
    from xraylib.models.classify.image_facts import ImageFacts


@app.command()
def image(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=f"{FORMAT_WORDS}.")],
    out: Annotated[
        Path | None, typer.Option(help="Write the picture as PNG, as people see it.")
    ] = None,
    prepared: Annotated[
        bool, typer.Option("--prepared", help="With --out: as a network gets it.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="Prepared for this published model.")] = None,
    size: Annotated[
        str | None, typer.Option(help="Prepared to this height,width in pixels; 256,256.")
    ] = None,
    fit: Annotated[
        str | None, typer.Option(help="Prepared by stretch, pad or crop; stretch.")
    ] = None,
    color_mode: Annotated[
        str | None, typer.Option(help="Prepared as grayscale or rgb; grayscale.")
    ] = None,
    grey_range: Annotated[
        str | None, typer.Option(help="Prepared from these grey values, BITS:LOW:HIGH.")
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """What is known of one image file, and its picture as PNG."""
    from xraylib.models.catalog import find_model
    from xraylib.models.classify.classifier import Classifier
    from xraylib.models.classify.image_facts import image_facts

    classifier = None if model is None else Classifier(find_model(model), workers=1)
    wanted = _preparation(size, fit, color_mode, grey_range)
    if classifier is not None and wanted is not None:
        raise _unclear("--model comes with how else to prepare it", "one of the two")
    if prepared and out is None:
        raise _unclear("--prepared comes without --out", "the PNG file to write, as --out FILE")
    if out is not None and (out.resolve() == file.resolve() or out.suffix.lower() != ".png"):
        raise _unclear(f"--out is {str(out)!r}", "another file, whose name ends with .png")
    if prepared and wanted is None and classifier is None:
        wanted = _preparation("256,256", None, None, None)
    facts = image_facts(file, preparation=wanted, classifier=classifier)
    if out is not None:
        facts.save(out, prepared=prepared)
    if json:
        console.print_json(facts.to_json())
    else:
        _tell(facts)


def _preparation(
    size: str | None, fit: str | None, color_mode: str | None, grey_range: str | None
) -> Preparation | None:
    """The preparation that is asked for, if any."""
    from xraylib.images.prepare import Preparation

    if size is None and fit is None and color_mode is None and grey_range is None:
        return None
    height, width = numbers("--size", size or "256,256", 2)
    made = Preparation.from_json(
        {
            "image_size": [height, width],
            "fit": fit or "stretch",
            "color_mode": color_mode or "grayscale",
        }
    )
    return made if grey_range is None else replace(made, grey_range=given_range(grey_range))


def _unclear(what: str, expected: str) -> ConfigError:
    return ConfigError(
        what,
        expected=expected,
        remedy="write for example xraylib image FILE --out prepared.png --prepared --size 256,256",
        code="image-what",
    )


def _tell(facts: ImageFacts) -> None:
    shown = facts.radiograph
    kind = f"{shown.format} {shown.mode.removeprefix(shown.format).strip()}"
    rows: list[tuple[str, object]] = [
        ("file", f"{facts.file}, {facts.file_bytes:,} bytes"),
        ("format", f"{kind}, {'grey' if shown.pixels.ndim == 2 else 'colour'}"),
        ("size", f"{shown.width} × {shown.height} pixels"),
        ("depth", f"{shown.bit_depth} bit"),
        ("grey values", f"{facts.lowest} to {facts.highest} of 0 to {2**shown.bit_depth - 1}"),
        ("grey levels", f"mean {facts.mean:.1f}, deviation {facts.sd:.1f}, of 255"),
        *((name, str(value)) for name, value in facts.attributes.items()),
    ]
    if facts.preparation is not None:
        height, width = facts.preparation.image_size
        how = f"{facts.preparation.fit}, {facts.preparation.color_mode}"
        if facts.preparation.grey_range is not None:
            how += f", grey values {facts.preparation.grey_range}"
        rows.append(("prepared", f"{width} × {height} pixels, {how}"))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        console.print_text(f"{name:<{width}}  {value}")
    for told in facts.notes:
        console.print_text(f"note: {told.name}: {told.message}")
    for warning in facts.warnings:
        console.print_text(f"warning: {warning.code}: {warning.message}")
