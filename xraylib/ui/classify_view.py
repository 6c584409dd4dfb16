"""One visit to the Classify page: what was handed in, what a model said, and forgetting it.

Everything of an upload lives in the visit, which lives in the session; nothing reaches a disk, a
log, or a cache that others share.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from streamlit.typing import UploadedFile

from xraylib.data.images import read_image
from xraylib.data.pool import DecoderPool
from xraylib.data.radiograph import Radiograph
from xraylib.errors import XrayError
from xraylib.serving.bundle import Bundle, find_model, list_models
from xraylib.serving.classifier import Classifier, Prediction
from xraylib.serving.report import NOTICE, predictions_csv
from xraylib.serving.words import share
from xraylib.settings import SAMPLE_DATA
from xraylib.ui.pictures import (
    LARGEST_SIDE,
    Pixels,
    data_uri,
    encode_jpeg,
    heat_layer,
    shrink,
    windowed,
)
from xraylib.ui.results_view import with_interval
from xraylib.workspace import Workspace

_THUMBNAIL = 96
UNSURE = 0.6
"""A film whose highest probability is below this stands further up in the table."""


_WARNINGS = {
    "low-resolution": "few pixels",
    "shape": "not the shape of a chest film",
    "no-contrast": "almost no contrast",
    "colour": "in colour",
}
_REFUSALS = {
    "empty": "empty file",
    "not-an-image": "not an image",
    "too-large": "too large",
    "damaged": "damaged file",
    "no-pixels": "no picture in it",
    "several-frames": "several pictures in one file",
    "too-slow": "takes too long to decode",
}


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A file that was handed in, and what became of it.

    Attributes:
        name: The file's name, shown as text only.
        sha256: Of its bytes.
        film: Its pixels for the screen, uint8 or uint16 as they were stored, or None.
        bit_depth: Of ``film``: white is ``2**bit_depth - 1``.
        size: (width, height) of the original in pixels.
        facts: ``"DICOM, 12 bit, 256 × 256 pixels"``.
        prediction: What the model said, or None.
        error: ``{"code", "message"}`` of a refusal, or None.
    """

    name: str
    sha256: str
    film: NDArray[Any] | None = field(default=None, repr=False)
    bit_depth: int = 8
    size: tuple[int, int] = (0, 0)
    facts: str = ""
    prediction: Prediction | None = field(default=None, repr=False)
    error: Mapping[str, str] | None = None

    @property
    def white(self) -> int:
        """The highest grey level that the film could have."""
        return int(2**self.bit_depth) - 1

    @property
    def confidence(self) -> float:
        """Highest probability; 0 for a refused file."""
        return max(self.prediction.probabilities.values()) if self.prediction else 0.0

    @property
    def needs_a_look(self) -> tuple[int, float]:
        """Sorts what needs a look first: refused, then warned about, then unsure."""
        if self.prediction is None:
            return 0, 0.0
        return (1 if self.prediction.warnings else 2), self.confidence

    def record(self) -> dict[str, Any]:
        """As :func:`xraylib.serving.batch.classify_files` writes it."""
        p = self.prediction
        return {
            "file": self.name,
            "status": "ok" if p else "refused",
            "label": p.label if p else None,
            "probabilities": p.probabilities if p else {},
            "warnings": [warning.to_json() for warning in p.warnings] if p else [],
            "error": dict(self.error) if self.error else None,
        }


@dataclass
class Visit:
    """What one person has handed in since coming or since forgetting.

    Attributes:
        number: Grows with each forgetting; part of the widgets' keys, so that they forget too.
        sample: The synthetic film that was picked, or None.
        opened: By (SHA-256, name, model); a file is judged once.
        owner: Whose turn it is when films of many visits wait to be decoded.
    """

    number: int = 0
    sample: Path | None = None
    opened: dict[tuple[str, str, str], Opened] = field(default_factory=dict)
    owner: str = field(default_factory=lambda: f"visit {secrets.token_hex(8)}")

    def forget(self) -> None:
        """Drops everything that was handed in."""
        self.opened.clear()
        self.sample = None
        self.number += 1

    def take_sample(self, file: Path) -> None:
        """Looks at a synthetic film of ours."""
        self.sample = file

    def drop_sample(self) -> None:
        """Puts the synthetic film away, because somebody came with films."""
        self.sample = None


