"""A published model with a file that is gone, cut, foreign or newer: our words, nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from before import MODEL, RUN, restore
from damages import ANY, JSON, damages_of
from our_words import in_other_words, said
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest
from visitor import KEY

from xraylib.app.server.api import routes
from xraylib.cli import main
from xraylib.settings import PROJECT, SAMPLE_DATA
from xraylib.workspace import Workspace, write_atomic

FILES = (
    "in_use", "1/bundle.json", "1/inside.json", "1/inside.tflite", "1/manifest.json",
    "1/model.tflite", "1/model_card.md", "1/ood.json",
)  # fmt: skip
COMMANDS = (
    "models", "models --json", "verify FOLDER", "card huggingface MODEL --out OUT",
    "card verify MODEL", "classify IMAGE --model MODEL", "classify FEW --model MODEL --out OUT",
    "accept MODEL FEW", "host static DIR --model MODEL", "export MODEL litert DIR",
    "export MODEL web DIR", "runs", "show RUN",
)  # fmt: skip
PAGES = {
    "streamlit_app.py": {},
    "pages/5_Classify.py": {"model": MODEL},
    "pages/6_Model_card.py": {"model": MODEL},
}
# A covering sample; the long profile has all.
SAMPLE = [("1/bundle.json", "a newer schema"), ("in_use", "a folder")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with a model as version 0.1.0 left it."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(folder))
        restore(folder, SAMPLE_DATA)
        yield folder


@pytest.fixture
def damaged(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], Path]:
    """Makes a workspace in which one file of the model is damaged; gives the model's folder."""

    def make(file: str, damage: str) -> Path:
        place = tmp_path / "workspace"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(whole, place)
        monkeypatch.setenv("XRAYLIB_WORKSPACE", str(place))
        model = place / "models" / MODEL
        damages_of(model / file)[damage](model / file)
        return model

    return make


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two phantoms of each class."""
    folder = tmp_path_factory.mktemp("few")
    for place in sorted((SAMPLE_DATA / "test").iterdir()):
        for file in sorted(place.iterdir())[:2]:
            (folder / place.name).mkdir(exist_ok=True)
            shutil.copy(file, folder / place.name)
    return folder


def words(model: Path, few: Path, out: Path) -> dict[str, str]:
    """What stands for what in the commands."""
    return {
        "MODEL": MODEL, "RUN": RUN, "FOLDER": str(model / "1"), "FEW": str(few),
        "IMAGE": str(next(few.rglob("*.png"))), "OUT": str(out / "out"), "DIR": str(out / "model"),
    }  # fmt: skip


def wrong_of(
    damage: tuple[str, str], damaged: Callable[[str, str], Path], few: Path, out: Path,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:  # fmt: skip
    model = damaged(*damage)
    told = words(model, few, out)
    wrong = in_other_words(COMMANDS, told, out, capsys) + wrong_answers(model, told["IMAGE"])
    code, text = said("models", told, out, capsys)
    return wrong if (code, "phantom-demo" in text) == (0, True) else [*wrong, f"models: {text}"]


def wrong_answers(model: Path, image: str) -> list[str]:
    """Of the HTTP API: those that are none of the answers that its description names."""
    app = Starlette(routes=routes())
    keys = model.parent.parent / "keys"
    keys.write_text(f"tester@example.org {KEY}\n")
    header = {"Authorization": f"Bearer {KEY}", "Content-Type": "image/png"}

    async def asked(method: str, path: str, body: bytes | None) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
            return await client.request(method, path, headers=header, content=body)

    wrong = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_API_KEYS_FILE", str(keys))
        for method, path, usual in (
            ("GET", "/api/v1/models", {200}),
            ("GET", "/api/v1/openapi.json", {200}),
            ("POST", f"/api/v1/classify?model={MODEL}", {200, 404, 503}),
        ):
            body = Path(image).read_bytes() if method == "POST" else None
            try:
                answer = anyio.run(asked, method, path, body)
                told = answer.json()
                assert answer.status_code in usual, answer.text
                assert answer.status_code == 200 or told["error"].keys() == {"code", "message"}
                assert str(model.parent.parent) not in answer.text, answer.text
            except Exception as error:
                wrong.append(f"{method} {path}: {error!r}")
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize(("file", "damage"), SAMPLE, ids=map("-".join, SAMPLE))
def test_commands_have_words_for_a_damaged_model(
    file: str, damage: str, damaged: Callable[[str, str], Path], few: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert not wrong_of((file, damage), damaged, few, tmp_path / "out", capsys)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("file", FILES)
def test_every_command_has_words_for_every_damage_of_a_model(
    file: str, whole: Path, damaged: Callable[[str, str], Path], few: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    wrong = {
        damage: wrong_of((file, damage), damaged, few, tmp_path / "out", capsys)
        for damage in damages_of(whole / "models" / MODEL / file)
    }
    assert not any(wrong.values()), wrong


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["a newer schema", "cut"])
def test_a_model_is_listed_as_damaged_beside_the_others(
    damage: str, damaged: Callable[[str, str], Path]
) -> None:
    damaged("1/bundle.json", damage)
    for script, parameters in PAGES.items():
        assert not draw(script, parameters).exception


def draw(script: str, parameters: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    if script != "streamlit_app.py":
        app.switch_page(script)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("file", FILES)
def test_every_page_lives_on_with_every_damage_of_a_model(
    file: str, damaged: Callable[[str, str], Path]
) -> None:
    wrong = []
    for damage in JSON if file.endswith(".json") else ANY:
        damaged(file, damage)
        for script, parameters in PAGES.items():
            try:
                assert not (app := draw(script, parameters)).exception, app.exception
            except Exception as error:
                wrong.append(f"{damage}, {script}: {error!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_an_acceptance_test_of_a_newer_version_is_named(
    few: Path, whole: Path, damaged: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert whole.is_dir()
    damaged("1/model_card.md", "cut")
    assert main(["accept", "phantom-demo", str(few)]) == 0
    capsys.readouterr()
    file = next((Workspace.open().root / "accepted").rglob("*.json"))
    write_atomic(file, json.dumps(json.loads(file.read_text()) | {"schema": 99}))
    app = draw("pages/6_Model_card.py", {"model": "phantom-demo"})
    said = "\n".join(one.value.replace("\\", "") for one in [*app.error, *app.warning])
    assert f"{file.name} was written by a newer version of X-ray Lab (schema 99)" in said
