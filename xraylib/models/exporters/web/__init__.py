"""A static folder that classifies in the visitor's browser; the X-ray never leaves it.

The page is TypeScript, in the project's folder ``web``; ``site`` holds what `build.mjs` made of it
and the runtimes, as their makers ship them, so that an export needs neither network nor Node.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xraylib.errors import BundleError
from xraylib.images.formats import FORMAT_WORDS, FORMATS
from xraylib.images.radiograph import MAX_BYTES, MAX_PIXELS
from xraylib.models.classify.classifier import Classifier
from xraylib.models.conversion.calibrated import calibrated_litert
from xraylib.models.conversion.one_image import one_image_litert
from xraylib.models.export_notes import model_facts
from xraylib.models.exporter import Exporter
from xraylib.models.exporters.web.page_table import page_table
from xraylib.models.exporters.web.self_test import self_test
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject, JsonValue
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run

POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; base-uri 'none'; "
    "form-action 'none'"
)
"""What the page may do: run its own files, ask its own host for them, and nothing else."""
_BESIDE: Final = ("model.json", "model_card.md")
"""Files that every export gets, and that the page keeps for use without a network."""
_MODES: Final = ("categorical", "binary", "sparse", "multilabel")
_CHECKED: Final = frozenset(
    {"format", "n_train", "n_held_out", "held_out", "quantile", "refused_quantile", "confidence",
     "threshold", "refused_beyond", "picture_threshold", "usual", "scales", "cut",
     "mirrored", "noisiest",
     "test", "strangers", "doubted"}
)  # fmt: skip
"""What is published of the check and `web/src/familiar.ts` goes by, and what was measured of it."""
_HEADERS: Final = """/*
  Content-Security-Policy: {policy}; frame-ancestors 'self'
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Cross-Origin-Resource-Policy: same-origin
"""
_README: Final = """# {name}

{notice}

Put this folder on any web host, at any address, and open `index.html` there; on a computer of your
own `python -m http.server` serves it. Images are judged in the visitor's browser: once the page is
there it asks the host for nothing, and it works without a network. It answers only after eight
sample images gave the same numbers there as in Python.

`page.json` holds the sentences and limits, `ood.json` what the training images looked like,
`model.json` the settings, `model_card.md` what the model learned from and how good it is.
`_headers` names the headers that a host should send; some hosts read it.
"""


def _write(bundle: Bundle, _run: Run | None, out: Path) -> None:
    _check(bundle)
    site = files(__name__).joinpath("site")
    for file in site.iterdir():
        data = file.read_bytes()
        if file.name.endswith(".gz"):
            data = gzip.decompress(data)
        elif file.name == "index.html":
            data = _filled(data.decode("utf-8")).encode("utf-8")
        write_atomic(out / file.name.removesuffix(".gz"), data)
    facts = model_facts(bundle)
    write_atomic(out / "model.tflite", one_image_litert(calibrated_litert(bundle, facts)))
    write_atomic(out / "page.json", _compact(page_table(bundle)))
    write_atomic(out / "ood.json", _compact(None if bundle.ood is None else dict(bundle.ood)))
    write_atomic(out / "self_test.json", _compact(self_test(Classifier(bundle, workers=1))))
    _keep(out, told=_compact(facts) + bundle.card)
    write_atomic(out / "_headers", _HEADERS.format(policy=POLICY))


def _filled(page: str) -> str:
    """The page with what it may do and which files it takes."""
    endings = (ending for form in FORMATS.values() for ending in form.endings)
    limits = f"{MAX_BYTES // 2**20} MiB and {MAX_PIXELS // 1_000_000} megapixels"
    for name, words in (
        ("policy", POLICY),
        ("accept", ",".join(f".{ending}" for ending in endings)),
        ("formats", FORMAT_WORDS),
        ("limits", limits),
    ):
        page = page.replace(f"{{{name}}}", words)
    return page


def _check(bundle: Bundle) -> None:
    """Refuses a model of which the page would say less than Classify does.

    Raises:
        BundleError: code ``not-in-browser``.
    """
    unknown = sorted(set(bundle.ood or ()) - _CHECKED)
    if bundle.class_mode not in _MODES or unknown:
        what = f"checks images by {', '.join(unknown)}" if unknown else f"is {bundle.class_mode}"
        raise BundleError(
            f"The model {bundle.name} {what}, which the page in the browser cannot",
            expected="a model of classes or of findings, and checks that the page knows",
            remedy="export it as folder, or let it be used through X-ray Lab",
            code="not-in-browser",
        )


def _keep(out: Path, *, told: str) -> None:
    """Names the files for the service worker, and their content, so that a new one is noticed.

    Args:
        out: The folder with all files but those in ``_BESIDE``.
        told: What those say.
    """
    names = sorted(file.name for file in out.iterdir())
    content = hashlib.sha256(told.encode("utf-8"))
    for name in names:
        content.update((out / name).read_bytes())
    kept: JsonObject = {"content": content.hexdigest()[:16], "files": ["./", *names, *_BESIDE]}
    write_atomic(out / "kept.js", f"self.KEPT = {_compact(kept)};\n")


def _compact(value: JsonValue) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


WEB = Exporter(
    name="web",
    title="Web page",
    description="A folder for any web host that classifies in the visitor's browser, where the "
    "X-ray stays",
    order=15,
    write=_write,
    readme=_README,
)
