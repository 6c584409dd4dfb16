"""The HTTP API of a running demo: who may ask, what is refused, and the same numbers everywhere."""

from __future__ import annotations

import csv
import http.client
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from api_client import BEARER, ask, multipart
from lab_server import LabServer
from visitor import KEY, Visitor

from xraylib.images.decode import read_image
from xraylib.models.catalog import find_model
from xraylib.models.classify.classifier import Classifier
from xraylib.settings import PROJECT, SAMPLE_DATA
from xraylib.workspace import Workspace

pytestmark = pytest.mark.timeout(600)

IMAGES = [
    sorted((SAMPLE_DATA / "test" / "Covid").glob("*.png"))[0],
    sorted((SAMPLE_DATA / "test" / "Normal").glob("*.png"))[1],
    sorted(SAMPLE_DATA.rglob("*.dcm"))[0],
]


CLASSES = ("Covid", "Normal", "Pneumonia")


def raw(kind: str = "application/octet-stream") -> dict[str, str]:
    return BEARER | {"Content-Type": kind}


def test_page_api_command_and_python_give_equal_numbers(demo: LabServer) -> None:
    images = [(file.name, file.read_bytes()) for file in IMAGES]
    status, answer = ask(demo, "POST", "/api/v1/classify", *multipart(*images))
    assert status == 200
    api = [image["probabilities"] for image in answer["films"]]
    assert [image["file"] for image in answer["films"]] == [name for name, _ in images]
    points = find_model("phantom-demo", workspace=Workspace(demo.workspace)).operating
    assert points is not None
    operating = {name: point.told() for name, point in points.items()}
    assert operating["Covid"]["test"]["found"] == [19, 20]
    assert answer["model"]["operating"] == operating
    listed = ask(demo, "GET", "/api/v1/models")[1]["models"]
    assert [one["operating"] for one in listed if one["name"] == "phantom-demo"] == [operating]

    one_by_one = [
        ask(demo, "POST", "/api/v1/classify", data, raw("application/dicom"))[1]["films"][0]
        for _, data in images
    ]
    assert [image["probabilities"] for image in one_by_one] == api
    assert {image["file"] for image in one_by_one} == {"image"}  # nobody told a name

    environ = {**os.environ, "XRAYLIB_WORKSPACE": str(demo.workspace)}
    command = [sys.executable, "-m", "xraylib", "classify", *map(str, IMAGES), "--json"]
    done = subprocess.run(
        command, cwd=PROJECT, env=environ, capture_output=True, text=True, check=True
    )
    assert [image["probabilities"] for image in json.loads(done.stdout)] == api

    classifier = Classifier(find_model("phantom-demo", workspace=Workspace(demo.workspace)))
    python = [classifier.classify(read_image(file)).probabilities for file in IMAGES]
    assert python == api

    with Visitor(demo.port) as visitor:
        visitor.look().click("I understand, continue").hand_in(*images)
        (table,) = [path for path in visitor.downloads() if path.endswith(".csv")]
        rows = {
            row["file"]: row for row in csv.DictReader(io.StringIO(visitor.get(table).decode()))
        }
        (document,) = [path for path in visitor.downloads() if path.endswith(".json")]
        page = {image["file"]: image for image in json.loads(visitor.get(document))["films"]}
    for (name, _), numbers in zip(images, api, strict=True):
        assert page[name]["probabilities"] == numbers
        assert {c: float(rows[name][f"p_{c}"]) for c in numbers} == {
            c: round(p, 6) for c, p in numbers.items()
        }


