"""A run as a notebook: valid, executed by Jupyter's own kernel, and with the run's own losses."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tiny_findings import make_findings_run
from tiny_runs import make_run, tiny_spec, train_here, write_images

from xraylib.cli import main
from xraylib.errors import PathError
from xraylib.training.run.runs import Run
from xraylib.training.script.notebook import write_notebook
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.xdist_group("tensorflow"), pytest.mark.timeout(900)]


def _trained(tmp_path: Path, kind: str) -> Run:
    workspace = Workspace(tmp_path / "workspace")
    if kind == "classes":
        images = write_images(tmp_path / "images")
        run = make_run(workspace, images, tiny_spec(), name="_a_ <b>b</b> $x$")
    else:
        run = make_findings_run(workspace, tmp_path / "images", epochs=3)
    train_here(run)
    return run


@pytest.mark.parametrize("kind", ["classes", "findings"])
def test_an_executed_notebook_has_the_losses_of_its_run(tmp_path: Path, kind: str) -> None:
    run = _trained(tmp_path, kind)
    folder = tmp_path / "book"
    folder.mkdir()
    files = write_notebook(run, folder / "run.ipynb")
    tables = {"classes": ["split.csv"], "findings": ["split.csv", "findings.csv"]}[kind]
    assert [file.name for file in files] == ["run.ipynb", *tables]
    book = nbformat.read(files[0], as_version=4)
    nbformat.validate(book)
    # A kernel's start and TensorFlow's take long on a busy machine; nothing waits for a time.
    NotebookClient(
        book, timeout=600, startup_timeout=600, resources={"metadata": {"path": str(folder)}}
    ).execute()
    *_, last = [cell for cell in book.cells if cell.cell_type == "code"]
    text = "".join(output.get("text", "") for output in last.outputs)
    told = [float(value) for value in re.findall(r"'val_loss': ([0-9.e-]+)", text)]
    kept = [event["val_loss"] for event in run.epochs()]
    assert told == pytest.approx(kept, abs=2e-3)
    assert (folder / "trained.keras").is_file()


@pytest.mark.fast
def test_it_tells_what_the_run_came_to_and_names_are_shown_as_written(tmp_path: Path) -> None:
    images = write_images(tmp_path / "images")
    run = make_run(Workspace(tmp_path / "w"), images, tiny_spec(), name="_a_\n\n<b>b</b> $x$")
    event = {"event": "epoch", "epoch": 1, "loss": 0.51234, "accuracy": 0.5, "val_loss": None}
    (run.folder / "metrics.jsonl").write_text(json.dumps(event) + "\n")
    (file, _) = write_notebook(run, tmp_path / "run.ipynb")
    text = "".join("".join(cell["source"]) for cell in json.loads(file.read_text())["cells"])
    assert "| 1 | 0.5123 | – |" in text
    assert "<b>" not in text
    assert text.startswith("# \\_a\\_ \\<b")  # a heading is one line
    assert "argparse" not in text
    with pytest.raises(PathError) as refused:
        write_notebook(run, tmp_path / "run.py")
    assert refused.value.code == "not-a-notebook"


@pytest.mark.fast
def test_names_with_marks_of_a_line_s_end_stay_texts_in_its_code(tmp_path: Path) -> None:
    classes = (
        "a\u2028b\u0085c\x0bd\x1e",
        '\u202eq"""\'\r\n# {0}',
    )
    images = write_images(tmp_path / "images", classes)
    run = make_run(Workspace(tmp_path / "w"), images, tiny_spec())
    (file, _) = write_notebook(run, tmp_path / "run.ipynb")
    cells = [one for one in json.loads(file.read_text())["cells"] if one["cell_type"] == "code"]
    texts = ["".join(cell["source"]) for cell in cells]
    assert all(line.isprintable() for text in texts for line in text.split("\n"))
    (written,) = [
        ast.literal_eval(node.value)
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "classes"
        and isinstance(node.value, ast.List)
    ]
    assert tuple(written) == run.classes
    assert set(written) == set(classes)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run(Workspace(tmp_path / "w"), write_images(tmp_path / "images"), tiny_spec())
    out = tmp_path / "my.ipynb"
    words = ["notebook", run.id, "--out", str(out), "--workspace", str(tmp_path / "w")]
    assert main(words) == 0
    assert capsys.readouterr().out.split() == [str(out), str(tmp_path / "split.csv")]
    nbformat.validate(nbformat.read(out, as_version=4))
