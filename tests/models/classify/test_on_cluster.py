"""Folders and an S3 bucket judged by a real Ray cluster of two nodes; moto is the S3 server."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ray_cluster import RayCluster
from until import until

from xraylib.parquet import read_parquet
from xraylib.settings import SAMPLE_DATA

pytest.importorskip("ray", reason="the extra `cluster` is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("cluster"),
    pytest.mark.timeout(1800),  # a busy machine is not a failure
]

SECONDS = 600.0
KEYS = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="module", autouse=True)
def s3() -> Iterator[str]:
    """An S3 server on loopback that all processes of this module know, the nodes' too."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = Path(sys.executable).with_name("moto_server")
    process = None
    if server.exists():
        process = subprocess.Popen(
            [str(server), "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        yield address
    if process is not None:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 phantoms in two folders, and one that is cut off."""
    place = tmp_path_factory.mktemp("films")
    sources = sorted(SAMPLE_DATA.rglob("*.png"))
    for number in range(400):
        folder = place / f"{number // 200}"
        folder.mkdir(exist_ok=True)
        shutil.copy(sources[number % len(sources)], folder / f"{number:03d}.png")
    (place / "0" / "cut.png").write_bytes(sources[0].read_bytes()[:300])
    return place


@pytest.fixture(scope="module")
def here(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What this machine says of them, as CSV."""
    out = tmp_path_factory.mktemp("here") / "here.csv"
    assert ended(begun(images, out, "here"))["refused"] == 1
    return out


def begun(source: Path | str, out: Path, on: str) -> subprocess.Popen[str]:
    """The command, as a process of its own: one that has loaded Ray keeps the token it found."""
    words = ["classify", str(source), "--on", on, "--out", str(out), "--model", "phantom-demo"]
    return subprocess.Popen(
        [sys.executable, "-m", "xraylib", *words, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], code: int = 1) -> dict[str, Any]:
    """What it says at its end; 1 is the exit code where an image was refused."""
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == code, (process.returncode, out, err)
    found: dict[str, Any] = json.loads(out or err)
    return found


def rows_in(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


@pytest.fixture
def bucket(s3: str, images: Path) -> str:
    """The same images in S3."""
    s3fs = pytest.importorskip("s3fs", reason="nothing here reads s3://")
    pytest.importorskip("moto", reason="no S3 server of tests is installed")
    files = s3fs.S3FileSystem(skip_instance_cache=True)

    def made() -> bool:
        try:
            return bool(files.exists("films") or files.mkdir("films") is None)
        except OSError:  # the server is just starting
            return False

    until(made, what=lambda: s3)
    if not files.exists("films/there/0/000.png"):
        files.put(str(images), "films/there", recursive=True)
    return "s3://films/there"


def told(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_parquet(out.read_bytes()).to_pylist()
    return found


def test_a_folder_is_judged_there_as_here_and_in_order(
    there: RayCluster, images: Path, here: Path, tmp_path: Path
) -> None:
    assert len(there.nodes) == 2
    out = tmp_path / "out.csv"
    result = ended(begun(images, out, "ray"))
    assert (result["films"], result["kept"], result["refused"]) == (401, 0, 1)
    assert out.read_bytes() == here.read_bytes()
    again = ended(begun(images, out, "ray"), code=0)
    assert (again["kept"], out.read_bytes()) == (401, here.read_bytes())


@pytest.mark.usefixtures("there")
def test_a_bucket_is_read_by_the_nodes_and_gone_on_with_after_a_kill(
    images: Path, bucket: str, tmp_path: Path
) -> None:
    here, out = tmp_path / "here.parquet", tmp_path / "out.parquet"
    ended(begun(images, here, "here"))
    going, growing = begun(bucket, out, "ray"), tmp_path / ".out.parquet.begun"
    until(lambda: rows_in(growing) > 1, seconds=SECONDS)
    going.send_signal(signal.SIGKILL)
    going.communicate()
    kept = rows_in(growing) - 1
    assert not out.exists()
    process = begun(bucket, out, "ray")
    process.wait(SECONDS)
    result = ended(process, process.returncode)
    assert (result["films"], result["kept"]) == (401, kept)
    assert told(out) == told(here)
    assert not growing.exists()


def test_a_node_that_is_killed_loses_nothing(
    there: RayCluster, images: Path, here: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    going = begun(images, out, "ray")
    until(lambda: rows_in(out) > 1, seconds=SECONDS)
    there.nodes.pop().kill()
    assert ended(going)["films"] == 401
    assert out.read_bytes() == here.read_bytes()


def test_a_head_that_dies_is_told_and_what_was_done_is_kept(
    there: RayCluster, images: Path, tmp_path: Path
) -> None:
    many, out = tmp_path / "many", tmp_path / "out.csv"
    many.mkdir()
    for number in range(8000):  # the nodes go on for some seconds without their head
        os.link(images / "0" / f"{number % 200:03d}.png", many / f"{number:05d}.png")
    going = begun(many, out, "ray")
    until(lambda: rows_in(out) > 1, seconds=SECONDS)
    there.head.kill()
    _, err = going.communicate(timeout=SECONDS)
    assert going.returncode == 1
    assert "error[head-gone]" in err or "error[nodes-gone]" in err, err
    for file in sorted(many.iterdir())[400:]:
        file.unlink()
    there.start_head_again()
    there.add()
    process = begun(many, out, "ray")
    process.wait(SECONDS)
    result = ended(process, process.returncode)
    assert result["kept"] > 0
    names = [line.partition(",")[0] for line in out.read_text().splitlines()[1:]]
    assert names == sorted(set(names))
    assert len(names) >= 400