def test_twenty_uploads_at_once_are_each_answered_with_their_own_numbers(demo: LabServer) -> None:
    images = [sorted((SAMPLE_DATA / "test" / name).glob("*.png"))[:7] for name in CLASSES]
    files = [file for some in images for file in some][:20]
    alone = [ask(demo, "POST", "/api/v1/classify", file.read_bytes(), raw()) for file in files]
    for status, answer in alone:  # one of them gets no answer, which is one, too
        (image,) = answer["films"]
        assert status == (200 if image["status"] == "ok" else 422)
        assert image["status"] in ("ok", "cannot-judge")
    start = threading.Barrier(len(files))

    refused: list[Any] = []

    def post(file: Path) -> Any:
        start.wait(timeout=60)
        while True:
            status, answer = ask(demo, "POST", "/api/v1/classify", file.read_bytes(), raw())
            if status != 429:  # a key may ask for so many at a time; the others ask again
                return status, answer
            refused.append(answer)
            time.sleep(0.1)

    with ThreadPoolExecutor(len(files)) as pool:
        together = list(pool.map(post, files))
    assert [status for status, _ in together] == [status for status, _ in alone]
    assert [answer["films"] for _, answer in together] == [answer["films"] for _, answer in alone]
    assert all(set(one["error"]) == {"code", "message"} for one in refused)
    assert {one["error"]["code"] for one in refused} <= {"busy"}


def test_the_models_are_listed_without_paths(demo: LabServer) -> None:
    status, answer = ask(demo, "GET", "/api/v1/models")
    assert status == 200
    assert answer["notice"] == "Research and education only, not a medical device."
    (model,) = answer["models"]
    assert (model["name"], model["classes"]) == ("phantom-demo", ["Covid", "Normal", "Pneumonia"])
    low, high = model["auc_ci"]
    assert 0.8 < low < model["auc"] <= high <= 1
    assert str(PROJECT) not in json.dumps(answer)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {KEY[:-1]}"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"Cookie": f"key={KEY}"},
    ],
    ids=["none", "empty", "cut", "basic", "bare", "cookie"],
)
def test_nobody_without_a_key_is_answered(demo: LabServer, headers: dict[str, str]) -> None:
    image = IMAGES[0].read_bytes()
    for method, path in (("GET", "/api/v1/models"), ("POST", "/api/v1/classify")):
        body = image if method == "POST" else None
        status, answer = ask(demo, method, path, body, headers | {"Content-Type": "image/png"})
        assert status == 401
        assert answer == {
            "error": {
                "code": "no-key",
                "message": "Send a known key as Authorization: Bearer KEY.",
            }
        }


