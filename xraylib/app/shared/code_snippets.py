"""The code for what a page shows: "Copy as Python". Each piece runs as it stands."""

from __future__ import annotations

import textwrap
from dataclasses import fields
from pprint import pformat
from typing import Any

import streamlit as st

from xraylib.augmentation.augment import AugmentConfig
from xraylib.augmentation.kinds import SETTINGS
from xraylib.datasets.curation import Curation
from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN, DatasetIndex
from xraylib.images.prepare import Preparation
from xraylib.networks.spec import ModelSpec


def dataset_code(
    index: DatasetIndex,
    preparation: Preparation,
    augment: AugmentConfig,
    curation: Curation | None = None,
) -> str:
    """Scan, decide, split, prepare and augment as the Dataset page does it."""
    pattern = ""
    if index.patient_pattern != DEFAULT_PATIENT_PATTERN:
        pattern = f", patient_pattern={index.patient_pattern!r}"
    made = f"index = xraylib.scan({str(index.root)!r}{pattern})"
    imports = "import xraylib"
    if curation is not None and curation != Curation():
        imports += "\nfrom xraylib.datasets.curation import Curation"
        told = pformat(curation.to_json(), sort_dicts=False)
        made = (
            f"curation = Curation.from_json({told})\n"
            f"scanned = xraylib.scan({str(index.root)!r}{pattern}, reading=curation.reading)\n"
            "index = curation.apply(scanned)"
        )
    return f"""{imports}

{made}
print(index.counts())

split = xraylib.make_split(index, validation=0.2, seed=0)
print(split.summary(index))

preparation = {call("xraylib.Preparation", preparation)}
row = int(split.train[0])
pixels = xraylib.prepare(index.read(row), preparation)

config = {call("xraylib.AugmentConfig", augment)}
varied = xraylib.augment(pixels, config, seed=0, epoch=0, index=row)
print(varied.shape, varied.dtype)
"""


def generator_code(augment: AugmentConfig) -> str:
    """The same ranges as the lesson's ``ImageDataGenerator`` call, which Keras calls deprecated.

    What that class cannot do is named in a comment.
    """
    given = {
        field.name: getattr(augment, field.name)
        for field in fields(augment)
        if getattr(augment, field.name) != field.default
    }
    left_out = [name for name in given if not SETTINGS[name].keras]
    given = {name: value for name, value in given.items() if name not in left_out}
    if "width_shift_range" in given or "height_shift_range" in given:
        # Keras 3.15 takes each for the other.
        given["width_shift_range"] = augment.height_shift_range
        given["height_shift_range"] = augment.width_shift_range
    if "zoom_range" in given:
        given["zoom_range"] = list(augment.zoom)
    if "brightness_range" in given:
        given["brightness_range"] = list(augment.brightness_range or (1.0, 1.0))
    lines = "".join(f"    {name}={value!r},\n" for name, value in given.items())
    shifts = ""
    missing = ""
    if left_out:
        missing = f"# It knows no {', '.join(left_out)}: they are left out.\n"
    if augment.width_shift_range != augment.height_shift_range:
        shifts = "# Keras 3.15 exchanges the two shifts by mistake; here they are exchanged back.\n"
    return f"""from tensorflow.keras.preprocessing.image import ImageDataGenerator

# Keras calls this class deprecated.
{missing}{shifts}generator = ImageDataGenerator(
    rescale=1 / 255,
{lines})
"""


def network_code(spec: ModelSpec) -> str:
    """The network as a value, and what follows from it."""
    layers = "".join(f"        {layer!r},\n" for layer in spec.layers)
    inside = [one.kind for layer in spec.layers for one in getattr(layer, "layers", ())]
    kinds = ", ".join(sorted({*inside, *(layer.kind for layer in spec.layers)}))
    lines = textwrap.wrap(kinds, 84)
    names = kinds if len(lines) == 1 else "(\n    " + "\n    ".join(lines) + ",\n)"
    return f"""import xraylib
from xraylib.layers import {names}

spec = xraylib.ModelSpec(
    name={spec.name!r},
    layers=(
{layers}    ),
)
result = xraylib.trace(spec)
for row in result.rows:
    print(row.index, row.label, row.output_shape, row.arithmetic)
print(result.total_params, result.error)
"""


def call(name: str, value: Any) -> str:
    """The expression that makes a dataclass again, with the fields that are not defaults."""
    given = [
        f"{field.name}={getattr(value, field.name)!r}"
        for field in fields(value)
        if getattr(value, field.name) != field.default
    ]
    line = f"{name}({', '.join(given)})"
    if len(line) <= 84:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in given) + ")"


def show_code(code: str, *, key: str, title: str = "Copy as Python") -> None:
    """The code, folded away until it is asked for."""
    box = st.expander(title, icon=":material/code:", key=key, on_change="rerun")
    if box.open:
        with box:
            st.code(code, language="python")