def current_visit() -> Visit:
    """The visit of this session."""
    visit: Visit = st.session_state.setdefault("visit", Visit())
    return visit


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A synthetic film to try the page with."""

    title: str
    file: Path


def samples() -> list[Sample]:
    """The three samples: two phantoms of the test films and a DICOM file."""
    found = []
    for name in ("Pneumonia", "Normal"):
        films = sorted((SAMPLE_DATA / "test" / name).glob("*.png"))
        if films:
            found.append(Sample(title=f"A {name} phantom", file=films[0]))
    dicoms = sorted(SAMPLE_DATA.rglob("*.dcm"))
    if dicoms:
        found.append(Sample(title="A DICOM phantom", file=dicoms[0]))
    return found


@st.cache_data(max_entries=8, show_spinner=False)
def sample_picture(file: str) -> bytes:
    """A small picture of one of the samples; they come with the project, so all may share it."""
    return encode_jpeg(shrink(read_image(Path(file)).as_uint8(), 144))


def handed_in(uploads: Sequence[UploadedFile], visit: Visit) -> list[tuple[str, bytes]]:
    """Name and bytes of all that is to be judged. Films taken away are forgotten at once."""
    files = [(upload.name, upload.getvalue()) for upload in uploads]
    if visit.sample is not None:
        files.append((visit.sample.name, visit.sample.read_bytes()))
    present = {(hashlib.sha256(data).hexdigest(), name) for name, data in files}
    for key in [key for key in visit.opened if key[:2] not in present]:
        del visit.opened[key]
    return files


@st.cache_resource(max_entries=1, show_spinner=False)
def decoder() -> DecoderPool:
    """The child processes that decode uploads, shared by all sessions in turn."""
    return DecoderPool()


@st.cache_resource(max_entries=4, show_spinner="Loading the model")
def _classifier(root: str, name: str, version: int) -> Classifier:
    return Classifier(find_model(Workspace(Path(root)), name, version))


def models_in_use(workspace: Workspace) -> dict[str, Mapping[str, Any]]:
    """The version in use of each published model, by name; the newest first."""
    records = [record for record in list_models(workspace) if record["in_use"]]
    records.sort(key=lambda record: str(record["published"] or ""), reverse=True)
    # A model of one's own before the one that came with the project.
    records.sort(key=lambda record: bool(record.get("read_only")))
    return {record["name"]: record for record in records}


def classifier(workspace: Workspace, record: Mapping[str, Any]) -> Classifier:
    """The shared classifier of a record of :func:`models_in_use`.

    Raises:
        BundleError: The published model is incomplete or was changed.
    """
    return _classifier(str(workspace.root), str(record["name"]), int(record["version"]))


def open_film(visit: Visit, name: str, data: bytes, model: Classifier) -> Opened:
    """Judges a file, or finds what was said about it before."""
    sha256 = hashlib.sha256(data).hexdigest()
    key = (sha256, name, f"{model.bundle.name} {model.bundle.version}")
    if key not in visit.opened:
        visit.opened[key] = _judge(name, sha256, data, model, visit.owner)
    return visit.opened[key]


def model_sentence(bundle: Bundle) -> str:
    """The model's name and how good it was on how many films."""
    metrics = bundle.metrics
    called = f"**{bundle.name}**, version {bundle.version}"
    if not metrics.get("n"):
        return f"{called}: never tested on films of its own."
    films = "phantoms (synthetic)" if bundle.synthetic else "films"
    accuracy = with_interval(metrics["accuracy"], metrics.get("accuracy_ci"))
    return (
        f"{called}: accuracy {accuracy} on {metrics['n']} test {films} that it had not seen, "
        "95 % interval in brackets."
    )