def test_without_a_file_of_keys_there_is_no_api(demo: LabServer, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("off")
    with LabServer(folder / "w", folder / "log", environ={"XRAYLIB_MODE": "demo"}) as server:
        for method, path in (("GET", "/api/v1/models"), ("POST", "/api/v1/classify")):
            assert ask(server, method, path)[0] == 404
    assert ask(demo, "GET", "/api/v1/models")[0] == 200


@pytest.mark.parametrize(
    ("body", "headers", "query", "status", "code"),
    [
        (b"text", raw(), "", 422, None),
        (b"", raw(), "", 422, None),
        (b"x", BEARER | {"Content-Type": "text/html"}, "", 415, "content-type"),
        (b"x", raw(), "?model=none", 404, "unknown-model"),
        (b"x", raw(), "?model=../../phantom-demo", 404, "unknown-model"),
        (b"--edge\r\n", multipart()[1], "", 400, None),
        (*multipart(), "", 400, "no-film"),
        (*multipart(*[("f", b"x")] * 33), "", 400, "multipart"),
        (b"x", raw() | {"Content-Length": "-1"}, "", 400, None),
    ],
)
def test_what_cannot_be_classified_is_refused_with_a_reason(
    demo: LabServer,
    body: bytes,
    headers: dict[str, str],
    query: str,
    status: int,
    code: str | None,
) -> None:
    if "Content-Length" in headers:  # refused by the server itself, before it reaches us
        connection = socket.create_connection(("127.0.0.1", demo.port), timeout=60)
        lines = [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join(["POST /api/v1/classify HTTP/1.1", "Host: localhost", *lines, "", ""])
        connection.sendall(request.encode())
        assert b" 400 " in connection.recv(100)
        connection.close()
        return
    got, answer = ask(demo, "POST", f"/api/v1/classify{query}", body, headers)
    assert got == status
    if code is not None:
        assert answer["error"]["code"] == code
    elif status == 422:
        (image,) = answer["films"]
        assert image["status"] == "refused"
        assert image["error"]["code"] == ("not-an-image" if body else "empty")
    assert ask(demo, "POST", "/api/v1/classify", IMAGES[0].read_bytes(), raw())[0] == 200


def test_a_body_over_the_limit_is_refused_before_it_is_read(demo: LabServer) -> None:
    for headers in (
        f"Content-Length: {66 * 2**20}\r\n",
        "Transfer-Encoding: chunked\r\n",
    ):
        with socket.create_connection(("127.0.0.1", demo.port), timeout=120) as connection:
            head = (
                "POST /api/v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
                f"Authorization: Bearer {KEY}\r\n{headers}\r\n"
            )
            connection.sendall(head.encode())
            if "chunked" in headers:
                chunk = b"100000\r\n" + bytes(2**20) + b"\r\n"
                try:
                    for _ in range(70):
                        connection.sendall(chunk)
                except OSError:
                    pass  # it hung up, which is an answer too
            assert b" 413 " in connection.recv(100)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/classify", 405, "method"),
        ("PUT", "/api/v1/models", 405, "method"),
        ("POST", "/api/v1/openapi.json", 405, "method"),
        ("GET", "/api/v1/nothing", 404, "not-found"),
        ("POST", "/api/v2/classify", 404, "not-found"),
        ("GET", "/api/", 404, "not-found"),
        ("GET", "/api", 404, "not-found"),
        ("PUT", "/api/v1", 404, "not-found"),
        ("TRACE", "/api/v1/models", 405, "method"),
        ("QUERY", "/api/v1/nothing", 404, "not-found"),
        ("FOO", "/api/v1/classify/", 404, "not-found"),
    ],
)
def test_an_address_or_a_method_that_is_not_there_is_said(
    demo: LabServer, method: str, path: str, status: int, code: str
) -> None:
    found, answer = ask(demo, method, path)
    assert (found, answer["error"]["code"]) == (status, code)


def test_every_answer_tells_the_limits(demo: LabServer) -> None:
    for path in ("/api/v1/models", "/api/v1/classify", "/api/v1/nothing"):
        connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=60)
        connection.request("GET", path, headers=BEARER)
        headers = connection.getresponse().headers
        connection.close()
        assert headers["X-Limit-Images"] == "32"
        assert int(headers["X-Limit-Bytes"]) == 65 * 2**20


def test_the_document_describes_what_is_answered(demo: LabServer) -> None:
    status, document = ask(demo, "GET", "/api/v1/openapi.json", headers={})
    assert (status, document["openapi"]) == (200, "3.1.0")
    for path, methods in document["paths"].items():
        for method in methods:
            assert ask(demo, method.upper(), path)[0] not in (404, 405)
    images = [(file.name, file.read_bytes()) for file in IMAGES]
    _, answer = ask(demo, "POST", "/api/v1/classify", *multipart(*images))
    described = document["components"]["schemas"]["Classified"]["properties"]
    assert set(answer) == set(described)
    of_each = described["films"]["items"]
    for one in answer["films"]:
        assert set(of_each["required"]) <= set(one) <= set(of_each["properties"])


def test_which_models_there_are_is_told_to_who_has_a_key(demo: LabServer) -> None:
    def named(**headers: str) -> object:
        _, document = ask(demo, "GET", "/api/v1/openapi.json", headers=headers)
        return document["paths"]["/api/v1/classify"]["post"]["parameters"][0]["schema"]

    assert named() == named(Authorization="Bearer wrong") == {"type": "string"}
    assert named(**BEARER) == {"type": "string", "enum": ["phantom-demo"]}


def test_the_health_address_answers_everybody(demo: LabServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=60)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"ok\n")
    connection.close()
