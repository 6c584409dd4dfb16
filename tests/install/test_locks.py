"""The lock files: who gets what, in one version, with hashes and from no address."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from xraylib.settings import PROJECT

USER, DEMO, DEV, CLUSTER = (
    f"requirements{part}.lock" for part in ("", "-demo", "-dev", "-cluster")
)
TRAINING = {"tensorflow", "keras", "h5py", "optuna", "onnx", "tf2onnx"}
TOOLS = {"pytest", "playwright", "ruff", "mypy", "build", "hatchling", "scikit-learn", "scipy"}


def _pins(name: str) -> dict[str, set[str]]:
    """Versions by package; a package may have one a Python version."""
    pins: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([a-z0-9_.-]+)==([^\s;]+)", (PROJECT / name).read_text("utf-8"), flags=re.M
    ):
        pins.setdefault(package, set()).add(version)
    return pins


def _declared(*extras: str) -> set[str]:
    """The packages that ``pyproject.toml`` names, by their normalised names."""
    project: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    lines = project["project"]["dependencies"] if not extras else []
    for extra in extras:
        lines += project["project"]["optional-dependencies"][extra]
    return {re.split(r"[\[<>=;~! ]", line)[0].lower() for line in lines}


def test_a_user_gets_training_and_onnx_and_no_tool_of_tests() -> None:
    user = set(_pins(USER))
    assert _declared() | _declared("train", "search", "onnx") <= user
    assert _declared("train", "search", "onnx") == TRAINING
    assert not TOOLS & user


def test_a_demo_gets_the_bare_package_in_the_same_versions() -> None:
    user, demo = _pins(USER), _pins(DEMO)
    assert _declared() <= set(demo)
    assert not (TRAINING | TOOLS) & set(demo)
    assert all(demo[name] <= user[name] for name in demo)


def test_what_tests_need_is_locked_beside_what_a_user_gets_in_one_version() -> None:
    user, rest = _pins(USER), _pins(DEV)
    assert _declared("test", "docs") <= set(user) | set(rest)
    assert set(rest) >= TOOLS
    assert all(rest[name] <= user[name] for name in rest if name in user)


def test_a_cluster_needs_little_beside_and_nothing_in_another_version() -> None:
    rest = _pins(CLUSTER)
    assert _declared("cluster", "addresses") <= set(rest)
    assert not set(rest) & (set(_pins(USER)) | set(_pins(DEV)))


@pytest.mark.parametrize("name", [USER, DEMO, DEV, CLUSTER])
def test_a_lock_file_has_hashes_and_no_addresses(name: str) -> None:
    text = (PROJECT / name).read_text("utf-8")
    assert text.count("--hash=sha256:") >= len(_pins(name)) > (2 if name == CLUSTER else 20)
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links", text)
