"""What all tests share: real data, a fresh workspace, a trained run, the long profile."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import settings

from xraylib import onednn
from xraylib.training.run.environment import cores
from xraylib.workspace import Workspace

os.environ["XRAYLIB_WARM"] = "off"  # or each test of a page would load TensorFlow
onednn.use(onednn.chosen())  # as in a trainer, with whose numbers some tests compare their own

# No deadline: a busy machine is not a failure. Where a change is judged, the same cases each time.
settings.register_profile("lab", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("lab")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--whole",
        action="store_true",
        help="run all tests, not only those of a few minutes: it is meant where some are named",
    )
    parser.addoption("--long", action="store_true", help="also run the long profiles")


def pytest_configure(config: pytest.Config) -> None:
    """Whoever names files, marks or words gets all of these; workers are given the same words."""
    option = config.option
    named = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    option.whole = option.whole or option.long or named or option.markexpr or option.keyword


# The groups that take longest, in the order in which workers begin them; files come after them.
_LONGEST: Final = ("browser", "tensorflow", "trainer", "live")
# All files of these share a browser or a server.
_FOLDERS: Final = ("browser", "live")
# What makes a test slow: Keras and trainers (the two groups), browsers, servers, or what is marked.
_NOT_FAST: Final = ("xdist_group", "browser", "long", "slow")
_MAKES_NETWORKS: Final = {"bars", "bright", "halves", "nursery"}
_RUNS_PAGES: Final = {"AppTest", "opened"}  # what a file with tests of pages imports
_TESTS: Final = Path(__file__).resolve().parent


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around pytest-xdist, which looks for groups
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    quick = {item for item in items if _is_quick(item)}
    for item in quick:
        if not _RUNS_PAGES & set(vars(getattr(item, "module", item))):
            item.add_marker("fast")
    if not config.option.whole:
        config.hook.pytest_deselected(items=[item for item in items if item not in quick])
        items[:] = [item for item in items if item in quick]
    group_by_file(items)
    yield
    _keep_groups_together(items)
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="a long profile: run it with --long")
    for item in items:
        if "long" in item.keywords:
            item.add_marker(skip)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker a core and no more than there are files; none for a file alone."""
    files = {argument.partition("::")[0] for argument in config.args}
    most = len(files) if all(name.endswith(".py") for name in files) else cores()
    return min(cores(), most) if most > 1 else 0


def _is_quick(item: pytest.Item) -> bool:
    """Whether it needs no Keras, trainer, browser or server, and takes a second at most."""
    return not (
        item.path.relative_to(_TESTS).parts[0] in _FOLDERS
        or any(item.get_closest_marker(name) for name in _NOT_FAST)
        or _MAKES_NETWORKS & set(getattr(item, "fixturenames", ()))
    )


def group_by_file(items: list[pytest.Item]) -> None:
    """Lets the tests of a file run on one worker, which makes what they share, and long ones begin.

    A mark ``xdist_group`` of a test's own goes before.
    """
    places = {}
    for item in items:
        marked = item.get_closest_marker("xdist_group")
        if marked is None:
            place = item.path.relative_to(_TESTS)
            group = place.parts[0] if place.parts[0] in _FOLDERS else str(place)
            item.add_marker(pytest.mark.xdist_group(group))
        else:
            group = marked.args[0]
        places[item] = _LONGEST.index(group) if group in _LONGEST else len(_LONGEST)
    items.sort(key=places.__getitem__)


def _keep_groups_together(items: list[pytest.Item]) -> None:
    # pytest-xdist 3.8 names a test's group in `_nodeid`, where pytest 9.2 no longer looks, so
    # tests of one xdist_group would run on any worker, at the same time. Hand the name over.
    for item in items:
        named = getattr(item, "_nodeid", item.nodeid)
        if named != item.nodeid:
            item._id = type(item._id).parse(named)  # type: ignore[attr-defined]


@pytest.fixture(scope="module", autouse=True)
def _little_garbage_to_look_through() -> None:
    """Sets what is alive apart from the collector's work.

    With TensorFlow in the process a full collection takes half a second, and Keras asks for one
    whenever its session is cleared: Streamlit lets it, after each run of a page.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images that tests may read, never copy."""
    folder = os.environ.get("XRAYLIB_REAL_DATA", "")
    if not folder:
        pytest.skip("XRAYLIB_REAL_DATA is not set: no real images on this machine")
    return Path(folder)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace of this test's own, which child processes see too."""
    root = tmp_path / "workspace"
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(root))
    return Workspace(root)


class Bars(NamedTuple):
    """A trained run of small-cnn on images with bars, and what was published of it."""

    place: Workspace
    images: Path
    run: Any
    bundle: Any


@pytest.fixture(scope="session")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Bars:
    """For all tests of the group "tensorflow": nobody changes the run or the images."""
    from trained_runs import draw_images, trained_run

    from xraylib.models.publish import publish_run

    folder = tmp_path_factory.mktemp("bars")
    place = Workspace(folder / "workspace")
    images = draw_images(folder / "bars", ("High", "Low", "Middle"))
    run = trained_run(place, images, "small-cnn")
    return Bars(place, images, run, publish_run(run, "once", workspace=place))
