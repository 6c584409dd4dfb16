"""The Results tab *Heat maps*: what speaks for each class on any image, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.results.curve_charts import share_chart
from xraylib.app.shared import explained_images, heat_maps
from xraylib.app.shared.runs.predictions import JudgedImage
from xraylib.app.shell.frame import errors_shown, plain, written
from xraylib.app.shell.pictures import encode_jpeg
from xraylib.evaluation.explain.localisation import Curve, read_outlines
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.models.wording import share
from xraylib.rounding import percent, rounded
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

Pixels = NDArray[np.uint8]

METHODS: Final = {
    "cam": "Class activation map",
    "occlusion": "Occlusion",
    "gradcam": "Grad-CAM",
    "hirescam": "HiResCAM",
}
HELP: Final = {
    "cam": "What the last maps add, place by place. Exact for this network's head, and "
    "shown at once.",
    "occlusion": "How much its log-odds fall when a dark square hides each of 64 places. "
    "Works for every network.",
    "gradcam": "The last maps, each weighed with its mean gradient (Selvaraju et al. 2017).",
    "hirescam": "The last maps times their gradients, place by place (Draelos and Carin 2020).",
}
COLOURS: Final = {
    "Inferno": cv2.COLORMAP_INFERNO,
    "Viridis": cv2.COLORMAP_VIRIDIS,
    "Cividis": cv2.COLORMAP_CIVIDIS,
    "Turbo": cv2.COLORMAP_TURBO,
}
_SIDE: Final = 384
_AT_ONCE: Final = 32


def show(
    run: Run, judged: JudgedImages | RunFindings | None, workspace: Workspace, split: str
) -> None:
    """Everything of the tab."""
    looked = explained_images.choose(run, judged, workspace, split)
    if looked is None:
        return
    root, path, classifier = looked.root, looked.path, looked.classifier
    # Gradients are computed for images that the run knows.
    convolved = classifier.bundle.inside is not None and root == run.data.root
    exact = classifier.bundle.manifest["explain"]["method"] == "cam"
    possible = [
        name
        for name in METHODS
        if name == "occlusion" or (name == "cam" and exact) or (convolved and name != "cam")
    ]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.segmented_control(
            "Method",
            possible,
            format_func=METHODS.__getitem__,
            default=possible[0],
            required=True,
            key="heat-method",
            persist_state="page",
        )
        colours = st.selectbox(
            "Colours", list(COLOURS), key="heat-colours", persist_state="page", width=150,
            help="The first three are safe for colour-blind readers.",
        )  # fmt: skip
        opacity = st.slider(
            "Opacity", 0.0, 1.0, 0.5, 0.05, key="heat-opacity", persist_state="page", width=220,
            help="How much the map covers the X-ray. At 0 you see the X-ray alone.",
        )  # fmt: skip
        outlines: list[NDArray[np.float32]] = []
        with errors_shown():
            outlines = _outlines(run, root, path)
        marked = bool(outlines) and st.toggle(
            "True lesions", key="heat-lesions", persist_state="page",
            help="Outlines of the lesions that were drawn into this phantom.",
        )  # fmt: skip
    if method is None:
        return
    st.caption(HELP[method])
    maps = heat_maps.maps_of(run, looked, method)
    if maps is None:
        others = [image.path for image in looked.images if image.path != path][: _AT_ONCE - 1]
        explained_images.offer_gradients(run, workspace, method, [path, *others])
        return
    pixels = heat_maps.prepared_image(run, looked)
    if isinstance(pixels, str):
        st.warning(written(pixels), icon=":material/broken_image:")
        return
    lesions = outlines if marked else []
    _draw(pixels, maps, looked.judged, colours=colours, opacity=opacity, lesions=lesions)
    _curves(looked, pixels, maps, method)


def _draw(
    pixels: Pixels,
    maps: Mapping[str, NDArray[np.float32]],
    judged: JudgedImage | None,
    *,
    colours: str,
    opacity: float,
    lesions: Sequence[NDArray[np.float32]],
) -> None:
    with st.grid(min(4, len(maps) + 1), min_column_width=220, gap="small"):
        with st.container(gap="xsmall"):
            st.image(
                encode_jpeg(outlined(enlarged(pixels), lesions, pixels.shape)),
                alt="The X-ray as the network sees it",
                width="stretch",
            )
            st.markdown("**The X-ray**, as the network sees it")
        for name, heat in maps.items():
            with st.container(gap="xsmall"):
                picture = laid_over(pixels, heat, COLOURS[colours], opacity)
                st.image(
                    encode_jpeg(outlined(picture, lesions, pixels.shape)),
                    alt=f"The X-ray with what speaks for {name} laid over it",
                    width="stretch",
                )
                st.markdown(_title(name, judged, nothing=not heat.any()))
    st.caption(
        "Each map is scaled to its own hottest place, so the colours of two maps cannot be "
        "compared. A hot spot shows what the network uses, which need not be where disease is."
    )


def _title(name: str, judged: JudgedImage | None, *, nothing: bool) -> str:
    words = f"For **{plain(name)}**"
    if judged is not None:
        words += f", {share(judged.probabilities[name])}"
        if name in judged.shows:
            words += " (it shows it)"
        elif name in judged.flagged:
            words += " (flagged)"
        elif name == judged.truth:
            words += " (its class)"
        elif name == judged.called:
            words += " (what it was called)"
    return words + (": nothing speaks for it" if nothing else "")


def _curves(
    looked: explained_images.Looked,
    pixels: Pixels,
    maps: Mapping[str, NDArray[np.float32]],
    method: str,
) -> None:
    """On demand: how the probability moves as the hottest parts are hidden, or shown."""
    image = looked.judged
    name = image.called if image is not None and image.called in maps else next(iter(maps))
    if not st.toggle(
        "Deletion and insertion",
        key="heat-curves",
        persist_state="page",
        help="Hides the hottest parts first, and shows them first: a true map makes the "
        "probability fall and rise fast.",
    ):
        return
    found = heat_maps.curves_of(looked, pixels, maps[name], method, name)
    one, two = st.columns([2, 3], gap="medium")
    words = curve_words(name, *found)
    one.altair_chart(share_chart(found), alt=words)
    two.markdown(words)
    two.caption(
        "The map of the called class. An area under the deletion curve near 0 and one under the "
        "insertion curve near 1 say that the network uses what the map marks. Compare methods "
        "with each other: on another X-ray other areas are good."
    )
    temperature = looked.classifier.bundle.temperature
    if image is not None and temperature != 1:
        two.caption(
            f"These probabilities are after the temperature of {temperature:.2f}, as a published "
            "model gives them; those under the maps are the network's own."
        )


def curve_words(name: str, deletion: Curve, insertion: Curve) -> str:
    """Both curves in a sentence."""
    start, end = deletion.probabilities[0], deletion.probabilities[-1]
    half = deletion.shares[np.argmax(deletion.probabilities <= (start + end) / 2)]
    return (
        f"With the hottest parts hidden first the probability of **{plain(name)}** falls from "
        f"{rounded(start)} to {rounded(end)}, half of it after {percent(half)} of the X-ray (area "
        f"{rounded(deletion.area)}). With them shown first on a blurred X-ray it comes from "
        f"{rounded(insertion.probabilities[0])} to {rounded(insertion.probabilities[-1])} (area "
        f"{rounded(insertion.area)})."
    )


def laid_over(pixels: Pixels, heat: NDArray[np.float32], colour_map: int, opacity: float) -> Pixels:
    """The image with a heat map over it, RGB, the longer side 384 or more.

    Args:
        pixels: ``(height, width, channels)`` prepared image.
        heat: ``(height, width)`` from 0 to 1; where it is 0 the image stays as it is.
        colour_map: One of OpenCV's.
        opacity: Of the hottest place, 0 to 1.
    """
    image = enlarged(pixels).astype(np.float32)
    size = (image.shape[1], image.shape[0])
    level = cv2.resize(np.clip(heat, 0, 1), size, interpolation=cv2.INTER_LINEAR)
    colour = cv2.applyColorMap((level * 255).astype(np.uint8), colour_map)
    colour = cv2.cvtColor(colour, cv2.COLOR_BGR2RGB).astype(np.float32)
    # The square root lets weak places show, too.
    weight = (opacity * np.sqrt(level))[:, :, None]
    mixed: Pixels = np.rint(image * (1 - weight) + colour * weight).astype(np.uint8)
    return mixed


def enlarged(pixels: Pixels) -> Pixels:
    """A prepared image as RGB, its longer side at least 384."""
    image = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    factor = max(1.0, _SIDE / max(image.shape[:2]))
    size = (round(image.shape[1] * factor), round(image.shape[0] * factor))
    large: Pixels = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return large


def outlined(
    picture: Pixels, lesions: Sequence[NDArray[np.float32]], shape: tuple[int, ...]
) -> Pixels:
    """The picture with outlines of lesions, given in pixels of an image of ``shape``."""
    if not lesions:
        return picture
    drawn = np.ascontiguousarray(picture)
    scale = np.array([picture.shape[1] / shape[1], picture.shape[0] / shape[0]])
    for outline in lesions:
        points = np.rint((outline + 0.5) * scale - 0.5).astype(np.int32)
        cv2.polylines(drawn, [points], isClosed=True, color=(0, 0, 0), thickness=3)
        cv2.polylines(drawn, [points], isClosed=True, color=(255, 255, 255), thickness=1)
    return drawn


def _outlines(run: Run, root: Path, path: str) -> list[NDArray[np.float32]]:
    """Lesions of an image whose data set knows them, in pixels of the prepared image."""
    file = root / "lesions.csv"
    if not file.is_file() or run.preparation.image_size != (256, 256):
        return []
    known: dict[str, list[NDArray[np.float32]]] = _table(str(file), file.stat().st_mtime_ns)
    return known.get(path, [])


@st.cache_data(max_entries=2, show_spinner=False)
def _table(file: str, mtime_ns: int) -> dict[str, Any]:  # noqa: ARG001
    return read_outlines(Path(file))
