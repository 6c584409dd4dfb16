"""An uploaded archive becomes a data set, or a refusal that names the entry and leaves nothing."""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from made_images import dicom, encoded, make_folder, picture

from xraylib.datasets.archives import archive
from xraylib.datasets.archives.archive import LIMITS, add_archive
from xraylib.datasets.archives.strict_zip import ArchiveLimits
from xraylib.datasets.catalog import change_dataset, find_dataset, open_dataset, remove_dataset
from xraylib.datasets.curation import Curation
from xraylib.errors import DatasetError, PathError, XrayError
from xraylib.workspace import Workspace

PNG = encoded(picture(1))
BOMB = len(zlib.compress(bytes(10_000_000), 6, -15))
IMAGES = {"Covid/p1_a.png": PNG, "Normal/p2_b.png": encoded(picture(2))}


def zipped(
    files: dict[str, bytes] | list[tuple[str, bytes]], *, deflate: bool = True, comment: bytes = b""
) -> bytes:
    stream = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(stream, "w", method) as made:
        made.comment = comment
        for name, data in files.items() if isinstance(files, dict) else files:
            made.writestr(name, data)
    return stream.getvalue()


def with_mode(name: str, mode: int, data: bytes = b"Covid/p1_a.png") -> bytes:
    stream = io.BytesIO(zipped(IMAGES))
    with zipfile.ZipFile(stream, "a") as made:
        entry = zipfile.ZipInfo(name)
        entry.create_system = 3
        entry.external_attr = mode << 16
        made.writestr(entry, data)
    return stream.getvalue()


def everything(workspace: Workspace) -> list[str]:
    return sorted(path.relative_to(workspace.root).as_posix() for path in workspace.root.rglob("*"))


def refusal(workspace: Workspace, data: bytes, limits: ArchiveLimits = LIMITS) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        add_archive(data, "mine", limits=limits, workspace=workspace)
    assert everything(workspace) in ([], ["datasets"])
    assert find_names(workspace) == ["sample"]
    return caught.value


def find_names(workspace: Workspace) -> list[str]:
    from xraylib.datasets.catalog import list_datasets

    return [ref.name for ref in list_datasets(workspace=workspace)]


def test_an_archive_of_class_folders_becomes_a_data_set(workspace: Workspace) -> None:
    told: list[tuple[int, int]] = []
    ref = add_archive(
        io.BytesIO(zipped(IMAGES)),
        file_name="My images.zip",
        progress=lambda done, total: told.append((done, total)),
        workspace=workspace,
    )
    assert (ref.name, ref.uploaded) == ("My-images", True)
    assert ref.root == workspace.datasets / "My-images/films"
    index = open_dataset("My-images", workspace=workspace)
    assert index.counts() == {"train": {"Covid": 1, "Normal": 1}}
    assert [image.patient for image in index.images([0, 1])] == ["p1", "p2"]
    assert (ref.root / "Covid/p1_a.png").read_bytes() == PNG
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_only_images_are_kept_and_wrapping_folders_are_looked_through(
    workspace: Workspace, tmp_path: Path
) -> None:
    files = {
        "outer/inner/train/Covid-19 (2020)/IM0001": dicom(picture(0), bits=8),
        "outer/inner/test/Covid-19 (2020)/deep/er/Ü 🩻.png": PNG,
        "outer/inner/test/Normal/cut.png": b"I am no picture",
        "outer/inner/test/Normal/empty.jpg": b"",
        "outer/inner/test/Normal/.DS_Store": os.urandom(6148),
        "outer/inner/readme.txt": b"hello",
        "outer/inner/evil.py": b"print(1)",
        "__MACOSX/outer/._inner": b"x" * 40,
    }
    path = tmp_path / "set.zip"
    path.write_bytes(zipped(files, comment=b"made by hand"))
    ref = add_archive(path, workspace=workspace)
    assert sorted(
        path.relative_to(ref.root).as_posix() for path in ref.root.rglob("*") if path.is_file()
    ) == [
        "outer/inner/test/Covid-19 (2020)/deep/er/Ü _.png",
        "outer/inner/test/Normal/cut.png",
        "outer/inner/test/Normal/empty.jpg",
        "outer/inner/train/Covid-19 (2020)/IM0001",
    ]
    index = open_dataset(ref.name, workspace=workspace)
    assert index.reading.root == "outer/inner"
    assert index.counts() == {
        "train": {"Covid-19 (2020)": 1, "Normal": 0},
        "test": {"Covid-19 (2020)": 1, "Normal": 0},
    }
    assert [image.error_code for image in index.unreadable()] == ["not-an-image", "empty"]


