"""Commands that publish and use models, and look inside of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from xraylib.cli import console
from xraylib.cli.app import JsonOption, RunArgument, WorkspaceOption, app, find_run
from xraylib.discovery import names_in


@app.command()
def explain(
    run: RunArgument,
    images: Annotated[
        list[str] | None,
        typer.Argument(metavar="[IMAGE...]", help="Images, as paths below the data set's folder."),
    ] = None,
    method: Annotated[str, typer.Option(help="gradcam or hirescam.")] = "hirescam",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Heat maps of images by gradients; without images, opens the network for looking inside."""
    found = find_run(run)
    if images:
        from xraylib.evaluation.explain.run_maps import explain_images

        # A path may begin with a hyphen; "./" before it is not part of its name.
        paths = [path.removeprefix("./") for path in images]
        with console.progress("Computing maps", quiet=json) as bar:
            files = explain_images(found, paths, method, progress=bar)
        result: dict[str, Any] = {"run": found.id, "method": method, "classes": list(found.classes)}
        result["maps"] = dict(zip(paths, map(str, files), strict=True))
        text = f"{len(files)} maps in {files[0].parent}"
    else:
        from xraylib.models.assemble import look_inside

        bundle = look_inside(found, progress=console.stage(json=json))
        layers = (bundle.layers or {}).get("layers", [])
        explained = bundle.manifest["explain"]["method"]
        result = {"run": found.id, "folder": str(bundle.folder), "method": explained}
        result["convolutions"] = [layer["name"] for layer in layers]
        text = f"opened in {bundle.folder}: {len(layers)} convolutions, heat maps by {explained}"
    if json:
        console.print_json(result)
    else:
        console.print_text(text)


@app.command()
def export(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A published model.")],
    form: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help=f"One of {', '.join(names_in('xraylib.models.exporters'))}."
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder; with --zip, a file.")],
    version: Annotated[int | None, typer.Option(help="By default the one in use.")] = None,
    zip: Annotated[bool, typer.Option("--zip", help="One zip file in place of a folder.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """A published model to take away: for another program, or as a folder with a script."""
    from xraylib.errors import RunError
    from xraylib.models.catalog import find_model
    from xraylib.models.export import export_model, export_zip

    bundle = find_model(model, version)
    try:
        run = find_run(str(bundle.manifest["run"]))
    except RunError:  # it was trained elsewhere, or deleted since
        run = None
    write = export_zip if zip else export_model
    result = write(bundle, form, out, run=run, progress=console.stage(json=json))
    if json:
        console.print_json(result)
        return
    console.print_text(f"{bundle.name} version {bundle.version} as {form}: {out}")
    console.print_table(["file", "bytes"], [[name, n] for name, n in result["files"].items()])


@app.command()
def host(
    where: Annotated[
        str, typer.Argument(metavar="HOST", help="static, streamlit-cloud or hf-space.")
    ],
    out: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    model: Annotated[str, typer.Option(help="A published model.")],
    address: Annotated[
        str, typer.Option(help="The host's name of the demo, such as xrays.streamlit.app.")
    ] = "",
    classify: Annotated[
        str, typer.Option(help="Where X-rays are judged: device, server or both.")
    ] = "device",
    version: Annotated[int | None, typer.Option(help="By default the one in use.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """A demo of a model as a folder to push to a host."""
    from xraylib.models.catalog import find_model
    from xraylib.models.hosting import host_folder

    told = host_folder(
        find_model(model, version),
        where,  # type: ignore[arg-type]
        out,
        address=address,
        classify=classify,  # type: ignore[arg-type]
    )
    if json:
        console.print_json(told)
        return
    console.print_text(
        f"{told['files']} files, {told['bytes'] / 1e6:.1f} MB, for {where}: {out}. "
        "README.md in it says what to do."
    )


@app.command()
def models(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """All published models."""
    from xraylib.models.catalog import list_models

    records = list_models()
    if json:
        console.print_json([record.to_json() for record in records])
        return
    rows = [
        [
            *(one.name, one.version, one.in_use, one.accuracy, ", ".join(one.classes)),
            one.published and one.published.replace("T", " ")[:16] + " UTC",
        ]
        for one in records
    ]
    console.print_table(("name", "version", "in_use", "accuracy", "classes", "published"), rows)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of one version.")],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Whether a published model's folder is still exactly what was published."""
    from xraylib.models.verify import verify_bundle

    result = verify_bundle(folder)
    if json:
        console.print_json(result.to_json())
        return
    console.print_text(f"{result.name} version {result.version} is as it was published")
    rows = [[name, file.size, file.sha256] for name, file in result.files.items()]
    console.print_table(["file", "bytes", "SHA-256"], rows)
