"""The HTTP API: an image in, probabilities out, over the same code and limits as the Classify page.

    POST /api/v1/classify?model=NAME    one image as the body, or several as multipart/form-data
    GET  /api/v1/models                 the published models in use
    GET  /api/v1/openapi.json           this API as an OpenAPI document; with a key it names models

Off (404) unless the host names a file of keys. Each request but for the document carries
``Authorization: Bearer KEY``. Every answer tells the limits in its headers.
Images stay in memory; neither they nor their names are logged.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from xraylib.app.server.api_document import openapi
from xraylib.app.server.api_keys import holder_of, read_keys
from xraylib.app.shell.places import without_places
from xraylib.app.shell.sign_in import read_people
from xraylib.errors import BundleError, PathError, XrayError
from xraylib.images.radiograph import MAX_BYTES
from xraylib.models.classify.batch import classify_files
from xraylib.models.classify.table import NOTICE, told_model
from xraylib.models.which_model import models_in_use, only_model
from xraylib.settings import read_settings
from xraylib.workspace import Workspace

MOST_IMAGES = 32
"""Images in one request."""
LARGEST_BODY = MAX_BYTES + 2**20
"""Bytes of one request: one image of the largest size, and what multipart adds."""
SECONDS_TO_SEND = 120.0

_AT_ONCE, _EACH_AT_ONCE = 8, 2
_TRY_AGAIN_SECONDS = 5
_ASKED_WRONG = {"unknown-model": 404, "name": 404, "which-model": 400}
LIMITS = {
    "X-Limit-Images": str(MOST_IMAGES),
    "X-Limit-Bytes": str(LARGEST_BODY),
    "X-Limit-Requests-At-Once": str(_EACH_AT_ONCE),
}
"""Headers of every answer: images and bytes of a request, and requests of one key at a time."""
_RAW = ("application/octet-stream", "application/dicom", "image/png", "image/jpeg")


class Refusal(Exception):  # noqa: N818 - never leaves this module
    """An answer other than 200.

    Args:
        status: HTTP status.
        code: Stable, in kebab case.
        message: For people.
        headers: Of the answer.
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})


class Doors:
    """Counts the requests that are being served, so that their bodies cannot fill the memory."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()

    @contextmanager
    def enter(self, holder: str) -> Iterator[None]:
        """Refuses more than two requests of one key or eight in all, before a body is read."""
        if self._inside[holder] >= _EACH_AT_ONCE or self._inside.total() >= _AT_ONCE:
            raise Refusal(
                429,
                "busy",
                "Too many requests at once. Try again in a few seconds.",
                {"Retry-After": str(_TRY_AGAIN_SECONDS)},
            )
        self._inside[holder] += 1
        try:
            yield
        finally:
            self._inside[holder] -= 1


def routes() -> list[Route]:
    """The addresses of the API; they ask for the settings with each request."""
    doors = Doors()

    async def models(request: Request) -> Response:
        admitted(request)
        return _json({"notice": NOTICE, "models": await run_in_threadpool(_models)})

    async def classify(request: Request) -> Response:
        holder = admitted(request)
        with doors.enter(holder):
            images = await _images(request)
            name = request.query_params.get("model")
            value = await run_in_threadpool(_classify, images, name, holder)
        answered = any(image["status"] == "ok" for image in value["films"])
        return _json(value, 200 if answered else 422)

    async def document(request: Request) -> Response:
        names: list[str] = []
        with suppress(Refusal):  # which models there are is told to who has a key
            admitted(request)
            names = [record["name"] for record in await run_in_threadpool(_models)]
        return _json(openapi(str(request.base_url).rstrip("/"), names))

    return [
        _route("/api/v1/models", "GET", models),
        _route("/api/v1/classify", "POST", classify),
        _route("/api/v1/openapi.json", "GET", document),
        _route("/api/{rest:path}", "", _nothing),
        _route("/api", "", _nothing),
    ]


Endpoint = Callable[[Request], Awaitable[Response]]


def _route(path: str, method: str, endpoint: Endpoint) -> Route:
    """One address. Streamlit would answer other methods with its page, so all of them end here."""

    async def only(request: Request) -> Response:
        if read_settings().api_keys_file is None:
            raise _not_found()
        if method and request.method != method:
            raise Refusal(405, "method", f"Ask this address with {method}.", {"Allow": method})
        return await endpoint(request)

    return Route(path, _answering(only), methods=[])  # none is left to others


async def _nothing(_request: Request) -> Response:
    raise _not_found()


def admitted(request: Request) -> str:
    """Who asks. The routes' counterpart of ``shell.open_page``.

    Raises:
        Refusal: 404 where the API is off, 401 without a key that is known, 403 where the key's
            holder is not on the list of people.
    """
    file = read_settings().api_keys_file
    if file is None:
        raise _not_found()
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    holder = holder_of(key.strip(), read_keys(file)) if scheme.lower() == "bearer" else None
    if holder is None:
        raise Refusal(
            401,
            "no-key",
            "Send a known key as Authorization: Bearer KEY.",
            {"WWW-Authenticate": "Bearer"},
        )
    people = read_people()
    if people is not None and not people.lists(holder):
        raise Refusal(403, "not-listed", "The holder of this key is not on the list of people.")
    return holder


def _not_found() -> Refusal:
    return Refusal(404, "not-found", "There is nothing at this address.")


def _answering(endpoint: Endpoint) -> Endpoint:
    """Turns errors into answers; the server's own log gets no part of the request."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            error = {"code": refusal.code, "message": refusal.message}
            return _json({"error": error}, refusal.status, refusal.headers)
        except XrayError as error:
            asked = isinstance(error, BundleError | PathError)
            status = _ASKED_WRONG.get(error.code, 503) if asked else 503
            told = {"code": error.code, "message": without_places(error.message)}
            return _json({"error": told}, status)

    return answer


