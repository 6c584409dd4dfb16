"""What a DICOM file's header says of a patient and a device, for those who ask for it.

Nothing else here reads a patient's sex or age: `read_dicom` keeps technical facts alone.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

import pydicom

from xraylib.errors import ImageError
from xraylib.images.decode import read_bytes
from xraylib.images.dicom import transfer_syntax
from xraylib.images.formats import HEAD_BYTES, image_format
from xraylib.images.stored.bare import with_beginning
from xraylib.images.views import view_of

_TAGS: Final = (
    "PatientSex",
    "PatientAge",
    "ViewPosition",
    "ViewCodeSequence",
    "Manufacturer",
    "ManufacturerModelName",
    "DetectorType",
    "PixelSpacing",
    "ImagerPixelSpacing",
)
_LONGEST: Final = 64


def dicom_facts(path: Path) -> dict[str, str]:
    """What the header of a file says, by names of `radiograph.DICOM_FACTS`; nothing for other
    formats and for what cannot be read. It opens files of others, so it is called in a child."""
    try:
        data = read_bytes(path)
        known = image_format(data[:HEAD_BYTES])
        if known is None or known.name != "DICOM":
            return {}
        data, _ = with_beginning(data)
        transfer_syntax(data)  # refuses what unpacks to far more than it is
        told = pydicom.dcmread(io.BytesIO(data), specific_tags=[*_TAGS], stop_before_pixels=True)
        return _facts(told)
    except ImageError:
        return {}
    except Exception:  # a header that makes no sense tells nothing
        return {}


def _facts(told: pydicom.Dataset) -> dict[str, str]:
    codes = [
        (str(item.get("CodeValue") or "").strip(), str(item.get("CodeMeaning") or ""))
        for item in told.get("ViewCodeSequence") or []
    ]
    spacing = told.get("PixelSpacing") or told.get("ImagerPixelSpacing")
    found = {
        "sex": told.get("PatientSex"),
        "age": told.get("PatientAge"),
        "view": view_of(str(told.get("ViewPosition") or ""), codes),
        "scanner": told.get("ManufacturerModelName") or told.get("Manufacturer"),
        "detector": told.get("DetectorType"),
        "spacing": spacing[0] if spacing is not None and len(spacing) == 2 else None,
    }
    return {name: _text(value) for name, value in found.items() if _text(value)}


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())[:_LONGEST]
