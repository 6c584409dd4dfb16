"""500 hostile path strings through all that takes a name or a path from outside: none gets out."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_runs import draw_noise, made_run

from xraylib.app.shared.runs.predictions import image_picture
from xraylib.audit.store import stored_audit
from xraylib.datasets.catalog import (
    add_dataset,
    adopt_folder,
    change_dataset,
    find_dataset,
    new_name,
    open_dataset,
    remove_dataset,
)
from xraylib.datasets.patients import table_columns
from xraylib.errors import XrayError
from xraylib.models.catalog import find_model, model_folder, set_in_use
from xraylib.models.publish import publish_into
from xraylib.networks.designs import delete_design, design_from_link, open_design, save_design
from xraylib.networks.presets import preset
from xraylib.settings import PROJECT
from xraylib.training.groups.group import open_group
from xraylib.training.run.runs import Run, open_run
from xraylib.workspace import Workspace, checked_name, resolve_inside

pytestmark = pytest.mark.slow

COUNT = 500
SECRET = "secret"
UP = [
    "..", "../", "..\\", "....//", "..;/", "%2e%2e/", "%2e%2e%2f", "..%2f", "..%5c",
    "%252e%252e%252f",
    "..%c0%af", "\u2024\u2024/", "\uff0e\uff0e/", "\u2025/", "..\u2215", "..\u2044", "..\uff0f",
    "..\u29f5", "./../", "a/../../", "link/", "link/../", "\u202e../", ".\u200b./", ".. /", "...",
]  # fmt: skip
FRONT = [
    "", "", "", "/", "//", "///", "\\", "\\\\", "C:", "C:\\", "c:/", "\\\\?\\C:\\",
    "\\\\server\\share\\",
    "//server/share/", "file:///", "file:", "~/", "~root/", "$HOME/", "%2f", "\0", "-", "--", ".",
    " ", "\t", "\n", "\udc80", "NUL/", "CON", "\ufeff", "|", "`id`", "$(id)/",
]  # fmt: skip
BACK = [
    "", "", "", "/", "\0", "\0.png", ".", " ", "\n", "%00", "%00.png", ";.png", ":stream",
    "::$DATA", "/.", "/..", "\\", "*", "?", "\u0000/x", "x" * 300, "/x" * 3000, "\U0001f480",
]  # fmt: skip
GOALS = [
    SECRET, f"{SECRET}.png", f"{SECRET}.json", "etc/passwd", "proc/self/environ", "etc",
    "Windows\\win.ini",
    "20260101T000000Z-abcdef", "runs", "models", "designs", "datasets", "",
]  # fmt: skip


def hostile(count: int = COUNT) -> list[str]:
    """Different strings, the same ones each time."""
    rng = random.Random(4711)
    found: dict[str, None] = {}
    while len(found) < count:
        steps = "".join(rng.choices(UP, k=rng.choice([1, 1, 2, 3, 5, 8, 40])))
        text = rng.choice(FRONT) + steps + rng.choice(GOALS) + rng.choice(BACK)
        found[text] = None
    return list(found)


_seen: list[str] | None = None
_hooked: list[bool] = []
_EVENTS = (
    "open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.listdir", "os.scandir",
    "os.truncate", "os.link", "os.symlink", "shutil.rmtree", "shutil.move", "shutil.copyfile",
)  # fmt: skip


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _seen is None or event not in _EVENTS:
        return
    for given in arguments[:2] if event in ("os.rename", "shutil.move") else arguments[:1]:
        if isinstance(given, str | bytes | Path):
            _seen.append(
                given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
            )


@contextmanager
def watched() -> Iterator[list[str]]:
    """Every path that Python touches meanwhile."""
    global _seen
    if not _hooked:
        sys.addaudithook(_listen)
        _hooked.append(True)
    _seen = []
    try:
        yield _seen
    finally:
        _seen = None


class Place:
    """A workspace and images, with secrets around them that the strings aim at."""

    def __init__(self, outside: Path) -> None:
        self.outside = outside
        self.root = outside / "a" / "b" / "workspace"
        self.workspace = Workspace(self.root)
        self.images = draw_noise(outside / "images", train=2, test=2)
        self.run: Run = made_run(self.workspace, self.images)
        add_dataset(self.images, "noise", workspace=self.workspace)
        self.index = open_dataset("noise", workspace=self.workspace)
        self.folders = (
            self.workspace.runs, self.workspace.models, self.workspace.designs,
            self.workspace.datasets, self.images,
        )  # fmt: skip
        for folder in self.folders:
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (outside, outside / "a", outside / "a" / "b"):
            (folder / f"{SECRET}.png").write_bytes((next(self.images.rglob("*.png"))).read_bytes())
            (folder / f"{SECRET}.json").write_text('{"secret": true}')
            (folder / SECRET).mkdir()
            (folder / SECRET / "dataset.json").write_text("{}")
            (folder / "20260101T000000Z-abcdef").mkdir()
        (self.images / "link").symlink_to(outside)
        self.draft = self.workspace.datasets / "drafted"
        self.draft.mkdir()

    def image(self, path: str) -> object:
        """The image at a path that a damaged or strange index names."""
        table = self.index.table.slice(0, 1)
        at = table.schema.get_field_index("path")
        # What is no UTF-8 cannot stand in an index; a question mark stands for it.
        path = path.encode("utf-8", "replace").decode()
        spoilt = table.set_column(at, table.schema.field(at), [[path]])
        return replace(self.index, table=spoilt).file(0)

    def takers(self) -> dict[str, Callable[[str], object]]:
        """All that takes a name or a path from a page, an address, a command or a file."""
        space, spec = self.workspace, preset("lesson-dense")
        return {
            "resolve_inside": lambda s: resolve_inside(self.images, s),
            "checked_name": checked_name,
            "open_run": lambda s: open_run(s, workspace=space),
            "open_group": lambda s: open_group(s, workspace=space),
            "find_model": lambda s: find_model(s, workspace=space),
            "model_folder": lambda s: model_folder(s, workspace=space),
            "set_in_use": lambda s: set_in_use(s, 1, workspace=space),
            "publish": lambda s: publish_into(space.models, self.run, s),
            "find_dataset": lambda s: find_dataset(s, workspace=space),
            "open_dataset": lambda s: open_dataset(s, workspace=space),
            "change_dataset": lambda s: change_dataset(s, workspace=space),
            "remove_dataset": lambda s: remove_dataset(s, workspace=space),
            "new_name": lambda s: new_name(s, like="x", workspace=space),
            "add_dataset": lambda s: add_dataset(self.images, s, workspace=space),
            "adopt_folder": lambda s: adopt_folder(
                self.draft, s, patient_pattern="", workspace=space
            ),
            "stored_audit": lambda s: stored_audit(s, workspace=space),
            "folder under a data root": lambda s: add_dataset(
                resolve_inside(self.images, s), workspace=space
            ),
            "open_design": lambda s: open_design(s, workspace=space),
            "save_design": lambda s: save_design(s, spec, replace_old=True, workspace=space),
            "delete_design": lambda s: delete_design(s, workspace=space),
            "design_from_link": design_from_link,
            "table_columns": lambda s: table_columns(self.images, s),
            "image_picture": lambda s: image_picture(self.run, s),
            "image of an index": self.image,
        }


def paths_in(value: object) -> list[Path]:
    if isinstance(value, Run):
        return [value.folder]
    root = getattr(value, "root", value)
    return [root] if isinstance(root, Path) else []


def picture_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    made = Place(tmp_path_factory.mktemp("outside"))
    for take in made.takers().values():  # so that all that is imported late is there
        for text in ("../x", "unknown-name"):
            with suppress(XrayError):
                take(text)
    return made


def test_the_strings_are_different_and_of_every_kind() -> None:
    texts = hostile()
    assert len(set(texts)) == COUNT
    for part in ("..", "\0", "\\", "C:", "%2e", "\uff0e", "link/", "~", "\udc80", "x" * 300):
        assert sum(part in text for text in texts) >= 3, part
    assert sum(text.startswith("/") for text in texts) >= 20


@pytest.mark.parametrize("name", [
    "resolve_inside", "checked_name", "open_run", "open_group", "find_model", "model_folder",
    "set_in_use", "publish", "find_dataset", "open_dataset", "change_dataset", "remove_dataset",
    "new_name", "add_dataset", "adopt_folder", "stored_audit",
    "folder under a data root", "open_design", "save_design", "delete_design", "design_from_link",
    "table_columns", "image_picture", "image of an index",
])  # fmt: skip
def test_no_hostile_string_leaves_its_root(place: Place, name: str) -> None:
    take = place.takers()[name]
    roots = [folder.resolve() for folder in (place.root, place.images)]
    code = [Path(folder).resolve() for folder in (sys.prefix, sys.base_prefix, PROJECT)]
    before = picture_of(place.outside)
    refused = 0
    for text in hostile():
        with watched() as touched:
            try:
                value = take(text)
            except XrayError:
                refused += 1
                value = None
        for found in paths_in(value):
            target = found.resolve()
            assert any(target == root or root in target.parents for root in roots), (text, found)
        for given in touched:
            target = Path(given).resolve()
            inside = [root for root in (*roots, *code) if target == root or root in target.parents]
            assert inside, (text, given)
    assert refused >= 20 or name in ("image_picture",), refused
    after = picture_of(place.outside)
    secrets = {path: data for path, data in before.items() if not path.startswith("a/b/workspace")}
    assert {p: d for p, d in after.items() if not p.startswith("a/b/workspace")} == secrets


def test_the_watch_would_see_a_path_outside(place: Place) -> None:
    with watched() as touched:
        (place.images / "link" / f"{SECRET}.json").read_text()
    outside = [Path(path).resolve() for path in touched]
    assert place.outside.resolve() / f"{SECRET}.json" in outside
