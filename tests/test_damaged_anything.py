"""Any file that pages and commands leave in a workspace, damaged: our words, on all of them.

Nobody lists the files, the pages or the commands here: a workspace is lived in, and what is in it
then is damaged, one file of each kind. Pages and tabs, and the names of commands, come from the
program itself. A turn shows every file damaged to everyone that looks at it, each damage to some of
them (some 4,000 looks, half an hour on two cores); all turns show every damage to everyone.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pytest
from damages import ANY, JSON
from every_page import Place, every_place
from furnished import furnished
from judged_findings import judged_findings_run
from kept_beside import keep_beside
from made_runs import draw_noise, finish, made_run
from made_searches import made_search
from our_words import in_other_words
from PIL import Image
from tried_commands import QUICK

from xraylib.cli import main
from xraylib.lesson.progress import Progress, Tried, keep_progress
from xraylib.networks.spec import ModelSpec
from xraylib.training.run.runs import Run
from xraylib.training.run.test_lock import lock_set
from xraylib.training.run.where import Where, tell_where
from xraylib.workspace import Workspace, write_json

SLICES: Final = 12


class Visit(NamedTuple):
    """A page with a run of classes (``RUN``), findings (``FIND``) or a search, and its data."""

    place: Place
    run: str


VISITS: Final = (
    *(Visit(place, run) for run in ("RUN", "FIND") for place in every_place()),
    *(Visit(Place(page), run) for run in ("SHARE", "TRIAL") for page in ("training", "results")),
)
# Of those with TensorFlow; `trial` reads the same file, and can be run once a process.
KERAS: Final = ("keras-summary DESIGN",)


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A workspace that pages and commands have worked in.

    Attributes:
        root: Of the workspace.
        words: What stands for what in commands.
        looked_at: One file of each kind, from the root, and the pages and commands that looked
            at it, or whether it is there, while it was whole: no other can tell that it is damaged.
    """

    root: Path
    words: dict[str, str]
    looked_at: dict[str, list[Visit | str]]

    def wrong(self, one: Visit | str, out: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
        """In which other words than ours a page or a command ends."""
        if isinstance(one, str):
            return in_other_words([one], self.words, out, capsys)
        try:
            data = "labelled" if one.run == "FIND" else "noise"
            app = one.place.opened(run=self.words[one.run], data=data, model="mine")
            assert not app.exception, [error.message for error in app.exception]
        except Exception as error:
            return [f"{one}: {error!r}"[:600]]
        return []


def kind_of(path: str) -> str:
    """The path with what differs from one to the next taken out."""
    path = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN", path)
    path = re.sub(r"[0-9a-f]{6,}", "H", path)
    path = re.sub(r"/[0-9a-f]{2}/", "/H/", path)
    return re.sub(r"\d+", "N", path)


def labelled_images(folder: Path) -> Path:
    """X-rays without classes, and a table of two findings beside them."""
    (folder / "images").mkdir(parents=True)
    rows = ["image,Bright,Striped,patient"]
    for number in range(20):
        Image.new("L", (24, 20), 10 * number).save(folder / "images" / f"i{number:02}.png")
        rows.append(f"i{number:02}.png,{number % 2},{number // 2 % 2},p{number // 2}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def lived(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("lived")
    root = folder / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(root))
        patch.setenv("COLUMNS", "250")
        place = furnished(Workspace(root), draw_noise(folder / "images"))
        run, find = place.finished, judged_findings_run(place.workspace, folder / "findings")
        other = finish(made_run(place.workspace, place.images, name="other"), wrong=2)
        for one in (run, find):
            with_weights(one)
            keep_beside(one)
        curve = f"{run.id[:-6]}0c0c0c"
        write_json(
            root / "runs" / ".groups" / f"{curve}.json",
            {"kind": "shares", "name": "", "runs": [run.id, other.id], "patients_told": True,
             "shares": [0.5, 1.0]},
        )  # fmt: skip
        write_json(other.folder / "origin.json", {"kind": "share", "group": curve})
        search = made_search(place.workspace, place.images, trials=5)
        tell_where(run.folder, Where(place="ray", address="127.0.0.1:1", machine="node"))
        tell_where(search.folder, Where(place="ray", address="127.0.0.1:1", machine="node"))
        keep_progress(
            Progress(tried={"pixels": Tried(guess="1", at=0.0)}), workspace=place.workspace
        )
        lock_set(run.folder)
        write_json(root / "chosen.json", {"dataset": "noise"})
        images = labelled_images(folder / "labelled")
        assert main(["scan", str(images), "--labels", "labels.csv", "--name", "labelled"]) == 0
        known = {curve, search.id}
        (group,) = {one.stem for one in (root / "runs" / ".groups").glob("*.json")} - known
        words = {
            "RUN": run.id, "FIND": find.id, "OTHER": other.id, "WAITING": place.queued.id,
            "GROUP": group, "CURVE": curve, "SEARCH": search.id, "SHARE": other.id,
            "TRIAL": search.group.runs[0].id, "ALL": str(place.images),
            "MODEL": str(root / "models" / "mine" / "1"),
            "DESIGN": str(root / "designs" / "mine.json"), "OUT": str(folder / "out" / "out"),
            "DIR": str(folder / "out" / "dir"), "FIRST": "train/Covid/ptrainCovid0_0.png",
            "IMAGE": str(next(place.images.rglob("*.png"))),
            "BOOK": str(folder / "out" / "run.ipynb"),
        }  # fmt: skip
        (folder / "out").mkdir()
        whole = Lived(root=root, words=words, looked_at={})
        seen: dict[str, list[Visit | str]] = {}
        for one in (
            *QUICK,
            *QUICK,
            *KERAS,
            *VISITS,
        ):  # what the first time keeps is read the second
            if isinstance(one, str) and one.split()[0] in ("delete", "resume", "stop"):
                continue  # these end it; they look at what `show` does
            with watched() as paths:
                if isinstance(one, str):
                    main([words.get(word, word) for word in one.split()])
                else:
                    assert not whole.wrong(one, folder / "out", None)  # type: ignore[arg-type]
            for path in paths:
                seen.setdefault(path, []).append(one)
        yield Lived(root=root, words=words, looked_at=one_of_each(root, seen, run.id, find.id))


def one_of_each(
    root: Path, seen: Mapping[str, list[Visit | str]], run: str, find: str
) -> dict[str, list[Visit | str]]:
    """A file of each kind; of runs, one of classes and one of findings."""
    files = sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    )
    files.sort(key=lambda path: not path.startswith((f"runs/{run}/", f"runs/{find}/")))
    kinds: dict[str, str] = {}
    for path in files:
        kinds.setdefault(("", "findings ")[f"runs/{find}/" in path] + kind_of(path), path)
    return {
        path: list(
            dict.fromkeys(
                [*seen.get(str(root / path), []), *seen.get(str((root / path).parent), [])]
            )
        )
        for path in kinds.values()
    }


