"""Paths from outside stay inside; files are replaced in one step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xraylib.errors import PathError, SpecError, XrayError
from xraylib.records import read_json
from xraylib.workspace import checked_name, new_id, resolve_inside, write_atomic, write_json


def test_a_path_inside_its_root_is_resolved(tmp_path: Path) -> None:
    assert resolve_inside(tmp_path, "a/../b/c.png") == tmp_path.resolve() / "b" / "c.png"


@pytest.mark.parametrize("path", ["..", "../x", "a/../../x", "/etc/passwd", "a\0b", "..\\x"])
def test_a_path_that_leaves_its_root_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PathError) as caught:
        resolve_inside(tmp_path, path)
    assert caught.value.code == "path-outside"


def test_a_link_that_leaves_its_root_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(PathError, match="is not inside its folder"):
        resolve_inside(root, "link/secret")


@given(st.text(max_size=60))
def test_no_text_whatever_leads_out_of_the_root(text: str) -> None:
    root = Path("/srv/data")
    try:
        found = resolve_inside(root, text)
    except (PathError, UnicodeEncodeError):
        return
    assert found == root or root in found.parents


@pytest.mark.parametrize("name", ["a", "run-1", "Chest.v2", "x" * 64])
def test_plain_names_are_accepted(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "-x", "a/b", "a b", "é", "x" * 65, "x.", "a\n"])
def test_names_that_some_system_cannot_store_are_refused(name: str) -> None:
    with pytest.raises(PathError) as caught:
        checked_name(name)
    assert caught.value.code == "name"


def test_names_made_in_turn_sort_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    start = 1_795_646_282_000_000_000  # 2026-11-25 22:38:02 UTC
    moments = iter([start, start + 15_260, start + 999_999_999, start + 1_000_000_000])
    monkeypatch.setattr("time.time_ns", lambda: next(moments))
    names = [new_id() for _ in range(4)]
    assert [name[:-2] for name in names] == [
        "20261125T223802Z-0000", "20261125T223802Z-0001",
        "20261125T223802Z-ffff", "20261125T223803Z-0000",
    ]  # fmt: skip
    assert names == sorted(names)


def test_a_folder_that_was_taken_away_comes_back_only_where_it_may(tmp_path: Path) -> None:
    with pytest.raises(PathError) as refused:
        write_json(tmp_path / "gone" / "state.json", {}, new_folder=False)
    assert refused.value.code == "cannot-write"
    assert not (tmp_path / "gone").exists()
    write_json(tmp_path / "new" / "state.json", {})
    assert (tmp_path / "new" / "state.json").is_file()


def test_a_failed_write_leaves_the_old_content_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "status.json"
    write_json(target, {"state": "running"})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(target, {"loss": float("nan")})
    assert json.loads(target.read_text()) == {"state": "running"}
    blocked = tmp_path / "status.json" / "below"
    with pytest.raises(PathError) as caught:
        write_atomic(blocked, b"x")
    assert caught.value.code == "cannot-write"
    assert [p.name for p in tmp_path.iterdir()] == ["status.json"]


def test_json_that_is_missing_or_damaged_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PathError) as caught:
        read_json(tmp_path / "no.json")
    assert caught.value.code == "missing"
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(PathError) as caught:
        read_json(tmp_path / "bad.json")
    assert caught.value.code == "damaged"


def test_an_error_says_what_happened_what_was_expected_and_what_to_do() -> None:
    error = XrayError("It broke", expected="it whole", remedy="mend it", code="broken")
    assert str(error) == "It broke. Expected it whole. Do this: mend it."
    assert error.to_json() == {"code": "broken", "message": str(error)}


def test_an_error_survives_the_way_between_processes() -> None:
    import pickle

    error = SpecError("No", expected="yes", remedy="try", index=3, kind="Conv2D", nearest=(3, 1))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.index, again.kind, again.nearest) == (str(error), 3, "Conv2D", (3, 1))