def test_documents_are_passed_over_and_tables_are_kept(workspace: Workspace) -> None:
    inside = zipped({"xl/workbook.xml": b"<workbook/>"})
    files = {
        "set/Covid/1.png": PNG,
        "set/Normal/1.png": PNG,
        "set/Normal.metadata.xlsx": inside,
        "set/labels.csv": b"image,label\n1.png,Covid\n",
        "set/test_list.txt": b"1.png\n",
        "set/readme.txt": b"hello",
        "set/report.docx": inside,
        "set/weights.npz": inside,
        "set/labels.csv.gz": gzip.compress(b"image,label\n"),
        "set/volume.nii.gz": gzip.compress(b"volume"),  # kept, to be named as what it is
        "__MACOSX/set/._labels.csv": b"x",
    }
    ref = add_archive(zipped(files), "documents", workspace=workspace)
    index = open_dataset(ref.name, workspace=workspace)
    assert index.counts() == {"train": {"Covid": 1, "Normal": 1}}
    assert [(part.path, part.images) for part in index.reading.left_out] == [("set/*", 1)]
    assert index.reading.tables == (
        "set/Normal.metadata.xlsx",
        "set/labels.csv",
        "set/labels.csv.gz",
        "set/test_list.txt",
    )
    assert (ref.root / "set/labels.csv").read_bytes() == files["set/labels.csv"]
    assert (ref.root / "set/Normal.metadata.xlsx").read_bytes() == inside
    assert not list(ref.root.rglob("*.docx"))


def test_names_in_another_case_stay_as_they_are_but_beside_each_other(workspace: Workspace) -> None:
    files = {"Train/NORMAL/1.png": PNG, "TEST/normal/1.png": PNG, "Train/B:/1.png": PNG}
    files |= {"TEST/B:/1.png": PNG, "TEST/B*/1.png": PNG}
    ref = add_archive(zipped(files), "cases", workspace=workspace)
    assert open_dataset(ref.name, workspace=workspace).counts() == {
        "train": {"B_": 1, "B_~2": 0, "NORMAL": 1},
        "test": {"B_": 1, "B_~2": 1, "NORMAL": 1},
    }
    ref = add_archive(zipped({"A/1.png": PNG, "a/1.png": PNG}), "beside", workspace=workspace)
    assert sorted(path.name for path in ref.root.iterdir()) == ["A", "a~2"]


def test_tables_alone_are_no_images(workspace: Workspace) -> None:
    with pytest.raises(DatasetError) as refused:
        add_archive(zipped({"labels.csv": b"a,b\n"}), "tables", workspace=workspace)
    assert refused.value.code == "no-films"


def test_one_class_folder_stays_a_class(workspace: Workspace) -> None:
    ref = add_archive(
        zipped({"Covid/1.png": PNG, "Covid/deep/2.png": PNG}), "one", workspace=workspace
    )
    assert open_dataset(ref.name, workspace=workspace).classes == ("Covid",)


def test_names_are_made_here_and_stay_apart(workspace: Workspace) -> None:
    files = {
        "train/a?/con.png": PNG,
        "train/a*/x.png": PNG,
        "train/a*/X.png": PNG,
        "train/a*/x:.png": PNG,
        "test/a*/~$x .png": PNG,
        f"test/a?/{'ü' * 200}.png": PNG,
    }
    ref = add_archive(zipped(files), "mine", workspace=workspace)
    found = sorted(path.relative_to(ref.root).as_posix() for path in ref.root.rglob("*.png"))
    assert found == [
        "test/a_/" + "ü" * 40 + ".png",
        "test/a_~2/~_x.png",
        "train/a_/_con.png",
        "train/a_~2/X~2.png",
        "train/a_~2/x.png",
        "train/a_~2/x_.png",
    ]
    assert open_dataset("mine", workspace=workspace).counts() == {
        "train": {"a_": 1, "a_~2": 3},
        "test": {"a_": 1, "a_~2": 1},
    }


