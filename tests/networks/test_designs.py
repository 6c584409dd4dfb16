"""Designs come back from the workspace, from JSON and from a link; what is damaged is refused."""

from __future__ import annotations

import base64
import contextlib
import json
import zlib
from dataclasses import replace

import pytest

from xraylib.errors import PathError, SpecError
from xraylib.networks.designs import (
    MAX_JSON,
    MAX_LINK,
    delete_design,
    design_from_link,
    design_to_link,
    list_designs,
    open_design,
    parse_design,
    save_design,
)
from xraylib.networks.presets import PRESETS, preset
from xraylib.workspace import Workspace


def test_a_design_is_saved_listed_opened_and_deleted(workspace: Workspace) -> None:
    assert list_designs(workspace=workspace) == []
    spec = preset("small-cnn")
    named = save_design("mine-2", spec, workspace=workspace)
    assert named == replace(spec, name="mine-2") == open_design("mine-2", workspace=workspace)
    assert [(d.name, d.spec) for d in list_designs(workspace=workspace)] == [("mine-2", named)]
    delete_design("mine-2", workspace=workspace)
    delete_design("mine-2", workspace=workspace)
    assert list_designs(workspace=workspace) == []
    with pytest.raises(PathError, match="There is no design called mine-2") as caught:
        open_design("mine-2", workspace=workspace)
    assert caught.value.code == "missing"


def test_a_name_that_is_taken_is_refused_and_the_old_design_stays(workspace: Workspace) -> None:
    save_design("mine", preset("small-cnn"), workspace=workspace)
    with pytest.raises(PathError) as caught:
        save_design("mine", preset("lesson-cnn"), workspace=workspace)
    assert caught.value.code == "exists"
    assert open_design("mine", workspace=workspace).layers == preset("small-cnn").layers
    save_design("mine", preset("lesson-cnn"), replace_old=True, workspace=workspace)
    assert open_design("mine", workspace=workspace).layers == preset("lesson-cnn").layers
    assert [file.name for file in workspace.designs.iterdir()] == ["mine.json"]


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a b", ".hidden", "x" * 65, "a\0", "a."])
def test_a_name_that_is_no_file_name_is_refused(workspace: Workspace, name: str) -> None:
    for act in (open_design, delete_design):
        with pytest.raises(PathError) as caught:
            act(name, workspace=workspace)
        assert caught.value.code == "name"
    with pytest.raises(PathError):
        save_design(name, preset("lesson-cnn"), workspace=workspace)


def test_a_damaged_file_is_listed_with_its_reason_and_the_others_stay(workspace: Workspace) -> None:
    save_design("good", preset("lesson-cnn"), workspace=workspace)
    (workspace.designs / "broken.json").write_text('{"name": "x", "lay')
    (workspace.designs / "other.json").write_text('{"name": "x", "layers": [{"kind": "Flat"}]}')
    (workspace.designs / "a folder.json").mkdir()
    found = {design.name: design for design in list_designs(workspace=workspace)}
    assert found["good"].spec is not None
    assert found["broken"].spec is None
    assert found["broken"].reason.startswith("The design is not valid JSON (line 1, column 15")
    assert found["other"].reason == "Layer 0 is of an unknown kind, 'Flat'"
    assert found["a folder"].reason.startswith("The name 'a folder' cannot be used")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1, column 1"),
        (b"\xff\xfe", "not text"),
        ("[" * 100_000, "nested too deeply"),
        ('{"layers": ' + "9" * 5_000 + "}", "too long"),
        ("[]", "The network is []"),
        ("x" * (MAX_JSON + 1), "more than 256 KiB"),
    ],
)
def test_text_that_is_no_design_is_refused(text: str | bytes, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_design(text)
    assert words in caught.value.what


@pytest.mark.parametrize("name", PRESETS)
def test_a_link_carries_the_whole_design(name: str) -> None:
    spec = preset(name, standardise=True)
    text = design_to_link(spec)
    assert len(text) < 700
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert design_from_link(text) == spec
    assert parse_design(json.dumps(spec.to_json())) == spec


def test_every_cut_and_every_changed_character_is_refused() -> None:
    text = design_to_link(preset("lesson-cnn"))
    for place in range(len(text)):
        with pytest.raises(SpecError):
            design_from_link(text[:place])
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with contextlib.suppress(SpecError):  # only padding bits of Base64 do not matter
            assert design_from_link(changed) == preset("lesson-cnn")
    for wrong in ("ä", "a b", text + "A" * MAX_LINK, text + text):
        with pytest.raises(SpecError) as caught:
            design_from_link(wrong)
        assert caught.value.code == "damaged-link"


def test_a_link_that_would_unpack_to_much_is_refused() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * (4 * MAX_JSON), 9)).decode()
    assert len(bomb) < MAX_LINK
    with pytest.raises(SpecError) as caught:
        design_from_link(bomb.rstrip("="))
    assert caught.value.code == "damaged-link"


def test_a_design_too_long_for_a_link_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xraylib.networks.designs.MAX_LINK", 100)
    with pytest.raises(SpecError) as caught:
        design_to_link(preset("small-cnn"))
    assert caught.value.code == "too-large"
    assert caught.value.remedy == "share its spec.json instead"
