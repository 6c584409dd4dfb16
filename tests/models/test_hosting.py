"""What `xraylib host` writes holds all that a host needs, and nothing of this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from xraylib.errors import BundleError, PathError, SettingsError
from xraylib.models.bundle import Bundle, open_bundle
from xraylib.models.hosting import host_folder
from xraylib.settings import PROJECT, SHIPPED_MODELS

pytestmark = pytest.mark.slow  # its tests take some seconds together

ADDRESS = "ada-xrays.hf.space"


@pytest.fixture(scope="module")
def demo() -> Bundle:
    return open_bundle(SHIPPED_MODELS / "phantom-demo" / "1")


@pytest.fixture(scope="module")
def space(demo: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("host") / "space"
    host_folder(demo, "hf-space", out, address=ADDRESS)
    return out


def test_a_space_has_code_packages_and_settings(space: Path) -> None:
    names = {file.name for file in space.iterdir()}
    assert names == {
        ".streamlit", "Dockerfile", "README.md", "pages", "requirements.txt", "sample_data",
        "streamlit_app.py", "xraylib",
    }  # fmt: skip
    assert (space / "requirements.txt").read_bytes() == (
        PROJECT / "requirements-demo.lock"
    ).read_bytes()
    assert (space / "README.md").read_text("utf-8").startswith("---\ntitle: phantom-demo\n")
    assert "address" not in (space / ".streamlit" / "config.toml").read_text("utf-8").split()
    assert not list(space.rglob("__pycache__"))
    told = "".join(
        file.read_text("utf-8") for file in space.iterdir() if file.is_file()
    )  # of what was written here
    assert str(PROJECT) not in told


@pytest.mark.slow
def test_its_entry_makes_it_a_demo_of_that_folder(space: Path) -> None:
    code = (
        "import streamlit_app; from xraylib.settings import read_settings, PROJECT;"
        "s = read_settings(); print(s.mode, s.classify, s.hosts, s.embed_origins, s.workspace);"
        "print(PROJECT);"
        "from xraylib.images.sandbox.decoder import Decoder; from pathlib import Path;"
        "f = min(Path('sample_data').rglob('*.png')); d = Decoder();"
        "print(d.decode(f.read_bytes()).format); d.close()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=space, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(space), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    first, second, third = run.stdout.strip().splitlines()[-3:]
    assert first == (
        f"demo device ('{ADDRESS}',) ('https://huggingface.co',) {space / 'workspace'}"
    )
    assert second == str(space)
    assert third == "PNG"  # by a child process, which finds the project there, too


def test_a_model_of_one_s_own_comes_along(demo: Bundle, tmp_path: Path) -> None:
    own = tmp_path / "workspace" / "models" / "mine" / "1"
    own.mkdir(parents=True)
    for file in demo.folder.iterdir():
        (own / file.name).write_bytes(file.read_bytes())
    bundle = open_bundle(own)
    out = tmp_path / "out"
    told = host_folder(bundle, "streamlit-cloud", out, address="mine.streamlit.app")
    assert told["files"] == sum(file.is_file() for file in out.rglob("*"))
    there = out / "workspace" / "models" / bundle.name
    assert (there / "in_use").read_text() == "1\n"
    assert open_bundle(there / "1").classes == demo.classes
    assert not (out / "Dockerfile").exists()


def test_a_static_one_is_the_page(demo: Bundle, tmp_path: Path) -> None:
    told = host_folder(demo, "static", tmp_path / "page")
    assert (tmp_path / "page" / "index.html").is_file()
    assert (tmp_path / "page" / ".nojekyll").is_file()
    assert told["host"] == "static"


def test_what_cannot_be_hosted_is_refused(demo: Bundle, tmp_path: Path) -> None:
    with pytest.raises(BundleError) as host:
        host_folder(demo, "elsewhere", tmp_path / "a")  # type: ignore[arg-type]
    assert host.value.code == "host"
    for address in ("", "https://ada.hf.space", "ada.hf.space/page"):
        with pytest.raises(SettingsError) as wrong:
            host_folder(demo, "hf-space", tmp_path / "a", address=address)
        assert wrong.value.code == "address"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    with pytest.raises(PathError) as full:
        host_folder(demo, "hf-space", tmp_path / "full", address=ADDRESS)
    assert full.value.code == "exists"