def probability_chart(
    probabilities: Mapping[str, float], colours: Mapping[str, str], *, dark: bool
) -> alt.LayerChart:
    """Probabilities as horizontal bars with their values, highest first.

    Args:
        probabilities: By class.
        colours: By class, as on every page.
        dark: Whether it stands on a dark page.
    """
    table = pd.DataFrame(
        {
            "class": list(probabilities),
            "probability": list(probabilities.values()),
            "text": [share(value) for value in probabilities.values()],
        }
    )
    base = alt.Chart(table).encode(
        y=alt.Y("class:N", title=None, sort="-x", axis=alt.Axis(labelFontSize=14, labelLimit=200)),
        x=alt.X(
            "probability:Q",
            title="Probability",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2f"),
        ),
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height=22).encode(
        color=alt.Color(
            "class:N",
            scale=alt.Scale(domain=list(colours), range=list(colours.values())),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("class:N", title="Class"),
            alt.Tooltip("text:N", title="Probability"),
        ],
    )
    text = "#e4ebef" if dark else "#0d151b"
    values = base.mark_text(align="left", dx=6, fontSize=14, color=text).encode(text="text:N")
    chart: alt.LayerChart = (bars + values).properties(height=44 * max(len(table), 2) + 40)
    return chart


def probability_summary(opened: Opened) -> str:
    """The bars for those who cannot see them."""
    if opened.prediction is None:
        return "No probabilities."
    told = (f"{name} {share(value)}" for name, value in opened.prediction.probabilities.items())
    return "Probabilities: " + ", ".join(told) + "."


def overview(films: Sequence[Opened]) -> pd.DataFrame:
    """Many files as a table; give it sorted by ``needs_a_look``."""
    return pd.DataFrame(
        {
            "Film": [_thumbnail(film) for film in films],
            "File": [film.name for film in films],
            "More like": [film.prediction.label if film.prediction else "–" for film in films],
            "Probability": [share(film.confidence) if film.prediction else "–" for film in films],
            "To look at": [_remark(film) for film in films],
        }
    )


def csv_download(films: Sequence[Opened], bundle: Bundle) -> tuple[bytes, str]:
    """The predictions as CSV, and a file name that holds their SHA-256."""
    data = predictions_csv([film.record() for film in films], bundle).encode("utf-8")
    return data, _download_name(data, "csv")


def json_download(films: Sequence[Opened], bundle: Bundle) -> tuple[bytes, str]:
    """The same for programs: notice, model, and the records of ``xraylib classify --json``."""
    value = {
        "notice": NOTICE,
        "model": {
            "name": bundle.name,
            "version": bundle.version,
            "synthetic": bundle.synthetic,
            "metrics": {
                key: bundle.metrics.get(key) for key in ("n", "accuracy", "accuracy_ci", "auc")
            },
        },
        "films": [film.record() for film in films],
    }
    data = json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8")
    return data, _download_name(data, "json")


def _download_name(data: bytes, ending: str) -> str:
    return f"xray-lab-{hashlib.sha256(data).hexdigest()[:16]}.{ending}"


def heat_picture(prediction: Prediction) -> Pixels | None:
    """The heat map as RGBA, or None."""
    return None if prediction.heat_map is None else heat_layer(prediction.heat_map)


def _judge(name: str, sha256: str, data: bytes, model: Classifier, owner: str) -> Opened:
    try:
        radiograph = decoder().decode(data, owner=owner)
        prediction = model.classify(radiograph)
    except XrayError as error:
        return Opened(name=name, sha256=sha256, error=error.to_json())
    return Opened(
        name=name,
        sha256=sha256,
        film=shrink(radiograph.pixels, LARGEST_SIDE),
        bit_depth=radiograph.bit_depth,
        size=(radiograph.width, radiograph.height),
        facts=_facts(radiograph),
        prediction=prediction,
    )


def _facts(radiograph: Radiograph) -> str:
    return (
        f"{radiograph.format}, {radiograph.bit_depth} bit, "
        f"{radiograph.width} × {radiograph.height} pixels"
    )


def _thumbnail(film: Opened) -> str | None:
    if film.film is None:
        return None
    small = windowed(shrink(film.film, _THUMBNAIL), 0, film.white)
    return data_uri(encode_jpeg(small, quality=80))


def _remark(film: Opened) -> str:
    if film.error:
        return "Refused: " + _REFUSALS.get(film.error["code"], "see why below")
    if film.prediction and film.prediction.warnings:
        found = [_WARNINGS.get(w.code, w.code) for w in film.prediction.warnings]
        return "; ".join(found).capitalize()
    return "Unsure" if film.confidence < UNSURE else ""