@contextmanager
def watched() -> Iterator[set[str]]:
    """The files that Python opens or looks at meanwhile, and the folders that it lists."""
    global _paths
    if not _hooked:
        sys.addaudithook(_listen)
        _hooked.append(True)
    _paths = set()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("stat", "lstat"):
            patch.setattr(os, name, _noting(getattr(os, name)))
        try:
            yield _paths
        finally:
            _paths = None


_paths: set[str] | None = None
_hooked: list[bool] = []


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _paths is not None and event in ("open", "os.scandir", "os.listdir"):
        _note(arguments[0])


def _note(path: Any) -> None:
    if _paths is not None and isinstance(path, str | Path):
        _paths.add(str(path))


def _noting(look: Callable[..., Any]) -> Callable[..., Any]:
    def noted(path: Any, *rest: Any, **options: Any) -> Any:
        _note(path)
        return look(path, *rest, **options)

    return noted


def with_weights(run: Run) -> None:
    """Weights of the right form, all zero, without Keras."""
    import h5py

    from xraylib.networks.weights.weights_file import Weight, expected_weights

    def fill(group: h5py.Group, tree: object) -> None:
        assert isinstance(tree, dict)
        for name, below in tree.items():
            if isinstance(below, Weight):
                group.create_dataset(name, data=np.zeros(below.shape, "<f4"))
            else:
                fill(group.create_group(name), below)

    spec = run.spec
    assert isinstance(spec, ModelSpec)
    with h5py.File(run.weights_file, "w") as file:
        fill(file, expected_weights(spec))


@pytest.fixture
def damaged(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Lived]:
    """Makes a workspace of which one file is damaged."""

    def make(file: str, damage: str) -> Lived:
        root = tmp_path / "workspace"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(lived.root, root)
        monkeypatch.setenv("XRAYLIB_WORKSPACE", str(root))
        JSON[damage](root / file)
        here = {"MODEL": "models/mine/1", "DESIGN": "designs/mine.json"}
        words = {**lived.words, **{word: str(root / path) for word, path in here.items()}}
        return Lived(root=root, words=words, looked_at=lived.looked_at)

    return make


def tried(
    lived: Lived, part: int, turn: int, damaged: Callable[[str, str], Lived], out: Path,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:  # fmt: skip
    wrong = []
    for number, file in [*enumerate(lived.looked_at)][part::SLICES]:
        damages = list(JSON if file.endswith(".json") else ANY)
        if turn >= len(damages):
            continue  # all of them have had their turn
        for place, one in enumerate(lived.looked_at[file]):
            damage = damages[(number + place + turn) % len(damages)]
            found = damaged(file, damage).wrong(one, out, capsys)
            wrong += [f"{file}, {damage}: {text}" for text in found]
    return wrong


@pytest.mark.long
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("turn", range(len(JSON)), ids="turn {}".format)
def test_pages_and_commands_have_words_for_every_file_that_they_look_at(
    part: int, turn: int, lived: Lived, damaged: Callable[[str, str], Lived], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    wrong = tried(lived, part, turn, damaged, tmp_path / "out", capsys)
    assert not wrong, "\n".join(wrong)