def test_an_uploaded_data_set_moves_with_its_workspace_and_is_removed_whole(
    workspace: Workspace,
) -> None:
    add_archive(zipped(IMAGES), "mine", workspace=workspace)
    change_dataset("mine", curation=Curation(excluded=("Covid/p1_a.png",)), workspace=workspace)
    moved = Workspace(workspace.root.with_name("moved"))
    workspace.root.rename(moved.root)
    ref = find_dataset("mine", workspace=moved)
    assert (ref.root, ref.uploaded) == (moved.datasets / "mine/films", True)
    assert ref.curation.excluded == ("Covid/p1_a.png",)
    assert len(open_dataset("mine", workspace=moved)) == 2
    remove_dataset("mine", workspace=moved)
    assert everything(moved) == ["datasets"]


HOSTILE = {
    "a link": (
        with_mode("Covid/link.png", stat.S_IFLNK | 0o777),
        "archive-link",
        "The entry 'Covid/link.png' of the archive is a link",
    ),
    "a device": (
        with_mode("Covid/dev.png", stat.S_IFCHR | 0o666),
        "archive-link",
        "The entry 'Covid/dev.png' of the archive is a device, pipe or socket",
    ),
    "a way up": (
        zipped(IMAGES | {"Covid/../../x.png": PNG}),
        "archive-name",
        "The entry 'Covid/../../x.png' of the archive has a name with an empty part, '.' or '..'",
    ),
    "an absolute name": (
        zipped(IMAGES | {"/etc/x.png": PNG}),
        "archive-name",
        "The entry '/etc/x.png' of the archive has an absolute name",
    ),
    "a drive": (
        zipped(IMAGES | {"C:x.png": PNG}),
        "archive-name",
        "The entry 'C:x.png' of the archive has an absolute name",
    ),
    "a backslash": (
        zipped(IMAGES | {"Covid\\x.png": PNG}),
        "archive-name",
        "The entry 'Covid\\\\x.png' of the archive has a backslash in its name",
    ),
    "a NUL": (
        zipped(IMAGES | {"Covid/xQy.png": PNG}).replace(b"xQy", b"x\0y"),
        "archive-name",
        "The entry 'Covid/x\\x00y.png' of the archive has a control character in its name",
    ),
    "an archive": (
        zipped(IMAGES | {"Covid/more.png": zipped(IMAGES)}),
        "archive-nested",
        "The entry 'Covid/more.png' of the archive is an archive itself",
    ),
    "an archive by name": (
        zipped(IMAGES | {"Covid/more.tar.GZ": b"whatever"}),
        "archive-nested",
        "The entry 'Covid/more.tar.GZ' of the archive is an archive itself",
    ),
    "a bomb": (
        zipped(IMAGES | {"Covid/zero.png": bytes(10_000_000)}),
        "archive-ratio",
        f"The entry 'Covid/zero.png' of the archive unpacks from {BOMB:,} to 10,000,000 bytes",
    ),
    "a file and folder": (
        zipped(IMAGES | {"Covid": PNG}),
        "archive-name",
        "The entry 'Covid' of the archive is there twice",
    ),
    "a deep name": (
        zipped(IMAGES | {"a/" * 13 + "x.png": PNG}),
        "archive-name",
        "The entry 'a/a/a/a/a/a/a/a/a/a/a/a/a/x.png' of the archive lies 14 folders deep, "
        "more than 12",
    ),
    "no zip": (b"I am no archive" * 9, "archive-damaged", "The archive is no zip archive"),
    "nothing": (b"", "archive-damaged", "The archive is no zip archive"),
    "no image": (
        zipped({"readme.txt": b"hello"}),
        "no-films",
        "There are no images among the 1 entries of the archive",
    ),
    "no entry": (zipped({}), "no-films", "There are no images among the 0 entries of the archive"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused_by_entry_and_reason(workspace: Workspace, case: str) -> None:
    data, code, what = HOSTILE[case]
    error = refusal(workspace, data)
    assert (error.code, error.what) == (code, what)
    assert re.fullmatch(r".*\. Expected [^.].*\. Do this: [a-z].*[^.]\.", error.message)


def test_the_whole_message_of_a_refusal_says_what_helps(workspace: Workspace) -> None:
    data, *_ = HOSTILE["a bomb"]
    assert refusal(workspace, data).message == (
        f"The entry 'Covid/zero.png' of the archive unpacks from {BOMB:,} to 10,000,000 bytes. "
        "Expected at most 100 bytes from each byte packed. Do this: leave this file out, or unpack "
        "the archive on this computer and add the folder instead."
    )


def test_two_entries_of_one_name_are_refused(workspace: Workspace) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([("Covid/a.png", PNG), ("Covid/a.png", PNG)])
    error = refusal(workspace, data)
    assert error.what == "The entry 'Covid/a.png' of the archive is there twice"


@pytest.mark.parametrize(
    ("limits", "code", "what"),
    [
        (ArchiveLimits(archive_bytes=1000), "archive-too-large", r"The archive has [\d.]+ MB"),
        (ArchiveLimits(entries=1), "archive-entries", "The archive has 2 entries"),
        (
            ArchiveLimits(unpacked_bytes=len(PNG) + 10),
            "archive-unpacked",
            r"The entry 'Normal/p2_b.png' of the archive brings the archive to more than .*",
        ),
    ],
)
def test_each_limit_is_kept(
    workspace: Workspace, limits: ArchiveLimits, code: str, what: str
) -> None:
    error = refusal(workspace, zipped(IMAGES), limits)
    assert error.code == code
    assert re.fullmatch(what, error.what)


def test_the_limits_are_those_that_are_promised(workspace: Workspace) -> None:
    assert (
        ArchiveLimits(
            archive_bytes=200_000_000, entries=20_000, unpacked_bytes=2 * 2**30, ratio=100
        )
        == LIMITS
    )
    data = zipped({f"a/{number}.png": b"" for number in range(20_001)}, deflate=False)
    assert refusal(workspace, data).what == "The archive has 20,001 entries"


def patched(data: bytes, change: dict[str, int], *, central: bool, entry: int = 0) -> bytes:
    """The archive with other numbers in one entry's header."""
    mark, places = (
        (b"PK\1\2", {"flags": 8, "method": 10, "crc": 16, "packed": 20, "size": 24, "offset": 42})
        if central
        else (b"PK\3\4", {"flags": 6, "method": 8, "crc": 14, "packed": 18, "size": 22})
    )
    at = [found.start() for found in re.finditer(re.escape(mark), data)][entry]
    result = bytearray(data)
    for name, value in change.items():
        kind = "<H" if name in ("flags", "method") else "<L"
        struct.pack_into(kind, result, at + places[name], value)
    return bytes(result)


def broken_archives() -> dict[str, tuple[bytes, str]]:
    plain = zipped(IMAGES)
    stored = zipped(IMAGES, deflate=False)
    lie = patched(patched(plain, {"size": 50}, central=True), {"size": 50}, central=False)
    crc = patched(patched(plain, {"crc": 7}, central=True), {"crc": 7}, central=False)
    flags = patched(patched(plain, {"flags": 1}, central=True), {"flags": 1}, central=False)
    method = patched(patched(plain, {"method": 12}, central=True), {"method": 12}, central=False)
    end = plain.rindex(b"PK\5\6")
    first = bytearray(plain)
    first[60] ^= 0xFF
    return {
        "cut short": (plain[:-30], "archive-damaged"),
        "cut at the front": (plain[10:], "archive-damaged"),
        "data in front": (b"MZ program" + plain, "archive-damaged"),
        "data behind": (plain + b"more", "archive-damaged"),
        "a size that is a lie": (lie, "archive-damaged"),
        "a wrong checksum": (crc, "archive-damaged"),
        "broken content": (bytes(first), "archive-damaged"),
        "encrypted": (flags, "archive-encrypted"),
        "lzma": (method, "archive-compression"),
        "two sizes": (patched(plain, {"size": 1}, central=False), "archive-damaged"),
        "two methods": (patched(plain, {"method": 0}, central=False), "archive-damaged"),
        "stored with two sizes": (patched(stored, {"size": 9}, central=True), "archive-damaged"),
        "overlapping": (patched(plain, {"offset": 0}, central=True, entry=1), "archive-damaged"),
        "beyond its end": (patched(plain, {"offset": 10**9}, central=True), "archive-damaged"),
        "several parts": (
            plain[: end + 4] + b"\1\0" + plain[end + 6 :],
            "archive-damaged",
        ),
        "more entries": (
            plain[: end + 8] + b"\3\0\3\0" + plain[end + 12 :],
            "archive-damaged",
        ),
        "fewer entries": (
            plain[: end + 8] + b"\1\0\1\0" + plain[end + 12 :],
            "archive-damaged",
        ),
    }


@pytest.mark.parametrize("case", broken_archives())
def test_an_archive_that_contradicts_itself_is_refused(workspace: Workspace, case: str) -> None:
    data, code = broken_archives()[case]
    assert refusal(workspace, data).code == code


def test_an_archive_written_as_a_stream_is_read(workspace: Workspace) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += data
            return len(data)

    for wide in (False, True):
        pipe = Pipe()
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:  # type: ignore[arg-type]
            for name, data in IMAGES.items():
                with made.open(name, "w", force_zip64=wide) as entry:
                    entry.write(data)
        add_archive(bytes(pipe.data), f"stream-{wide}", workspace=workspace)
        assert len(open_dataset(f"stream-{wide}", workspace=workspace)) == 2


@pytest.mark.slow
def test_every_mutation_is_a_data_set_or_a_refusal(workspace: Workspace) -> None:
    import random

    chance = random.Random(5)
    plain = zipped({name: data[:300] for name, data in IMAGES.items()}, comment=b"hello")
    kept = 0
    for number in range(300):
        data = bytearray(plain)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        try:
            add_archive(bytes(data), f"n{number}", workspace=workspace)
            kept += 1
        except XrayError:
            continue
    assert len(find_names(workspace)) == 1 + kept
    assert not list(workspace.datasets.glob(".upload-*"))
    assert not [path for path in workspace.root.parent.iterdir() if path != workspace.root]


def test_a_name_that_is_taken_is_refused_before_anything_is_unpacked(workspace: Workspace) -> None:
    add_archive(zipped(IMAGES), "mine", workspace=workspace)
    before = everything(workspace)
    with pytest.raises(DatasetError) as caught:
        add_archive(b"not even looked at", "Mine", workspace=workspace)
    assert caught.value.code == "name-taken"
    assert add_archive(zipped(IMAGES), file_name="mine.zip", workspace=workspace).name == "mine-2"
    assert set(before) < set(everything(workspace))


def test_an_interrupted_upload_leaves_nothing(workspace: Workspace) -> None:
    def stop(done: int, _: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_archive(zipped(IMAGES), "mine", progress=stop, workspace=workspace)
    assert everything(workspace) == ["datasets"]


def test_what_a_killed_upload_left_is_cleared_a_day_later(workspace: Workspace) -> None:
    make_folder(workspace.datasets, {".upload-old/films/x": b"", ".upload-new/films/x": b""})
    yesterday = time.time() - 25 * 3600
    os.utime(workspace.datasets / ".upload-old", (yesterday, yesterday))
    add_archive(zipped(IMAGES), "mine", workspace=workspace)
    assert sorted(path.name for path in workspace.datasets.iterdir()) == [".upload-new", "mine"]


def test_a_full_disk_is_said_and_leaves_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive._Names, "place", full)
    with pytest.raises(PathError) as caught:
        add_archive(zipped(IMAGES), "mine", workspace=workspace)
    assert caught.value.message == (
        "The archive cannot be unpacked (No space left on device). Expected a folder with room "
        f"that can be written to: {workspace.datasets}. Do this: free some space or choose another "
        "workspace with XRAYLIB_WORKSPACE."
    )
    assert everything(workspace) == ["datasets"]


def test_a_missing_archive_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        add_archive(tmp_path / "gone.zip", workspace=workspace)
    assert caught.value.what.startswith(f"The archive {str(tmp_path / 'gone.zip')!r} cannot be")
