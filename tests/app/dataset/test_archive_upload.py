"""A zip archive on the Dataset page becomes a data set, or a refusal that names the entry."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from small_images import make_images
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from xraylib.app.server.server import allow_archives
from xraylib.datasets.catalog import add_dataset, find_dataset, list_datasets
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace


def _packed(root: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(root.rglob("*.png")):
            archive.write(file, file.relative_to(root).as_posix())
    return buffer.getvalue()


def _upload(workspace: Workspace, few: Path, data: bytes, name: str = "") -> AppTest:
    add_dataset(few, "few", workspace=workspace)  # on show before: sooner than the sample data
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "few"
    page.run()
    page.file_uploader(key="add-zip-0").upload("chest X-rays.zip", data, "application/zip")
    page.text_input(key="add-zip-name").set_value(name)
    page.run()
    next(b for b in page.button if b.label == "Unpack and add").click().run()
    assert not page.exception
    return page


@pytest.mark.slow
def test_an_archive_is_unpacked_named_chosen_and_let_go(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[str] = []
    remove = MemoryUploadedFileManager.remove_file

    def watched(self: MemoryUploadedFileManager, session: str, file_id: str) -> None:
        released.append(file_id)
        remove(self, session, file_id)

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", watched)
    images = make_images(tmp_path / "images")
    page = _upload(workspace, images, _packed(images), "mine")
    ref = find_dataset("mine", workspace=workspace)
    assert ref.uploaded
    assert page.session_state["draft"].dataset == "mine"
    assert next(m.value for m in page.metric if m.label == "X-rays") == "14"
    assert any("Unpacked from an uploaded archive" in c.value for c in page.caption)
    assert len(released) == 1


def test_a_refusal_names_the_entry_and_leaves_nothing(tmp_path: Path, workspace: Workspace) -> None:
    images = make_images(tmp_path / "images")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(images / "train/Dark/p20_1.png", "../p20_1.png")
    page = _upload(workspace, images, buffer.getvalue())
    assert any("p20" in error.value for error in page.error)
    assert [ref.name for ref in list_datasets(workspace=workspace)] == ["sample", "few"]


def test_the_lab_takes_archives_of_200_megabytes_and_a_demo_does_not() -> None:
    from streamlit import config

    before = config.get_option("server.maxUploadSize")
    try:
        config.set_option("server.maxUploadSize", 70)
        allow_archives("demo")
        assert config.get_option("server.maxUploadSize") == 70
        allow_archives("lab")
        assert config.get_option("server.maxUploadSize") == 200
    finally:
        config.set_option("server.maxUploadSize", before)
