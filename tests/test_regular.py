"""What stands in the place of a file: only a regular one is opened, and nobody waits for a pipe."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from before import MODEL, restore
from small_images import make_images

from xraylib.cli import main
from xraylib.datasets.catalog import open_dataset
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.networks.designs import list_designs, open_design, save_design
from xraylib.networks.presets import PRESETS
from xraylib.regular import open_regular, read_array, read_head, read_regular, regular
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.timeout(300)


def a_socket(file: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(file))


def read_head_of(file: Path) -> bytes:
    return read_head(file, 10)


ELSE = {
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "device": lambda file: file.symlink_to("/dev/zero"),
    "socket": a_socket,
    "loop": lambda file: file.symlink_to(file.name),
    "nothing": Path.absolute,
}


@pytest.mark.parametrize("make", ELSE.values(), ids=ELSE)
@pytest.mark.parametrize(
    "use", [open_regular, lambda file: read_regular(file, 10), read_head_of, regular, read_array]
)
def test_anything_else_is_refused_at_once(
    make: Callable[[Path], object], use: Callable[[Path], object], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    make(Path("file"))
    with pytest.raises(OSError, match=r".+"):
        use(Path("file"))


def test_a_file_and_a_link_to_one_are_read(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"0123456789")
    link.symlink_to(file)
    assert (read_regular(link, 10), read_head(file, 4)) == (b"0123456789", b"0123")
    assert regular(link) == link
    with open_regular(file) as stream:
        stream.seek(7)
        assert stream.read() == b"789"


def test_a_file_of_a_hundred_gigabytes_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with file.open("wb") as stream:
        stream.truncate(100 * 10**9)  # a hole, which takes no room on the disk
    with pytest.raises(OSError, match="It has more than 1,000 bytes"):
        read_regular(file, 1000)
    assert read_head(file, 3) == bytes(3)


def test_an_array_is_read_whatever_its_header_says(tmp_path: Path) -> None:
    file, other = tmp_path / "pixels.npy", tmp_path / "other.npy"
    np.save(file, np.arange(6, dtype=np.uint8).reshape(2, 3))
    assert read_array(file).tolist() == [[0, 1, 2], [3, 4, 5]]
    with other.open("wb") as stream:
        header = {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**6)}
        np.lib.format.write_array_header_1_0(stream, header)
    with pytest.raises((OSError, ValueError), match=r".+"):
        read_array(other)
    with other.open("wb") as stream:
        np.savez(stream, pixels=np.arange(3))
    with pytest.raises(ValueError, match="an archive of arrays"):
        read_array(other)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with a data set that was audited and placed, a design and a model."""
    place = tmp_path_factory.mktemp("furnished")
    images = make_images(place / "images")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(place / "workspace"))
        (place / "workspace").mkdir()
        shutil.rmtree(restore(place / "workspace", SAMPLE_DATA))
        assert main(["scan", str(images), "--name", "six"]) == 0
        assert main(["correct", "six", "train/Dark/p20_1.png", "--tag", "odd"]) == 0
        assert main(["audit", "--dataset", "six"]) == 0
        assert main(["map", "six"]) == 0
        save_design("mine", PRESETS["small-cnn"])
        look_at_thumbnails()
        yield place / "workspace"


def look_at_thumbnails() -> None:
    index = open_dataset("six")
    thumbnail("six", index, 0, 64)


def look_at_designs() -> None:
    for design in list_designs():
        open_design(design.name)


USES = {
    **{
        words: words.split()
        for words in (
            "scan --dataset six", "audit --dataset six", "map six", "models", "cache", "runs",
            f"verify {MODEL}", f"card huggingface {MODEL}", "correct six --table OUT/it.csv",
        )
    },
    "thumbnails": look_at_thumbnails,
    "designs": look_at_designs,
}  # fmt: skip

QUICK = [(name, USES[name]) for name in ("audit --dataset six", "designs")]


@pytest.mark.parametrize(
    "only",
    [
        "looks.parquet mine.json",
        pytest.param("", marks=pytest.mark.long, id="every file"),
    ],
)
def test_no_file_of_the_workspace_holds_anybody_up_who_finds_a_pipe_in_its_place(
    only: str,
    furnished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    files = [file.relative_to(furnished) for file in furnished.rglob("*") if file.is_file()]
    assert {"looks.parquet", "pairs.json", "model.tflite", "dataset.json"} <= {
        f.name for f in files
    }
    wrong = []
    for file in (one for one in files if not only or one.name in only.split()):
        place = tmp_path / "workspace"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(furnished, place)
        monkeypatch.setenv("XRAYLIB_WORKSPACE", str(place))
        (place / file).unlink()
        os.mkfifo(place / file)
        for name, use in USES.items() if not only else QUICK:
            try:
                if callable(use):
                    use()
                else:
                    code = main([word.replace("OUT", str(tmp_path)) for word in use])
                    assert code in (0, 1), code
            except XrayError:
                pass
            except (Exception, SystemExit) as error:
                wrong.append(f"{file}: {name}: {error!r}")
            said = capsys.readouterr()
            if "Traceback" in said.err:
                wrong.append(f"{file}: {name}: {said.err}")
    assert wrong == []
