"""The wheel as a stranger installs it: in an empty environment, outside the clone, base only."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from visitor import Visitor

from xraylib.app.shell.frame import PAGES
from xraylib.settings import PROJECT
from xraylib.version import VERSION

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for Linux's place for data"),
]
DATA = Path(".local/share/xray-lab")
OPEN_EVERY_PAGE = """
import sys
from streamlit.testing.v1 import AppTest
from xraylib.settings import PROJECT

for file in sys.argv[1:]:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    if file != "streamlit_app.py":
        app.switch_page(file)
    app.run()
    assert not app.exception, (file, app.exception)
    assert len(app.title) == 1, file
    told = [error.value for error in app.error]
    if file == "pages/3_Training.py":
        assert "packages that are not installed here" in told[0].replace("\\\\", ""), told
        assert "pip install" in app.info[0].value
        (start,) = [button for button in app.button if button.label.startswith("Start")]
        assert start.disabled
    else:
        assert told == [], (file, told)
"""


class Installed:
    """An environment of its own, a home of its own and a working folder with nothing in it."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.home, self.elsewhere = folder / "home", folder / "elsewhere"
        for place in (self.home, self.elsewhere):
            place.mkdir()
        self.bin = folder / "venv" / "bin"
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        pip = [self.bin / "python", "-m", "pip", "install", "--quiet"]
        lock = PROJECT / "requirements-demo.lock"
        subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
        # Without an index: what the wheel asks for must be there by now.
        subprocess.run([*pip, "--no-index", wheel], check=True)
        (self.packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
        self.project = self.packages / "xraylib" / "project"
        self.before = self.files()

    @property
    def environ(self) -> Mapping[str, str]:
        return {"HOME": str(self.home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def files(self) -> dict[str, tuple[int, int]]:
        """Size and time of all that is installed."""
        return {
            str(file.relative_to(self.packages)): (file.stat().st_size, file.stat().st_mtime_ns)
            for file in self.packages.rglob("*")
            if file.is_file()
        }

    def run(self, *words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """A program of the environment, from the empty folder."""
        done = subprocess.run(
            [self.bin / words[0], *words[1:]],
            cwd=self.elsewhere,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
        return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the source distribution, which `build` makes first."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, PROJECT]
    subprocess.run(command, check=True, capture_output=True)
    assert (folder / f"xray_lab-{VERSION}.tar.gz").is_file()
    return folder / f"xray_lab-{VERSION}-py3-none-any.whl"


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


def test_the_wheel_carries_the_pages_the_settings_and_the_samples_and_no_secret(
    wheel: Path,
) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    outside = ["pages", "sample_data", ".streamlit", "streamlit_app.py", "requirements-demo.lock"]
    tracked = subprocess.run(
        ["git", "ls-files", "xraylib", *outside],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    wanted = {
        name if name.startswith("xraylib/") else f"xraylib/project/{name}" for name in tracked
    }
    assert len(wanted) > 600
    assert {name for name in names if not name.startswith("xray_lab-")} == wanted


def test_the_installed_command_classifies_scans_and_audits_without_tensorflow(
    installed: Installed,
) -> None:
    assert installed.run("xraylib", "--version").stdout == f"xray-lab {VERSION}\n"
    samples = Path(installed.run("xraylib", "samples").stdout.rstrip("\n"))
    assert samples == installed.project / "sample_data"
    image = sorted((samples / "test" / "Pneumonia").glob("*.png"))[0]
    (result,) = json.loads(installed.run("xraylib", "classify", image, "--json").stdout)
    assert (result["status"], result["label"]) == ("ok", "Pneumonia")
    scanned = json.loads(installed.run("xraylib", "scan", samples, "--json").stdout)
    assert sum(sum(counts.values()) for counts in scanned["splits"].values()) == 300
    report = json.loads(installed.run("xraylib", "audit", samples, "--json").stdout)
    assert report["findings"] == []
    missing = installed.run("python", "-c", "import tensorflow", code=1)
    assert "No module named 'tensorflow'" in missing.stderr


@pytest.mark.parametrize("words", [("train", "--model", "small-cnn"), ("keras-summary",)])
def test_what_needs_tensorflow_says_how_to_get_it(
    installed: Installed, words: tuple[str, ...]
) -> None:
    argument = "small-cnn" if words[0] == "keras-summary" else installed.project / "sample_data"
    done = installed.run("xraylib", words[0], argument, *words[1:], code=1)
    assert done.stderr.endswith(
        "error[no-tensorflow]: Training a network, and looking into a trained one, needs packages "
        "that are not installed here: tensorflow, keras, h5py. Expected an installation with the "
        'extra `train`. Do this: run `pip install "xray-lab[train]"` in this environment, then '
        "try again.\n"
    )
    assert json.loads(installed.run("xraylib", "runs", "--json").stdout) == []


def test_every_page_opens_and_training_says_what_is_missing(installed: Installed) -> None:
    files = [page.file for page in PAGES.values()]
    installed.run("python", "-W", "ignore", "-c", OPEN_EVERY_PAGE, *files)


def test_the_app_starts_from_any_folder_and_writes_in_the_platforms_place_alone(
    installed: Installed,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [installed.bin / "xraylib", "ui", "--no-browser", "--json", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=installed.elsewhere, env=installed.environ, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            told = json.loads(server.stdout.readline())
            assert told == {
                "url": f"http://127.0.0.1:{port}",
                "mode": "lab",
                "workspace": str(installed.home / DATA),
            }
            assert _get(port, "/healthz") == (200, "ok\n")
            assert _get(port, "/Training")[0] == 200
            with Visitor(port, "Training") as visitor:
                visitor.look()
                words = visitor.words()
                # Two settings of .streamlit/config.toml, of which the empty folder has none.
                protected, coloured = visitor.token != "", b"#0b6e8a" in visitor.received
            assert "installed here" in words
            assert (protected, coloured) == (True, True)
        finally:
            server.terminate()
    installed.run("xraylib", "audit", installed.project / "sample_data", "--json")
    installed.run("python", "-W", "ignore", "-c", OPEN_EVERY_PAGE, "pages/1_Dataset.py")
    assert (installed.home / DATA).is_dir()
    assert list(installed.elsewhere.iterdir()) == []
    assert installed.files() == installed.before


def _get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