async def _images(request: Request) -> list[tuple[str, bytes]]:
    """Name and bytes of each image of a request."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data" and kind not in _RAW:
        raise Refusal(
            415, "content-type", "Send multipart/form-data, or an X-ray as " + ", ".join(_RAW) + "."
        )
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise Refusal(400, "length", "The Content-Length is not a number.")
    if int(declared) > LARGEST_BODY:
        raise _too_large()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            if kind == "multipart/form-data":
                return await _parts(request)
            return [("image", b"".join([chunk async for chunk in _limited(request)]))]
    except TimeoutError:
        raise Refusal(408, "too-slow", "The request took too long to arrive.") from None
    except ClientDisconnect:
        raise Refusal(400, "cut", "The request was cut short.") from None


async def _parts(request: Request) -> list[tuple[str, bytes]]:
    parser = MultiPartParser(
        request.headers, _limited(request), max_files=MOST_IMAGES, max_fields=0
    )
    parser.spool_max_size = LARGEST_BODY + 1  # no part ever reaches a disk
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise Refusal(
            400, "multipart", f"The multipart body cannot be read: {error.message}"
        ) from None
    try:
        parts = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        images = [(part.filename or "image", await part.read()) for part in parts]
    finally:
        await form.close()
    if not images:
        raise Refusal(400, "no-film", "The request holds no file.")
    return images


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    """The body as it arrives, whatever its Content-Length said."""
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > LARGEST_BODY:
            raise _too_large()
        yield chunk


def _too_large() -> Refusal:
    return Refusal(413, "too-large", f"A request may hold {LARGEST_BODY // 2**20} MiB.")


def _models() -> list[dict[str, Any]]:
    shown = ("name", "version", "classes", "synthetic", "accuracy", "accuracy_ci", "auc", "auc_ci",
             "n", "published", "operating")  # fmt: skip
    return [
        {key: record.to_json()[key] for key in shown}
        for record in models_in_use(workspace=Workspace.open()).values()
        if record.problem is None
    ]


def _classify(images: list[tuple[str, bytes]], name: str | None, holder: str) -> dict[str, Any]:
    """What the model says about each image; runs in a thread."""
    from xraylib.app.classify import judging

    workspace = Workspace.open()
    records = models_in_use(workspace=workspace)
    name = only_model(workspace=workspace) if name is None else name
    if name not in records:
        raise BundleError(
            f"There is no published model {name[:80]!r}",
            expected="one of " + ", ".join(records) if records else "a published model",
            remedy="choose a model of GET /api/v1/models",
            code="unknown-model",
        )
    model = judging.classifier(workspace, records[name])
    decoder = judging.decoder().for_owner(f"key {holder}")
    return {
        "notice": NOTICE,
        "model": told_model(model.bundle),
        "films": [image.to_json() for image in classify_files(images, model, decoder=decoder)],
    }


def _json(
    value: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return JSONResponse(
        value, status, headers={"Cache-Control": "no-store", **LIMITS, **(headers or {})}
    )
